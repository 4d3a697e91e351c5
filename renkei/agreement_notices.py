"""協定の申出期限: the secretariat hears of it while there is time to act."""

from datetime import date

from django.urls import reverse

from agreements.models import RegionalAgreement
from lib.wareki import format_date
from members import inbox
from members.models import Notice

# The first time early enough for a council's session, the second as a reminder.
DAYS_BEFORE = (90, 30)


def tell_of_notices() -> int:
    """Daily; each agreement and deadline once per number of days. Answers how many are due."""
    told = 0
    for days in DAYS_BEFORE:
        for agreement in RegionalAgreement.objects.with_parties().notice_due_within(days):
            term = agreement.current_term
            if term and term.notice_on:
                _tell(agreement, term.notice_on, days)
                told += 1
    return told


def _tell(agreement: RegionalAgreement, notice_on: date, days: int) -> None:
    inbox.tell(
        Notice.Kind.AGREEMENT,
        key=f"agreement-{agreement.pk}-{notice_on.isoformat()}-{days}",
        text=f"{agreement.party_names}との協定：申出の期限は{format_date(notice_on)}です。",
        path=reverse("admin:agreements_regionalagreement_change", args=[agreement.pk]),
    )
