import pytest
from django import forms
from django.test.html import parse_html

from lib.forms import LongSelect

CHOICES = [("", "すべて"), ("10", "群馬県"), ("<b>", "<b>&")]


def drawn(widget, value, **options):
    class Form(forms.Form):
        prefecture = forms.ChoiceField(choices=CHOICES, widget=widget, required=False, **options)

    form = Form({"prefecture": value} if value is not None else None)
    return parse_html(str(form["prefecture"]))


@pytest.mark.parametrize("value", [None, "", "10", "<b>", "47"])
@pytest.mark.parametrize("options", [{}, {"help_text": "例"}])
def test_select_is_as_django_draws_it(value, options):
    assert drawn(LongSelect, value, **options) == drawn(forms.Select, value, **options)
