"""Writing mails into the outbox: text from a template, complete in itself, one address."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db.models import QuerySet

from lib.text import cut
from members.mail_words import KINDS, fill, from_template
from members.models import Delivery, MailText, Organization, Seat, User


@dataclass(frozen=True)
class Wording:
    """What a mail says: the secretariat's version in effect, or the shipped template."""

    template: str
    version: MailText | None = None

    @classmethod
    def of(cls, template: str) -> Self:
        """One query; for many mails of one kind it is asked for once."""
        is_editable = template in KINDS
        return cls(template, MailText.objects.current(template) if is_editable else None)

    def write(self, context: dict[str, Any]) -> tuple[str, str]:
        """Subject and body."""
        if self.version is None:
            return from_template(self.template, context)
        words = KINDS[self.template].words
        values = {word.name: word.value(context) for word in words}
        return fill(self.version.subject, self.version.body, values)


def compose(
    template: str,
    *,
    address: str,
    key: str,
    context: dict[str, Any],
    seat: Seat | None = None,
    wording: Wording | None = None,
) -> Delivery:
    """Not in the outbox yet."""
    subject, body = (wording or Wording.of(template)).write(context)
    return Delivery(address=address, key=key, subject=cut(subject, 150), body=body, seat=seat)


def post(mails: Iterable[Delivery]) -> None:
    """Safe to call twice: the same key reaches an address once."""
    Delivery.objects.bulk_create(mails, ignore_conflicts=True)


def deliver(template: str, **mail: Any) -> None:
    """As compose(), and in the outbox."""
    post([compose(template, **mail)])


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
