import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.columns import width, wrap


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("あいう", 6), ("ｱｲｳ", 3), ("①", 2), ("か\u3099", 2), ("", 0)]
)
def test_wide_characters_take_two_columns(text, columns):
    assert width(text) == columns


def test_long_line_is_broken_at_the_column():
    assert wrap("あ" * 50, 76) == "あ" * 38 + "\n" + "あ" * 12


def test_no_line_begins_with_a_closing_sign():
    text = "あ" * 38 + "。" + "い" * 3

    assert wrap(text, 76) == "あ" * 37 + "\nあ。いいい"


def test_no_line_ends_with_an_opening_sign():
    text = "あ" * 37 + "「" + "い" * 3 + "」"

    assert wrap(text, 76) == "あ" * 37 + "\n「いいい」"


def test_address_is_never_broken():
    address = "https://renkei.example.jp/board/topics/12/" + "x" * 80

    assert address in wrap(f"この投稿を開く {address} です", 76).split("\n")[1]


def test_lines_that_fit_stay_as_they_are():
    text = "１行目\n\n　・２行目  \n"

    assert wrap(text) == text


@given(st.text(alphabet="あ。、「」a 1\n", max_size=400), st.integers(10, 76))
def test_nothing_but_breaks_and_blanks_is_changed(text, columns):
    wrapped = wrap(text, columns)

    assert wrapped.replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")


@given(st.text(alphabet="あいう。、「」 ", max_size=400))
def test_no_line_is_longer_than_the_columns(text):
    assert all(width(line) <= 76 for line in wrap(text).split("\n"))
