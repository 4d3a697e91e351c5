"""Everything that `make run` needs before the server starts, in one process."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Prepare the portal and create the demo members. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("prepare")
        call_command("seed_demo")
