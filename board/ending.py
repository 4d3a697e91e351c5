"""How a topic ends: closed, with a result, withdrawn; a later deadline opens it again.

Each act is one transaction and one conditional UPDATE; of two at once one is told.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from board import notifications
from board.history import changes, labelled, remember
from board.models import Topic
from board.posting import check_editable
from board.search import index
from lib.conflicts import StaleError
from members.models import User

Status = Topic.Status
# A result may be corrected.
HAVE_RESULTS = (Status.OPEN, Status.CLOSED, Status.MATCHED, Status.UNFULFILLED)


@transaction.atomic
def close(topic: Topic, *, note: str = "", by: User) -> None:
    """受付を終了する, before the deadline or after it."""
    check_editable(topic, by)
    _end(topic, Status.CLOSED, of=(Status.OPEN,), note=note, by=by)


@transaction.atomic
def record_outcome(topic: Topic, status: str, *, note: str, by: User) -> None:
    """成立 or 不成立, with what came of it; may be corrected later."""
    check_editable(topic, by)
    if status not in (Status.MATCHED, Status.UNFULFILLED):
        raise ValueError(status)
    _end(topic, Status(status), of=HAVE_RESULTS, note=note, by=by)


@transaction.atomic
def record_match(topic: Topic, line: str, *, by: User) -> None:
    """What two bodies have agreed on, below what the proposal says already."""
    # Two consultations may end in one moment: each adds its line to what stands by then.
    now = Topic.objects.select_for_update(no_key=True).order_by().get(pk=topic.pk)
    note = f"{now.outcome_note}\n{line}".strip()
    _end(topic, Status.MATCHED, of=HAVE_RESULTS, note=note, by=by)


@transaction.atomic
def withdraw(topic: Topic, *, note: str, by: User) -> None:
    """Leaves the title and the note; text and files are shown to the own body alone.

    Before its publication it leaves nothing: nobody has seen or approved what it says.
    """
    check_editable(topic, by)
    # Whoever approves it in this moment waits, or is waited for.
    now = Topic.objects.select_for_update(no_key=True).order_by().get(pk=topic.pk)
    is_unseen = now.status == Status.WAITING or now.is_scheduled
    status = Status.DROPPED if is_unseen else Status.WITHDRAWN
    _end(topic, status, of=(Status.WAITING, Status.OPEN, Status.CLOSED), note=note, by=by)


@transaction.atomic
def extend(topic: Topic, deadline: datetime, *, by: User) -> None:
    """A later deadline; one that was closed opens again, and has no result any more."""
    check_editable(topic, by)
    _end(topic, Status.OPEN, of=(Status.OPEN, Status.CLOSED), by=by, note="", deadline=deadline)


def _end(
    topic: Topic,
    status: Status,
    *,
    of: tuple[Status, ...],
    note: str,
    by: User,
    **fields: Any,
) -> None:
    """One conditional UPDATE, counted as an edit so that an open edit form is told."""
    old = Topic.objects.select_related("category").get(pk=topic.pk)
    before = labelled(old)
    taken = Topic.objects.filter(pk=topic.pk, status__in=of, edits=old.edits).update(
        status=status, outcome_note=note, edits=F("edits") + 1, **fields
    )
    if not taken:
        raise StaleError
    new = Topic.objects.select_related("category").get(pk=topic.pk)
    index.write(new)
    remember(new, changes(before, labelled(new)), by=by)
    if status == Status.OPEN:
        notifications.extended(new, by=by.seat)
    else:
        notifications.ended(new, by=by.seat)
