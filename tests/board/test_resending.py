"""Back and the same form once more: the browser fills the old text into a new form."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from board.models import Reply, Topic
from members.models import Draft, User
from members.typed_text import new_form_key
from tests import factories
from tests.html import text_of

FORM = {"title": "見本の件名", "body": "見本の本文", "audience": "all", "publish": "1"}


@pytest.fixture
def topic(db):
    return factories.make_topic()


def send_topic(client, slug="exchange", **changes):
    category = factories.make_category(slug)
    form = {**FORM, "category": category.pk, "form_key": new_form_key(), **changes}
    return client.post(f"{reverse('board:topic_new')}?category={category.slug}", form)


def send_reply(client, topic, body, **changes):
    form = {"body": body, "publish": "1", "form_key": new_form_key(), **changes}
    return client.post(reverse("board:reply", args=[topic.pk]), form)


def test_same_words_of_this_moment_lead_to_what_was_posted(client, writer, topic):
    first, second = send_topic(client), send_topic(client)
    replies = [send_reply(client, topic, "　承知しました。\r\n") for _ in range(2)]

    assert first.url == second.url
    assert replies[0].url == replies[1].url
    assert (Topic.objects.filter(author=writer).count(), Reply.objects.count()) == (1, 1)


def test_same_words_in_two_forms_are_two_posts_where_a_script_keeps_the_key(client, writer, topic):
    first, second = ({"form_key": new_form_key(), "kept_key": "1"} for _ in range(2))
    for form in (first, second, first):
        send_reply(client, topic, "承知しました。", **form)
    for _ in range(2):
        send_topic(client, kept_key="1")

    assert [reply.seq for reply in Reply.objects.all()] == [1, 2]
    assert Topic.objects.filter(author=writer).count() == 2


def test_writer_is_told_what_to_do_where_the_same_words_were_meant(client, writer, topic):
    send_reply(client, topic, "承知しました。")

    page = client.get(send_reply(client, topic, "承知しました。").url)

    said = ("すでに投稿しています。", "同じ文をもう一度投稿するときは、文を変えてください。")
    assert [text for text in said if text not in text_of(page)] == []


def test_same_words_later_after_others_or_elsewhere_are_meant(client, writer, topic):
    send_reply(client, topic, "承知しました。")
    send_reply(client, topic, "質問があります。")
    send_reply(client, topic, "承知しました。")
    factories.make_reply(topic, body="もう一つお願いします。")
    send_reply(client, topic, "承知しました。")
    for slug in ("exchange", "policy"):
        send_topic(client, slug)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        send_reply(client, topic, "承知しました。")
        send_topic(client)

    assert Reply.objects.filter(author=writer).count() == 5
    assert Topic.objects.filter(author=writer).count() == 3


def test_same_words_of_a_colleague_are_a_reply_of_their_own(client, other_client, writer, topic):
    colleague = factories.make_user(seat=writer.seat, role=User.Role.CONTRIBUTOR)
    other_client.force_login(colleague)

    for sender in (client, other_client):
        send_reply(sender, topic, "承知しました。")

    assert Reply.objects.count() == 2


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"summary": "短い概要", "deadline": "令和18年1月15日 24時", "starts_on": "R18.2.1"},
        {"audience": "prefectures", "prefectures": ["20"], "organizations": "だれでも"},
        {"body": "一行目\r\n二行目\r\n", "contact": "見本係\r\n内線 1", "publish_at": "R17.12.1"},
    ],
)
def test_same_form_once_more_leaves_no_draft_whatever_was_typed(client, writer, typed):
    form = {"form_key": new_form_key(), "kept_key": "1", **typed}

    first, second = (send_topic(client, "proposal", **form) for _ in range(2))

    assert first.url == second.url
    assert "この内容は、すでに投稿しています。" in text_of(client.get(second.url))
    assert not Draft.objects.open().filter(user=writer).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"deadline": "令和18年1月16日"},
        {"deadline": ""},
        {"audience": "prefectures", "prefectures": ["20"]},
        {"fee": "千円"},
        {"title": "見本の件名（訂正）"},
    ],
)
def test_whatever_was_changed_after_back_is_kept_as_a_draft(client, writer, change):
    form = {"form_key": new_form_key(), "kept_key": "1", "deadline": "令和18年1月15日"}
    posted = send_topic(client, "call", **form)

    answer = send_topic(client, "call", **{**form, **change})

    assert answer.url == posted.url
    assert "今の入力は、別の下書きに保存しました。" in text_of(client.get(answer.url))
    (name, value), *_ = change.items()
    assert Draft.objects.open().get(user=writer).data[name] == [value]
    assert Topic.objects.filter(author=writer).count() == 1


def test_answer_that_was_changed_after_back_is_kept_as_a_draft(client, writer):
    topic = factories.make_topic(asks="join")
    address = reverse("board:topic_answer", args=[topic.pk])
    form = {"form_key": new_form_key(), "publish": "1", "status": "yes", "message": "伺います。"}
    client.post(address, form)

    page = client.get(client.post(address, form).url)
    assert "この内容は、すでに投稿しています。" in text_of(page)
    client.post(address, {**form, "status": "no", "message": "都合がつきません。"})

    assert topic.answers.get().status == "yes"
    assert Draft.objects.open().get(user=writer).data["message"] == ["都合がつきません。"]


def test_edit_that_was_changed_after_back_is_kept_as_a_draft(client, writer):
    topic = factories.make_topic(author=writer)
    address = reverse("board:topic_edit", args=[topic.pk])
    form = {**FORM, "form_key": new_form_key(), "expected": "0", "reason": "誤りの訂正"}
    client.post(address, form)
    client.post(address, form)
    assert not Draft.objects.open().filter(user=writer).exists()

    client.post(address, {**form, "deadline": "令和18年1月15日"})

    assert Topic.objects.get(pk=topic.pk).deadline is None
    assert Draft.objects.open().get(user=writer).data["deadline"] == ["令和18年1月15日"]


def test_file_that_comes_with_the_same_words_is_kept_as_a_draft(client, writer, topic):
    send_reply(client, topic, "添付します。")
    send_reply(client, topic, "添付します。", files=factories.make_upload())

    assert Reply.objects.count() == 1
    assert [file.name for file in Draft.objects.open().get().attachments.all()] == ["資料.txt"]


def test_preview_of_the_same_words_is_only_a_preview(client, writer, topic):
    send_reply(client, topic, "承知しました。")
    form = {"body": "承知しました。", "preview": "1", "form_key": new_form_key()}

    response = client.post(reverse("board:reply", args=[topic.pk]), form)

    assert response.status_code == 200
    assert response.context["preview"]
