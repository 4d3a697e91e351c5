from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.terms import current_term, last_day, term


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2016, 4, 26), 12, date(2017, 4, 25)),
        (date(2016, 4, 1), 12, date(2017, 3, 31)),
        # 29 February has no corresponding day in a common year: its last day ends the period.
        (date(2016, 2, 29), 12, date(2017, 2, 28)),
        (date(2016, 2, 29), 48, date(2020, 2, 28)),
        (date(2015, 3, 1), 12, date(2016, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
    ],
)
def test_period_ends_as_the_civil_code_counts(start, months, expected):
    assert last_day(start, months) == expected


def test_leap_day_comes_back_after_four_years():
    fourth_renewal = term(date(2016, 2, 29), months=12, notice_months=1, number=4)

    assert fourth_renewal.starts_on == date(2020, 2, 29)
    assert fourth_renewal.ends_on == date(2021, 2, 28)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2016, 4, 26), date(2017, 3, 25)),
        (date(2016, 4, 1), date(2017, 2, 28)),
        (date(2023, 4, 1), date(2024, 2, 29)),
    ],
)
def test_notice_is_due_a_month_before_the_last_day(start, expected):
    assert term(start, months=12, notice_months=1).notice_on == expected


@pytest.mark.parametrize(
    ("today", "ends_on"),
    [
        (date(2016, 4, 26), date(2017, 4, 25)),
        (date(2017, 4, 25), date(2017, 4, 25)),
        (date(2017, 4, 26), date(2018, 4, 25)),
        (date(2026, 11, 23), date(2027, 4, 25)),
    ],
)
def test_renewed_term_is_the_one_that_today_lies_in(today, ends_on):
    found = current_term(date(2016, 4, 26), months=12, notice_months=1, renews=True, today=today)

    assert found.ends_on == ends_on


def test_term_without_renewal_stays_the_first():
    found = current_term(
        date(2016, 4, 26), months=12, notice_months=None, renews=False, today=date(2026, 1, 1)
    )

    assert (found.ends_on, found.notice_on) == (date(2017, 4, 25), None)


days = st.dates(min_value=date(1990, 1, 1), max_value=date(2030, 12, 31))


@given(start=days, months=st.integers(1, 60), number=st.integers(0, 40))
def test_periods_follow_each_other_without_gap(start, months, number):
    this = term(start, months=months, notice_months=None, number=number)
    following = term(start, months=months, notice_months=None, number=number + 1)

    assert following.starts_on == this.ends_on + timedelta(days=1)
    assert this.starts_on <= this.ends_on


@given(start=days, months=st.integers(1, 60), later=st.integers(0, 10_000))
def test_current_term_holds_today(start, months, later):
    today = start + timedelta(days=later)

    found = current_term(start, months=months, notice_months=None, renews=True, today=today)

    assert found.starts_on <= today <= found.ends_on
