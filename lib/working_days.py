"""Days on which town halls work: 行政機関の休日に関する法律（昭和63年法律第91号）第1条."""

from datetime import date, timedelta

import jpholiday


def is_working_day(day: date) -> bool:
    """Neither a weekend, nor a national holiday, nor 29 December to 3 January."""
    is_turn_of_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not is_turn_of_year and not jpholiday.is_holiday(day)


def first_working_day(day: date) -> date:
    """The day itself, or the next one on which town halls work."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
