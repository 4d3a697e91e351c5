"""The hidden key by which a form that is sent twice is saved once."""

import pytest
from django import forms
from django.http import QueryDict

from lib.forms import FormKeyField, form_key_in

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
