"""Rows drawn by Jinja2: escaped as pages are, and never with a hole in them."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template
from jinja2 import UndefinedError

from lib.templatetags.rows import rows

BYLINE = {
    "organization": SimpleNamespace(full_name="<script>市"),
    "seat": SimpleNamespace(section='"課'),
}


def test_what_people_typed_is_escaped_once():
    post = SimpleNamespace(**BYLINE, author=SimpleNamespace(name="A & B", left_at=None))

    page = Template('{% load rows %}{% rows "byline.jinja" post=post %}').render(
        Context({"post": post})
    )

    assert "&lt;script&gt;市 &#34;課" in page
    assert "A &amp; B" in page
    assert "<script" not in page


def test_missing_name_is_an_error():
    with pytest.raises(UndefinedError):
        rows("byline.jinja", post=SimpleNamespace(**BYLINE))
