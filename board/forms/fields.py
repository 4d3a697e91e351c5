"""Fields of the board's forms: moments as people write them, bodies by name or code."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from lib.clock import parse_time
from lib.local_government_codes import readings
from lib.text import clean_line, fold, half_width
from lib.wareki import format_date, format_time, parse_date
from members.models import Organization

MAX_CHARACTERS = 60
MAX_BODIES = 300


def parse_moment(text: str, *, default: time) -> datetime:
    """「令和8年12月25日 15時」 in Japan time; without a time of day it is `default`.

    The longest beginning that is a date is the date. Raises ValueError with a Japanese message.
    """
    typed = half_width(text)
    if len(typed) > MAX_CHARACTERS:
        raise ValueError("日付と時刻だけを入力してください。")
    for end in range(len(typed), 0, -1):
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


class MomentField(forms.Field):
    """A day with an optional time of day, typed as one text; shows 和暦."""

    widget = forms.TextInput

    def __init__(self, *, default_time: time, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.default_time = default_time

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
        """Midnight is written as it is read: 24時 of the day before."""
        if not isinstance(value, datetime):
            return value
        local = timezone.localtime(value)
        if local.time() == time(0):
            return f"{format_date(local.date() - timedelta(days=1))} 24時"
        return f"{format_date(local.date())} {format_time(local.time())}"

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class BodiesField(forms.CharField):
    """Member bodies, one a line: 群馬県前橋市, まえばしし or 102016."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> list[Organization]:
        lines = [clean_line(line) for line in str(super().clean(value) or "").splitlines()]
        typed = list(dict.fromkeys(line for line in lines if line))
        if len(typed) > MAX_BODIES:
            raise ValidationError(f"{MAX_BODIES}団体までにしてください。都道府県でも選べます。")
        found, errors = [], []
        for line in typed:
            bodies = matching(line)
            if len(bodies) == 1:
                found.append(bodies[0])
            else:
                errors.append(_explain(line, bodies))
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(found))

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return "\n".join(str(body) for body in value)
        return value


def matching(typed: str) -> list[Organization]:
    """Active bodies whose full name, name, kana or code is what was typed."""
    active = Organization.objects.active().exclude(kind=Organization.Kind.SECRETARIAT)
    known = active.select_related("local_government")
    try:
        by_code = list(known.filter(local_government__code__in=readings(typed)))
    except ValidationError:
        by_code = []
    if by_code:
        return by_code
    name = fold(typed)
    candidates = known.filter(Q(folded__contains=name) | Q(name=typed))
    exact = [body for body in candidates if name == fold(body.full_name)]
    return exact or [body for body in candidates if name in {fold(body.name), fold(body.kana)}]


def _explain(typed: str, bodies: list[Organization]) -> str:
    if bodies:
        names = "、".join(body.full_name for body in bodies[:5])
        return f"「{typed}」は{len(bodies)}団体あります。都道府県から入力してください：{names}"
    return f"「{typed}」という会員団体はありません。"
