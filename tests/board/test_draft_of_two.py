"""Two colleagues have opened one draft: the one who saves second has not seen what the first has saved."""

import re

import pytest
from django.urls import reverse

from board.models import Category, Topic
from lib.forms import new_form_key
from members.models import Draft, User
from tests import factories

NEW = "/board/topics/new/?category=exchange"
MARKS = ("form_key", "seen")


@pytest.fixture
def colleague(contributor):
    return factories.make_user(seat=contributor.seat, role=User.Role.CONTRIBUTOR, name="見本 花子")


@pytest.fixture
def opened(client, contributor, colleague):
    """What the second one sends."""
    factories.make_category("exchange")
    sent = {"kind": "topic", "address": NEW, "title": "見本 二人で書く"}
    marks = {"form_key": new_form_key(), "seen": ""}
    client.force_login(colleague)
    save(client, {**sent, **marks, "body": "はじめの文"})
    draft = Draft.objects.get()
    client.force_login(contributor)
    form = client.get(draft.get_absolute_url()).text
    shown = {name: re.search(rf'name="{name}" value="([^"]*)"', form)[1] for name in MARKS}
    client.force_login(colleague)
    save(client, {**sent, **marks, "body": "花子の続き"})
    client.force_login(contributor)
    return {**sent, **shown, "body": "次郎の続き"}


def save(client, sent):
    return client.post(reverse("board:draft_save"), sent)


def bodies():
    return [draft.data["body"][0] for draft in Draft.objects.open().order_by("pk")]


def test_autosave_keeps_both_and_tells_the_second(client, colleague, opened):
    answer = save(client, opened).json()

    apart = Draft.objects.latest("pk")
    assert bodies() == ["花子の続き", "次郎の続き"]
    assert colleague.name in answer["told"]
    assert (answer["form_key"], answer["seen"]) == (apart.form_key, apart.seen)


def test_form_goes_on_in_a_draft_of_its_own(client, opened):
    answer = save(client, opened).json()
    marks = {name: answer[name] for name in MARKS}

    again = save(client, {**opened, **marks, "body": "次郎の続きの続き"}).json()

    assert again["told"] == ""
    assert bodies() == ["花子の続き", "次郎の続きの続き"]


def test_nothing_is_posted_before_the_other_text_was_looked_at(client, colleague, opened):
    category = Category.objects.get(slug="exchange")
    sent = {**opened, "category": category.pk, "audience": "all", "publish": "1"}

    answer = client.post(NEW, sent)

    assert not Topic.objects.exists()
    assert "まだ投稿していません" in answer.text
    assert colleague.name in answer.text
    assert "次郎の続き" in answer.text
    assert bodies() == ["花子の続き", "次郎の続き"]


def test_next_press_posts_it_and_leaves_the_other_draft(client, opened):
    category = Category.objects.get(slug="exchange")
    sent = {**opened, "category": category.pk, "audience": "all", "publish": "1"}
    form = client.post(NEW, sent).text
    marks = {name: re.search(rf'name="{name}" value="([^"]*)"', form)[1] for name in MARKS}

    client.post(NEW, {**sent, **marks})

    assert Topic.objects.get().body == "次郎の続き"
    assert bodies() == ["花子の続き"]


def test_who_has_seen_the_newest_text_saves_over_it(client, opened):
    answer = save(client, {**opened, "seen": Draft.objects.get().seen}).json()

    assert answer["told"] == ""
    assert bodies() == ["次郎の続き"]


@pytest.mark.parametrize(
    "seen", ["", "x", "2026-01-01", "2026-01-01T00:00:00", "\x00", "9" * 500, "²"]
)
def test_forged_mark_has_seen_nothing(client, opened, seen):
    save(client, {**opened, "seen": seen})

    assert bodies() == ["花子の続き", "次郎の続き"]


def test_text_of_a_dead_session_is_kept_apart_too(client, opened, contributor):
    mark = re.search(r'name="writer" value="([^"]+)"', client.get(NEW).text)[1]
    client.logout()

    answer = client.post(NEW, {**opened, "writer": mark, "publish": "1"})

    assert answer.url.startswith("/accounts/login/")
    assert bodies() == ["花子の続き", "次郎の続き"]
