"""What waits for the secretariat: shown first on the start page of the admin."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse

from agreements.models import RegionalAgreement
from lib.wareki import format_date

NOTICE_DAYS = 90


@dataclass(frozen=True)
class Waiting:
    """One line: what, how many, and the list that shows just these."""

    text: str
    url: str


def waiting() -> list[Waiting]:
    """Empty when nothing waits."""
    return [*_notices(), *_different_counts(), *_unconfirmed()]


def _notices() -> list[Waiting]:
    due = RegionalAgreement.objects.with_parties().notice_due_within(NOTICE_DAYS)
    return [
        Waiting(
            f"{agreement.party_names}との協定：申出の期限 {format_date(term.notice_on)}",
            reverse("admin:agreements_regionalagreement_change", args=[agreement.pk]),
        )
        for agreement in due
        if (term := agreement.current_term) and term.notice_on
    ]


def _different_counts() -> list[Waiting]:
    in_force = RegionalAgreement.objects.in_force().with_computed_count()
    return _counted(
        in_force.exclude(published_count=F("computed_count")).count(),
        "構成自治体数の公表値と算定値が違う協定",
        count="different",
    )


def _unconfirmed() -> list[Waiting]:
    return _counted(
        RegionalAgreement.objects.in_force().filter(needs_confirmation=True).count(),
        "有効期間などが「要確認」の協定",
        needs_confirmation__exact=1,
    )


def _counted(number: int, text: str, **filters: str | int) -> list[Waiting]:
    if not number:
        return []
    changelist = reverse("admin:agreements_regionalagreement_changelist")
    return [Waiting(f"{text} {number}件", f"{changelist}?{urlencode(filters)}")]
