import pytest

from lib.queries import MAX_TYPED, Query


@pytest.mark.parametrize(
    ("typed", "wanted", "unwanted"),
    [
        ("防災　訓練", ["防災", "訓練"], []),
        ("防災 -訓練", ["防災"], ["訓練"]),
        ("防災　－訓練 −避難", ["防災"], ["訓練", "避難"]),
        ('"地域 防災"', ["地域 防災"], []),
        ("「地域　防災」 -「子 ども」", ["地域 防災"], ["子 ども"]),
        ("＂ＰＤＦ＂ “様式” 『表』", ["pdf", "様式", "表"], []),
        ("「防災」の日", ["防災", "の日"], []),
        ("03-5210 100% a_b", ["03-5210", "100%", "a_b"], []),
        ("サーバー パンフ", ["さーば", "ぱんふ"], []),
        ('"サーバー"', ["さーばー"], []),
        ("防災 防災 -防災", ["防災"], []),
        ('"防災 訓練', ["防災", "訓練"], []),
        ("-防災", [], ["防災"]),
        ('--- 「」 " ー 　', [], []),
        ("a b c d e f g h i j k l", list("abcdefghij"), []),
    ],
)
def test_what_is_typed_becomes_words(typed, wanted, unwanted):
    query = Query.parse(typed)

    assert (list(query.wanted), list(query.unwanted)) == (wanted, unwanted)
    assert bool(query) == bool(wanted)


def test_text_matches_with_every_wanted_word_and_no_unwanted_one():
    query = Query.parse("防災 -訓練")

    assert query.matches("地域防災の日")
    assert not query.matches("防災訓練")
    assert not query.matches("訓練")


def test_words_behind_more_than_anybody_types_are_not_read():
    query = Query.parse("「" * MAX_TYPED + "防災")

    assert not query.wanted


@pytest.mark.parametrize("typed", ['"「' * 500_000, "-" * 1_000_000])
def test_endless_text_is_answered_at_once(typed):
    assert Query.parse(typed) == Query.parse(typed[:MAX_TYPED])
