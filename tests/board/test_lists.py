"""Lists: the right topics, and as many queries for three as for one."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from board import ending, moderation, posting, reading
from board.models import ReadMark, Reply, TodoMark, Topic
from tests import factories
from tests.html import text_of

LISTS = (
    *("/board/", "/board/c/call/", "/board/ours/", "/board/ours/?list=answered"),
    *("/board/ours/?list=asked", "/board/drafts/"),
)


@pytest.fixture
def reader(client, contributor):
    client.force_login(contributor)
    client.get("/contact/")
    return contributor


def make_rows(number, reader):
    """Per round: one of another body, one of the own, each with files, replies, themes, a draft."""
    for _ in range(number):
        for author in (factories.make_user(), reader):
            topic = factories.make_topic(
                author=author,
                category=factories.make_category("call"),
                title="募集のお知らせ",
                deadline=timezone.now() + timedelta(days=3),
                asks="apply",
            )
            factories.attach(topic)
            factories.make_reply(topic)
        factories.make_answer(factories.make_topic(title="募集", asks="join"), author=reader)
        factories.make_draft(reader, title="募集の案")


@pytest.mark.parametrize("address", LISTS)
def test_queries_of_a_list_do_not_grow_with_its_rows(client, reader, address):
    counts = []
    # The filters are drawn, and their choices asked for, once a minute.
    client.get(address)
    for rows in (1, 2):
        make_rows(rows, reader)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= (11 if address == "/board/" else 7)


def titles(client, query):
    return [topic.title for topic in client.get(f"/board/?{query}").context["topics"]]


def test_every_filter_leaves_the_right_topics(client, reader):
    soon = timezone.now() + timedelta(days=3)
    far = factories.make_user(
        seat=factories.make_seat(
            organization=factories.make_organization(prefecture="01", name="北市")
        )
    )
    factories.make_topic(
        author=far, title="北", category=factories.make_category("call"), deadline=soon
    )
    closed = factories.make_topic(title="終")
    ending.close(closed, by=closed.author)
    factories.attach(factories.make_topic(title="添"))
    todo = factories.make_topic(title="要")
    TodoMark.objects.create(seat=reader.seat, topic=todo, set_by=reader)
    ReadMark.objects.create(user=reader, topic=closed)

    found = {
        query: sorted(titles(client, query))
        for query in (
            *("category=call", "status=open", "status=soon", "status=ended", "prefecture=01"),
            *("organization=北市", "deadline=7", "with_files=on", "todo=on", "unread=on"),
        )
    }

    assert found == {
        "category=call": ["北"],
        "status=open": sorted(["北", "添", "要"]),
        "status=soon": ["北"],
        "status=ended": ["終"],
        "prefecture=01": ["北"],
        "organization=北市": ["北"],
        "deadline=7": ["北"],
        "with_files=on": ["添"],
        "todo=on": ["要"],
        "unread=on": sorted(["北", "添", "要"]),
    }


def test_filter_stays_on_the_list_of_the_own_body_that_it_narrows(client, reader):
    answered = factories.make_topic(title="答", asks="join")
    factories.make_answer(answered, author=reader)
    factories.make_topic(title="自", author=reader)

    page = client.get("/board/ours/?list=answered&status=open")

    assert [topic.title for topic in page.context["topics"]] == ["答"]
    assert '<input type="hidden" name="list" value="answered">' in page.content.decode()
    assert '<a href="?list=answered">条件を外す</a>' in page.content.decode()


def test_row_counts_answers_for_the_body_that_asked_alone(client, reader):
    own = factories.make_topic(author=reader, title="自", asks="join")
    other = factories.make_topic(title="他", asks="join")
    factories.make_topic(author=reader, title="問わない")
    for topic in (own, own, other):
        factories.make_answer(topic)

    topics = client.get("/board/").context["topics"]

    assert {topic.title: topic.answer_count for topic in topics} == {
        "自": 2,
        "他": None,
        "問わない": None,
    }
    assert text_of(client.get("/board/ours/")).count("回答 2件") == 1


@pytest.mark.parametrize(
    ("address", "way_on"),
    [
        ("/board/", "/board/topics/new/"),
        ("/board/c/call/", "/board/topics/new/?category=call"),
        ("/board/ours/", "/board/topics/new/"),
        ("/board/ours/?list=answered", "/board/ours/?list=asked"),
        ("/board/ours/?list=asked", "/board/"),
        ("/board/c/call/?status=open", "/board/c/call/"),
        ("/board/ours/?list=asked&status=open", "/board/ours/?list=asked"),
    ],
)
def test_empty_list_leads_on(client, reader, address, way_on):
    factories.make_category("call")

    page = client.get(address).content.decode()

    empty = page.partition('<div class="empty">')[2].partition("</div>")[0]
    assert f'href="{way_on}"' in empty


def test_empty_list_offers_a_viewer_nothing_to_write(client, viewer):
    client.force_login(viewer)

    page = client.get("/board/").content.decode()

    assert "投稿はまだありません。" in page
    assert "/board/topics/new/" not in page


def test_senseless_filters_and_pages_break_nothing(client, reader):
    factories.make_topic()

    for query in (
        "page=1e9",
        "page=0x1",
        "status=zzz",
        "theme=9999",
        "q=" + "a" * 8000,
        "year=0",
        "q=%00",
    ):
        assert client.get(f"/board/?{query}").status_code == 200
    assert client.get("/board/?user__password__startswith=p").status_code == 200


def test_sorting_by_deadline_puts_the_nearest_first(client, reader):
    for days, title in ((9, "後"), (2, "先")):
        factories.make_topic(title=title, deadline=timezone.now() + timedelta(days=days))
    factories.make_topic(title="無")

    assert titles(client, "sort=deadline") == ["先", "後", "無"]


def test_sorting_by_newness_does_not_ask_what_was_replied_to(client, reader):
    first = factories.make_topic(title="前")
    factories.make_topic(title="新")
    factories.make_reply(first)

    assert titles(client, "sort=new") == ["新", "前"]
    assert titles(client, "") == ["前", "新"]


def test_pinned_topic_stands_first_until_its_day(client, reader, secretary):
    first = factories.make_topic(title="留")
    factories.make_topic(title="新")
    moderation.pin(first, timezone.localdate(), by=secretary)

    page = client.get("/board/").context
    assert [[topic.title for topic in page[name]] for name in ("pinned", "topics")] == [
        ["留"],
        ["新"],
    ]
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        client.force_login(reader)
        assert titles(client, "") == ["新", "留"]


@pytest.mark.parametrize("view", ["topic", "topic_print"])
def test_queries_of_a_topic_do_not_grow_with_replies_and_files(client, reader, view):
    counts = []
    for replies in (1, 300):
        topic = factories.make_topic(asks="apply")
        add_replies(topic, replies)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse(f"board:{view}", args=[topic.pk]))
        counts.append(len(queries))
        assert "返信1の本文" in page.content.decode()

    # Three of them write how far the person has read.
    assert counts[0] == counts[1] <= 12


def add_replies(topic, number):
    """As posted one after the other, without the verb's cost."""
    author = topic.author
    Reply.objects.bulk_create(
        Reply(
            topic=topic,
            seq=seq,
            organization=author.seat.organization,
            seat=author.seat,
            author=author,
            body=f"返信{seq}の本文",
            body_html=f"<p>返信{seq}の本文</p>",
            form_key=f"{topic.pk:016x}{seq:016x}",
        )
        for seq in range(1, number + 1)
    )
    for reply in topic.replies.filter(seq__lte=3):
        factories.attach(reply)
    Topic.objects.filter(pk=topic.pk).update(
        last_seq=number, newest_seq=number, reply_count=number, active_at=timezone.now()
    )


