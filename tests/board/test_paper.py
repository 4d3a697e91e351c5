"""What leaves the portal: the sheet for circulation, and texts to pass on."""

import pytest
from django.urls import reverse
from django.utils import timezone

from board import passing_on
from board.models import Topic
from lib import x_posts
from lib.moments import parse_moment
from lib.text import cut
from tests import factories
from tests.html import text_of

DEADLINE = "令和18年1月15日 24時"


@pytest.fixture
def reader(client, contributor):
    client.force_login(contributor)
    return contributor


def make_call(**fields):
    seat = factories.make_seat(
        organization=factories.make_organization(prefecture="10", name="見本市"),
        telephone="00-1111-2222",
        extension="34",
    )
    values = {
        "title": "物産展の出展者を募ります",
        "body": "区役所前の広場で開きます。\nテントは区が用意します。",
        "deadline": parse_moment(DEADLINE, default=timezone.localtime().time()),
        "details": {"fee": "無料"},
        **fields,
    }
    category = factories.make_category("call")
    return factories.make_topic(author=factories.make_user(seat=seat), category=category, **values)


def page_of(client, name, topic):
    return client.get(reverse(f"board:{name}", args=[topic.pk]))


def test_sheet_says_all_that_circulation_needs(client, reader, settings):
    topic = make_call()
    factories.attach(topic, name="実施要領.txt")

    sheet = text_of(page_of(client, "topic_print", topic))

    said = (
        "物産展の出展者を募ります",
        "概要 区役所前の広場で開きます。",
        "締切 令和18年1月15日（火）の翌日午前0時",
        "参加費・費用 無料",
        "照会先 群馬県見本市 企画課 電話 00-1111-2222（内線 34）",
        "公開範囲 すべての会員",
        "実施要領.txt",
        f"{settings.SITE_URL}{topic.get_absolute_url()}",
        "決裁欄",
    )
    assert [text for text in said if text not in sheet] == []


def test_sheet_names_the_contact_that_was_written(client, reader):
    topic = make_call(details={"contact": "観光課 00-9999-9999"})

    sheet = text_of(page_of(client, "topic_print", topic))

    assert "照会先 観光課 00-9999-9999" in sheet
    assert "00-1111-2222" not in sheet


def test_sheet_holds_every_reply_with_its_own_address_and_nothing_to_press(client, reader):
    topic = factories.make_topic()
    for number in range(1, 22):
        factories.make_reply(topic, author=reader, body=f"{number}番目の返信")
    topic.replies.filter(seq=2).update(hidden_at=timezone.now(), hidden_reason="x")

    page = page_of(client, "topic_print", topic)

    shown = [int(href.rpartition("-")[2]) for href in permalinks(page)]
    assert shown == [1, *range(3, 22)]
    assert permalinks(page)[-1] == f"{topic.get_absolute_url()}?page=2#reply-21"
    assert "2番目の返信" not in text_of(page).replace("12番目の返信", "")
    assert "編集" not in text_of(page)


def permalinks(page):
    parts = page.content.decode().split('class="reply-number" href="')[1:]
    return [part.partition('"')[0] for part in parts]


def test_sheet_of_a_withdrawn_topic_says_only_that(client, reader):
    topic = make_call(body="LEAK", summary="LEAK", details={"fee": "LEAK"})
    Topic.objects.filter(pk=topic.pk).update(status="withdrawn", outcome_note="中止のため")

    page = page_of(client, "topic_print", topic)

    assert "中止のため" in text_of(page)
    assert "LEAK" not in page.content.decode()
    assert page_of(client, "topic_text", topic).status_code == 404


def test_texts_to_pass_on_are_plain_and_whole(client, reader):
    topic = make_call(title="「夏」の募集 & <b>", summary="短い概要です。")

    mail, magazine, x = page_of(client, "topic_text", topic).context["texts"]

    assert [line for line in EVERYTHING if line not in mail.text] == []
    assert magazine.text.startswith("【「夏」の募集 & <b>】\n短い概要です。\n締切")
    assert "テントは区が用意します。" not in magazine.text
    assert "締切：令和18年1月15日（火）の翌日午前0時" in x.text
    assert "群馬県見本市" in x.text


EVERYTHING = (
    "件名：「夏」の募集 & <b>",
    "投稿した団体：群馬県見本市 企画課",
    "・締切：令和18年1月15日（火）の翌日午前0時",
    "・参加費・費用：無料",
    "区役所前の広場で開きます。\nテントは区が用意します。",
)


@pytest.mark.parametrize("words", ["あ", "a", "𠮷", "b.jp "])
def test_text_for_x_fits_whatever_the_title_and_the_summary_are(db, words):
    topic = make_call(title=cut(words * 100, 100), summary=cut(words * 70, 70))

    text = passing_on.for_x(topic)

    assert x_posts.weight(text) <= x_posts.MAX_WEIGHT
    assert text.endswith("#特別区全国連携プロジェクト")
    assert words * 3 in text


def test_narrow_topic_is_not_passed_on_unwarned(client, reader):
    topic = make_call(audience="prefectures", prefectures=["10"])

    assert "ほかの団体や住民には転載しないでください。" in text_of(
        page_of(client, "topic_text", topic)
    )
