"""Fields of the board's forms: bodies by name or code."""

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
