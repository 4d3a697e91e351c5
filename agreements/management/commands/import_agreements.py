"""Load or update both registers of agreements."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from agreements.imports import CorporateResource, RegionalResource
from lib.imports import SheetCommand

DATA = settings.BASE_DIR / "data"


class Command(SheetCommand):
    help = "Import the regional and the corporate agreements, each file whole or not at all."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--regional", type=Path, default=DATA / "regional_agreements.csv")
        parser.add_argument("--corporate", type=Path, default=DATA / "corporate_agreements.csv")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        self.import_sheet(RegionalResource(), options["regional"], dry_run=dry_run)
        self.import_sheet(CorporateResource(), options["corporate"], dry_run=dry_run)
