from typing import Any

from django.core.management.base import BaseCommand

from renkei import groups


class Command(BaseCommand):
    help = "Bring the secretariat's groups to the table in renkei/groups.py. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"rights of the secretariat's groups: {groups.apply()} changed")
