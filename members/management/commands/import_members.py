"""Load or update member bodies, their seats, and whom to invite."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from lib.imports import SheetCommand
from members.member_sheet import MemberResource


class Command(SheetCommand):
    help = "Import members from a CSV or XLSX file, all rows or none. Nobody is mailed."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, path: Path, dry_run: bool, **options: Any) -> None:
        self.import_sheet(MemberResource(), path, dry_run=dry_run)
