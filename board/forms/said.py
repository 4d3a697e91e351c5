"""What somebody has typed into a form, in words: for previews of answers and sheets of drafts."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from lib.moments import MomentField
from lib.wareki import WarekiDateField, format_date_weekday, format_deadline


def said(form: forms.BaseForm, without: Collection[str] = ()) -> list[tuple[str, str]]:
    """Label and typed value of every field that is filled in, checked or not."""
    fields = [field for field in form if not field.is_hidden and field.name not in without]
    rows = [(str(field.label), _shown(field)) for field in fields]
    return [(label, text) for label, text in rows if text]


def _shown(field: forms.BoundField) -> str:
    value: Any = field.value()
    if isinstance(field.field, MomentField | WarekiDateField):
        return _as_read(field.field, value)
    values = value if isinstance(value, list | tuple) else [value]
    if isinstance(field.field, forms.BooleanField):
        return "はい" if value in (True, "on", "1", "True") else ""
    labels = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
    return "、".join(labels.get(str(one), str(one)) for one in values if one not in (None, ""))


def _as_read(field: forms.Field, value: Any) -> str:
    """A day or a moment as everybody will read it; what is none, as it was typed."""
    try:
        found = field.to_python(value)
    except ValidationError:
        return str(value)
    if isinstance(found, datetime):
        return format_deadline(found)
    return format_date_weekday(found) if isinstance(found, date) else ""
