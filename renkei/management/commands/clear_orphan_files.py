"""Delete stored files that no row names."""

from typing import Any

from django.core.management.base import BaseCommand

from renkei import orphans


class Command(BaseCommand):
    help = "Delete stored files that no row names and that are older than a day."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"orphan files: {orphans.clear()} deleted")
