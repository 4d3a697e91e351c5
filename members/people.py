"""The people and seats of a body: who comes, who may do what, who goes.

A body never loses its last 管理担当者. Every act locks the row of the body first and reads the people
anew: of two managers who lower each other at the same moment, one is refused.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import audit, registration, reorganization
from members.access import is_manager, manages_people, may_change_staff
from members.models import Handover, Invitation, Organization, Seat, User
from members.sessions import end_sessions


class LastManagerError(Exception):
    """The act would leave the body without a 管理担当者 who can log in."""


class SectionTakenError(Exception):
    """The body has a section of the same name."""


@transaction.atomic
def invite(seat: Seat, *, name: str, address: str, role: str, by: User) -> Invitation:
    """Pressed twice, it finds the invitation that is on its way."""
    _lock_body(seat.organization_id)
    _check_manages(by, seat.organization_id)
    sent = Invitation.objects.open().filter(seat=seat, name=name, address=address).first()
    return sent or registration.invite(seat, name=name, address=address, role=role, by=by)


@transaction.atomic
def resend(invitation: Invitation, *, by: User) -> Invitation | None:
    """A new link instead of the old one; a hand-over follows it. None when there is nothing to renew."""
    _check_manages(by, invitation.seat.organization_id)
    renewed = registration.renew(invitation, by=by)
    if renewed:
        Handover.objects.open().filter(invitation=invitation).update(invitation=renewed)
    return renewed


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    """Raises StaleError for one that was used. One of a hand-over is taken back by cancelling that."""
    _check_manages(by, invitation.seat.organization_id)
    if Handover.objects.open().filter(invitation=invitation).exists():
        raise StaleError
    registration.withdraw_invitation(invitation, by=by)


@transaction.atomic
def change_role(user: User, role: str, *, by: User) -> None:
    user = _locked(user)
    _check_may_change(user, by)
    if user.left_at:
        raise StaleError
    if role != User.Role.MANAGER:
        _check_not_last_manager(user)
    before, user.role = user.role, User.Role(role)
    user.save(update_fields=["role"])
    audit.record("change_role", user, by=by, before=before, after=role)


@transaction.atomic
def suspend(user: User, *, by: User) -> None:
    user = _locked(user)
    _check_may_change(user, by)
    _suspend(user, by=by)


@transaction.atomic
def suspend_unused(user: User, *, before: datetime) -> None:
    """By the portal itself. Raises StaleError for whoever has logged in meanwhile."""
    user = _locked(user)
    if user.last_seen_at and user.last_seen_at >= before:
        raise StaleError
    _suspend(user, by=None)


@transaction.atomic
def resume(user: User, *, by: User) -> None:
    user = _locked(user)
    _check_may_change(user, by)
    if user.is_active or user.left_at:
        raise StaleError
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record("resume", user, by=by, seat=user.seat_id)


@transaction.atomic
def remove(user: User, *, by: User) -> None:
    """The person has left and shows as 前任者; the row stays, for authorship and the audit trail."""
    _check_may_change(_locked(user), by)
    let_go(user, by=by)


@transaction.atomic
def let_go(user: User, *, by: User | None) -> None:
    """remove() without the question who asks: for a hand-over that is due."""
    user = _locked(user)
    if user.left_at:
        raise StaleError
    _check_not_last_manager(user)
    user.left_at = timezone.now()
    _deactivate(user)
    audit.record("remove", user, by=by, seat=user.seat_id)


@transaction.atomic
def move(user: User, seat: Seat, *, by: User, role: str | None = None) -> None:
    """Takes nothing along: in another body the role begins at 投稿担当者, rights in the admin end.

    Drafts, watches and settings hang on the seat that is left. For the secretariat alone.
    """
    if not (manages_people(by) and may_change_staff(user, by)):
        raise PermissionDenied
    user = _locked(user)
    before = user.seat
    if before.organization_id != seat.organization_id:
        _check_not_last_manager(user)
        user.role = User.Role(role or User.Role.CONTRIBUTOR)
        user.is_staff = user.is_superuser = user.shows_name = False
        user.groups.clear()
        user.user_permissions.clear()
    user.seat = seat
    user.save(update_fields=["seat", "role", "is_staff", "is_superuser", "shows_name"])
    end_sessions(user)
    audit.record("move", user, by=by, before=before.pk, after=seat.pk, role=user.role)


@transaction.atomic
def save_seat(seat: Seat, *, fields: Iterable[str], by: User) -> None:
    """Adds a seat or saves its changes; `fields` are the names of what was changed.

    A section that is renamed is found under its former name, too. The body is locked: one that merges in
    the same moment leaves no seat behind. Raises SectionTakenError.
    """
    _lock_body(seat.organization_id)
    _check_manages(by, seat.organization_id)
    same = Seat.objects.filter(organization=seat.organization_id, section=seat.section)
    if same.exclude(pk=seat.pk).exists():
        raise SectionTakenError
    changed = sorted(fields)
    act = "edit_seat" if seat.pk else "add_seat"
    if seat.pk and "section" in changed:
        reorganization.keep_section(seat)
    seat.save()
    audit.record(act, seat, by=by, fields=changed)


@transaction.atomic
def delete_seat(seat: Seat, *, by: User) -> None:
    """One that nothing hangs on: the database keeps every other."""
    _lock_body(seat.organization_id)
    _check_manages(by, seat.organization_id)
    audit.record("delete_seat", seat, by=by, organization=seat.organization_id)
    seat.delete()


@transaction.atomic
def move_seat(seat: Seat, into: Organization, *, by: User) -> None:
    """To another body, with its people, invitations, drafts and settings; what it posted stays.

    As with move(), its people begin as 投稿担当者 there, unless they only read; who is invited, too.
    Raises LastManagerError where colleagues would stay behind without a 管理担当者, SectionTakenError,
    StaleError.
    """
    if not manages_people(by):
        raise PermissionDenied
    before = seat.organization_id
    # In the order of their numbers: two secretaries never wait for each other.
    for pk in sorted({before, into.pk}):
        _lock_body(pk)
    now = Seat.objects.select_related("organization").get(pk=seat.pk)
    into = Organization.objects.get(pk=into.pk)
    if now.organization_id != before:
        raise StaleError
    _check_may_move(now, into)
    for person in now.users.all():
        end_sessions(person)
    for rows in (now.users.all(), Invitation.objects.open().filter(seat=now)):
        rows.filter(role=User.Role.MANAGER).update(role=User.Role.CONTRIBUTOR)
    now.organization = into
    now.save(update_fields=["organization"])
    audit.record("move_seat", now, by=by, before=before, after=into.pk)


def _check_may_move(seat: Seat, into: Organization) -> None:
    if Organization.Kind.SECRETARIAT in (seat.organization.kind, into.kind):
        raise StaleError
    if into.pk == seat.organization_id or into.status != Organization.Status.ACTIVE:
        raise StaleError
    if Seat.objects.filter(organization=into, section=seat.section).exists():
        raise SectionTakenError
    _check_manager_stays(seat)


def _check_manager_stays(seat: Seat) -> None:
    """Of the colleagues in other sections one must manage, where there are any."""
    people = User.objects.filter(seat__organization=seat.organization_id, is_active=True)
    others = people.exclude(seat=seat)
    if others.exists() and not others.managers().exists():
        raise LastManagerError


def _check_manages(by: User, organization_id: int) -> None:
    """Read anew: whoever was lowered a moment ago decides nothing any more."""
    now = User.objects.select_related("seat__organization").get(pk=by.pk)
    if manages_people(now) or (is_manager(now) and now.seat.organization_id == organization_id):
        return
    raise PermissionDenied


def _check_may_change(user: User, by: User) -> None:
    """Those who use the admin are changed by whoever assigns its roles."""
    _check_manages(by, user.seat.organization_id)
    if not may_change_staff(user, by):
        raise PermissionDenied


def _check_not_last_manager(user: User) -> None:
    if user.role != User.Role.MANAGER or not user.is_active:
        return
    managers = User.objects.managers().filter(seat__organization=user.seat.organization_id)
    if not managers.exclude(pk=user.pk).exists():
        raise LastManagerError


def _locked(user: User) -> User:
    """The person as of now, with the body locked until the end of the transaction."""
    _lock_body(user.seat.organization_id)
    now = User.objects.select_related("seat__organization").get(pk=user.pk)
    if now.seat.organization_id != user.seat.organization_id:
        raise StaleError
    return now


def _lock_body(organization_id: int) -> None:
    Organization.objects.select_for_update().order_by().get(pk=organization_id)


def _suspend(user: User, *, by: User | None) -> None:
    if not user.is_active:
        raise StaleError
    _check_not_last_manager(user)
    _deactivate(user)
    audit.record("suspend", user, by=by, seat=user.seat_id)


def _deactivate(user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active", "left_at"])
    end_sessions(user)
