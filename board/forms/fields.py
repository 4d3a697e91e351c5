"""Fields of the board's forms: bodies by name or code."""

from collections import defaultdict
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from lib.local_government_codes import readings
from lib.text import clean_line, fold
from members.models import Organization

MAX_BODIES = 300


class BodiesField(forms.CharField):
    """Member bodies, one a line: 群馬県前橋市, まえばしし or 102016."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> list[Organization]:
        lines = [clean_line(line) for line in str(super().clean(value) or "").splitlines()]
        typed = list(dict.fromkeys(line for line in lines if line))
        if len(typed) > MAX_BODIES:
            raise ValidationError(f"{MAX_BODIES}団体までにしてください。都道府県でも選べます。")
        matches = matching(typed)
        errors = [_explain(line, bodies) for line, bodies in matches.items() if len(bodies) != 1]
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(body for bodies in matches.values() for body in bodies))

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return "\n".join(str(body) for body in value)
        return value


def matching(typed: list[str]) -> dict[str, list[Organization]]:
    """For each line the active bodies whose code, full name, name or kana it is; one query for all."""
    codes, names = {line: _codes(line) for line in typed}, {line: fold(line) for line in typed}
    by_code, by_full_name, by_name = (defaultdict[str, list[Organization]](list) for _ in range(3))
    for body in _candidates(codes, names):
        if body.local_government:
            by_code[body.local_government.code].append(body)
        by_full_name[fold(body.full_name)].append(body)
        for name in {fold(body.name), fold(body.kana)} - {""}:
            by_name[name].append(body)
    return {
        line: [body for code in codes[line] for body in by_code[code]]
        or by_full_name[name]
        or by_name[name]
        for line, name in names.items()
    }


def _candidates(codes: dict[str, list[str]], names: dict[str, str]) -> Iterable[Organization]:
    asked = [Q(folded__contains=name) for name in names.values() if name]
    asked += [Q(local_government__code__in=found) for found in codes.values() if found]
    active = Organization.objects.active().exclude(kind=Organization.Kind.SECRETARIAT)
    known = active.select_related("local_government").defer("introduction", "folded")
    return known.filter(reduce(or_, asked)) if asked else ()


def _codes(typed: str) -> list[str]:
    try:
        return readings(typed)
    except ValidationError:
        return []


def _explain(typed: str, bodies: list[Organization]) -> str:
    if bodies:
        names = "、".join(body.full_name for body in bodies[:5])
        return f"「{typed}」は{len(bodies)}団体あります。都道府県から入力してください：{names}"
    return f"「{typed}」という会員団体はありません。"
