"""Moments and times of day as people write them: 令和8年12月25日 15時, 午後1時30分."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from lib.clock import parse_time
from lib.text import half_width
from lib.wareki import format_date, format_time, parse_date

MAX_CHARACTERS = 60
_NEXT_NUMBER = re.compile(r"[0-9] +[0-9]+ *$")


def midnight(day: date) -> datetime:
    """When the day begins in Japan."""
    return timezone.make_aware(datetime.combine(day, time()))


def parse_moment(text: str, *, default: time) -> datetime:
    """「令和8年12月25日 15時」 in Japan time; without a time of day it is `default`.

    The longest beginning that is a date is the date. Raises ValueError with a Japanese message.
    """
    typed = half_width(text)
    if len(typed) > MAX_CHARACTERS:
        raise ValueError("日付と時刻だけを入力してください。")
    for end in range(len(typed), 0, -1):
        if _is_within_number(typed, end):
            continue
        try:
            day = parse_date(typed[:end])
        except ValueError:
            continue
        rest = typed[end:].strip(" T、,から")
        clock, days = parse_time(rest) if rest else (default, 0)
        return timezone.make_aware(datetime.combine(day + timedelta(days=days), clock))
    # What is wrong with the whole, said by the parser of dates.
    parse_date(typed)
    raise AssertionError("a date that parses is found above")


def _is_within_number(typed: str, end: int) -> bool:
    """2026-12-213:00 may be the 2nd or the 21st, and 2026-12-2 9:00 is not the 29th.

    Eight digits are a day of their own.
    """
    before, after = typed[:end], typed[end:]
    is_cut = before[-1].isdigit() and after[:1].isdigit()
    return (is_cut or bool(_NEXT_NUMBER.search(before))) and not before.replace(" ", "").isdigit()


def format_moment(moment: datetime, *, is_end: bool) -> str:
    """As it may be typed again, in Japan time; with `is_end` midnight as 24時 of the day before."""
    local = timezone.localtime(moment)
    if is_end and local.time() == time(0):
        return f"{format_date(local.date() - timedelta(days=1))} 24時"
    return f"{format_date(local.date())} {format_time(local.time())}"


class MomentField(forms.Field):
    """A day with an optional time of day, typed as one text; shows 和暦.

    As the end of something, midnight is written as it is read: 24時 of the day before.
    """

    widget = forms.TextInput

    def __init__(
        self, *, default_time: time = time(0), is_end: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.default_time = default_time
        self.is_end = is_end

    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, datetime) or value in self.empty_values:
            return value or None
        if not str(value).strip():
            return None
        try:
            return parse_moment(str(value), default=self.default_time)
        except (ValueError, OverflowError) as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return format_moment(value, is_end=self.is_end) if isinstance(value, datetime) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as it is shown: nobody types seconds."""
        try:
            typed = self.to_python(data)
        except ValidationError:
            return True
        return self.prepare_value(initial or None) != self.prepare_value(typed)


class ClockField(forms.Field):
    """A time of day, typed as text: 午後1時30分, 13:30, 正午."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, time) or value in self.empty_values or not str(value).strip():
            return value if isinstance(value, time) else None
        try:
            clock, days = parse_time(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error
        if days:
            raise ValidationError(
                "24時は、次の日の午前0時です。日付と時刻を分けて入力してください。"
            )
        return clock

    def prepare_value(self, value: Any) -> Any:
        return format_time(value) if isinstance(value, time) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
