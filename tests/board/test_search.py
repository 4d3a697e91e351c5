"""The search of the board as members use it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from board import ending
from board.models import TodoMark
from members import reorganization
from tests import factories
from tests.html import text_of

TRAPS = {
    "龍ケ崎市の催し": ["龍ヶ崎", "龍ケ崎", "竜ケ崎　催し"],
    "塩竈の魚": ["塩釜", "塩竈", "鹽竈"],
    "檮原町と梼原": ["梼原", "檮原"],
    "須惠町の秋": ["須恵町", "須惠町"],
    "ﾊﾟﾝﾌﾚｯﾄ配布": ["パンフレット", "ぱんふれっと", "配布　ﾊﾟﾝﾌ"],
    "広報誌": ["誌", "広報", "報"],
    "100%の力": ["100%", "１００％", "%"],
    "file_name.txtの件": ["file_name", "_", "FILE"],
    "ＰＤＦの様式": ["pdf", "PDF", "ｐｄｆ"],
    "地域防災訓練のお知らせ": [
        "防災",
        "地域防災訓練のお知らせ",
        "訓練 地域",
        '"防災訓練"',
        "「地域防災」",
    ],
    "サーバの更新": ["サーバー", "サーバ", "さーば"],
    "電話は03-5210-9068へ": ["０３ー５２１０", "5210-9068", "03−5210"],
    "令和８年１２月２５日締切": ["令和8年12月25日", "12月25日", "８年"],
}


@pytest.fixture
def reader(client, contributor):
    client.force_login(contributor)
    client.get("/contact/")
    return contributor


@pytest.fixture
def found(client, reader):
    """Titles, in the order of the page; replies as title and number."""

    def find(query, **filters):
        answer = client.get("/board/search/", {"q": query, **filters})
        assert answer.status_code == 200
        hits = answer.context["hits"]
        return [f"{hit.topic.title} {hit.seq}" if hit.seq else hit.topic.title for hit in hits]

    return find


@pytest.mark.parametrize(("title", "queries"), TRAPS.items())
def test_search_finds_what_people_mean(found, title, queries):
    factories.make_topic(title=title)
    factories.make_topic(title="別の件")

    assert {query: found(query) for query in queries} == dict.fromkeys(queries, [title])


@pytest.mark.parametrize(
    "query",
    ["存在しない語", "防訓", '"災防"', "防災 -訓練", "訓練 －お知らせ", "%", "_", "-防災", "　"],
)
def test_search_finds_nothing_else(found, query):
    factories.make_topic(title="地域防災訓練のお知らせ")

    assert found(query) == []


def test_every_part_of_a_topic_is_found(found):
    body = factories.make_organization(name="見本市", kana="みほんし")
    author = factories.make_user(seat=factories.make_seat(organization=body))
    topic = factories.make_topic(
        author=author,
        title="題名だ",
        summary="概要だ",
        body="本文だ",
        venue="会場だ",
        details={"fee": "費用だ"},
        deadline=timezone.make_aware(timezone.datetime(2027, 3, 1, 17)),
    )
    factories.attach(topic, name="実施要領.txt")
    ending.record_outcome(topic, "matched", note="結果だ", by=author)

    for query in (
        *(
            "題名だ",
            "概要だ",
            "本文だ",
            "会場だ",
            "費用だ",
            "結果だ",
            "実施要領",
            "見本市",
            "ミホンシ",
        ),
        *("群馬県見本市 本文だ", "令和9年3月1日", "2027-03-01", "R9.3.1", "2027/3/1"),
    ):
        assert found(query) == ["題名だ"], query


def test_code_of_a_body_finds_its_topics(found):
    town = factories.make_local_government(code="102016")
    body = factories.make_organization(local_government=town)
    factories.make_topic(
        author=factories.make_user(seat=factories.make_seat(organization=body)), title="町から"
    )

    assert found("102016") == found("10201") == ["町から"]


def test_reply_is_a_hit_of_its_own_with_its_place(client, reader, found):
    topic = factories.make_topic(title="一つ目")
    for body in [*["はい。"] * 20, "宿泊できますか"]:
        reply = factories.make_reply(topic, body=body)
    factories.attach(reply, name="部屋割り.txt")

    assert found("宿泊") == found("部屋割り") == found("宿泊 部屋割り") == ["一つ目 21"]
    page = client.get("/board/search/?q=部屋割り").content.decode()
    assert f'href="/board/topics/{topic.pk}/?page=2#reply-21"' in page
    assert "添付：<mark>部屋割り</mark>.txt" in page


def test_body_that_is_renamed_is_found_under_both_names_at_once(found, secretary):
    topic = factories.make_topic(title="名前の話")
    body = topic.organization
    before = body.name

    reorganization.rename(body, "新名市", "しんめいし", by=secretary)

    assert found("新名市") == found(before) == ["名前の話"]


def test_filters_combine_with_words(client, found, reader):
    soon = timezone.now() + timedelta(days=3)
    north = factories.make_organization(prefecture="01", name="北市")
    author = factories.make_user(seat=factories.make_seat(organization=north))
    call = factories.make_topic(
        author=author, title="語北", category=factories.make_category("call"), deadline=soon
    )
    with time_machine.travel("2026-06-01"):
        old = factories.make_topic(title="語古")
    other = factories.make_topic(title="語別")
    factories.make_reply(other, author=author, body="語の返信")
    factories.attach(other)
    ending.close(old, by=old.author)
    TodoMark.objects.create(seat=reader.seat, topic=call, set_by=reader)

    assert found("語") == ["語別 1", "語別", "語北", "語古"]
    assert {
        query: sorted(found("語", **{query.split("=")[0]: query.split("=")[1]}))
        for query in (
            *(
                "category=call",
                "status=ended",
                "prefecture=01",
                "organization=北市",
                "with_files=on",
            ),
            *("todo=on", "deadline=7"),
        )
    } == {
        "category=call": ["語北"],
        "status=ended": ["語古"],
        "prefecture=01": ["語別 1", "語北"],
        "organization=北市": ["語別 1", "語北"],
        "with_files=on": ["語別"],
        "todo=on": ["語北"],
        "deadline=7": ["語北"],
    }


def test_period_is_a_fiscal_year(client, reader, found):
    for day, title in (("2027-03-31T14:59:59Z", "語前"), ("2027-03-31T15:00:00Z", "語後")):
        with time_machine.travel(day):
            factories.make_topic(title=title)

    with time_machine.travel("2027-05-01"):
        client.force_login(reader)
        assert (found("語", year="2026"), found("語", year="2027")) == (["語前"], ["語後"])


def test_newest_first_is_the_order_of_publication(found):
    now = timezone.now()
    for days in (3, 1, 2):
        with time_machine.travel(now - timedelta(days=days)):
            factories.make_topic(title=f"語 {days}日前")

    assert found("語") == ["語 1日前", "語 2日前", "語 3日前"]


def test_best_first_puts_titles_before_what_says_it_once(found):
    with time_machine.travel(timezone.now() - timedelta(days=400)):
        factories.make_topic(title="防災訓練の相談")
    factories.make_topic(title="交流", body="防災の話も少し")
    often = factories.make_topic(title="催し", body="防災、防災、防災、防災、防災")
    factories.make_reply(often, body="防災ですね")

    assert found("防災", sort="best") == ["防災訓練の相談", "催し", "交流", "催し 1"]


def test_words_are_marked_and_the_text_around_them_is_escaped(client, reader):
    body = "はじめに。\n" + "あ" * 200 + "。<b>塩竈</b>の魚を &配ります。" + "い" * 200
    factories.make_topic(title="塩竈 <i>市</i>", body=body)

    page = client.get("/board/search/?q=塩釜").content.decode()

    assert "<mark>塩竈</mark> &lt;i&gt;市&lt;/i&gt;" in page
    assert "&lt;b&gt;<mark>塩竈</mark>&lt;/b&gt;の魚を &amp;配ります。" in page


def test_count_stops_at_a_thousand_and_older_ones_follow(client, reader, monkeypatch):
    monkeypatch.setattr("board.search.finding.MOST_OF_ONE_CHARACTER", 3)
    topic = factories.make_topic(title="相談")
    for number in range(1, 6):
        factories.make_reply(topic, body=f"語{number}")

    first = client.get("/board/search/?q=語")
    rest = client.get(f"/board/search/?q=語&before={first.context['results'].older}")

    assert "3以上件" not in text_of(first)
    assert [hit.seq for hit in first.context["hits"]] == [5, 4, 3]
    assert [hit.seq for hit in rest.context["hits"]] == [2, 1]
    assert rest.context["results"].older is None


def test_empty_page_names_the_condition_to_drop_and_the_spellings(client, reader):
    factories.make_topic(title="塩竈の魚", category=factories.make_category("call"))
    factories.make_category("policy")

    page = text_of(client.get("/board/search/?q=塩釜&category=policy&prefecture=47"))
    only_one = text_of(client.get("/board/search/?q=塩釜&category=policy"))
    words = text_of(client.get("/board/search/?q=塩釜 存在しない語"))

    assert "次の表記も探しました：「鹽釜」「塩竈」「塩竃」" in page
    assert "見つかります" not in page
    assert "分類「分類 policy」を外す （1件）" in only_one
    assert "検索語「存在しない語」を外す （1件）" in words


@pytest.mark.parametrize("value", ["x", "1e9", "-1", "9" * 30, "²", ""])
def test_senseless_keys_and_pages_break_nothing(client, reader, value):
    factories.make_topic(title="語")

    for name in ("before", "page"):
        assert client.get("/board/search/", {"q": "語", name: value}).status_code == 200


@pytest.mark.parametrize("sort", ["", "best"])
def test_queries_do_not_grow_with_what_is_found(client, reader, sort):
    counts = []
    # The filters are drawn, and their choices asked for, once a minute.
    client.get("/board/search/", {"q": "募集", "sort": sort})
    for rows in (1, 3):
        for _ in range(rows):
            topic = factories.make_topic(title="募集")
            factories.attach(topic, name="募集.txt")
            factories.attach(factories.make_reply(topic, body="募集の件"), name="募集.txt")
        with CaptureQueriesContext(connection) as queries:
            client.get("/board/search/", {"q": "募集", "sort": sort})
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20
