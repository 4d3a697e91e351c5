"""The audit trail is kept for three years; this alone takes entries out of it."""

from collections.abc import Callable
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone

from members import audit
from members.models import AuditEntry

KEPT = relativedelta(years=3)
BATCH = 2000


def clear_audit(progress: Callable[[int], object] | None = None) -> int:
    """Entries that are older, in batches; each leaves an entry with its number in the same transaction.

    A run that is cut short goes on with the next one.
    """
    before, cleared = timezone.now() - KEPT, 0
    while number := _clear_batch(before):
        cleared += number
        if progress:
            progress(cleared)
    return cleared


@transaction.atomic
def _clear_batch(before: datetime) -> int:
    number = AuditEntry.objects.clear(before, limit=BATCH)
    if number:
        older_than = timezone.localdate(before).isoformat()
        audit.record_many("clear_audit", AuditEntry, by=None, entries=number, older_than=older_than)
    return number
