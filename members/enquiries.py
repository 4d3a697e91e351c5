"""A colleague who is not yet a user asks the 管理担当者 of the own body."""

from django.conf import settings
from django.db import transaction

from members.mailing import deliver, seats_of_secretariat
from members.models import Organization, Seat, User


@transaction.atomic
def ask_managers(
    organization: Organization,
    *,
    form_key: str,
    name: str,
    section: str,
    mailbox: str,
    message: str,
) -> None:
    """Once to each mailbox behind which a manager sits; to the secretariat where there is none.

    Who asks never learns which: not every body wants its people known.
    """
    seats = Seat.objects.filter(organization=organization, users__in=User.objects.managers())
    asked = {"name": name, "section": section, "mailbox": mailbox, "message": message}
    for seat in seats.exclude(mailbox="").distinct() or seats_of_secretariat():
        deliver(
            "managers_asked",
            address=seat.mailbox,
            key=f"ask-{form_key}",
            seat=seat,
            context={"organization": organization, "site_url": settings.SITE_URL, **asked},
        )
