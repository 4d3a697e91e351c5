"""What forms share: the hidden key by which one that is sent twice is saved once, and numbers."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from lib.forms import FormKeyField, WholeNumberField, form_key_in

KEY = "0123456789abcdef" * 2


class NoteForm(forms.Form):
    form_key = FormKeyField()
    text = forms.CharField()


def test_each_form_that_is_shown_has_a_key_of_its_own():
    first, second = NoteForm()["form_key"].value(), NoteForm()["form_key"].value()

    assert len(first) == 32
    assert first != second


def test_key_is_kept_through_an_error():
    form = NoteForm({"form_key": KEY, "text": ""})

    assert not form.is_valid()
    assert f'<input type="hidden" name="form_key" value="{KEY}"' in str(form["form_key"])


def test_who_sends_no_key_gets_one():
    form = NoteForm({"text": "本文"})

    assert form.is_valid()
    assert len(form.cleaned_data["form_key"]) == 32


@pytest.mark.parametrize("key", ["x" * 32, "0" * 33, "\x00" * 32, KEY.upper(), f"{KEY}\n0"])
def test_anything_else_than_a_key_is_refused(key):
    form = NoteForm({"form_key": key, "text": "本文"})

    assert "form_key" in form.errors
    assert form_key_in(QueryDict(mutable=True) | {"form_key": key}) == ""


def test_valid_key_is_found_in_what_was_sent():
    assert form_key_in({"form_key": KEY}) == KEY
    assert form_key_in({}) == ""


@pytest.mark.parametrize(("typed", "number"), [("２", 2), ("1,000", 1000), (" １，２００ ", 1200)])
def test_numbers_are_read_as_people_type_them(typed, number):
    assert WholeNumberField().clean(typed) == number


def test_number_with_a_unit_is_an_error_and_not_lost_by_the_browser():
    field = WholeNumberField()

    with pytest.raises(ValidationError, match="数字だけで入力してください"):
        field.clean("2区画")
    assert field.widget.input_type == "text"
