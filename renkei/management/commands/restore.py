"""Bring a backup back into an empty database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from renkei.backups import keeping
from renkei.backups.archive import DamagedError
from renkei.backups.databases import NotEmptyError


class Command(BaseCommand):
    help = (
        "Bring a backup back into an empty database and FILES_DIR. No mail goes out before go_live."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--identity", default="", help="age's secret key, of an encrypted backup"
        )

    def handle(self, *args: Any, file: Path, identity: str, **options: Any) -> None:
        try:
            done = keeping.restore(file, identity=identity)
        except (DamagedError, NotEmptyError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"restored: {done.made_at}, {done.rows:,} rows, {done.files:,} files")
        for name in done.missing:
            self.stdout.write(f"missing file: {name}")
        self.stdout.write(
            "Nobody is logged in, and no mail goes out. Look, then: manage.py go_live"
        )
