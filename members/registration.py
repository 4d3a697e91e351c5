"""会員登録: from the application of a body to the first person of its first seat."""

import secrets
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import addresses, audit, consent
from members.admission import admit
from members.mailing import Wording, compose, deliver, post, seats_of_secretariat
from members.models import (
    Application,
    ApplicationStep,
    Delivery,
    Invitation,
    InvitationWave,
    Seat,
    User,
)
from members.models.invitation import InvitationQuerySet

Status = Application.Status

# Ends the key of a mail about an application that is not to the applicant.
TO_SECRETARIAT = "-secretariat"
APPROVED = "会員登録の申請を承認しました。"
PROOF_FOR = timedelta(days=3)
PROOF_SALT = "members.registration"


class Proof(NamedTuple):
    """The link to a corrected address, which is saved when its button is pressed."""

    application: Application
    signed: str

    def get_absolute_url(self) -> str:
        return f"{self.application.get_absolute_url()}?proof={self.signed}"


class AlreadyOpenError(Exception):
    """Another application of the same body is being looked at."""


class NameTakenError(Exception):
    """Somebody else has got the 利用者ID or the address in this moment."""


def apply(application: Application, *, themes: Any = ()) -> Application:
    """Saves a new application and mails the link that proves the address.

    Sent twice with one form_key, it is saved and mailed once: the second finds the first.
    """
    try:
        with transaction.atomic():
            _save_new(application, themes)
            _step(application)
            _tell(application, "application_verify")
    except IntegrityError:
        return _saved_before(application)
    return application


def enter(
    application: Application, *, channel: str, note: str, by: User, themes: Any = ()
) -> Application:
    """代理入力: the secretariat types what a body telephoned or faxed; it waits at once.

    Sent twice, it is saved once. Raises AlreadyOpenError when another application of the body is open.
    """
    application.status, application.entered_by = Status.RECEIVED, by
    application.channel, application.note = channel, note
    try:
        with transaction.atomic():
            _save_new(application, themes)
            _step(application, by=by, reason=application.channel_label)
            audit.record("enter_application", application, by=by, channel=channel)
            _tell(application, "application_entered")
    except IntegrityError as error:
        try:
            return _saved_before(application)
        except Application.DoesNotExist:
            raise AlreadyOpenError from error
    return application


def _save_new(application: Application, themes: Any) -> None:
    application.save()
    application.themes.set(themes)


def _saved_before(application: Application) -> Application:
    return Application.objects.get(form_key=application.form_key)


def verify(application: Application) -> None:
    """The applicant pressed the button behind the mailed link.

    Raises AlreadyOpenError when another application of the body is open, StaleError when this
    one has been verified before.
    """
    try:
        with transaction.atomic():
            _move(application, Status.RECEIVED, of=(Status.UNVERIFIED,))
            audit.record("verify_application", application, by=None)
            _tell(application, "application_received")
            _tell_secretariat(application)
    except IntegrityError as error:
        raise AlreadyOpenError from error


def resubmit(application: Application, *, themes: Any = ()) -> bool:
    """The applicant has corrected what the secretariat returned; False where it still waits.

    Saves what the form asks and nothing else: a decision that fell meanwhile stays. Another address is
    proven first (prove_address), so that a slip of the pen invites no stranger; until then it stays
    returned, and can be corrected again. Raises StaleError after a decision, AlreadyOpenError
    when another application of the body is open.
    """
    before = Application.objects.values_list("email", flat=True).get(pk=application.pk)
    is_proven, address = application.email == before, application.email
    application.email = before
    try:
        with transaction.atomic():
            if is_proven:
                _move(application, Status.RECEIVED, of=(Status.RETURNED,))
                audit.record("resubmit_application", application, by=None)
                _tell_secretariat(application)
            elif not _locked(application, Status.RETURNED):
                raise StaleError
            else:
                _ask_for_proof(application, address)
            application.save(update_fields=Application.ASKED)
            application.themes.set(themes)
    except IntegrityError as error:
        raise AlreadyOpenError from error
    return is_proven


def proposed_address(application: Application, proof: str) -> str:
    """What the link of this mail proves; empty where it is over. One of an earlier return is."""
    try:
        pk, steps, address = signing.loads(proof, salt=PROOF_SALT, max_age=PROOF_FOR)
    except signing.BadSignature:
        return ""
    is_current = application.status == Status.RETURNED and steps == application.steps.count()
    return address if is_current and pk == application.pk else ""


@transaction.atomic
def prove_address(application: Application, proof: str) -> None:
    """The button behind the link to a corrected address. Raises StaleError where it is over."""
    address = proposed_address(application, proof)
    if not address:
        raise StaleError
    _move(application, Status.RECEIVED, of=(Status.RETURNED,), email=address)
    audit.record("resubmit_application", application, by=None)
    _tell(application, "application_received")
    _tell_secretariat(application)


def _locked(application: Application, status: Status) -> bool:
    """Whether it is in this state, and stays so until the end of the transaction."""
    found = Application.objects.select_for_update().order_by()
    return found.filter(pk=application.pk, status=status).first() is not None


