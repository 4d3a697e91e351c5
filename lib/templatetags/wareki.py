"""Dates and moments as <time> elements: the 和暦 to read, the ISO form for programs."""

from collections.abc import Callable
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html

from lib.wareki import (
    ERAS,
    format_date,
    format_date_weekday,
    format_datetime,
    format_deadline,
)

register = template.Library()


@register.simple_tag
def today() -> date:
    """In Japan; `{% today as day %}` for a page that says when it was printed."""
    return timezone.localdate()


@register.filter
def wareki(day: date | None) -> str:
    """<time datetime="2024-10-30">令和6年10月30日</time>; nothing for None or ""."""
    return _day_element(day, format_date)


@register.filter
def wareki_weekday(day: date | None) -> str:
    """<time datetime="2024-10-30">令和6年10月30日（水）</time>; nothing for None or ""."""
    return _day_element(day, format_date_weekday)


@register.filter
def wareki_time(moment: datetime | None) -> str:
    """<time datetime="2024-10-30T13:30:00+09:00">令和6年10月30日（水）午後1時30分</time>, in Japan time."""
    if not moment:
        return ""
    iso = timezone.localtime(moment).isoformat(timespec="seconds")
    return _time_element(iso, format_datetime(moment))


@register.filter
def deadline(moment: datetime | None) -> str:
    """<time>令和8年12月25日（金）午後5時</time>; midnight as 翌日午前0時."""
    if not moment:
        return ""
    iso = timezone.localtime(moment).isoformat(timespec="seconds")
    return _time_element(iso, format_deadline(moment))


def _day_element(day: date | None, written: Callable[[date], str]) -> str:
    if not day:
        return ""
    if isinstance(day, datetime):
        # The date in Japan: the database holds UTC, in which the morning is still yesterday.
        day = timezone.localtime(day).date()
    # A mistyped year in one row (0018-08-23) must not take the whole page down.
    text = written(day) if day >= ERAS[0].first_day else day.isoformat()
    return _time_element(day.isoformat(), text)


def _time_element(iso: str, text: str) -> str:
    return format_html('<time datetime="{}">{}</time>', iso, text)
