from datetime import date, datetime

import pytest

from lib.working_days import first_working_day, is_working_day, morning_before


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 3, 15), True),  # Monday
        (date(2027, 3, 20), False),  # Saturday
        (date(2027, 3, 22), False),  # 振替休日 of 春分の日, a Sunday
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
    ],
)
def test_town_halls_work_except_on_their_holidays(day, works):
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2027, 3, 15), date(2027, 3, 15)),
        (date(2027, 3, 20), date(2027, 3, 23)),
        (date(2026, 12, 29), date(2027, 1, 4)),
    ],
)
def test_first_working_day_is_the_day_itself_or_later(day, first):
    assert first_working_day(day) == first


@pytest.mark.parametrize(
    ("deadline", "morning"),
    [
        ("2026-12-25T17:00", "2026-12-22T08:30"),
        # It ends the 25th.
        ("2026-12-26T00:00", "2026-12-22T08:30"),
        # Over a weekend.
        ("2026-12-16T17:00", "2026-12-11T08:30"),
    ],
)
def test_reminder_comes_days_before_the_day_that_ends(deadline, morning):
    moment = datetime.fromisoformat(f"{deadline}+09:00")

    assert morning_before(moment, 3) == datetime.fromisoformat(f"{morning}+09:00")
