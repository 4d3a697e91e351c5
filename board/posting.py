"""What people do to topics and replies. Each act is one transaction; of two at once one is told.

A form that is sent twice has one key: the second finds what the first has made.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from board import files, notifications
from board.history import changes, labelled
from board.models import ApprovalRule, ReadMark, Reply, Revision, Topic, TopicAudience, Watch
from board.models.reply import next_seq
from board.search import index
from lib import plain_text
from members import audit, drafts
from members.access import is_contributor, is_secretariat
from members.models import Draft, Organization, Theme, User

Status = Topic.Status


class EditedMeanwhileError(Exception):
    """Somebody else saved the text after it was opened for this edit."""


class StaleError(Exception):
    """The topic is no longer in a state for this act."""


@dataclass(frozen=True)
class Related:
    """What a topic has besides its columns."""

    themes: Iterable[Theme] = ()
    prefectures: Iterable[str] = ()
    organizations: Iterable[Organization] = ()
    removed_files: Iterable[str] = field(default=())


def publish(
    topic: Topic, related: Related, *, draft: Draft, by: User, is_private: bool = False
) -> Topic:
    """Posts what was written in `draft`, at once or at its publish_at.

    Where the category or the body asks for approval it waits for it, but for a consultation.
    """
    if not is_private and needs_approval(topic, by):
        topic.status = Status.WAITING
    topic.organization, topic.seat, topic.author = by.seat.organization, by.seat, by
    topic.form_key = draft.form_key
    topic.active_at = max(topic.publish_at, timezone.now())
    _render(topic)
    return _once(Topic, draft, by, lambda: _store_topic(topic, related, draft, by))


def _store_topic(topic: Topic, related: Related, draft: Draft, by: User) -> Topic:
    topic.save()
    _set_related(topic, related)
    _take_over(draft, topic=topic)
    ReadMark.objects.create(user=by, topic=topic)
    Watch.objects.create(seat=by.seat, topic=topic)
    if topic.status != Status.WAITING:
        notifications.published(topic)
    index.write(topic)
    return topic


def reply(topic: Topic, body: str, *, draft: Draft, by: User) -> Reply:
    """Raises StaleError where replies have been stopped. Numbers have no gap (design: replies)."""
    return _once(Reply, draft, by, lambda: _store_reply(topic, body, draft, by))


def _store_reply(topic: Topic, body: str, draft: Draft, by: User) -> Reply:
    seq = next_seq(topic)
    # Read after the UPDATE, which waits for whoever stops the replies in this moment.
    now = Topic.objects.get(pk=topic.pk)
    if not now.accepts_replies:
        raise StaleError
    made = Reply(
        topic=now,
        seq=seq,
        organization=by.seat.organization,
        seat=by.seat,
        author=by,
        body=body,
        body_html=plain_text.render(body),
        form_key=draft.form_key,
    )
    made.save()
    Topic.objects.filter(pk=topic.pk).update(
        newest_seq=seq, reply_count=F("reply_count") + 1, active_at=made.created_at
    )
    _take_over(draft, reply=made)
    # Who takes part hears how it goes on, until the section says otherwise.
    Watch.objects.get_or_create(seat=by.seat, topic=topic)
    notifications.replied(made)
    index.write_reply(made)
    return made


def _once(model: Any, draft: Draft, by: User, store: Callable[[], Any]) -> Any:
    """Stores, or finds what the same form has stored before: the key is unique."""
    try:
        with transaction.atomic():
            return store()
    except IntegrityError:
        made = model.objects.filter(form_key=draft.form_key, seat=by.seat).first()
        if made is None:
            raise
        return made


def _take_over(draft: Draft, **owner: Topic | Reply) -> None:
    draft.attachments.update(draft=None, **owner)
    drafts.close(draft)


def _render(topic: Topic) -> None:
    topic.body_html = plain_text.render(topic.body)
    if not topic.summary:
        topic.summary = plain_text.summary_of(topic.body)


def _set_related(topic: Topic, related: Related) -> None:
    topic.themes.set(related.themes)
    topic.audience_rows.all().delete()
    if topic.audience == Topic.Audience.PREFECTURES:
        rows = [TopicAudience(topic=topic, prefecture=code) for code in related.prefectures]
    elif topic.audience == Topic.Audience.CHOSEN:
        rows = [TopicAudience(topic=topic, organization=body) for body in related.organizations]
    else:
        rows = []
    TopicAudience.objects.bulk_create(rows)


@transaction.atomic
def edit(
    topic: Topic,
    related: Related,
    *,
    draft: Draft,
    expected: int,
    reason: str = "",
    asks_again: bool = False,
    by: User,
) -> Topic:
    """Saves the columns of `topic` over what stands. Raises EditedMeanwhileError.

    `expected` is Topic.edits when the form was opened. The audience is read anew for everybody, and
    whoever loses it loses files and replies with it.
    """
    _check(topic, by)
    taken = Topic.objects.filter(pk=topic.pk, edits=expected).update(
        edits=F("edits") + 1, edited_at=timezone.now()
    )
    if not taken:
        raise EditedMeanwhileError
    old = Topic.objects.select_related("category").get(pk=topic.pk)
    before, deadline, was_due = labelled(old), old.deadline, old.publish_at
    for name in EDITED:
        setattr(old, name, getattr(topic, name))
    # Changed after it was sent back: it waits to be read again.
    old.approval_note = ""
    if asks_again:
        old.version = F("version") + 1
    _render(old)
    # Published at another hour than was planned.
    old.active_at = old.active_at if old.publish_at == was_due else _last_moved(old)
    old.save(update_fields=[*EDITED, "approval_note", "version", "body_html", "active_at"])
    _set_related(old, related)
    files.remove(old.attachments.filter(pk__in=list(related.removed_files)))
    _take_over(draft, topic=old)
    index.write(old)
    new = Topic.objects.select_related("category").get(pk=topic.pk)
    _remember(new, changes(before, labelled(new)), reason=reason, by=by)
    notifications.edited(
        new, asks_again=asks_again, has_new_deadline=new.deadline != deadline, by=by.seat
    )
    return new


EDITED = (
    "title",
    "summary",
    "body",
    "deadline",
    "starts_on",
    "ends_on",
    "venue",
    "places",
    "details",
    "audience",
    "publish_at",
    "requires_acknowledgement",
    "asks",
    "shows_answers",
    "wants_introduction",
)


@transaction.atomic
def edit_reply(made: Reply, body: str, *, expected: int, reason: str = "", by: User) -> None:
    """Raises EditedMeanwhileError, and StaleError where replies were stopped or it was hidden."""
    if not (is_contributor(by) and (made.is_of(by) or is_secretariat(by))):
        raise PermissionDenied
    now = Reply.objects.select_related("topic").get(pk=made.pk)
    if not now.is_editable_by(by):
        raise StaleError
    before = now.body
    taken = Reply.objects.filter(pk=made.pk, edits=expected).update(
        body=body,
        body_html=plain_text.render(body),
        edits=F("edits") + 1,
        edited_at=timezone.now(),
    )
    if not taken:
        raise EditedMeanwhileError
    index.hold([made.topic_id])
    index.write_reply(Reply.objects.select_related("topic").get(pk=made.pk))
    Revision.objects.create(
        reply=made, number=expected + 1, before={"本文": before}, reason=reason, by=by
    )


@transaction.atomic
def close(topic: Topic, *, note: str = "", by: User) -> None:
    """受付を終了する, before the deadline or after it."""
    _check(topic, by)
    _end(topic, Status.CLOSED, of=(Status.OPEN,), note=note, by=by)


@transaction.atomic
def record_outcome(topic: Topic, status: str, *, note: str, by: User) -> None:
    """成立 or 不成立, with what came of it; may be corrected later."""
    _check(topic, by)
    if status not in (Status.MATCHED, Status.UNFULFILLED):
        raise ValueError(status)
    ended = (Status.OPEN, Status.CLOSED, Status.MATCHED, Status.UNFULFILLED)
    _end(topic, Status(status), of=ended, note=note, by=by)


@transaction.atomic
def record_match(topic: Topic, line: str, *, by: User) -> None:
    """What two bodies have agreed on, below what the proposal says already."""
    note = f"{topic.outcome_note}\n{line}".strip()
    ended = (Status.OPEN, Status.CLOSED, Status.MATCHED, Status.UNFULFILLED)
    _end(topic, Status.MATCHED, of=ended, note=note, by=by)


@transaction.atomic
def withdraw(topic: Topic, *, note: str, by: User) -> None:
    """Leaves the title and the note; text and files are shown to the own body alone."""
    _check(topic, by)
    _end(topic, Status.WITHDRAWN, of=(Status.WAITING, Status.OPEN, Status.CLOSED), note=note, by=by)


@transaction.atomic
def extend(topic: Topic, deadline: datetime, *, by: User) -> None:
    """A later deadline; one that was closed opens again, and has no result any more."""
    _check(topic, by)
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
    _remember(new, changes(before, labelled(new)), by=by)
    if status == Status.OPEN:
        notifications.extended(new, by=by.seat)
    else:
        notifications.ended(new, by=by.seat)


def _remember(topic: Topic, before: dict[str, str], *, by: User, reason: str = "") -> None:
    if before:
        Revision.objects.create(
            topic=topic, number=topic.edits, before=before, reason=reason, by=by
        )


@transaction.atomic
def lock(topic: Topic, is_locked: bool, *, by: User) -> None:
    """返信を止める, and let them in again."""
    _check(topic, by)
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
    _remember(new, changes(before, labelled(new)), by=by)
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
        newest_seq=newest, reply_count=shown.count(), active_at=_last_moved(topic)
    )


def _last_moved(topic: Topic) -> datetime:
    """Topic.active_at, from what it counts."""
    newest = topic.replies.shown().order_by("seq").last()
    return max(topic.publish_at, newest.created_at if newest else topic.created_at)


def needs_approval(topic: Topic, by: User) -> bool:
    """By its category or its body; never the secretariat's own."""
    if is_secretariat(by):
        return False
    is_ruled = ApprovalRule.objects.filter(organization=by.seat.organization_id).exists()
    return topic.category.needs_approval or is_ruled


def _check(topic: Topic, by: User) -> None:
    if not topic.is_editable_by(by):
        raise PermissionDenied


def _check_secretariat(by: User) -> None:
    """Whoever only looks there (事務局（閲覧）) decides nothing."""
    if not (is_secretariat(by) and is_contributor(by)):
        raise PermissionDenied
