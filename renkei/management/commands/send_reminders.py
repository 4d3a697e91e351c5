"""Spread the notices that are due, reminders before deadlines among them, then stop."""

from typing import Any

from django.core.management.base import BaseCommand

from renkei.spreading import spread_due


class Command(BaseCommand):
    help = "Bring due notices to inboxes and outbox until none is left."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        while spread_due():
            total += 1
        self.stdout.write(f"notices: {total} spread")
