"""How every form of the portal is drawn, and what forms of several apps have in common."""

import re
import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from lib.text import clean_line, clean_text

# The first choice of a filter.
ANY = ("", "すべて")

_FORM_KEY = re.compile(r"[0-9a-f]{32}")


class QuietBoundField(BoundField):
    """Django describes hidden inputs, too, which no reader may meet (HTML forbids it).

    Of a box that must be ticked Chromium says "invalid" from the start, unless told otherwise.
    In a table of the admin (lib.admin.LabelledRows) the help stands in the head of the column.
    """

    @property
    def aria_describedby(self) -> str | None:
        if "aria-label" in self.field.widget.attrs:
            return f"{self.auto_id}_error" if self.errors else None
        return super().aria_describedby

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        found = super().build_widget_attrs(attrs, widget)
        if (widget or self.field.widget).is_hidden:
            found.pop("aria-describedby", None)
        if isinstance(widget or self.field.widget, forms.CheckboxInput) and self.field.required:
            found.setdefault("aria-invalid", "false")
        return found


class FormRenderer(TemplatesSetting):
    """Finds form templates through TEMPLATES, so that a field's markup exists once."""

    field_template_name = "components/field.html"
    bound_field_class = QuietBoundField


class LongSelect(forms.Select):
    """As Django's, without a template for each of its many choices; no groups, no many values."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            (
                (key, mark_safe(" selected") if str(key) == chosen else "", text)
                for key, text in self.choices
            ),
        )
        attributes = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        return format_html("<select{}>{}</select>", flatatt(attributes), options)


class NumberBox(forms.TextInput):
    """A browser's own number field sends nothing at all for 「2区画」: it would be lost without a word."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "size": 10, **(attrs or {})})


class WholeNumberField(forms.IntegerField):
    """Full width and 1,000 are numbers, too."""

    widget = NumberBox
    default_error_messages = {"invalid": "数字だけで入力してください。単位は要りません。例：2"}

    def to_python(self, value: Any) -> int | None:
        typed = value.replace(",", "").replace("，", "") if isinstance(value, str) else value
        return super().to_python(typed)


class LineField(forms.CharField):
    """One line of people's words: cleaned before it is measured, so that unseen letters are none."""

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")


class TextField(forms.CharField):
    """As LineField, of several lines; a line break counts once, however the browser sends it."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "").strip()


def new_form_key() -> str:
    return uuid.uuid4().hex


class UnlabelledInput(forms.HiddenInput):
    """The admin writes a label beside it, which may not name an input that nobody sees."""

    def id_for_label(self, id_: str) -> str:
        return ""


class FormKeyField(forms.CharField):
    """Hidden name of one filled-in form: pressed twice, it is saved once, in a unique column.

    Made when the form is first shown, kept through errors and a confirmation page. Whoever sends
    none gets a new one.
    """

    def __init__(self, **kwargs: Any) -> None:
        defaults = {"required": False, "initial": new_form_key, "widget": UnlabelledInput}
        super().__init__(**{"max_length": 32, "label": "送信の番号", **defaults, **kwargs})

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data or initial

    def clean(self, value: Any) -> str:
        key = super().clean(value) or new_form_key()
        if not _FORM_KEY.fullmatch(key):
            raise ValidationError("画面を開き直して、もう一度お試しください。")
        return key


def form_key_in(data: Mapping[str, Any]) -> str:
    """The key that was sent, to look for what it has already saved; empty where none is valid."""
    key = data.get("form_key", "")
    return key if _FORM_KEY.fullmatch(key) else ""
