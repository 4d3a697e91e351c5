"""Send everything that is due in the outbox, then stop."""

from typing import Any

from django.core.management.base import BaseCommand

from renkei.sender import send_due_mail


class Command(BaseCommand):
    help = "Send due mail until none is left."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        while sent := send_due_mail():
            total += sent
        self.stdout.write(f"mail: {total} settled")
