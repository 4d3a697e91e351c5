"""Read a backup to its end."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from renkei.backups import keeping
from renkei.backups.archive import DamagedError


class Command(BaseCommand):
    help = (
        "Read a backup to its end and compare every member with its checksum; 1 when it is damaged."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--identity", default="", help="age's secret key, of an encrypted backup"
        )

    def handle(self, *args: Any, file: Path, identity: str, **options: Any) -> None:
        try:
            manifest = keeping.look_through(file, identity=identity)
        except DamagedError as error:
            raise CommandError(f"{file} is damaged: {error}") from error
        rows = sum(manifest["rows"].values())
        self.stdout.write(
            f"whole: {manifest['made_at']}, {rows:,} rows, {len(manifest['members']) - 1:,} files"
        )
