"""A day with a time of day, however it is typed, and what the field shows of it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lib.moments import ClockField, MomentField, format_moment, midnight, parse_moment
from lib.wareki import format_date

# Before, summer time moved the clocks of Japan.
DAYS = st.dates(date(1952, 1, 1), date(2199, 12, 31))
FIVE = """令和8年12月2日午後5時、令和８年１２月２日　１７時、令和 8 年 12 月 2 日 17 時、令和8年12月2日（水）17時まで、R8.12.2 17:00
、r8.12.2 午後5時、2026-12-2 17:00、2026/12/2 17時、2026-12-02T17:00、2026-12-02 17:00、２０２６－１２－２　１７：００
、20261202 1700、202612021700、2026 12 02 17:00、R8.12.2"""
# One day, or one hour, with the first number of the other.
NO_MOMENTS = (
    """2026-12-213:00 R8.12.213:00 2026-12-32 17:00 令和8年12月2日25時 2026-12-2夕方 夕方 17:00"""
)


def read(text):
    return timezone.localtime(parse_moment(text, default=time(17)))


@pytest.mark.parametrize("text", FIVE.split("、"))
def test_five_in_the_afternoon_is_read_however_it_is_typed(text):
    assert f"{read(text):%Y-%m-%d %H:%M}" == "2026-12-02 17:00"


@pytest.mark.parametrize("clock", ["9:00", "9時", "9時30分", "13:00", "0:30", "10:00", "3時半"])
@pytest.mark.parametrize("day", ["2026-12-2", "R8.12.2", "2026/12/2", "令和8年12月2"])
def test_first_number_of_the_hour_is_none_of_the_day(day, clock):
    assert read(f"{day} {clock}").date().isoformat() == "2026-12-02"


@pytest.mark.parametrize("text", [*NO_MOMENTS.split(), "2026-12-2 9"])
def test_what_is_no_moment_is_refused_in_words(text):
    with pytest.raises(ValueError, match="。"):
        read(text)


@given(DAYS, st.integers(0, 24 * 60 - 1), st.booleans())
def test_what_is_shown_may_be_typed_again(day, minutes, is_end):
    moment = midnight(day) + timedelta(minutes=minutes)

    assert parse_moment(format_moment(moment, is_end=is_end), default=time(1)) == moment


@given(DAYS, st.times())
def test_every_day_with_dots_and_every_minute_is_read(day, clock):
    for spelled in (f"{day.year}.{day.month}.{day.day}", format_date(day)):
        found = read(f"{spelled} {clock.hour}:{clock.minute:02}")

        assert (found.date(), found.time()) == (day, clock.replace(second=0, microsecond=0))


def test_end_of_a_day_is_written_as_24_hours_of_it():
    moment = datetime(2026, 12, 25, 15, tzinfo=UTC)

    assert format_moment(moment, is_end=True) == "令和8年12月25日 24時"
    assert format_moment(moment, is_end=False) == "令和8年12月26日 午前0時"
    assert midnight(date(2026, 12, 26)) == moment


def test_field_that_shows_a_moment_has_not_changed_by_its_seconds():
    field = MomentField(default_time=time(17))
    moment = datetime(2026, 12, 2, 8, 0, 59, tzinfo=UTC)

    assert not field.has_changed(moment, "R8.12.2 17:00")
    assert field.has_changed(moment, "R8.12.2 18:00")
    assert field.has_changed(moment, "夕方")
    assert ClockField().has_changed(time(13), "13:30")
