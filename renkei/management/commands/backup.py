"""Write a backup of database and uploads."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from renkei.backups import keeping


class Command(BaseCommand):
    help = "Write one file with database and uploads, read it through, and delete the oldest ones. The portal may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, default=settings.BACKUP_DIR)
        parser.add_argument("--keep", type=int, default=30, help="how many files stay; default 30")

    def handle(self, *args: Any, folder: Path, keep: int, **options: Any) -> None:
        path = keeping.back_up(folder, recipients=settings.BACKUP_RECIPIENTS, keep=max(keep, 1))
        self.stdout.write(f"{path} ({path.stat().st_size:,} bytes)")
        if settings.FILES_BUCKET:
            self.stdout.write(f"Without uploads: versions are kept in {settings.FILES_BUCKET}.")
