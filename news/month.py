"""A month of events as a table: weeks from Sunday on, each day with what happens on it."""

from calendar import SUNDAY, Calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from django.utils import timezone

from lib.wareki import format_date
from news.models import Event
from news.models.event import EventQuerySet

FIRST, LAST = date(2014, 9, 1), date(2099, 12, 1)


@dataclass(frozen=True)
class Day:
    day: date
    is_of_month: bool
    is_today: bool
    events: list[Event]


@dataclass(frozen=True)
class Month:
    first: date
    weeks: list[list[Day]]

    @classmethod
    def of(cls, first: date, events: EventQuerySet) -> Self:
        """One query."""
        rows = Calendar(SUNDAY).monthdatescalendar(first.year, first.month)
        found = list(events.touching(rows[0][0], rows[-1][-1]))
        weeks = [[_day(day, first, found) for day in row] for row in rows]
        return cls(first, weeks)

    @property
    def title(self) -> str:
        """令和8年3月"""
        return format_date(self.first).removesuffix("1日")

    @property
    def has_events(self) -> bool:
        return any(day.events for week in self.weeks for day in week)

    @property
    def before(self) -> date | None:
        return (self.first - timedelta(days=1)).replace(day=1) if self.first > FIRST else None

    @property
    def after(self) -> date | None:
        return (self.first + timedelta(days=31)).replace(day=1) if self.first < LAST else None


def parse_month(text: str) -> date:
    """2026-03; this month for anything else."""
    today = timezone.localdate().replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today
    return first if FIRST <= first <= LAST else today


def _day(day: date, first: date, events: list[Event]) -> Day:
    return Day(
        day,
        is_of_month=day.month == first.month,
        is_today=day == timezone.localdate(),
        events=[event for event in events if event.starts_on <= day <= event.ends_on],
    )
