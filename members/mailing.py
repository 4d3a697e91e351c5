"""Writing mails into the outbox: text from a template, complete in itself, one address."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string

from members.models import Delivery, Organization, Seat, User


def compose(
    template: str, *, address: str, key: str, context: dict[str, Any], seat: Seat | None = None
) -> Delivery:
    """Not in the outbox yet. `members/mail/<template>.txt` begins with the subject on its own line."""
    text = render_to_string(f"members/mail/{template}.txt", context).strip()
    subject, _, body = text.partition("\n")
    return Delivery(
        address=address, key=key, subject=subject.strip(), body=body.strip() + "\n", seat=seat
    )


def post(mails: Iterable[Delivery]) -> None:
    """Safe to call twice: the same key reaches an address once."""
    Delivery.objects.bulk_create(mails, ignore_conflicts=True)


def deliver(
    template: str, *, address: str, key: str, context: dict[str, Any], seat: Seat | None = None
) -> None:
    post([compose(template, address=address, key=key, context=context, seat=seat)])


def deliver_to_person(template: str, user: User, *, address: str = "", **context: Any) -> None:
    """To the own address, or to the seat's mailbox for a person without one. Each call is a new mail."""
    address = address or user.mail_address
    if not address:
        return
    deliver(
        template,
        address=address,
        key=f"{template}-{user.pk}-{secrets.token_hex(8)}",
        seat=user.seat,
        context={"person": user, "site_url": settings.SITE_URL, **context},
    )


def seats_of_secretariat() -> QuerySet[Seat]:
    """Those of the secretariat that can be mailed."""
    seats = Seat.objects.filter(organization__kind=Organization.Kind.SECRETARIAT)
    return seats.exclude(mailbox="")
