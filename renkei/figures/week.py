"""This week (from Monday) beside the last one: shown on the start page of the admin."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from board.models import Answer, Reply, Topic
from members.models import Application, Delivery, Organization, User
from renkei.figures.period import Period


@dataclass(frozen=True)
class WeekLine:
    label: str
    now: int
    before: int


@dataclass(frozen=True)
class Week:
    now: Period
    lines: list[WeekLine]


def week() -> Week:
    """One query a line. Demo bodies are counted where DEMO=1 only, as in all lists of members."""
    now = Period.of_week(timezone.localdate())
    before = Period.of_week(now.first - timedelta(days=1))
    applications = Application.objects.exclude(status=Application.Status.UNVERIFIED)
    bodies = Organization.objects.filter(kind__in=Organization.REGISTERING_KINDS)
    mails = Delivery.objects.filter(state=Delivery.State.SENT)
    asked = (
        ("会員登録の申請", applications, "created_at", ""),
        ("新しい会員団体", bodies, "joined_on", "is_demo"),
        ("新しい利用者", User.objects.all(), "joined_at", "seat__organization__is_demo"),
        ("投稿", Topic.objects.published(), "publish_at", "organization__is_demo"),
        ("返信", Reply.objects.shown(), "created_at", "organization__is_demo"),
        ("回答", Answer.objects.all(), "answered_at", "organization__is_demo"),
        ("送ったメール", mails, "sent_at", ""),
    )
    lines = [
        WeekLine(label, *_numbers(_without_demo(rows, demo), moment, (now, before)))
        for label, rows, moment, demo in asked
    ]
    return Week(now, lines)


def _without_demo(rows: QuerySet, demo: str) -> QuerySet:
    return rows if settings.DEMO or not demo else rows.filter(**{demo: False})


def _numbers(rows: QuerySet, moment: str, periods: tuple[Period, Period]) -> list[int]:
    within = [_within(moment, period) for period in periods]
    counts = {f"number_{place}": Count("pk", filter=q) for place, q in enumerate(within)}
    # Of two ranges joined by OR a database reads all; the weeks follow each other.
    both = _within(moment, Period(periods[1].first, periods[0].last))
    return list(rows.filter(both).order_by().aggregate(**counts).values())


def _within(field: str, period: Period) -> Q:
    if field == "joined_on":
        return Q(joined_on__range=(period.first, period.last))
    return Q(**{f"{field}__gte": period.starts_at, f"{field}__lt": period.ends_at})
