"""Write what the search of the board finds anew, where it differs from the posts."""

from typing import Any

from django.core.management.base import BaseCommand

from board.search import repair
from lib.progress import shown_on


class Command(BaseCommand):
    help = (
        "Bring the board's search index in line with the posts. Safe to repeat and to stop; the "
        "portal may run meanwhile."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        written = repair.rebuild(shown_on(self.stdout, "topics"))
        self.stdout.write(f"search entries: {written} written")
