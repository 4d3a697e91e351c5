import csv
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.text import clean_line, clean_text, cut, fold, half_width, other_spellings, words

LOCAL_GOVERNMENTS = Path(__file__).parents[2] / "data" / "local_governments.csv"
# Characters that some rule treats, beside arbitrary ones.
TREATED = "かカヵケヶがガｶﾞ゛゜\u3099\u309aヷワｰー-−〜~ \t\n\u3000\u200b\u200d\ufe0f\U000e0100髙龍ÀßİΣ²㍻１Ａa\u0300\u0344👩"
ANY_TEXT = st.text(st.characters() | st.sampled_from(TREATED))
# No marks: cutting か from か+゛ is another letter, not a part.
SIMPLE_TEXT = st.text(st.sampled_from("サーバ‐-〜ｰさまち龍ケヶ髙 2026aB、。　"), max_size=30)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("パンフレット", "ﾊﾟﾝﾌﾚｯﾄ"),
        ("パンフレット", "ぱんふれっと"),
        ("パンフレットー", "パンフレット‐"),
        ("ヴァイオリン", "ゔぁいおりん"),
        ("ヷ", "わ゙"),
        ("サーバー", "サ-バ−"),
        ("サーバー", "ｻｰﾊﾞｰ"),
        ("ＰＤＦ", "pdf"),
        ("Ⅲ", "iii"),
        ("㈱", "(株)"),
        ("がぎ", "か\u3099き\u3099"),
        ("が", "か゛"),
        ("ぱ", "は゜"),
        ("龍ケ崎市", "龍ヶ崎市"),
        ("龍ヶ崎市", "竜ケ﨑市"),
        ("3ヵ月", "3か月"),
        ("塩竈市", "鹽釜市"),
        ("檮原町", "梼原町"),
        ("須惠町", "須恵町"),
        ("髙島屋", "高嶋屋"),
        ("𠮷野家", "吉野家"),
        ("壽", "寿"),
        ("渡邊", "渡邉"),
        ("渡邊", "渡辺"),
        ("齋藤", "斎藤"),
        ("齊藤", "斉藤"),
        ("齋藤", "斉藤"),
        ("澤", "沢"),
        ("横濱", "横浜"),
        ("廣島", "広島"),
        ("國", "国"),
        ("櫻", "桜"),
        ("瀨戸", "瀬戸"),
        ("薗田", "園田"),
        ("四條畷市", "四条畷市"),
        ("藪塚", "薮塚"),
        ("礪波", "砺波"),
        ("葛󠄀飾区", "葛飾区"),
        ("神\ufe00戸", "神戸"),
        ("2026-03-12", "２０２６ー０３―１２"),
        ("03-5210-9738", "０３ー５２１０－９７３８"),
        ("4月〜6月", "4月～6月"),
        ("4月〜6月", "4月-6月"),
        ("防災\u200b訓\u202e練", "防災訓練"),
        ("防災\u00ad訓練", "防災訓練"),
        ("  防災　 訓練\r\n", "防災 訓練"),
    ],
)
def test_spellings_of_one_word_fold_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("メール", "める"),
        ("ビール", "ビル"),
        ("カラー", "から"),
        ("かき", "がき"),
        ("病院", "美容院"),
        ("関ヶ原", "関が原"),
        ("大阪", "大坂"),
    ],
)
def test_different_words_stay_different(one, other):
    assert fold(one) != fold(other)


def test_latin_text_keeps_its_hyphens():
    assert fold("Taro-Y@Example.jp") == "taro-y@example.jp"


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_decomposed_text_folds_like_composed_text(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(ANY_TEXT)
def test_folded_text_can_be_stored_in_a_database(text):
    folded = fold(text).encode()

    assert b"\0" not in folded


def test_every_character_folds_stably():
    # Kana, symbols, kanji and the compatibility ideographs.
    folded = fold("、".join(map(chr, (*range(0x20000), *range(0x2F800, 0x2FA20)))))

    assert fold(folded) == folded


def test_folding_keeps_all_local_governments_apart():
    with LOCAL_GOVERNMENTS.open(encoding="utf-8", newline="") as sheet:
        names = [row["prefecture"] + row["name"] for row in csv.DictReader(sheet)]

    assert len(set(map(fold, names))) == len(names) == 1788


@pytest.mark.parametrize("function", [fold, words, half_width, clean_text, clean_line])
@pytest.mark.parametrize("unit", ["\u0300\u0327", "ﾞ\u0327", "-", "ー ", "\u200d", "a-", "\r"])
def test_time_grows_with_the_length_only(function, unit):
    begin = time.perf_counter()
    function("a" + unit * 50_000)

    # Quadratic work takes more than 10 s here, linear work about 0.1 s.
    assert time.perf_counter() - begin < 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        (" 　\n", []),
        ("- ー", []),
        ("防災　訓練  防災", ["防災", "訓練"]),
        ("ＰＤＦ pdf", ["pdf"]),
        ("サーバー サーバ", ["さーば"]),
        ("コピー カラー", ["こぴー", "からー"]),
        ("-2026", ["2026"]),
        ("100%", ["100%"]),
        ("a b c d e f g h i j k l", list("abcdefghij")),
    ],
)
def test_query_is_split_into_folded_words(query, expected):
    assert words(query) == expected


