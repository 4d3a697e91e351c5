"""会員登録: from the application of a body to the first person of its first seat."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from members import audit, consent
from members.mailing import deliver
from members.models import (
    Application,
    ApplicationStep,
    Invitation,
    LocalGovernment,
    Organization,
    Seat,
    User,
)

Status = Application.Status


class AlreadyDecidedError(Exception):
    """Somebody else was quicker: the application is no longer in a state for this act."""


class AlreadyOpenError(Exception):
    """Another application of the same body is being looked at."""


def apply(application: Application, *, themes: Any = ()) -> None:
    """Save a new application and mail the link that proves the address."""
    with transaction.atomic():
        application.save()
        application.themes.set(themes)
        _step(application)
        _tell(application, "application_verify")


def verify(application: Application) -> None:
    """The applicant pressed the button behind the mailed link.

    Raises AlreadyOpenError when another application of the body is open, AlreadyDecidedError when this
    one has been verified before.
    """
    try:
        with transaction.atomic():
            _move(application, Status.RECEIVED, of=(Status.UNVERIFIED,))
            _tell(application, "application_received")
            _tell_secretariat(application)
    except IntegrityError as error:
        raise AlreadyOpenError from error


@transaction.atomic
def resubmit(application: Application, *, themes: Any = ()) -> None:
    """The applicant has corrected what the secretariat returned."""
    _move(application, Status.RECEIVED, of=(Status.RETURNED,))
    application.save()
    application.themes.set(themes)
    _tell_secretariat(application)


@transaction.atomic
def withdraw(application: Application) -> None:
    _move(application, Status.WITHDRAWN, of=Application.OPEN)


@transaction.atomic
def start_review(application: Application, *, by: User) -> None:
    _decide(application, Status.REVIEWING, of=(Status.RECEIVED,), by=by)


@transaction.atomic
def return_to_applicant(application: Application, *, by: User, reason: str) -> None:
    _decide(application, Status.RETURNED, of=Application.DECIDABLE, by=by, reason=reason)
    _tell(application, "application_returned", reason=reason)


@transaction.atomic
def refuse(application: Application, *, by: User, reason: str) -> None:
    _decide(application, Status.REFUSED, of=Application.DECIDABLE, by=by, reason=reason)
    _tell(application, "application_refused", reason=reason)


@transaction.atomic
def approve(application: Application, *, by: User) -> Invitation:
    """Creates or revives the body, its seat, and the invitation of its first 管理担当者."""
    _decide(application, Status.APPROVED, of=Application.DECIDABLE, by=by)
    organization = _admit(application)
    seat, _ = Seat.objects.get_or_create(
        organization=organization,
        section=application.section,
        defaults={
            "mailbox": application.email,
            "telephone": application.telephone,
            "extension": application.extension,
        },
    )
    return invite(
        seat,
        name=application.contact_name,
        address=application.email,
        role=User.Role.MANAGER,
        by=by,
    )


@transaction.atomic
def invite(seat: Seat, *, name: str, address: str, role: str, by: User | None) -> Invitation:
    invitation = Invitation.objects.create(
        seat=seat, name=name, address=address, role=role, invited_by=by
    )
    audit.record("invite", invitation, by=by, seat=seat.pk, role=role)
    deliver(
        "invitation",
        address=address,
        key=f"invitation-{invitation.pk}",
        seat=seat,
        context={"invitation": invitation, "site_url": settings.SITE_URL},
    )
    return invitation


@transaction.atomic
def renew(invitation: Invitation, *, by: User) -> Invitation | None:
    """A new invitation in place of one that still waits; None for one that was used or replaced."""
    if not _withdrawn(invitation):
        return None
    return invite(
        invitation.seat,
        name=invitation.name,
        address=invitation.address,
        role=invitation.role,
        by=by,
    )


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> None:
    """Raises AlreadyDecidedError when it has been used, withdrawn or replaced."""
    if not _withdrawn(invitation):
        raise AlreadyDecidedError
    audit.record("withdraw_invitation", invitation, by=by, seat=invitation.seat_id)


def _withdrawn(invitation: Invitation) -> int:
    """One conditional UPDATE: it cannot be accepted in the same moment."""
    waiting = Invitation.objects.waiting().filter(pk=invitation.pk)
    return waiting.update(withdrawn_at=timezone.now())


@transaction.atomic
def accept(
    invitation: Invitation, *, name: str, username: str, email: str | None, password: str
) -> User:
    """Makes the person of an invitation.

    Raises AlreadyDecidedError when it is used or too old, or its body is suspended or gone.
    """
    taken = Invitation.objects.usable().filter(pk=invitation.pk)
    if not invitation.is_for_active_body or not taken.update(accepted_at=timezone.now()):
        raise AlreadyDecidedError
    user = User.objects.create_user(
        seat=invitation.seat,
        name=name,
        username=username,
        email=email,
        password=password,
        role=invitation.role,
    )
    consent.agree_to_current(user)
    audit.record("accept_invitation", invitation, by=user, seat=invitation.seat_id)
    return user


def erase_abandoned() -> int:
    """Applications whose address nobody verified within three days; answers how many."""
    abandoned = Application.objects.abandoned(timezone.now())
    count = abandoned.count()
    abandoned.delete()
    return count


def _admit(application: Application) -> Organization:
    local_government = application.local_government
    organization = _existing_body(application) or Organization(
        kind=_kind_of(local_government),
        prefecture=application.prefecture,
        name=local_government.own_name if local_government else application.body_name,
        kana=local_government.kana if local_government else "",
        local_government=local_government,
        website=application.website,
        x_account=application.x_account,
        magazine_url=application.magazine_url,
    )
    organization.status = Organization.Status.ACTIVE
    organization.joined_on = timezone.localdate()
    organization.save()
    organization.themes.add(*application.themes.all())
    return organization


def _existing_body(application: Application) -> Organization | None:
    """A body that had left comes back as itself."""
    if application.local_government:
        found = Organization.objects.filter(local_government=application.local_government)
    else:
        found = Organization.objects.filter(
            prefecture=application.prefecture, name=application.body_name
        )
    return found.first()


def _kind_of(local_government: LocalGovernment | None) -> Organization.Kind:
    if local_government is None:
        return Organization.Kind.ASSOCIATION
    if local_government.kind == LocalGovernment.Kind.PREFECTURE:
        return Organization.Kind.PREFECTURE
    return Organization.Kind.MUNICIPALITY


def _decide(
    application: Application, status: Status, *, of: tuple[Status, ...], by: User, reason: str = ""
) -> None:
    before = application.status
    _move(
        application, status, of=of, by=by, reason=reason, decided_at=timezone.now(), decided_by=by
    )
    audit.record("decide_application", application, by=by, before=before, after=status)


def _move(
    application: Application,
    status: Status,
    *,
    of: tuple[Status, ...],
    by: User | None = None,
    reason: str = "",
    **fields: Any,
) -> None:
    """One conditional UPDATE: of two people who decide at once, one is told AlreadyDecidedError."""
    found = Application.objects.filter(pk=application.pk, status__in=of)
    if not found.update(status=status, **fields):
        raise AlreadyDecidedError
    application.status = status
    for name, value in fields.items():
        setattr(application, name, value)
    _step(application, by=by, reason=reason)


def _step(application: Application, *, by: User | None = None, reason: str = "") -> None:
    ApplicationStep.objects.create(
        application=application, status=application.status, by=by, reason=reason
    )


def _tell(application: Application, template: str, **context: Any) -> None:
    steps = application.steps.count()
    deliver(
        template,
        address=application.email,
        key=f"application-{application.pk}-{steps}",
        context={"application": application, "site_url": settings.SITE_URL, **context},
    )


def _tell_secretariat(application: Application) -> None:
    """Once per step to each mailbox of the secretariat."""
    steps = application.steps.count()
    seats = Seat.objects.filter(organization__kind=Organization.Kind.SECRETARIAT)
    for seat in seats.exclude(mailbox=""):
        deliver(
            "application_waiting",
            address=seat.mailbox,
            key=f"application-{application.pk}-{steps}-secretariat",
            seat=seat,
            context={"application": application, "site_url": settings.SITE_URL},
        )
