"""Load or update the master of local governments."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from lib.imports import SheetCommand
from members.imports import LocalGovernmentResource

MASTER = settings.BASE_DIR / "data" / "local_governments.csv"


class Command(SheetCommand):
    help = "Import local governments from a CSV or XLSX file, all rows or none."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", nargs="?", type=Path, default=MASTER)

    def handle(self, *args: Any, path: Path, dry_run: bool, **options: Any) -> None:
        self.import_sheet(LocalGovernmentResource(), path, dry_run=dry_run)
