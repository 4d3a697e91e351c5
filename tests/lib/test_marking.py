"""Marks stand where the word is, in the text as it was written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.marking import LENGTH, excerpt, marked, spans
from lib.queries import Query
from lib.text import fold


@pytest.mark.parametrize("before", [970, 1000, 1990, 19_000])
def test_hit_in_a_very_long_line_is_shown_with_its_sentence(before):
    text = "あ" * before + "。塩竈の祭りです。" + "い" * 900

    shown = str(excerpt([text], ["塩釜"]))

    assert shown.startswith("…<mark>塩竈</mark>の祭りです。い")
    assert shown.endswith("い…")


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("塩竈市の魚", "塩釜", "<mark>塩竈</mark>市の魚"),
        ("ﾊﾟﾝﾌﾚｯﾄ配布", "パンフ", "<mark>ﾊﾟﾝﾌ</mark>ﾚｯﾄ配布"),
        ("<b>龍ケ崎</b>", "竜ヶ崎", "&lt;b&gt;<mark>龍ケ崎</mark>&lt;/b&gt;"),
        ("サ-バ-とサーバ", "サーバー", "<mark>サ-バ</mark>-と<mark>サーバ</mark>"),
        ("０３ー５２１０−", "03-5210", "<mark>０３ー５２１０</mark>−"),
        ("  a　 b", '"a b"', "  <mark>a　 b</mark>"),
        ("㈱見本", "株", "<mark>㈱</mark>見本"),
        ("カ\u3099ス", "ガ", "<mark>カ\u3099</mark>ス"),
        ("ああああ", "あああ", "<mark>ああああ</mark>"),
        ("防災訓練", "災訓 訓練", "防<mark>災訓練</mark>"),
        ("防災", "訓練", "防災"),
        ("a & b", "&", "a <mark>&amp;</mark> b"),
    ],
)
def test_words_are_marked_as_they_were_written(text, query, expected):
    assert marked(text, Query.parse(query).wanted) == expected


TEXTS = st.text(st.sampled_from("あガﾊﾟｶﾞー-〜防塩竈㈱㍻é\u3099 　\n<&a😀\u200d𠮷ß"), max_size=40)


@given(TEXTS, st.data())
def test_what_is_marked_folds_to_the_word(text, data):
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    word = folded[start : start + 3].strip()

    for first, end in spans(text, [word]):
        assert word in fold(text[first:end]) or word.replace("ー", "-") in fold(
            text[first:end]
        ).replace("ー", "-")


@given(TEXTS, TEXTS)
def test_without_the_marks_it_is_the_escaped_text(text, word):
    plain = re.sub("</?mark>", "", marked(text, [fold(word)]))

    assert plain == text.replace("&", "&amp;").replace("<", "&lt;")


def test_excerpt_begins_near_the_word_and_is_short():
    text = "一行目です。\n" + "あ" * 90 + "。それから防災訓練をします。" + "い" * 200

    shown = excerpt(["概要", text], ["防災"])

    assert shown.startswith("…それから<mark>防災</mark>訓練をします。いい")
    assert shown.endswith("い…")
    assert len(re.sub("</?mark>|…", "", shown)) == LENGTH


def test_excerpt_without_the_word_is_the_beginning():
    assert excerpt(["初めの行\n次の行"], ["防災"]) == "初めの行 次の行"
    assert excerpt([""], ["防災"]) == ""
