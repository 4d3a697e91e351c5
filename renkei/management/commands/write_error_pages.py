"""The pages that the proxy shows when the portal cannot answer itself."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from renkei import errors


class Command(BaseCommand):
    help = "Write 413.html, 429.html and 503.html for the proxy. After collectstatic, whose files they name."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.VAR_DIR / "errors")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for status, page in errors.pages_of_the_proxy().items():
            path = folder / f"{status}.html"
            path.write_bytes(page)
            self.stdout.write(str(path))
