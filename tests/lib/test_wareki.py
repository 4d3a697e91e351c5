from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from django import forms
from django.template import Context, Engine
from hypothesis import given
from hypothesis import strategies as st

from lib.wareki import (
    ACCEPTED,
    ERAS,
    OUT_OF_RANGE,
    WarekiDateField,
    fiscal_year,
    format_date,
    format_date_weekday,
    format_datetime,
    format_fiscal_year,
    format_time,
    parse_date,
    spellings,
)

DAYS = st.dates(date(1873, 1, 1), date(2200, 12, 31))
MOMENT = datetime(2024, 10, 29, 15, 30, 15, tzinfo=UTC)
WIDE = str.maketrans("0123456789-/.", "０１２３４５６７８９－／．")
# Separated by 、 because some contain spaces.
MARCH_12 = """令和8年3月12日、令和８年３月１２日、 令和 8年　3月 12日 、令和8年3月12日（木）、令和8年3月12日(木曜日)
、令和8年3月12日㈭、令和8年3月12日木曜日、令和08年03月12日（木・祝）、㋿8年3月12日、令8.3.12、R8.3.12、R 8. 3.12
、r8/3/12、Ｒ８．３．１２、R8ー3−12、R8・3・12、2026-03-12、2026 - 3 — 12、2026‐3‑12(木)、\u200e2026/3/12\u200e
、2026.3.12、2026年3月12日、2026年㋂㏫、20260312、２０２６０３１２"""
NO_DATES = """26-03-12 8.3.12 260312 2026-03 R8312 2026312 慶応3年1月1日 R8.3.12〜 2026-03-12T00:00
令和年月日 ٢٠٢٦-٠٣-١٢ 🗓️ 元 R.3.12 R8.3.12.1 令和八年三月十二日 11111111111111111111111111111111111111111"""


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(1873, 1, 1), "明治6年1月1日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2024, 10, 30), "令和6年10月30日"),
    ],
)
def test_each_era_begins_and_ends_on_its_day(day, text):
    assert format_date(day) == text
    assert parse_date(text) == day


def test_the_eras_follow_each_other_without_a_gap():
    for era, following in pairwise(ERAS):
        assert following.first_day - era.last_day == timedelta(days=1)


def test_a_day_of_the_lunar_calendar_has_no_era_date():
    with pytest.raises(ValueError, match="1873年"):
        format_date(date(1872, 12, 31))


@pytest.mark.parametrize(
    ("clock", "text"),
    [
        ("00:00", "午前0時"),
        ("09:00", "午前9時"),
        ("11:59", "午前11時59分"),
        ("12:00", "正午"),
        ("12:30", "午後0時30分"),
        ("13:30", "午後1時30分"),
        ("23:59:59", "午後11時59分"),
    ],
)
def test_times_are_written_with_twelve_hours(clock, text):
    assert format_time(time.fromisoformat(clock)) == text


def test_a_moment_is_shown_in_japan_time():
    new_year = datetime(2024, 12, 31, 15, 0, tzinfo=UTC)

    assert format_datetime(new_year) == "令和7年1月1日（水）午前0時"


def test_a_moment_without_its_time_zone_is_refused():
    with pytest.raises(ValueError, match="naive"):
        format_datetime(MOMENT.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("day", "year", "text"),
    [
        (date(1989, 3, 31), 1988, "昭和63年度"),
        (date(1989, 4, 1), 1989, "平成元年度"),
        (date(2019, 3, 31), 2018, "平成30年度"),
        (date(2019, 4, 1), 2019, "令和元年度"),
        (date(2020, 3, 31), 2019, "令和元年度"),
        (date(2026, 4, 1), 2026, "令和8年度"),
    ],
)
def test_fiscal_years_begin_in_april(day, year, text):
    assert fiscal_year(day) == year
    assert format_fiscal_year(day) == text


@pytest.mark.parametrize("text", MARCH_12.split("、"))
def test_a_date_is_read_however_it_is_typed(text):
    assert parse_date(text) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("H30-8-23", date(2018, 8, 23)),
        ("R元.5.1", date(2019, 5, 1)),
        ("m6.1.1", date(1873, 1, 1)),
        ("2200-12-31", date(2200, 12, 31)),
        ("令和182年12月31日", date(2200, 12, 31)),
    ],
)
def test_other_eras_are_read(text, day):
    assert parse_date(text) == day


