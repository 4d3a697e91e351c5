"""Japanese era dates (和暦) in and out.

The first day of each era: 大正 明治45年7月30日の詔書, 昭和 大正15年12月25日の詔書 (both "…以後ヲ改メテ",
so that day itself belongs to the new era), 平成 昭和64年政令第1号, 令和 平成31年政令第143号. Before
1873-01-01 (明治5年太政官布告第337号) Japan had a lunar calendar: earlier dates are refused.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import to_current_timezone
from django.utils import timezone

from lib.text import fold

FIRST_YEAR, LAST_YEAR = 1873, 2200
MAX_CHARACTERS = 40
ACCEPTED = "日付は「令和8年3月12日」「R8.3.12」「2026-03-12」のように入力してください。"
OUT_OF_RANGE = f"{FIRST_YEAR}年（明治6年）から{LAST_YEAR}年までの日付を入力してください。"

_WEEKDAYS = "月火水木金土日"


class Era(NamedTuple):
    name: str
    letter: str
    year_one: int
    first_day: date
    last_day: date

    def written_year(self, year: int) -> str:
        return f"{self.name}{self.number(year)}年"

    def number(self, year: int) -> str:
        return "元" if year == self.year_one else str(year - self.year_one + 1)


ERAS = (
    Era("明治", "m", 1868, date(FIRST_YEAR, 1, 1), date(1912, 7, 29)),
    Era("大正", "t", 1912, date(1912, 7, 30), date(1926, 12, 24)),
    Era("昭和", "s", 1926, date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "h", 1989, date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "r", 2019, date(2019, 5, 1), date.max),
)

_ERA_BY_INITIAL = {initial: era for era in ERAS for initial in (era.name[0], era.letter)}
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DATE = re.compile(
    r"(?:(?P<era>明治?|大正?|昭和?|平成?|令和?|[mtshr])(?P<era_year>元|[0-9]{1,3})|(?P<year>[0-9]{4}))"
    r"[年/.・-](?P<month>[0-9]{1,2})[月/.・-](?P<day>[0-9]{1,2})日?"
    # （木）（木曜日）（金・祝） or 木曜日
    r"(?:\((?P<short>[月火水木金土日])(?:曜日?)?(?:・?祝日?)?\)|(?P<long>[月火水木金土日])曜日?)?"
)


def format_date(day: date) -> str:
    """令和6年10月30日. Raises ValueError before 1873-01-01."""
    return f"{_era_of(day).written_year(day.year)}{_month_and_day(day)}"


def format_date_weekday(day: date) -> str:
    """令和6年10月30日（水）. Raises ValueError before 1873-01-01."""
    return f"{format_date(day)}（{_WEEKDAYS[day.weekday()]}）"


def format_time(moment: time) -> str:
    """午前9時, 正午, 午後1時30分; seconds are left out."""
    if (moment.hour, moment.minute) == (12, 0):
        return "正午"
    half = "午前" if moment.hour < 12 else "午後"
    minutes = f"{moment.minute}分" if moment.minute else ""
    return f"{half}{moment.hour % 12}時{minutes}"


def format_datetime(moment: datetime) -> str:
    """令和6年10月30日（水）午後1時30分, in Japan time. Raises ValueError for a naive moment."""
    local = timezone.localtime(moment)
    return format_date_weekday(local.date()) + format_time(local.time())


def format_deadline(moment: datetime) -> str:
    """令和8年12月25日（金）午後5時, or 翌日午前0時."""
    local = timezone.localtime(moment)
    if (local.hour, local.minute) == (0, 0):
        return f"{format_date_weekday(last_day(moment))}の翌日午前0時"
    return format_datetime(moment)


def last_day(deadline: datetime) -> date:
    """The day in Japan that ends with it: midnight belongs to the day before."""
    return timezone.localtime(deadline - timedelta(minutes=1)).date()


def fiscal_year(day: date) -> int:
    """The year in which the 年度 (April to March) of that day began."""
    return day.year if day.month >= 4 else day.year - 1


def format_fiscal_year(day: date) -> str:
    """令和8年度. A year in which the era changed carries the new era throughout.

    So April 2019 is 令和元年度: 「改元に伴う元号による年表示の取扱いについて」（平成31年4月2日
    関係省庁連絡会議申合せ）. Raises ValueError before April 1873.
    """
    year = fiscal_year(day)
    return f"{_era_of(date(year, 12, 31)).written_year(year)}度"


def spellings(day: date) -> str:
    """A day as people type it into a search: 令和8年3月12日 2026年3月12日 R8.3.12 2026-03-12 2026/3/12."""
    era = _era_of(day)
    short = f"{era.letter}{day.year - era.year_one + 1}.{day.month}.{day.day}"
    western = f"{day.year}年{_month_and_day(day)} {day:%Y-%m-%d} {day.year}/{day.month}/{day.day}"
    return f"{format_date(day)} {western} {short}"


def parse_date(text: str) -> date:
    """A date typed in any usual spelling and width: ACCEPTED shows the main ones.

    Two-digit years without an era are refused, for they may be of either calendar. Raises
    ValueError with a Japanese message for the person who typed.
    """
    match = _match(text)
    era = _ERA_BY_INITIAL[match["era"][0]] if match["era"] else None
    year = _year(match, era)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(OUT_OF_RANGE)
    day = _existing_day(era, year, int(match["month"]), int(match["day"]))
    if era:
        _check_era(era, day)
    _check_weekday(match["short"] or match["long"], day)
    return day


def _era_of(day: date) -> Era:
    for era in reversed(ERAS):
        if day >= era.first_day:
            return era
    raise ValueError("1873年（明治6年）1月1日より前の日付は和暦で表せません。")


def _month_and_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _match(text: str) -> re.Match[str]:
    # Before any other work: normalisation may make a character eighteen times as long.
    if len(text) > MAX_CHARACTERS:
        raise ValueError(ACCEPTED)
    typed = "".join(fold(text).split())
    if compact := _COMPACT.fullmatch(typed):
        typed = "-".join(compact.groups())
    match = _DATE.fullmatch(typed)
    if match is None:
        raise ValueError(ACCEPTED)
    return match


def _year(match: re.Match[str], era: Era | None) -> int:
    if era is None:
        return int(match["year"])
    number = 1 if match["era_year"] == "元" else int(match["era_year"])
    return era.year_one + number - 1


def _existing_day(era: Era | None, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        written_year = era.written_year(year) if era else f"{year}年"
        raise ValueError(f"{written_year}{month}月{day}日はありません。") from None


def _check_era(era: Era, day: date) -> None:
    if day < era.first_day:
        start = f"{era.number(era.first_day.year)}年{_month_and_day(era.first_day)}"
        raise ValueError(f"{era.name}は{start}からです。")
    if day > era.last_day:
        end = f"{era.number(era.last_day.year)}年{_month_and_day(era.last_day)}"
        raise ValueError(f"{era.name}は{end}までです。")


def _check_weekday(weekday: str | None, day: date) -> None:
    right = _WEEKDAYS[day.weekday()]
    if weekday and weekday != right:
        raise ValueError(f"{format_date(day)}は{right}曜日です。曜日を確かめてください。")


class WarekiDateField(forms.DateField):
    """A date typed as text in either calendar; shows 和暦, and after an error what was typed."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and value.strip():
            try:
                return parse_date(value)
            except ValueError as error:
                raise ValidationError(str(error), code="invalid") from error
        # A date or datetime passes; blank text is None, as in every date field.
        return super().to_python(value.strip() if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            value = to_current_timezone(value).date()
        if isinstance(value, date) and value >= ERAS[0].first_day:
            return format_date(value)
        return super().prepare_value(value)
