"""The worker: sends due mail, runs due jobs, has files scanned that wait for it."""

import signal
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from board.scanning import scan_waiting
from renkei.jobs import run_due_jobs
from renkei.sender import send_due_mail
from renkei.spreading import spread_due

PAUSE_SECONDS = 2


class Command(BaseCommand):
    help = "Do what is due until nothing is left; with --loop for ever, until TERM or Ctrl+C."

    is_stopped = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until TERM or Ctrl+C")

    def handle(self, *args: Any, loop: bool, **options: Any) -> None:
        if not loop:
            while self._work():
                continue
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.is_stopped:
            if not self._work_or_wait():
                time.sleep(PAUSE_SECONDS)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """The batch in hand is finished first."""
        self.is_stopped = True

    def _work_or_wait(self) -> bool:
        """A database that is restarted stops no worker."""
        close_old_connections()
        try:
            return self._work()
        except DatabaseError as error:
            self.stderr.write(f"database: {error}")
            return False

    def _work(self) -> bool:
        return bool(run_due_jobs(timezone.now()) + spread_due() + send_due_mail() + scan_waiting())
