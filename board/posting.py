"""Topics and replies are posted and edited. Each act is one transaction; of two at once one is told.

A form that is sent twice has one key: the second finds what the first has made.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from board import files, notifications
from board.history import changes, labelled, remember
from board.models import ApprovalRule, ReadMark, Reply, Revision, Topic, TopicAudience, Watch
from board.models.reply import next_seq
from board.search import index
from lib import plain_text
from lib.conflicts import EditedMeanwhileError, StaleError
from members import drafts
from members.access import is_contributor, is_secretariat
from members.models import Draft, Organization, Theme, User

Status = Topic.Status


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
    """Saves the columns of `topic` over what stands.

    Raises EditedMeanwhileError, and StaleError where it was withdrawn.

    `expected` is Topic.edits when the form was opened. The audience is read anew for everybody, and
    whoever loses it loses files and replies with it.
    """
    check_editable(topic, by)
    taken = Topic.objects.filter(pk=topic.pk, edits=expected).update(
        edits=F("edits") + 1, edited_at=timezone.now()
    )
    if not taken:
        raise EditedMeanwhileError
    old = Topic.objects.select_related("category").get(pk=topic.pk)
    if old.is_withdrawn:
        raise StaleError
    before, deadline, was_due = labelled(old), old.deadline, old.publish_at
    for name in EDITED:
        setattr(old, name, getattr(topic, name))
    # Changed after it was sent back: it waits to be read again.
    old.approval_note = ""
    if asks_again:
        old.version = F("version") + 1
    _render(old)
    # Published at another hour than was planned.
    old.active_at = old.active_at if old.publish_at == was_due else last_moved(old)
    old.save(update_fields=[*EDITED, "approval_note", "version", "body_html", "active_at"])
    _set_related(old, related)
    files.remove(old.attachments.filter(pk__in=list(related.removed_files)))
    _take_over(draft, topic=old)
    index.write(old)
    new = Topic.objects.select_related("category").get(pk=topic.pk)
    remember(new, changes(before, labelled(new)), reason=reason, by=by)
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


def last_moved(topic: Topic) -> datetime:
    """Topic.active_at, from what it counts."""
    newest = topic.replies.shown().order_by("seq").last()
    return max(topic.publish_at, newest.created_at if newest else topic.created_at)


def needs_approval(topic: Topic, by: User) -> bool:
    """By its category or its body; never the secretariat's own."""
    if is_secretariat(by):
        return False
    is_ruled = ApprovalRule.objects.filter(organization=by.seat.organization_id).exists()
    return topic.category.needs_approval or is_ruled


def check_editable(topic: Topic, by: User) -> None:
    if not topic.is_editable_by(by):
        raise PermissionDenied
