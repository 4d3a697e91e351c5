"""Scheduled work: each job once a period, asked for by any process at any time."""

import logging
from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.utils import timezone

from members import introductions
from members.drafts import clear_closed
from members.handover import finish_due
from members.handover_reminder import send_due
from members.retention import erase_abandoned, erase_applications
from members.yearly_check import remind_due, suspend_unused_due
from news import entering
from renkei.models import JobRun

logger = logging.getLogger(__name__)

# Every job asks what is due, so that a missed day is made up for by the next one.
DAILY: dict[str, Callable[[], object]] = {
    "clear_closed_drafts": clear_closed,
    "collect_introductions": introductions.collect,
    "erase_abandoned_applications": erase_abandoned,
    "erase_applications": erase_applications,
    "erase_entries": entering.erase_due,
    "finish_handovers": finish_due,
    "remind_of_handovers": send_due,
    "remind_of_yearly_check": remind_due,
    "suspend_unused": suspend_unused_due,
}


def run_daily(today: date) -> int:
    """Runs what has not run today; answers how many jobs this process ran."""
    done = set(JobRun.objects.filter(period=today.isoformat()).values_list("job", flat=True))
    return sum(_run(name, today.isoformat()) for name in DAILY if name not in done)


def _run(name: str, period: str) -> bool:
    run, is_ours = JobRun.objects.get_or_create(job=name, period=period)
    if not is_ours:
        return False
    try:
        with transaction.atomic():
            DAILY[name]()
    except Exception as error:
        # Whatever went wrong: the other jobs go on, and the dashboard names this one.
        logger.exception("job %s failed", name)
        run.failure = repr(error)
    run.finished_at = timezone.now()
    run.save(update_fields=["finished_at", "failure"])
    return True
