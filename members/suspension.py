"""利用停止, 利用再開 and 退会 of bodies, and what follows when the status of somebody has changed."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import audit
from members.access import is_secretariat
from members.mailing import compose, post
from members.models import Organization, User
from members.sessions import end_sessions

Status = Organization.Status


@transaction.atomic
def suspend(organization: Organization, *, reason: str = "", by: User) -> None:
    """Everybody of the body is out at the next click; its posts stay."""
    _move(organization, Status.SUSPENDED, of=(Status.ACTIVE,), by=by)
    _tell("body_suspended", organization, reason)


@transaction.atomic
def resume(organization: Organization, *, reason: str = "", by: User) -> None:
    """People log in anew with the passwords they have; old cookies stay dead."""
    _move(organization, Status.ACTIVE, of=(Status.SUSPENDED,), by=by)
    _tell("body_resumed", organization, reason)


@transaction.atomic
def withdraw(organization: Organization, *, reason: str = "", by: User) -> None:
    """退会: as suspended, and only another application brings the body back."""
    _move(organization, Status.WITHDRAWN, of=(Status.ACTIVE, Status.SUSPENDED), by=by)
    _tell("body_withdrawn", organization, reason)


@transaction.atomic
def person_changed(person: User, *, by: User) -> None:
    """Old cookies stay dead when the person comes back."""
    end_sessions(person)
    audit.record("readmit" if person.is_active else "suspend", person, by=by)


@transaction.atomic
def organization_changed(organization: Organization, *, by: User) -> None:
    for person in User.objects.filter(seat__organization=organization):
        end_sessions(person)
    audit.record("change_status", organization, by=by, after=organization.status)


def _move(organization: Organization, status: Status, *, of: tuple[Status, ...], by: User) -> None:
    """The row is locked: of two secretaries at once the second is told."""
    if not (is_secretariat(by) and by.has_perm("members.change_organization")):
        raise PermissionDenied
    now = Organization.objects.select_for_update().order_by().get(pk=organization.pk)
    if now.status not in of or now.kind == Organization.Kind.SECRETARIAT:
        raise StaleError
    organization.status = status
    organization.save(update_fields=["status"])
    organization_changed(organization, by=by)


def _tell(template: str, organization: Organization, reason: str) -> None:
    """To every mailbox. Not as mail of a seat: that is held back while the body is outside."""
    key = f"{template}-{organization.pk}-{timezone.now():%Y%m%d%H%M%S}"
    mailboxes = organization.seats.exclude(mailbox="").values_list("mailbox", flat=True)
    context = {"organization": organization, "reason": reason, "site_url": settings.SITE_URL}
    post(
        compose(template, address=address, key=key, context=context)
        for address in sorted(set(mailboxes))
    )
