"""Days on which town halls work: 行政機関の休日に関する法律（昭和63年法律第91号）第1条."""

from datetime import date, datetime, time, timedelta

import jpholiday
from django.utils import timezone

from lib.wareki import last_day

MORNING = time(8, 30)


def is_working_day(day: date) -> bool:
    """Neither a weekend, nor a national holiday, nor 29 December to 3 January."""
    is_turn_of_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not is_turn_of_year and not jpholiday.is_holiday(day)


def first_working_day(day: date) -> date:
    """The day itself, or the next one on which town halls work."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def next_morning(after: datetime) -> datetime:
    """午前8時30分 of a working day in Japan, the first that is later than `after` (aware)."""
    local = timezone.localtime(after)
    today = _morning(first_working_day(local.date()))
    return today if today > local else _morning(first_working_day(local.date() + timedelta(days=1)))


def next_week_morning(after: datetime) -> datetime:
    """As next_morning(), on Mondays; in a week that begins with a holiday, on its first working day."""
    local = timezone.localtime(after)
    monday = local.date() - timedelta(days=local.weekday())
    while (found := _morning(first_working_day(monday))) <= local:
        monday += timedelta(days=7)
    return found


def morning_before(deadline: datetime, days: int) -> datetime:
    """午前8時30分, `days` days before the day that it ends, or on the last working day before that."""
    day = last_day(deadline) - timedelta(days=days)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return _morning(day)


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, MORNING))
