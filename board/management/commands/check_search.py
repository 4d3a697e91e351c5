"""Compare what the search of the board finds with the posts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from board.search import repair
from lib.progress import shown_on


class Command(BaseCommand):
    help = "Report where the board's search index differs from the posts; 1 when it does."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = 0
        for difference in repair.check(shown_on(self.stderr, "topics")):
            self.stdout.write(difference)
            differences += 1
        if differences:
            raise CommandError("The index differs: run rebuild_search.")
        self.stdout.write("The index agrees with the posts.")