@pytest.mark.parametrize("query", ["サーバー", "サーバ", "ｻｰﾊﾞｰ", "さーば"])
@pytest.mark.parametrize("text", ["サーバーの更新", "サーバの更新"])
def test_a_long_mark_at_the_end_of_a_word_may_be_missing(query, text):
    assert all(word in fold(text) for word in words(query))


@given(SIMPLE_TEXT, st.integers(0, 30), st.integers(0, 30))
def test_every_part_of_a_text_finds_it(text, begin, end):
    assert all(word in fold(text) for word in words(text[begin:end]))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("０３ー５２１０－９７３８", "03-5210-9738"),
        ("03‐5210—9738", "03-5210-9738"),
        ("03―5210ｰ9738", "03-5210-9738"),
        ("\u202a03-5210-9738\u202c", "03-5210-9738"),
        ("　０１２０３３　", "012033"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        ("ta-ro~x@xn--abc.jp", "ta-ro~x@xn--abc.jp"),
        ("サーバー", "サーバー"),
    ],
)
def test_codes_become_half_width(typed, expected):
    assert half_width(typed) == expected


@given(ANY_TEXT)
def test_half_width_text_stays_as_it_is(text):
    assert half_width(half_width(text)) == half_width(text)


@pytest.mark.parametrize(
    "text",
    [
        "髙﨑𠮷野家👨‍👩‍👧‍👦が",
        "葛\U000e0100飾区",
        "か\u3099",
        "🙂‍↔️ ❤️‍🔥 1️⃣",
        "ｶﾅ　①",
        "شاه‌نامه",
        "क्‍ष",
    ],
)
def test_letters_survive_cleaning(text):
    assert clean_line(text) == clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "line", "lines"),
    [
        ("一行目\r\n二行目\r三行目", "一行目 二行目 三行目", "一行目\n二行目\n三行目"),
        ("一\u2028二\x85三\x0b四", "一 二 三 四", "一\n二\n三\n四"),
        ("一\r\0\n二", "一 二", "一\n二"),
        ("品名\t数", "品名 数", "品名 数"),
        ("a\0b\x1b\x7f", "ab", "ab"),
        ("\u202e逆\u2066\u200f順\u061c", "逆順", "逆順"),
        ("\ufeff件\u200b名\u00ad", "件名", "件名"),
        ("山\u200d田", "山田", "山田"),
        ("👨\u200d\u200d👩", "👨👩", "👨👩"),
        ("a\ud800b", "ab", "ab"),
        ("a\U000e0041b", "ab", "ab"),
        ("\u200b 件名 ", "件名", " 件名 "),
        ("\n　段落\n", "段落", "\n　段落\n"),
    ],
)
def test_cleaning_removes_what_nobody_sees(text, line, lines):
    assert clean_line(text) == line
    assert clean_text(text) == lines


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text):
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_text(clean_text(text)) == clean_text(text)


@given(ANY_TEXT)
def test_a_clean_line_is_one_line_that_can_be_stored(text):
    line = clean_line(text)

    assert len(line.splitlines()) <= 1
    assert b"\0" not in line.encode()


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("防災訓練", 4, "防災訓練"),
        ("防災訓練", 2, "防災"),
        ("防災か\u3099", 3, "防災"),
        ("防災ｶﾞ", 3, "防災"),
        ("市葛\U000e0100飾", 2, "市"),
        ("市👨‍👩‍👧", 4, "市"),
        ("市👍🏽", 2, "市"),
        ("市🇯🇵🇫🇷", 4, "市🇯🇵"),
        ("市🇯🇵🇫🇷", 3, "市🇯🇵"),
        ("市❤\ufe0f", 2, "市"),
        ("防災", 0, ""),
    ],
)
def test_a_text_is_cut_between_letters(text, limit, expected):
    assert cut(text, limit) == expected


@given(ANY_TEXT, st.integers(0, 20))
def test_a_cut_text_is_the_beginning_and_no_longer_than_allowed(text, limit):
    short = cut(text, limit)

    assert text.startswith(short)
    assert len(short) <= limit
    assert short or not text or not limit


def test_nothing_but_marks_is_cut_all_the_same():
    assert cut("\u3099" * 50, 10) == "\u3099" * 10


@pytest.mark.parametrize(
    ("word", "spellings"),
    [
        ("塩釜", ["鹽釜", "塩竈", "塩竃"]),
        ("ぱんふ", ["パンフ"]),
        ("しお釜", ["シオ釜", "しお竈", "しお竃"]),
        ("pdf", []),
    ],
)
def test_other_spellings_are_one_with_the_word(word, spellings):
    assert other_spellings(word) == spellings
    assert {fold(spelling) for spelling in spellings} <= {word}