def test_pages_are_by_number_and_permalinks_stay_when_replies_are_hidden(client, reader):
    topic = factories.make_topic()
    add_replies(topic, 130)
    reply = topic.replies.get(seq=121)
    topic.replies.filter(seq__in=[2, 3, 122]).update(hidden_at=timezone.now(), hidden_reason="x")

    assert reply.get_absolute_url() == f"/board/topics/{topic.pk}/?page=7#reply-121"
    page = text_of(client.get(f"/board/topics/{topic.pk}/?page=7"))
    assert "返信121の本文" in page
    assert "122 この返信は、事務局が非表示にしました。" in page
    for number in ("0", "8", "1e9", "0x1", "", "²"):
        assert client.get(f"/board/topics/{topic.pk}/?page={number}").status_code == 404
    whole = text_of(client.get(f"/board/topics/{topic.pk}/print/"))
    assert "返信130の本文" in whole


def seen(topic, user):
    return reading.with_seen(Topic.objects.filter(pk=topic.pk), user).get()


class TestReading:
    def test_nothing_before_the_person_s_start_is_unread(self, client, db):
        with time_machine.travel("2026-01-01"):
            factories.make_topic(title="古")
        newcomer = factories.make_user()
        client.force_login(newcomer)

        assert titles(client, "unread=on") == []

    def test_reply_posted_while_page_one_is_read_is_still_unread(self, client, reader):
        topic = factories.make_topic()
        add_replies(topic, 20)
        client.get(topic.get_absolute_url())
        assert titles(client, "unread=on") == []

        late = factories.make_reply(Topic.objects.get(pk=topic.pk))

        assert titles(client, "unread=on") == [topic.title]
        assert reading.first_unread(seen(topic, reader), reader) == late

    def test_marks_are_only_raised(self, reader):
        topic = factories.make_topic()

        for seq in (5, 3, 9, 1):
            reading.raise_mark(seen(topic, reader), reader, seq)

        assert ReadMark.objects.get(user=reader).seq == 9

    def test_category_marked_as_read_edits_and_hiding_bring_nothing_back(
        self, client, reader, secretary
    ):
        topic = factories.make_topic()
        reply = factories.make_reply(topic)
        answer = client.post(
            reverse("board:category_read", args=[topic.category.slug]), follow=True
        )
        assert f"「{topic.category.name}」をすべて既読にしました。" in text_of(answer)
        assert titles(client, "unread=on") == []

        posting.edit_reply(reply, "直した文", expected=0, by=reply.author)
        moderation.hide(reply, reason="x", by=secretary)
        moderation.restore(reply, by=secretary)

        assert titles(client, "unread=on") == []
        factories.make_reply(topic)
        assert titles(client, "unread=on") == [topic.title]

    def test_reply_that_is_hidden_leaves_no_topic_unread(self, client, reader, secretary):
        first, _ = factories.make_topic(title="先"), factories.make_topic(title="後")
        client.post(reverse("board:category_read", args=[first.category.slug]))
        reply = factories.make_reply(first)
        assert titles(client, "unread=on") == ["先"]

        moderation.hide(reply, reason="x", by=secretary)

        assert titles(client, "unread=on") == []
        assert titles(client, "") == ["後", "先"]
        moderation.restore(reply, by=secretary)
        assert titles(client, "") == ["先", "後"]
        assert titles(client, "unread=on") == ["先"]

    def test_topic_that_is_published_later_than_planned_is_unread_then(self, client, reader):
        topic = factories.make_topic(publish_at=timezone.now() + timedelta(minutes=10))
        later = timezone.now() + timedelta(minutes=30)
        topic.publish_at = later
        posting.edit(
            topic,
            posting.Related(),
            draft=factories.make_draft(topic.author),
            expected=0,
            by=topic.author,
        )
        with time_machine.travel(later - timedelta(minutes=10)):
            client.post(reverse("board:category_read", args=[topic.category.slug]))
            assert titles(client, "unread=on") == []

        with time_machine.travel(later + timedelta(minutes=1)):
            assert titles(client, "unread=on") == [topic.title]

    def test_first_unread_skips_hidden_replies(self, client, reader, secretary):
        topic = factories.make_topic()
        client.get(topic.get_absolute_url())
        replies = [factories.make_reply(topic) for _ in range(4)]
        for hidden in replies[:3]:
            moderation.hide(hidden, reason="x", by=secretary)

        answer = client.get(reverse("board:topic_unread", args=[topic.pk]))

        assert answer.url == replies[3].get_absolute_url()

    def test_reading_without_anything_new_writes_nothing(self, client, reader):
        topic = factories.make_topic()
        client.get(topic.get_absolute_url())

        with CaptureQueriesContext(connection) as queries:
            client.get(topic.get_absolute_url())

        assert not [q["sql"] for q in queries if q["sql"].startswith(("UPDATE", "INSERT"))]
