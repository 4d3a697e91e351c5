"""検索 over everything: the public's, and what members see besides."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements.models import Party
from board.models import Topic
from news.models import Publication
from tests import factories
from tests.html import text_of


@pytest.fixture
def lines(client, db):
    """The titles of each group, without marks."""

    def find(query):
        groups = client.get("/search/", {"q": query}).context["groups"]
        return {
            group.name: [
                line.title.replace("<mark>", "").replace("</mark>", "") for line in group.lines
            ]
            for group in groups
        }

    return find


def test_title_says_what_was_searched_for(client, db):
    asked = client.get("/search/", {"q": "<見本>"}).content.decode()
    empty = client.get("/search/").content.decode()

    assert "<title>「&lt;見本&gt;」の検索｜特別区全国連携プロジェクト</title>" in asked
    assert "<title>検索｜特別区全国連携プロジェクト</title>" in empty


def test_each_group_answers_for_its_own(lines):
    factories.make_regional_agreement(parties=[("塩竈町村会", Party.Members.TOWNS_AND_VILLAGES)])
    factories.make_corporate_agreement(company="塩竃株式会社", activities=["講演会"])
    factories.make_local_government(prefecture="04", name="塩竈市", kana="しおがまし")

    assert lines("塩釜") == {
        "広域連携協定": ["塩竈町村会"],
        "企業との包括連携協定": ["塩竃株式会社"],
        "自治体・会員": ["宮城県塩竈市"],
    }
    assert lines("シオガマ") == {"自治体・会員": ["宮城県塩竈市"]}
    assert lines("塩釜 講演会") == {"企業との包括連携協定": ["塩竃株式会社"]}
    assert lines("塩釜 -株式会社 -市") == {"広域連携協定": ["塩竈町村会"]}
    assert lines("") == lines("%") == lines("-塩釜") == {}


def test_what_is_published_is_found_and_nothing_else(lines):
    later = timezone.now() + timedelta(days=1)
    factories.make_news_item(title="防災のお知らせ")
    factories.make_news_item(title="防災 LEAK", is_draft=True)
    factories.make_news_item(title="防災 LEAK", publish_at=later)
    factories.make_publication(title="防災特集")
    factories.make_publication(title="防災 LEAK", is_draft=True)
    factories.make_event(name="防災の集い")
    factories.make_event(name="防災 LEAK", publish_at=later)

    assert lines("ボウサイ") == {}
    assert lines("防災") == {
        "お知らせ": ["防災のお知らせ"],
        "イベント": ["防災の集い"],
        "刊行物": [str(Publication.objects.get(title="防災特集"))],
    }


def test_agreement_is_found_by_its_day_and_not_by_the_memo(lines):
    factories.make_regional_agreement(note="内部メモ")
    factories.make_corporate_agreement(note="内部メモ")

    assert [*lines("平成30年4月16日"), *lines("H30.4.16"), *lines("2019-05-31")] == [
        *["広域連携協定"] * 2,
        "企業との包括連携協定",
    ]
    assert lines("内部メモ") == {}


def test_members_find_the_board_and_others_learn_nothing_of_it(client, lines, contributor):
    topic = factories.make_topic(title="防災訓練の相談")
    factories.make_reply(topic, body="防災の件で")
    anonymous = client.get("/search/?q=防災")
    assert anonymous.context["groups"] == []
    assert "掲示板" not in text_of(anonymous)

    client.force_login(contributor)

    assert lines("防災") == {"掲示板": ["防災訓練の相談", "防災訓練の相談"]}
    page = client.get("/search/?q=防災").content.decode()
    assert "<mark>防災</mark>訓練の相談" in page
    assert '<a href="/board/search/?q=%E9%98%B2%E7%81%BD">' in page


def test_what_has_no_search_of_its_own_is_shown_here_to_the_end(client, lines):
    for number in range(7):
        factories.make_news_item(title=f"防災 第{number}回")

    assert len(lines("防災")["お知らせ"]) == 7
    assert "お知らせの検索結果をすべて見る" not in client.get("/search/?q=防災").text


def test_hidden_topics_are_not_found_here_either(client, lines, contributor):
    topic = factories.make_topic(title="防災訓練の相談")
    factories.make_topic(title="防災", audience="wards")
    Topic.objects.filter(pk=topic.pk).update(hidden_at=timezone.now(), hidden_reason="x")
    client.force_login(contributor)

    assert lines("防災") == {}


def test_page_is_the_same_for_all_who_are_not_logged_in(client_factory, db):
    factories.make_local_government(prefecture="04", name="塩竈市")

    answers = [client_factory().get("/search/?q=塩釜") for _ in range(2)]

    assert answers[0].content == answers[1].content
    assert answers[0]["Cache-Control"] == "public, max-age=60"
    assert not answers[0].cookies


def test_what_is_typed_is_shown_as_words(client, db):
    page = client.get("/search/", {"q": '"><script>alert(1)</script>'}).content.decode()

    assert "<script>alert" not in page


def test_queries_do_not_grow_with_what_is_found(client, contributor):
    client.force_login(contributor)
    client.get("/contact/")
    counts = []
    for _ in range(2):
        factories.make_regional_agreement(parties=[("語町村会", Party.Members.ALL)])
        factories.make_corporate_agreement(company=f"語{len(counts)}株式会社")
        factories.make_local_government(name=f"語{len(counts)}市")
        factories.make_reply(factories.make_topic(title="語"), body="語")
        factories.make_news_item(title="語")
        factories.make_publication(title="語")
        factories.make_event(name="語")
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("/search/?q=語").context["groups"]) == 7
        counts.append(len(queries))

    assert counts[0] == counts[1]
