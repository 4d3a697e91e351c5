"""Writing mails into the outbox: text from a template, complete in itself, one address."""

from typing import Any

from django.template.loader import render_to_string

from members.models import Delivery, Seat


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
