"""What somebody has typed into a form, in words: for previews of answers and sheets of drafts."""

from typing import Any

from django import forms


def said(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Label and typed value of every field that is filled in, checked or not."""
    rows = [(str(field.label), _shown(field)) for field in form if not field.is_hidden]
    return [(label, text) for label, text in rows if text]


def _shown(field: forms.BoundField) -> str:
    value: Any = field.value()
    values = value if isinstance(value, list | tuple) else [value]
    if isinstance(field.field, forms.BooleanField):
        return "はい" if value in (True, "on", "1", "True") else ""
    labels = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
    return "、".join(labels.get(str(one), str(one)) for one in values if one not in (None, ""))
