"""Members propose an event of theirs; the secretariat publishes it, or says why not."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.conflicts import EditedMeanwhileError, StaleError
from lib.forms import new_form_key
from lib.wareki import format_datetime
from members import audit, drafts
from members.mailing import deliver, seats_of_secretariat
from members.models import Draft, User
from news.models import Event

WITHDRAWN = "提案した会員が取り下げました。"


def propose(event: Event, *, form_key: str, by: User) -> Event:
    """Saves a new proposal and tells the secretariat. Sent twice with one form_key, it is saved once."""
    event.form_key, event.seat, event.proposed_by = form_key, by.seat, by
    event.is_draft, event.is_demo = True, by.seat.organization.is_demo
    try:
        with transaction.atomic():
            event.save()
            _close_draft(form_key, by)
            audit.record("propose_event", event, by=by)
            _tell_secretariat(event)
    except IntegrityError:
        before = Event.objects.filter(form_key=form_key, seat=by.seat).first()
        # Another section's key says nothing about ours.
        return before or propose(event, form_key=new_form_key(), by=by)
    return event


def mark_of(event: Event) -> str:
    """Of what is proposed, as it is stored: tells whether it has changed since somebody read it."""
    read = [
        value.timestamp() if isinstance(value, datetime) else str(value)
        for value in _proposed(event)
    ]
    return hashlib.sha256(repr(read).encode()).hexdigest()


@transaction.atomic
def amend(event: Event, *, expected: str, form_key: str, by: User) -> None:
    """Saves what is proposed; what the secretariat has filled in meanwhile stays.

    `expected` is mark_of() it when the form was opened. Raises EditedMeanwhileError, and StaleError:
    what has been decided on stays as it was then.
    """
    current = _locked(event)
    # Pressed twice, the second finds its own words.
    if _proposed(current) != _proposed(event):
        _check_read(current, expected)
    for name in Event.PROPOSED:
        setattr(current, name, getattr(event, name))
    current.save()
    _close_draft(form_key, by)
    audit.record("amend_event", event, by=by)


@transaction.atomic
def withdraw(event: Event, *, by: User) -> None:
    """By the body itself. Raises StaleError."""
    current = _locked(event)
    current.refusal = WITHDRAWN
    current.save(update_fields=["refusal"])
    audit.record("withdraw_event", event, by=by)


@transaction.atomic
def publish(event: Event, *, expected: str, by: User) -> None:
    """What was read (mark_of), at once or at a later hour that the secretariat has entered.

    Raises StaleError, and EditedMeanwhileError where the member has amended it since.
    """
    current = _locked(event)
    _check_read(current, expected)
    current.is_draft = False
    current.publish_at = max(current.publish_at, timezone.now())
    current.save(update_fields=["is_draft", "publish_at"])
    audit.record("publish_event", event, by=by)
    _tell_proposer(current, "event_published")


@transaction.atomic
def refuse(event: Event, *, expected: str, by: User, reason: str) -> None:
    """What was read, as publish(). Raises StaleError and EditedMeanwhileError."""
    current = _locked(event)
    _check_read(current, expected)
    current.refusal = reason
    current.save(update_fields=["refusal"])
    audit.record("refuse_event", event, by=by)
    _tell_proposer(current, "event_refused")


def _proposed(event: Event) -> list[Any]:
    return [getattr(event, name) for name in Event.PROPOSED]


def _check_read(current: Event, expected: str) -> None:
    if mark_of(current) != expected:
        raise EditedMeanwhileError


def _locked(event: Event) -> Event:
    """The row as it is now, and nobody else decides meanwhile."""
    current = Event.objects.select_for_update().get(pk=event.pk)
    if not current.is_waiting_for_decision:
        raise StaleError
    return current


def _close_draft(form_key: str, by: User) -> None:
    for draft in Draft.objects.of_seat(by).filter(form_key=form_key):
        drafts.close(draft)


def _tell_secretariat(event: Event) -> None:
    for seat in seats_of_secretariat():
        deliver(
            "event_proposed",
            address=seat.mailbox,
            key=f"event-{event.pk}-proposed",
            seat=seat,
            context={"event": event, "site_url": settings.SITE_URL},
        )


def _tell_proposer(event: Event, template: str) -> None:
    """The section's mailbox; whoever proposed it where there is none."""
    seat, person = event.seat, event.proposed_by
    address = seat.mailbox if seat else ""
    if not address and person:
        address = person.mail_address
    if address:
        deliver(
            template,
            address=address,
            key=f"event-{event.pk}-{template}",
            seat=seat,
            context={
                "event": event,
                "seat": seat,
                "publish_at": format_datetime(event.publish_at),
                "site_url": settings.SITE_URL,
            },
        )
