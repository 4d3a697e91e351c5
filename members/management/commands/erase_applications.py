"""Personal data of refused, withdrawn and unanswered applications, after the set time."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from members.retention import erase_applications


class Command(BaseCommand):
    help = "Erase personal data of old refused or abandoned applications. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        done = erase_applications(progress=self._progress)
        self.stdout.write(
            f"older than {settings.APPLICATION_RETENTION_DAYS} days: {done.applications} erased, "
            f"{done.withdrawn} of them withdrawn first, {done.mails} mails emptied"
        )

    def _progress(self, number: int, total: int) -> None:
        if number % 100 == 0 or number == total:
            self.stdout.write(f"{number} of {total}")
