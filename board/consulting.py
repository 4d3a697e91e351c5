"""個別の相談: two bodies talk about a proposal where nobody else sees or counts it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from board import ending, notifications, posting
from board.models import Category, Match, Topic
from lib.conflicts import StaleError
from members.access import is_contributor, is_secretariat
from members.models import Draft, User

TITLE = "個別の相談："


def may_consult(topic: Topic, user: User) -> bool:
    """On another body's open proposal."""
    is_open = topic.category.kind == Category.Kind.PROPOSAL and topic.source_id is None
    return (
        is_open
        and topic.is_accepting
        and topic.is_published
        and is_contributor(user)
        and not topic.is_of(user)
        and not is_secretariat(user)
    )


def begin(topic: Topic, body: str, *, draft: Draft, by: User) -> Topic:
    """Opens it, or finds the one that the own body has opened before."""
    if not may_consult(topic, by):
        raise PermissionDenied
    own = Topic.objects.filter(source=topic, organization=by.seat.organization_id)
    before = own.first()
    if before:
        return before
    consultation = Topic(
        category=_category(topic),
        title=f"{TITLE}{topic.title}"[:100],
        body=body,
        audience=Topic.Audience.CHOSEN,
        source=topic,
    )
    related = posting.Related(organizations=[topic.organization])
    try:
        return posting.publish(consultation, related, draft=draft, by=by, is_private=True)
    except IntegrityError:
        # A colleague was quicker.
        return own.get()


def _category(topic: Topic) -> Category:
    exchange = Category.objects.in_use().filter(kind=Category.Kind.EXCHANGE).first()
    return exchange or topic.category


@transaction.atomic
def propose_match(consultation: Topic, note: str, *, by: User) -> Match:
    """成立したことを書く; the other body has to agree. Raises StaleError when it is written already."""
    if consultation.source_id is None or not _takes_part(consultation, by):
        raise PermissionDenied
    match, is_new = Match.objects.get_or_create(
        consultation=consultation,
        defaults={"note": note, "proposed_by": by, "organization": by.seat.organization},
    )
    if not is_new:
        raise StaleError
    notifications.matched(
        consultation, "成立したことが書かれました。同意をお願いします。", by=by.seat
    )
    return match


@transaction.atomic
def agree(match: Match, *, by: User) -> None:
    """By the other body: then the proposal shows 成立 with the names of both."""
    consultation = match.consultation
    is_other = by.seat.organization_id != match.organization_id
    if not (_takes_part(consultation, by) and is_other):
        raise PermissionDenied
    open_matches = Match.objects.filter(pk=match.pk, agreed_at=None)
    if not open_matches.update(agreed_by=by, agreed_at=timezone.now()):
        raise StaleError
    source: Any = consultation.source
    names = f"{source.organization.full_name}と{consultation.organization.full_name}"
    ending.record_match(source, f"{names}で成立：{match.note}", by=by)
    notifications.matched(consultation, "成立に同意がありました。", by=by.seat)


@transaction.atomic
def take_back(match: Match, *, by: User) -> None:
    """By the body that wrote it, while the other has not agreed."""
    if not is_contributor(by) or by.seat.organization_id != match.organization_id:
        raise PermissionDenied
    deleted, _ = Match.objects.filter(pk=match.pk, agreed_at=None).delete()
    if not deleted:
        raise StaleError


def _takes_part(consultation: Topic, user: User) -> bool:
    source: Any = consultation.source
    bodies = {consultation.organization_id, source.organization_id}
    return is_contributor(user) and user.seat.organization_id in bodies


def opening_text(topic: Topic) -> str:
    """Proposed for the first message."""
    return f"「{topic.title}」に関心があります。\n詳しいお話を伺いたく、個別にご相談します。\n"
