"""組織改正: bodies and sections that get another name, and keep the one they had."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from lib.text import clean_line
from members import audit
from members.access import is_secretariat
from members.models import FormerName, Organization, Seat, User


@transaction.atomic
def rename(
    organization: Organization, name: str, kana: str, *, by: User, from_date: date | None = None
) -> None:
    """The new name holds from the day (default: today in Japan). For the secretariat alone.

    Raises ValidationError for a name that the body cannot have, as one that another body bears.
    """
    if not is_secretariat(by):
        raise PermissionDenied
    now = Organization.objects.select_for_update().order_by().get(pk=organization.pk)
    organization.name, organization.kana = clean_line(name), clean_line(kana)
    organization.full_clean()
    if organization.name != now.name:
        keep_name(organization, now.name, now.kana, until=_day_before(from_date))
    organization.save(update_fields=["name", "kana"])
    audit.record("rename", organization, by=by)


def keep_name(
    organization: Organization,
    name: str,
    kana: str,
    *,
    until: date,
    reason: FormerName.Reason = FormerName.Reason.RENAMED,
) -> None:
    """One row per name: a body that goes back and forth gathers none. Saving the body folds it."""
    FormerName.objects.update_or_create(
        organization=organization,
        name=name,
        defaults={"kana": kana, "until": until, "reason": reason},
    )


def keep_section(seat: Seat) -> None:
    """The name that the section has until it is saved; nothing where that does not change."""
    now = Seat.objects.get(pk=seat.pk)
    if now.section != seat.section:
        FormerName.objects.update_or_create(
            seat=seat, name=now.section, defaults={"until": _day_before(None)}
        )


def _day_before(day: date | None) -> date:
    return (day or timezone.localdate()) - timedelta(days=1)
