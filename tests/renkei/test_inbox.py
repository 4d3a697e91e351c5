"""受信箱: what lies in it, what is unread, and what leaves it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from board import moderation
from board.models import Topic
from members import inbox
from members.models import Notice, Notification, NotificationRead, Organization, User
from renkei.inbox import unread_count
from tests import factories
from tests.board.telling import spread
from tests.html import text_of

INBOX = "/members/inbox/"


@pytest.fixture
def asker(db):
    return factories.make_town(kind=Organization.Kind.WARD, prefecture="13", name="見本区")


@pytest.fixture
def town(asker, client):
    person = factories.make_town(name="見本市")
    client.force_login(person)
    return person


def test_new_things_are_listed_by_topic_the_newest_first(client, asker, town):
    first = factories.make_topic(author=asker, title="ひとつ目")
    factories.make_topic(author=asker, title="ふたつ目")
    factories.make_reply(first, author=town)
    factories.make_reply(first, author=asker)
    spread()

    page = client.get(INBOX)

    assert [group.topic.title for group in page.context["page"].object_list] == [
        "ひとつ目",
        "ふたつ目",
    ]
    lines = [line.text for line in page.context["page"].object_list[0].lines]
    assert lines == ["返信（2番から）", "新しい投稿"]


def test_of_many_notices_about_a_topic_the_newest_are_listed(client, asker, town):
    topic = factories.make_topic(author=asker)
    factories.make_reply(topic, author=town)
    for _ in range(7):
        factories.make_reply(topic, author=asker)
        spread()
        # Until it is read, what comes after it is no news.
        client.get(topic.get_absolute_url())

    group = client.get(INBOX).context["page"].object_list[0]

    assert [line.text for line in group.lines] == [
        f"返信（{seq}番から）" for seq in (8, 7, 6, 5, 4)
    ]
    assert group.more == 3


def test_header_counts_what_is_unread(client, asker, town):
    for _ in range(2):
        factories.make_topic(author=asker)
    spread()

    assert "受信箱 （未読 2 件）" in text_of(client.get("/contact/"))


def test_notice_without_a_topic_is_a_line_that_leads_to_its_page(client, town):
    inbox.tell_inboxes([town.seat], "年次確認のお願い", key="check", path="/members/check/")

    (group,) = client.get(INBOX).context["page"].object_list

    assert [(line.text, line.url) for line in group.lines] == [
        ("年次確認のお願い", "/members/check/")
    ]


def test_opening_the_topic_reads_its_notices_for_that_person_alone(client, asker, town):
    colleague = factories.make_user(seat=town.seat)
    topic = factories.make_topic(author=asker)
    spread()

    client.get(topic.get_absolute_url())

    assert (unread_count(town), unread_count(colleague)) == (0, 1)


def test_one_topic_one_notice_or_all_are_marked_read(client, asker, town):
    first, second = (factories.make_topic(author=asker) for _ in range(2))
    inbox.tell_inboxes([town.seat], "年次確認のお願い", key="check", path="/members/yearly-check/")
    notice = Notice.objects.get(key="check")
    spread()
    address = reverse("inbox_read")

    client.post(address, {"topic": first.pk})
    assert unread_count(town) == 2
    client.post(address, {"notice": notice.pk})
    assert unread_count(town) == 1
    client.post(address)

    assert unread_count(town) == 0
    assert second.pk != first.pk


@pytest.mark.parametrize("data", [{"topic": "999"}, {"notice": "x"}, {"topic": "9" * 30}])
def test_what_is_not_in_the_own_inbox_does_not_exist(client, town, data):
    assert client.post(reverse("inbox_read"), data).status_code == 404
    assert not NotificationRead.objects.exists()


def test_notice_of_another_section_cannot_be_marked(client, asker, town):
    other = factories.make_town()
    inbox.tell_inboxes([other.seat], "他部署へ", key="other", path="/")
    notice = Notice.objects.get(key="other")

    assert client.post(reverse("inbox_read"), {"notice": notice.pk}).status_code == 404


def test_hidden_topic_leaves_the_inbox_and_its_count_and_comes_back(client, asker, town):
    secretary = factories.make_user(
        seat=factories.make_seat(organization=factories.make_secretariat()), is_staff=True
    )
    topic = factories.make_topic(author=asker, title="LEAK-TITLE")
    spread()
    moderation.hide(topic, reason="確認中", by=secretary)

    assert unread_count(town) == 0
    assert "LEAK-TITLE" not in client.get(INBOX).content.decode()

    moderation.restore(topic, by=secretary)
    assert unread_count(town) == 1


def test_hidden_reply_leaves_the_inbox(client, asker, town):
    secretary = factories.make_user(
        seat=factories.make_seat(organization=factories.make_secretariat()), is_staff=True
    )
    topic = factories.make_topic(author=town)
    reply = factories.make_reply(topic, author=asker)
    spread()
    assert unread_count(town) == 1

    moderation.hide(reply, reason="確認中", by=secretary)
    spread()

    kinds = [line.text for group in client.get(INBOX).context["page"].object_list
             for line in group.lines]  # fmt: skip
    assert not [text for text in kinds if text.startswith("返信")]


def test_topic_that_is_for_others_now_leaves_the_inbox(client, asker, town):
    topic = factories.make_topic(author=asker, title="LEAK-TITLE")
    spread()

    Topic.objects.filter(pk=topic.pk).update(audience="wards")

    assert unread_count(town) == 0
    assert "LEAK-TITLE" not in client.get(INBOX).content.decode()
    assert client.post(reverse("inbox_read"), {"topic": topic.pk}).status_code == 404


def test_newcomer_is_behind_with_nothing(client, asker, town):
    factories.make_topic(author=asker)
    spread()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        newcomer = factories.make_user(seat=town.seat)

        assert unread_count(newcomer) == 0
        client.force_login(newcomer)
        assert len(client.get(INBOX).context["page"].object_list) == 1


def test_many_are_shown_as_99_and_more(client, asker, town):
    for number in range(101):
        inbox.tell_inboxes([town.seat], f"{number}", key=f"k{number}", path="/")

    assert "99+" in text_of(client.get("/contact/"))


def test_only_unread_ones_can_be_shown(client, asker, town):
    read, unread = factories.make_topic(author=asker), factories.make_topic(author=asker)
    spread()
    client.get(read.get_absolute_url())

    groups = client.get(INBOX, {"unread": "1"}).context["page"].object_list

    assert [group.topic for group in groups] == [unread]


def test_empty_inbox_says_what_will_come(client, town):
    assert "新しい投稿や返信があると" in text_of(client.get(INBOX))


def test_queries_do_not_grow_with_the_rows(client, asker, town):
    client.get("/contact/")
    counts = []
    for rows in (1, 3):
        for _ in range(rows):
            factories.make_reply(factories.make_topic(author=asker), author=town)
        spread()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(INBOX).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 9


def test_visitor_is_asked_for_no_query(client, db, django_assert_num_queries):
    client.get("/contact/")

    with django_assert_num_queries(1):
        client.get("/contact/")


def test_old_notices_leave_the_inbox_and_the_record_stays(asker, town):
    factories.make_topic(author=asker)
    spread()
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        inbox.clear_old()

    assert not Notification.objects.exists()
    assert Notice.objects.get().deliveries.exists()


def test_person_who_moved_sees_the_inbox_of_the_new_section(client, asker, town):
    factories.make_topic(author=asker)
    spread()
    User.objects.filter(pk=town.pk).update(seat=asker.seat)

    assert client.get(INBOX).context["page"].object_list == []
