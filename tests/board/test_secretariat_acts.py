"""What the secretariat does to one post in the admin, and to the categories: by the site's own verbs."""

import pytest
import time_machine
from django.urls import reverse

from board.models import Category, Topic
from members.models import AuditEntry, Notice
from members.staff import Desk
from tests import factories
from tests.html import text_of

ACTS = {
    "hide": {"reason": "個人情報が載っています。"},
    "move": {},
    "pin": {"until": "R8.12.1"},
}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-25 10:00+09:00", tick=False) as clock:
        yield clock


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    return client


@pytest.fixture
def topic(ward):
    return factories.make_topic(author=ward, title="見本の投稿")


def act(client, post, name, **fields):
    model = post._meta.model_name
    return client.post(reverse(f"admin:board_{model}_act", args=[post.pk, name]), fields)


def stored(row):
    return type(row).objects.get(pk=row.pk)


def test_reason_of_which_nothing_is_seen_is_none(admin, topic):
    act(admin, topic, "hide", reason="\u200b")

    assert stored(topic).hidden_at is None


def test_hidden_post_comes_back_with_a_reason_that_its_body_hears(admin, topic, other_client):
    reader = factories.make_user()
    other_client.force_login(reader)
    reply = factories.make_reply(topic)

    for post in (topic, reply):
        act(admin, post, "hide", reason="個人情報が載っています。")
        assert stored(post).hidden_reason == "個人情報が載っています。"
        act(admin, post, "restore", reason="")
        assert stored(post).hidden_at
        act(admin, post, "restore", reason="本人の同意を確かめました。")
        assert stored(post).hidden_at is None

    assert other_client.get(topic.get_absolute_url()).status_code == 200
    said = Notice.objects.filter(kind=Notice.Kind.DECISION).values_list("text", flat=True)
    assert [("同意を確かめました。" in text) for text in said.order_by("pk")] == [False, True] * 2
    acts = AuditEntry.objects.filter(act__in=["hide", "restore"]).order_by("pk")
    assert [entry.act for entry in acts] == ["hide", "restore"] * 2


def test_topic_is_moved_and_its_address_stays(admin, topic, contributor, other_client):
    call = factories.make_category("call", name="催しの募集")

    act(admin, topic, "move", category=call.pk)

    other_client.force_login(contributor)
    page = text_of(other_client.get(topic.get_absolute_url()))
    assert "催しの募集" in page
    lists = [
        other_client.get(f"/board/c/{slug}/").context["topics"] for slug in ("exchange", "call")
    ]
    assert lists == [[], [topic]]
    assert "分類（変更前） 分類 exchange" in text_of(
        other_client.get(reverse("board:topic_history", args=[topic.pk]))
    )


def test_pin_ends_with_its_day(admin, topic, contributor, other_client):
    factories.make_topic(title="新しい投稿")

    act(admin, topic, "pin", until="R8.11.25")

    other_client.force_login(contributor)
    assert other_client.get("/board/c/exchange/").context["pinned"] == [topic]
    act(admin, topic, "pin", until="R8.11.24")
    assert other_client.get("/board/c/exchange/").context["pinned"] == []
    assert "先頭に表示" not in text_of(other_client.get("/board/c/exchange/"))


@pytest.mark.parametrize("name", ACTS)
def test_whoever_only_looks_and_members_do_nothing(client, topic, contributor, name):
    category = factories.make_category("call")
    before = Topic.objects.values().get()
    fields = {**ACTS[name], **({"category": category.pk} if name == "move" else {})}

    for person in (factories.make_staff(Desk.VIEWER), topic.author, contributor):
        client.force_login(person)
        assert act(client, topic, name, **fields).status_code in {302, 403}

    assert Topic.objects.values().get() == before


def test_category_is_renamed_guided_and_closed(admin, secretary, contributor, other_client):
    category = factories.make_category("exchange")
    form = {"name": "相談の部屋", "slug": "exchange", "kind": "exchange", "position": "3"}
    more = {"guidance": "困りごとを書いてください。", "writers": "wards", "is_active": "on"}

    admin.post(reverse("admin:board_category_change", args=[category.pk]), {**form, **more})

    now = Category.objects.get()
    assert (now.name, now.position, now.writers) == ("相談の部屋", 3, "wards")
    other_client.force_login(contributor)
    page = text_of(other_client.get("/board/c/exchange/"))
    assert "相談の部屋" in page
    assert "困りごとを書いてください。" in page
    assert "この分類に投稿する" not in page
    assert other_client.get("/board/topics/new/?category=exchange").status_code == 403
    assert AuditEntry.objects.get(act="change_category").actor == secretary
