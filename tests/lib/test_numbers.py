"""Numbers that come in addresses and forms."""

import pytest

from lib.numbers import whole_number


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1)]
)
def test_digits_are_a_number(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "-1", "1.0", "1e3", " 1", "²", "９", "٣", "9" * 19, "9" * 5000]
)
def test_anything_else_is_none(text):
    assert whole_number(text) is None
