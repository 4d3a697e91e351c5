"""Two people in one form of the admin: whoever saves second is told first what the other has saved."""

from collections.abc import Iterator
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin
from django.db import connection, models
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest

from lib.text import cut
from lib.wareki import format_date, format_datetime, format_time

SAVED_MEANWHILE = "ほかの方が、先に変更を保存しました。あなたの入力は、まだ保存していません。今の内容と見比べて直し、もう一度保存してください。"
NOTHING = "（なし）"
# Enough to find the place: the page of the row has the rest.
MOST_CHARACTERS = 300
_DIGITS = 8


def said(field: models.Field, value: Any) -> str:
    """A stored value in words: 利用中, not active; 和暦 dates; empty where there is none."""
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, "" if value is None else value))
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, time):
        return format_time(value)
    return "" if value is None else str(value)


class MarkedForm(forms.ModelForm):
    """Carries a mark of each stored value, so that it is known which of them somebody else has changed.

    Told once: the next press saves over what was shown.
    """

    is_told = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Before the typed values are written to the instance.
        self._marks = {field.name: self._mark(field) for field in self._columns()}

    @property
    def expected(self) -> str:
        """What the page sends back: as it was read, until the person has been told."""
        sent = "" if self.is_told else self.data.get("expected", "")
        return sent or ".".join(self._marks.values())

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if lines := [f"今の内容　{label}：{value}" for label, value in self._saved_otherwise()]:
            self.is_told = True
            self.add_error(None, [SAVED_MEANWHILE, *lines])
        return data

    def _columns(self) -> Iterator[models.Field]:
        """What the form writes to the row, in the order of the form."""
        opts = self.instance._meta
        known = {field.name: field for field in (*opts.concrete_fields, *opts.many_to_many)}
        return (known[name] for name in self.fields if name in known and name in self.initial)

    def _saved_otherwise(self) -> Iterator[tuple[str, str]]:
        """Label and stored value of what somebody else has changed and was typed differently here."""
        sent = self.data.get("expected", "")
        if not sent:
            return
        read = sent.split(".")
        known = dict(zip(self._marks, read, strict=False)) if len(read) == len(self._marks) else {}
        for field in self._columns():
            name = field.name
            if known.get(name) != self._marks[name] and self._is_typed_otherwise(name):
                yield str(self.fields[name].label), self._said(field)

    def _is_typed_otherwise(self, name: str) -> bool:
        """Than it is stored; changed_data may go by what the page has shown."""
        return self.fields[name].has_changed(self.initial[name], self[name].data)

    def _said(self, field: models.Field) -> str:
        if field.many_to_many:
            return "、".join(map(str, self.initial[field.name])) or NOTHING
        words = said(field, getattr(self.instance, field.name)) or NOTHING
        return words if len(words) <= MOST_CHARACTERS else f"{cut(words, MOST_CHARACTERS)}…"

    def _mark(self, field: models.Field) -> str:
        value = self.initial[field.name]
        if field.many_to_many:
            value = sorted(row.pk for row in value)
        elif isinstance(value, FieldFile):
            value = value.name
        return sha256(repr(value).encode()).hexdigest()[:_DIGITS]


class OneAfterAnother(admin.ModelAdmin):
    """Holds the row while a form is checked and saved, and gives the form its marks.

    `templates/admin/change_form.html` puts them on the page.
    """

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST" or not connection.in_atomic_block:
            return found
        held = self.model._base_manager.select_for_update(no_key=True).filter(pk=found.pk)
        # The order of lists would join other tables.
        held.order_by("pk").values_list("pk").first()
        # As it stands now that nobody else can save it.
        return super().get_object(request, object_id, from_field)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is None or not change:
            return form
        kind: Any = type(form)
        return kind(form.__name__, (MarkedForm, form), {})