def _ask_for_proof(application: Application, address: str) -> None:
    signed = signing.dumps([application.pk, application.steps.count(), address], salt=PROOF_SALT)
    proof = Proof(application, signed)
    deliver(
        "application_address",
        address=address,
        key=f"application-{application.pk}-{secrets.token_hex(8)}",
        context={"application": application, "proof": proof, "site_url": settings.SITE_URL},
    )


@transaction.atomic
def withdraw(application: Application) -> None:
    _move(application, Status.WITHDRAWN, of=Application.OPEN)
    audit.record("withdraw_application", application, by=None)


@transaction.atomic
def withdraw_unanswered(application: Application, *, reason: str) -> None:
    """By itself: the applicant never corrected what was returned."""
    _move(application, Status.WITHDRAWN, of=(Status.RETURNED,), reason=reason)
    audit.record("withdraw_application", application, by=None)


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
    organization = admit(application, by=by)
    seat, _ = Seat.objects.get_or_create(
        organization=organization,
        section=application.section,
        defaults={
            "mailbox": application.email,
            "telephone": application.telephone,
            "extension": application.extension,
        },
    )
    invitation = invite(
        seat,
        name=application.contact_name,
        address=application.email,
        role=User.Role.MANAGER,
        by=by,
        opening=APPROVED,
    )
    application.invitation = invitation
    application.save(update_fields=["invitation"])
    return invitation


@transaction.atomic
def invite(
    seat: Seat,
    *,
    name: str,
    address: str,
    role: str,
    by: User | None,
    wave: InvitationWave | None = None,
    opening: str = "",
) -> Invitation:
    """`opening` is what the mail says first, where the invitation is an answer."""
    invitation = Invitation.objects.create(
        seat=seat, name=name, address=address, role=role, invited_by=by, wave=wave
    )
    audit.record("invite", invitation, by=by, seat=seat.pk, role=role)
    post([invitation_mail(invitation, opening=opening)])
    return invitation


def invitation_mail(
    invitation: Invitation, wording: Wording | None = None, *, opening: str = ""
) -> Delivery:
    """The one mail that carries the link; `wording` where many are written at once."""
    return compose(
        "invitation",
        address=invitation.address,
        key=invitation.mail_key,
        seat=invitation.seat,
        context={"invitation": invitation, "opening": opening, "site_url": settings.SITE_URL},
        wording=wording,
    )


@transaction.atomic
def renew(invitation: Invitation, *, by: User) -> Invitation | None:
    """A new invitation in place of one that still waits; None for any other."""
    if not _withdrawn(invitation, Invitation.objects.waiting()):
        return None
    new = invite(
        invitation.seat,
        name=invitation.name,
        address=invitation.address,
        role=invitation.role,
        by=by,
        wave=invitation.wave,
    )
    Application.objects.filter(invitation=invitation).update(invitation=new)
    return new


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User) -> None:
    """Raises StaleError when it has been used, withdrawn or replaced."""
    if not _withdrawn(invitation, Invitation.objects.open()):
        raise StaleError
    audit.record("withdraw_invitation", invitation, by=by, seat=invitation.seat_id)


def _withdrawn(invitation: Invitation, among: InvitationQuerySet) -> int:
    """One conditional UPDATE: it cannot be accepted, or sent, in the same moment."""
    return among.filter(pk=invitation.pk).update(withdrawn_at=timezone.now())


@transaction.atomic
def accept(
    invitation: Invitation, *, name: str, username: str, email: str | None, password: str
) -> User:
    """Makes the person of an invitation.

    An own address logs in once it is proven: at once where the invitation went to it, behind a mailed
    link otherwise. Raises StaleError when the invitation is used or too old, or its body is
    suspended or gone, NameTakenError when somebody else was quicker with the name.
    """
    taken = Invitation.objects.usable().filter(pk=invitation.pk)
    if not invitation.is_for_active_body or not taken.update(accepted_at=timezone.now()):
        raise StaleError
    is_proven = email is not None and invitation.is_to(email)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                seat=invitation.seat,
                name=name,
                username=username,
                email=email if is_proven else None,
                password=password,
                role=invitation.role,
            )
    except IntegrityError as error:
        raise NameTakenError from error
    consent.agree_to_current(user)
    audit.record("accept_invitation", invitation, by=user, seat=invitation.seat_id)
    if email and not is_proven:
        addresses.mail_link(user, email)
    return user


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
    """One conditional UPDATE: of two people who decide at once, one is told StaleError."""
    found = Application.objects.filter(pk=application.pk, status__in=of)
    if not found.update(status=status, **fields):
        raise StaleError
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
    for seat in seats_of_secretariat():
        deliver(
            "application_waiting",
            address=seat.mailbox,
            key=f"application-{application.pk}-{steps}{TO_SECRETARIAT}",
            seat=seat,
            context={"application": application, "site_url": settings.SITE_URL},
        )
