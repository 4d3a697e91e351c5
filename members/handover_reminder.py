"""異動予定の確認・引継ぎ: a mail to every seat with a mailbox, once a year before the transfers of April."""

from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from lib.wareki import fiscal_year
from lib.working_days import first_working_day
from members.mailing import Wording, compose, post
from members.models import Delivery, Organization, Seat, SiteText
from members.models.site_text import parse_handover_day

MONTH = 3
DEFAULT_DAY = 15


def send_due() -> int:
    """Daily: from the first working day on until the end of March; answers how many seats.

    A day that was missed is made up for, a second run finds the same keys, and a text that the
    secretariat emptied sends nothing.
    """
    today = timezone.localdate()
    text = SiteText.objects.current(SiteText.Slug.HANDOVER_REMINDER)
    if text is None or not text.body or not _is_season(today):
        return 0
    wording = Wording.of("handover_reminder")
    mails = [_mail(seat, text.body, today, wording) for seat in _seats()]
    post(mails)
    return len(mails)


def _mail(seat: Seat, text: str, today: date, wording: Wording) -> Delivery:
    return compose(
        "handover_reminder",
        address=seat.mailbox,
        key=f"handover-reminder-{fiscal_year(today)}-{seat.pk}",
        seat=seat,
        context={"seat": seat, "text": text, "site_url": settings.SITE_URL},
        wording=wording,
    )


def _is_season(today: date) -> bool:
    return today.month == MONTH and today >= first_working_day(today.replace(day=_day()))


def _day() -> int:
    text = SiteText.objects.current(SiteText.Slug.HANDOVER_DAY)
    return parse_handover_day(text.body) if text else DEFAULT_DAY


def _seats() -> QuerySet[Seat]:
    """Of active bodies; a seat whose people have all left needs the mail most of all."""
    active = Seat.objects.filter(organization__status=Organization.Status.ACTIVE)
    return active.exclude(mailbox="").select_related("organization")
