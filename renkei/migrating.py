"""Migrations beside a portal that is in use."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

LOCK_TIMEOUT = "2s"
TRIES = 30


def migrate() -> None:
    """`manage.py migrate`. What was migrated before a try failed stays, so that the next one goes on."""
    if connection.vendor == "postgresql":
        without_a_queue(lambda: call_command("migrate", verbosity=0))
    else:
        call_command("migrate", verbosity=0)


def without_a_queue(
    change: Callable[[], object],
    *,
    lock_timeout: str = LOCK_TIMEOUT,
    tries: int = TRIES,
    pause: float = 2,
) -> None:
    """Tries again when somebody holds the table; PostgreSQL would have all who come later wait, readers, too."""
    with _limited(lock_timeout):
        for left in reversed(range(tries)):
            try:
                change()
                return
            except OperationalError as error:
                if not left or not isinstance(error.__cause__, LockNotAvailable):
                    raise
            time.sleep(pause)


@contextmanager
def _limited(lock_timeout: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [lock_timeout])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
