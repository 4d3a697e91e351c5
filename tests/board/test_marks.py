"""更新通知 and 要対応: marks that a section puts on a topic."""

import pytest
from django.urls import reverse

from board.models import TodoMark, Watch
from members.models import User
from tests import factories
from tests.html import text_of

MARKS = [("topic_watch", Watch), ("topic_todo", TodoMark)]


@pytest.fixture
def topic(writer):
    return factories.make_topic(author=writer)


def press(client, name, topic, *, on):
    return client.post(reverse(f"board:{name}", args=[topic.pk]), {"on": on}, follow=True)


@pytest.mark.parametrize(("name", "model"), MARKS)
def test_mark_is_shared_by_the_section_and_taken_away_by_a_colleague(
    client, topic, writer, viewer, name, model
):
    press(client, name, topic, on="1")
    client.force_login(viewer)
    press(client, name, topic, on="1")
    assert set(model.objects.values_list("seat", flat=True)) == {writer.seat_id, viewer.seat_id}

    client.force_login(factories.make_user(seat=writer.seat, role=User.Role.VIEWER))
    press(client, name, topic, on="0")

    assert model.objects.get().seat == viewer.seat


@pytest.mark.parametrize(("name", "model"), MARKS)
def test_same_button_twice_changes_nothing(client, topic, name, model):
    counts = []
    for on in ("1", "1", "0", "0"):
        press(client, name, topic, on=on)
        counts.append(model.objects.count())

    assert counts == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("name", "on", "said"),
    [
        ("topic_watch", "1", "更新通知を受け取ります。"),
        ("topic_watch", "0", "更新通知を止めました。"),
        ("topic_todo", "1", "「要対応」を付けました。"),
        ("topic_todo", "0", "「要対応」を外しました。"),
    ],
)
def test_whoever_does_not_see_the_button_change_is_told(client, topic, name, on, said):
    page = press(client, name, topic, on=on)

    assert said in text_of(page)


def test_page_of_a_topic_shows_the_marks_of_the_own_section_only(client, topic, writer, ward):
    for name, _ in MARKS:
        press(client, name, topic, on="1")
    assert "「要対応」を外す" in text_of(client.get(topic.get_absolute_url()))

    client.force_login(ward)

    page = client.get(topic.get_absolute_url())
    assert "「要対応」を付ける" in text_of(page)
    assert not page.context["is_watched"]
