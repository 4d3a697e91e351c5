"""通報 and approval before publication: each tracked to a result, with a reason and an audit entry."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from board import notifications, posting
from board.models import Reply, Report, Topic
from board.search import index
from members import audit
from members.access import is_contributor, is_secretariat
from members.models import User


def report(post: Topic | Reply, reason: str, *, by: User) -> Report:
    """The secretariat is asked to look. Raises StaleError while the body has an open report of it."""
    if not is_contributor(by):
        raise PermissionDenied
    of: dict[str, Any] = (
        {"topic": post.topic, "reply": post} if isinstance(post, Reply) else {"topic": post}
    )
    try:
        with transaction.atomic():
            made = Report.objects.create(
                organization=by.seat.organization, reported_by=by, reason=reason, **of
            )
            notifications.reported(made.pk)
            return made
    except IntegrityError as error:
        raise posting.StaleError from error


@transaction.atomic
def settle(found: Report, result: str, note: str, *, by: User) -> None:
    """With 非表示にした the post is hidden in the same act. Raises StaleError when it is settled."""
    if not is_secretariat(by):
        raise PermissionDenied
    taken = Report.objects.waiting().filter(pk=found.pk)
    settled = taken.update(
        result=result, result_note=note, settled_by=by, settled_at=timezone.now()
    )
    if not settled:
        raise posting.StaleError
    post = found.reply or found.topic
    if result == Report.Result.HIDDEN and post.hidden_at is None:
        posting.hide(post, reason=note[:200], by=by)
    audit.record("settle_report", found, by=by, result=result)


@transaction.atomic
def approve(topic: Topic, *, expected: int, by: User) -> None:
    """Publishes what was read: an edit of the same moment makes it StaleError."""
    if not is_secretariat(by):
        raise PermissionDenied
    now = timezone.now()
    waiting = Topic.objects.filter(pk=topic.pk, status=Topic.Status.WAITING, edits=expected)
    publish_at = max(topic.publish_at, now)
    taken = waiting.update(
        status=Topic.Status.OPEN,
        approval_note="",
        publish_at=publish_at,
        active_at=publish_at,
        edits=F("edits") + 1,
    )
    if not taken:
        raise posting.StaleError
    index.write(Topic.objects.get(pk=topic.pk))
    audit.record("approve_topic", topic, by=by)
    notifications.approved(Topic.objects.get(pk=topic.pk))


@transaction.atomic
def send_back(topic: Topic, *, reason: str, expected: int, by: User) -> None:
    """承認しない: the author keeps the text, reads the reason, and may change and wait again."""
    if not is_secretariat(by):
        raise PermissionDenied
    waiting = Topic.objects.filter(pk=topic.pk, status=Topic.Status.WAITING, edits=expected)
    if not waiting.update(approval_note=reason, edits=F("edits") + 1):
        raise posting.StaleError
    audit.record("send_back_topic", topic, by=by, reason=reason)
    notifications.sent_back(topic, reason)
