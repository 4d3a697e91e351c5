"""Fields of a new post as people fill them in: every kind, deadlines, an audience of nobody."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from board import kinds
from board.models import Category, Topic
from members.models import User
from tests.board.test_topic_new import refused, send
from tests.html import text_of


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-25 10:00+09:00", tick=False):
        yield


@pytest.fixture
def writer(client, contributor):
    client.force_login(contributor)
    return contributor


@pytest.mark.parametrize("kind", Category.Kind.values)
def test_every_kind_asks_stores_and_shows_its_fields(client, writer, kind):
    if kind == "notice":
        User.objects.filter(pk=writer.pk).update(is_staff=True)
    lines = {
        line.name: "https://www.city.example.jp/" if line.is_link else f"入力{line.name}"
        for line in kinds.lines_of(kind)
    }

    send(client, kind, deadline="R8.12.25" if kind == "call" else "", **lines)

    topic = Topic.objects.get()
    assert topic.details == lines
    page = text_of(client.get(topic.get_absolute_url()))
    assert all(value in page for value in lines.values())
    assert topic.asks == kinds.ASKS.get(kind, "nothing")


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("2026-12-25 15:30", "2026-12-25 15:30", "令和8年12月25日（金）午後3時30分"),
        ("R8.12.25 正午", "2026-12-25 12:00", "令和8年12月25日（金）正午"),
    ],
)
def test_deadline_is_typed_as_people_write_it(client, writer, typed, stored, shown):
    send(client, "call", deadline=typed)

    topic = Topic.objects.get()
    assert timezone.localtime(topic.deadline).strftime("%Y-%m-%d %H:%M") == stored
    assert shown in text_of(client.get(topic.get_absolute_url()))
    # The edit form shows what it can read again.
    assert not client.get(reverse("board:topic_edit", args=[topic.pk])).context["form"].errors


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("R8.13.1", "締切：令和8年13月1日はありません。"),
        ("R8.12.25 27時", "締切：「27時」という時刻はありません。"),
        ("9999-12-31", "締切：1873年"),
    ],
)
def test_deadline_that_cannot_be_is_explained(client, writer, typed, message):
    assert message in refused(send(client, "call", deadline=typed))


@pytest.mark.parametrize("audience", ["prefectures", "chosen"])
def test_audience_without_anybody_is_refused(client, writer, audience):
    assert "公開する" in refused(send(client, audience=audience))


def test_title_is_one_line(client, writer):
    send(client, title="件名\r\nBcc: v@evil.example")

    assert Topic.objects.get().title == "件名 Bcc: v@evil.example"
