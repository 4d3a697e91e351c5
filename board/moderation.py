"""The secretariat's care of the board, with a reason and an audit entry: 通報, approval, 非表示, pins, moves."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from board import notifications, posting
from board.history import changes, labelled, remember
from board.models import Reply, Report, Topic
from board.search import index
from lib.conflicts import StaleError
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
        raise StaleError from error


@transaction.atomic
def settle(found: Report, result: str, note: str, *, by: User) -> None:
    """With 非表示にした the post is hidden in the same act. Raises StaleError when it is settled."""
    _check_secretariat(by)
    waiting = Report.objects.waiting().filter(pk=found.pk)
    taken = waiting.update(
        result=result, result_note=note, settled_by=by, settled_at=timezone.now()
    )
    if not taken:
        raise StaleError
    post = found.reply or found.topic
    if result == Report.Result.HIDDEN and post.hidden_at is None:
        hide(post, reason=note[:200], by=by)
    audit.record("settle_report", found, by=by, result=result)


@transaction.atomic
def approve(topic: Topic, *, expected: int, by: User) -> None:
    """Publishes what was read: an edit of the same moment makes it StaleError."""
    _check_secretariat(by)
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
        raise StaleError
    index.write(Topic.objects.get(pk=topic.pk))
    audit.record("approve_topic", topic, by=by)
    notifications.approved(Topic.objects.get(pk=topic.pk))


@transaction.atomic
def send_back(topic: Topic, *, reason: str, expected: int, by: User) -> None:
    """承認しない: the author keeps the text, reads the reason, and may change and wait again."""
    _check_secretariat(by)
    waiting = Topic.objects.filter(pk=topic.pk, status=Topic.Status.WAITING, edits=expected)
    if not waiting.update(approval_note=reason, edits=F("edits") + 1):
        raise StaleError
    audit.record("send_back_topic", topic, by=by, reason=reason)
    notifications.sent_back(topic, reason)


@transaction.atomic
def lock(topic: Topic, is_locked: bool, *, by: User) -> None:
    """返信を止める, and let them in again."""
    posting.check_editable(topic, by)
    Topic.objects.filter(pk=topic.pk).update(is_locked=is_locked)
    audit.record("lock" if is_locked else "unlock", topic, by=by)


@transaction.atomic
def pin(topic: Topic, until: date | None, *, by: User) -> None:
    _check_secretariat(by)
    Topic.objects.filter(pk=topic.pk).update(pinned_until=until)
    audit.record("pin", topic, by=by, until=until and until.isoformat())


@transaction.atomic
def move(topic: Topic, category: Any, *, by: User) -> None:
    """To another category; its address stays, and so does every field that was filled in."""
    _check_secretariat(by)
    Topic.objects.filter(pk=topic.pk).update(edits=F("edits") + 1)
    old = Topic.objects.select_related("category").get(pk=topic.pk)
    before = labelled(old)
    Topic.objects.filter(pk=topic.pk).update(category=category)
    index.change(topic.search_entries.all(), category=category)
    new = Topic.objects.select_related("category").get(pk=topic.pk)
    remember(new, changes(before, labelled(new)), by=by)
    audit.record("move", topic, by=by, before=old.category_id, after=category.pk)


@transaction.atomic
def hide(post: Topic | Reply, *, reason: str, by: User) -> None:
    """Nobody but its own body and the secretariat sees it. Raises StaleError when it is hidden.

    Counted as an edit: whoever is changing the text in this moment is told.
    """
    _check_secretariat(by)
    shown = type(post)._default_manager.filter(pk=post.pk, hidden_at=None)
    if not shown.update(hidden_at=timezone.now(), hidden_reason=reason, edits=F("edits") + 1):
        raise StaleError
    audit.record("hide", post, by=by, reason=reason)
    notifications.hidden(post, reason)
    if isinstance(post, Reply):
        _recount(post.topic_id)


@transaction.atomic
def restore(post: Topic | Reply, *, reason: str = "", by: User) -> None:
    _check_secretariat(by)
    hidden = type(post)._default_manager.filter(pk=post.pk, hidden_at__isnull=False)
    if not hidden.update(hidden_at=None, hidden_reason=""):
        raise StaleError
    audit.record("restore", post, by=by, reason=reason)
    notifications.restored(post, reason)
    if isinstance(post, Reply):
        _recount(post.topic_id)


def _recount(topic_id: int) -> None:
    """What is hidden is neither counted, nor new, nor unread. The lock keeps replies of this moment out."""
    topic = Topic.objects.select_for_update(no_key=True).order_by().get(pk=topic_id)
    shown = topic.replies.shown().order_by("-seq")
    newest = shown.values_list("seq", flat=True).first() or 0
    Topic.objects.filter(pk=topic_id).update(
        newest_seq=newest, reply_count=shown.count(), active_at=posting.last_moved(topic)
    )


def _check_secretariat(by: User) -> None:
    """Whoever only looks there (事務局（閲覧）) decides nothing."""
    if not (is_secretariat(by) and is_contributor(by)):
        raise PermissionDenied
