"""招待の送信: what an import has planned goes out in waves, exactly as a preview has named it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from lib import prefectures
from members import audit
from members.mailing import Wording, post
from members.models import Delivery, Invitation, InvitationWave, Organization, Seat, User
from members.models.invitation import INVITATION_FOR, InvitationQuerySet
from members.registration import invitation_mail

# How many prefectures the name of a wave spells out.
NAMED = 3
SAMPLE_TOKEN = "SAMPLE"  # noqa: S105 - stands in the preview where a mail has its key


class ChangedError(Exception):
    """What would go out is no longer what the preview named: somebody sent it, or edited it."""


@dataclass(frozen=True)
class Plan:
    """What would go out, and what cannot for want of a mailbox."""

    invitations: list[Invitation]
    without_mailbox: list[Invitation]

    @cached_property
    def fingerprint(self) -> str:
        """Of everything that the preview shows: who gets a mail, where, as what."""
        shown = [
            (row.pk, str(row.seat), row.seat.mailbox, row.name, row.role)
            for row in self.invitations
        ]
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    @cached_property
    def bodies(self) -> int:
        return len({row.seat.organization_id for row in self.invitations})

    @cached_property
    def sample(self) -> Delivery | None:
        """The first mail in full, but for its key: that is the invited person's alone."""
        if not self.invitations:
            return None
        first = self.invitations[0]
        return invitation_mail(
            Invitation(
                seat=first.seat, name=first.name, address=first.seat.mailbox, token=SAMPLE_TOKEN
            )
        )


@dataclass(frozen=True)
class Unsent:
    """Of one prefecture: planned invitations, and those among them whose seat has no mailbox."""

    planned: int
    without_mailbox: int


class Progress(models.TextChoices):
    """Where an invitation that was sent stands; computed, never stored."""

    ACCEPTED = "accepted", "登録済み"
    QUEUED = "queued", "送信待ち"
    UNDELIVERED = "undelivered", "届いていない"
    EXPIRED = "expired", "期限切れ"
    SENT = "sent", "登録待ち"


_OF_DELIVERY: dict[str | None, Progress] = {
    Delivery.State.WAITING: Progress.QUEUED,
    Delivery.State.FAILED: Progress.UNDELIVERED,
    Delivery.State.BOUNCED: Progress.UNDELIVERED,
    Delivery.State.SKIPPED: Progress.UNDELIVERED,
}


def unsent() -> InvitationQuerySet:
    """Planned, for bodies that may take part."""
    return _of_active_bodies(Invitation.objects.planned())


def unsent_by_prefecture() -> dict[str, Unsent]:
    """Only prefectures that have one are keys."""
    rows = unsent().order_by().values_list("seat__organization__prefecture")
    without_mailbox = Count("id", filter=Q(seat__mailbox=""))
    counted = rows.annotate(planned=Count("id"), without_mailbox=without_mailbox)
    return {code: Unsent(planned, without) for code, planned, without in counted}


def plan(codes: Sequence[str]) -> Plan:
    """What a wave to these prefectures would send."""
    return _plan(unsent().filter(seat__organization__prefecture__in=codes))


def plan_again(wave: InvitationWave, *, days: int) -> Plan:
    """What was sent so many days ago and is not used yet."""
    day = timezone.localdate() - timedelta(days=days)
    waiting = Invitation.objects.waiting().filter(wave=wave, sent_at__date__lte=day)
    return _plan(_of_active_bodies(waiting))


@transaction.atomic
def send(codes: Sequence[str], *, fingerprint: str, by: User) -> InvitationWave:
    """Raises ChangedError, and sends nothing, unless it would be what the preview named."""
    rows = _confirmed(plan(codes), fingerprint)
    wave = InvitationWave.objects.create(name=_name_of(codes), started_by=by)
    mailbox = Seat.objects.filter(pk=OuterRef("seat")).values("mailbox")
    now = timezone.now()
    _take(
        rows,
        Invitation.objects.planned(),
        wave=wave,
        invited_by=by,
        address=Subquery(mailbox),
        sent_at=now,
        expires_at=now + INVITATION_FOR,
    )
    sent = wave.invitations.select_related("seat__organization")
    wording = Wording.of("invitation")
    post([invitation_mail(row, wording) for row in sent])
    audit.record("send_invitations", wave, by=by, prefectures=sorted(codes), mails=len(rows))
    return wave


@transaction.atomic
def send_again(wave: InvitationWave, *, days: int, fingerprint: str, by: User) -> int:
    """New links instead of the old ones, to the mailbox that the seat has now; answers how many.

    Raises ChangedError, and sends nothing, unless it would be what the preview named.
    """
    rows = _confirmed(plan_again(wave, days=days), fingerprint)
    now = timezone.now()
    _take(rows, Invitation.objects.waiting(), withdrawn_at=now)
    renewed = Invitation.objects.bulk_create(
        Invitation(
            seat=row.seat,
            name=row.name,
            address=row.seat.mailbox,
            role=row.role,
            invited_by=by,
            wave=wave,
            sent_at=now,
            expires_at=now + INVITATION_FOR,
        )
        for row in rows
    )
    wording = Wording.of("invitation")
    post([invitation_mail(row, wording) for row in renewed])
    audit.record("send_invitations_again", wave, by=by, days=days, mails=len(rows))
    return len(rows)


def progress(wave: InvitationWave) -> list[tuple[Invitation, Progress]]:
    """Every invitation of the wave that was neither withdrawn nor replaced."""
    rows = in_order(wave.invitations.filter(withdrawn_at=None)).with_delivery()
    return [(row, _progress_of(row)) for row in rows]


def in_order(invitations: InvitationQuerySet) -> InvitationQuerySet:
    """By prefecture and code, with the body."""
    code = F("seat__organization__local_government__code").asc(nulls_last=True)
    return invitations.select_related("seat__organization").order_by(
        "seat__organization__prefecture", code, "seat__organization__kana", "seat_id", "id"
    )


def _progress_of(invitation: Invitation) -> Progress:
    if invitation.accepted_at:
        return Progress.ACCEPTED
    if invitation.delivery_state in _OF_DELIVERY:
        return _OF_DELIVERY[invitation.delivery_state]
    is_over = invitation.expires_at is not None and invitation.expires_at <= timezone.now()
    return Progress.EXPIRED if is_over else Progress.SENT


def _of_active_bodies(invitations: InvitationQuerySet) -> InvitationQuerySet:
    return invitations.filter(seat__organization__status=Organization.Status.ACTIVE)


def _plan(invitations: InvitationQuerySet) -> Plan:
    rows = list(in_order(invitations))
    return Plan(
        invitations=[row for row in rows if row.seat.mailbox],
        without_mailbox=[row for row in rows if not row.seat.mailbox],
    )


def _confirmed(plan: Plan, fingerprint: str) -> list[Invitation]:
    if not plan.invitations or plan.fingerprint != fingerprint:
        raise ChangedError
    return plan.invitations


def _take(rows: list[Invitation], among: InvitationQuerySet, **values: object) -> None:
    """One conditional UPDATE: of two secretaries who send at once, one is told ChangedError."""
    if among.filter(pk__in=[row.pk for row in rows]).update(**values) != len(rows):
        raise ChangedError


def _name_of(codes: Sequence[str]) -> str:
    names = [prefectures.by_code(code).name for code in sorted(codes)]
    if len(names) <= NAMED:
        return "、".join(names)
    return f"{names[0]}など{len(names)}都道府県"
