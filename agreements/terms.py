"""Terms of agreements: when one ends, and by when a notice must reach the other party."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from dateutil.relativedelta import relativedelta


@dataclass(frozen=True)
class Term:
    """One period of validity, both days included, and the last day for a notice."""

    starts_on: date
    ends_on: date
    notice_on: date | None


def last_day(start: date, months: int) -> date:
    """The day before the corresponding day; in a month without it, that month's last day.

    民法第143条第2項: a period that does not begin with a month ends on the day before the
    corresponding day of its last month, or on the last day of that month if it has none.
    """
    corresponding = start + relativedelta(months=months)
    if corresponding.day != start.day:
        return corresponding
    return corresponding - timedelta(days=1)


def term(start: date, *, months: int, notice_months: int | None, number: int = 0) -> Term:
    """The number-th period (0 is the first) of so many months, counted from the very start.

    Each period is counted from the first day, not from the one before: 29 February comes back in
    every leap year instead of slipping to the 28th for ever.
    """
    starts_on = start if number == 0 else last_day(start, months * number) + timedelta(days=1)
    ends_on = last_day(start, months * (number + 1))
    notice_on = ends_on - relativedelta(months=notice_months) if notice_months else None
    return Term(starts_on, ends_on, notice_on)


def current_term(
    start: date, *, months: int, notice_months: int | None, renews: bool, today: date
) -> Term:
    """The period that today lies in. Without renewal it is the first, even when it is over."""
    for number in count():
        found = term(start, months=months, notice_months=notice_months, number=number)
        if not renews or today <= found.ends_on:
            break
    return found
