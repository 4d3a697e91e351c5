"""One job whose process is killed before its first write, its second, and so on, until it ends.

For faults/jobs.py: `python -m faults.job NAME` prints how often it was killed and whether a kill left
anything behind.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

import time_machine  # noqa: E402
from django.apps import apps  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from members.models import Invitation  # noqa: E402
from renkei.jobs import DEAD_AFTER, JOBS, run_job  # noqa: E402
from renkei.models import JobRun  # noqa: E402
from tests import factories  # noqa: E402

# A working day of the season of moves: everything that exists has become due.
LATER = datetime(2031, 3, 20, 1, tzinfo=UTC)
WRITES = ("INSERT", "UPDATE", "DELETE")


def prepare() -> None:
    """Something to do for jobs that the demo members leave idle."""
    factories.make_application(status="refused")
    factories.make_application(status="unverified")
    leaving = factories.make_user(seat=factories.make_seat(mailbox="kikaku@town.example.jp"))
    handover = factories.make_handover(predecessor=leaving, leaves_on=LATER.date())
    Invitation.objects.filter(pk=handover.invitation_id).update(accepted_at=timezone.now())
    factories.make_yearly_check(
        fiscal_year=2030,
        due_on=LATER.date() + timedelta(days=3),
        suspend_on=LATER.date() + timedelta(days=5),
        state="running",
        started_at=timezone.now(),
    )


def kill_again_and_again(name: str) -> dict[str, Any]:
    kills, broken = 0, False
    before = counted()
    while _killed_at(kills + 1, name):
        kills += 1
        broken = broken or counted() != before
        JobRun.objects.update(started_at=LATER - 2 * DEAD_AFTER)
    run = JobRun.objects.get(job=name, period="faults")
    return {"kills": kills, "broken": broken or run.finished_at is None or bool(run.failure)}


def _killed_at(number: int, name: str) -> bool:
    """Runs the job in a process of its own that dies before its nth write; False when it had fewer."""
    connection.close()
    child = os.fork()
    if child == 0:
        _run(number, name)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{name} ended with {status}")
    return False


def _run(number: int, name: str) -> None:
    seen = 0

    def die_at_write(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal seen
        is_own = "renkei_jobrun" in sql
        seen += sql.startswith(WRITES) and not is_own
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, *rest)

    with time_machine.travel(LATER), connection.execute_wrapper(die_at_write):
        run_job(name, "faults", now=LATER)
    os._exit(0)


def counted() -> dict[str, int]:
    """Rows of every table but that of the runs."""
    models = [model for model in apps.get_models() if model is not JobRun]
    return {model._meta.label: model._default_manager.count() for model in models}


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    elif sys.argv[1] == "list":
        print(json.dumps(list(JOBS)))
    else:
        print(json.dumps(kill_again_and_again(sys.argv[1])))
