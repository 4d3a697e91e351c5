"""Send the digests that are due, then stop."""

from typing import Any

from django.core.management.base import BaseCommand

from renkei.sender import send_digests


class Command(BaseCommand):
    help = "Send due digests until none is left."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        while settled := send_digests():
            total += settled
        self.stdout.write(f"digests: {total} rows settled")