def _refusal(text):
    with pytest.raises(ValueError, match="。") as refusal:
        parse_date(text)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("令和8年2月30日", "令和8年2月30日はありません。"),
        ("令和元年13月1日", "令和元年13月1日はありません。"),
        ("2026-02-29", "2026年2月29日はありません。"),
        ("平成40年1月1日", "平成は31年4月30日までです。"),
        ("平成31年5月1日", "平成は31年4月30日までです。"),
        ("S64.1.8", "昭和は64年1月7日までです。"),
        ("明治45年7月30日", "明治は45年7月29日までです。"),
        ("令和元年4月1日", "令和は元年5月1日からです。"),
        ("令和0年4月1日", "令和は元年5月1日からです。"),
        ("令和8年3月12日（金）", "令和8年3月12日は木曜日です。曜日を確かめてください。"),
        ("2026-03-12（日）", "令和8年3月12日は木曜日です。曜日を確かめてください。"),
        ("明治5年12月2日", OUT_OF_RANGE),
        ("1872-12-31", OUT_OF_RANGE),
        ("0000-00-00", OUT_OF_RANGE),
        ("2201-01-01", OUT_OF_RANGE),
        ("R999.1.1", OUT_OF_RANGE),
    ],
)
def test_an_impossible_date_is_refused_with_its_reason(text, message):
    assert _refusal(text) == message


@pytest.mark.parametrize("text", [*NO_DATES.split(), "", " ", "\0", "\ud800", f"{'R8.3.12':41}"])
def test_what_is_no_date_is_refused_with_examples(text):
    assert _refusal(text) == ACCEPTED


@given(
    st.text(max_size=45)
    | st.text(st.sampled_from("令和平成元RHsmt0123456789年月日-/.（木) ²①٣\0\ud800"), max_size=14)
)
def test_any_text_is_read_or_refused(text):
    try:
        outcome = parse_date(text).isoformat()
    except ValueError as refusal:
        outcome = str(refusal)
    assert outcome[0] in "12" or outcome.endswith("。")


def _spellings(day):
    era = next(era for era in ERAS if day <= era.last_day)
    short = f"{era.letter}{day.year - era.year_one + 1}.{day.month}.{day.day}"
    yield from (format_date(day), format_date_weekday(day), short, short.upper())
    yield from (day.isoformat(), f"{day:%Y%m%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}")
    yield f"{day.year}年{day.month}月{day.day}日"


@given(DAYS)
def test_a_written_date_is_read_back(day):
    for text in _spellings(day):
        assert parse_date(text) == day
        assert parse_date(text.translate(WIDE)) == day
        assert parse_date(" ".join(text)) == day


class DeadlineForm(forms.Form):
    deadline = WarekiDateField()


def test_the_field_reads_either_calendar():
    assert WarekiDateField().clean(" Ｒ８．３．１２ ") == date(2026, 3, 12)


@pytest.mark.parametrize("blank", [None, "", " ", "　"])
def test_the_field_may_be_left_blank(blank):
    assert WarekiDateField(required=False).clean(blank) is None


def test_the_field_shows_an_initial_date_in_a_text_input():
    form = DeadlineForm(initial={"deadline": date(2026, 3, 12)})

    assert form["deadline"].value() == "令和8年3月12日"
    assert form.fields["deadline"].widget.input_type == "text"


def test_the_field_keeps_what_was_typed_after_an_error():
    form = DeadlineForm({"deadline": "令和８年２月３０日"})

    assert form.errors == {"deadline": ["令和8年2月30日はありません。"]}
    assert form["deadline"].value() == "令和８年２月３０日"


@pytest.mark.parametrize(("typed", "changed"), [("R8.3.12", False), ("R8.3.13", True), ("x", True)])
def test_the_field_knows_whether_the_date_changed(typed, changed):
    form = DeadlineForm({"deadline": typed}, initial={"deadline": date(2026, 3, 12)})

    assert form.has_changed() == changed


def _render(filter_name, value):
    engine = Engine(libraries={"wareki": "lib.templatetags.wareki"})
    template = engine.from_string(f"{{% load wareki %}}{{{{ value|{filter_name} }}}}")
    return template.render(Context({"value": value}))


@pytest.mark.parametrize(
    ("value", "expression", "iso", "text"),
    [
        (date(2024, 10, 30), "wareki", "2024-10-30", "令和6年10月30日"),
        (date(2024, 10, 30), "wareki_weekday", "2024-10-30", "令和6年10月30日（水）"),
        (MOMENT, "wareki_time", "2024-10-30T00:30:15+09:00", "令和6年10月30日（水）午前0時30分"),
        (MOMENT, "wareki", "2024-10-30", "令和6年10月30日"),
        (date(18, 8, 23), "wareki", "0018-08-23", "0018-08-23"),
    ],
)
def test_pages_carry_dates_for_readers_and_programs(value, expression, iso, text):
    assert _render(expression, value) == f'<time datetime="{iso}">{text}</time>'


@pytest.mark.parametrize("filter_name", ["wareki", "wareki_weekday", "wareki_time"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_missing_date_shows_nothing(filter_name, nothing):
    assert _render(filter_name, nothing) == ""


def test_spellings_are_those_that_people_search_for():
    assert spellings(date(2019, 5, 1)) == "令和元年5月1日 2019年5月1日 2019-05-01 2019/5/1 r1.5.1"
