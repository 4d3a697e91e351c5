"""引継ぎ: the successor comes to the same seat with the same role, and the predecessor goes."""

import logging
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import audit, inbox, people, registration
from members.access import is_manager, is_secretariat, manages_people, may_change_staff
from members.models import Handover, Invitation, User
from members.models.handover import HandoverQuerySet

logger = logging.getLogger(__name__)


class AlreadyOpenError(Exception):
    """Somebody has begun a hand-over of this person before."""


def visible_to(user: User) -> HandoverQuerySet:
    """To people of the seat, managers of the body, and the secretariat."""
    if is_secretariat(user):
        return Handover.objects.all()
    if is_manager(user):
        return Handover.objects.of_body(user.seat.organization_id)
    return Handover.objects.filter(seat=user.seat_id)


def may_begin(predecessor: User, *, by: User) -> bool:
    """One's own, or as a manager of the body; a place in the admin by who assigns those."""
    if predecessor.pk == by.pk:
        return True
    if not may_change_staff(predecessor, by):
        return False
    is_own = is_manager(by) and by.seat.organization_id == predecessor.seat.organization_id
    return is_own or manages_people(by)


@transaction.atomic
def begin(
    predecessor: User, *, name: str, address: str, leaves_on: date | None = None, by: User
) -> Handover:
    """Invites the successor. The predecessor may be gone already; nobody loses access before."""
    if not may_begin(predecessor, by=by):
        raise PermissionDenied
    invitation = registration.invite(
        predecessor.seat, name=name, address=address, role=predecessor.role, by=by
    )
    try:
        with transaction.atomic():
            handover = Handover.objects.create(
                seat=predecessor.seat,
                predecessor=predecessor,
                invitation=invitation,
                leaves_on=leaves_on,
                started_by=by,
            )
    except IntegrityError as error:
        raise AlreadyOpenError from error
    audit.record("begin_handover", handover, by=by, predecessor=predecessor.pk)
    _tell(handover, "引継ぎが始まりました。", key="begun")
    return handover


@transaction.atomic
def accept(invitation: Invitation, **person: Any) -> User:
    """registration.accept(), and in a hand-over the predecessor's role of today and departure."""
    user = registration.accept(invitation, **person)
    handover = Handover.objects.open().filter(invitation=invitation).first()
    if handover is None:
        return user
    predecessor = handover.predecessor
    if predecessor.seat_id == handover.seat_id and predecessor.role != user.role:
        user.role = predecessor.role
        user.save(update_fields=["role"])
    if handover.leaves_on is None or handover.leaves_on <= timezone.localdate():
        _finish(handover, by=user)
    return user


def _tell(handover: Handover, text: str, *, key: str) -> None:
    """The colleagues of the section; nobody is named in what stays after a departure."""
    inbox.tell_inboxes(
        [handover.seat],
        text,
        key=f"handover-{handover.pk}-{key}",
        path=handover.get_absolute_url(),
    )


@transaction.atomic
def cancel(handover: Handover, *, by: User) -> None:
    """Until the successor has accepted: one conditional UPDATE of the invitation decides."""
    if not is_cancellable_by(handover, by):
        raise PermissionDenied
    registration.withdraw_invitation(handover.invitation, by=by)
    Handover.objects.open().filter(pk=handover.pk).update(cancelled_at=timezone.now())
    audit.record("cancel_handover", handover, by=by, predecessor=handover.predecessor_id)


def is_cancellable_by(handover: Handover, by: User) -> bool:
    """Asked of somebody who sees the hand-over: not every colleague of the seat."""
    return by.pk == handover.started_by_id or may_begin(handover.predecessor, by=by)


def finish_due() -> int:
    """Daily: lets the predecessors go whose day has come; answers how many."""
    due = Handover.objects.due(timezone.localdate())
    return sum(_finish_or_wait(handover) for handover in due.select_related("predecessor__seat"))


def _finish_or_wait(handover: Handover) -> bool:
    """It stays due while the predecessor is the last 管理担当者, and where somebody acts in this moment."""
    try:
        _finish(handover, by=None)
    except (people.LastManagerError, StaleError) as error:
        logger.warning("handover %s waits: %s", handover.pk, type(error).__name__)
        return False
    return True


@transaction.atomic
def _finish(handover: Handover, *, by: User | None) -> None:
    predecessor = handover.predecessor
    # Whoever has been moved to another seat meanwhile has left this one already.
    if predecessor.seat_id == handover.seat_id and predecessor.left_at is None:
        people.let_go(predecessor, by=by)
    Handover.objects.filter(pk=handover.pk).update(finished_at=timezone.now())
    audit.record("finish_handover", handover, by=by, predecessor=predecessor.pk)
    _tell(handover, "引継ぎが完了しました。", key="finished")


def open_of_body(organization_id: int) -> HandoverQuerySet:
    """What goes on in a body, with what a list of it shows."""
    return (
        Handover.objects.open()
        .of_body(organization_id)
        .select_related("seat__organization", "predecessor", "invitation")
    )
