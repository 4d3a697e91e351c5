"""Writing mails into the outbox: text from a template, complete in itself, one address."""

import secrets
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string

from members.models import Delivery, Organization, Seat, User


def deliver(
    template: str, *, address: str, key: str, context: dict[str, Any], seat: Seat | None = None
) -> None:
    """Safe to call twice: the same key reaches an address once.

    `members/mail/<template>.txt` begins with the subject on a line of its own.
    """
    text = render_to_string(f"members/mail/{template}.txt", context).strip()
    subject, _, body = text.partition("\n")
    Delivery.objects.bulk_create(
        [
            Delivery(
                address=address,
                key=key,
                subject=subject.strip(),
                body=body.strip() + "\n",
                seat=seat,
            )
        ],
        ignore_conflicts=True,
    )


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
