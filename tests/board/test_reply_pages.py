"""Replies by their pages: written, quoted, linked, changed, and kept where nobody takes them."""

import pytest
from django.urls import reverse

from board import ending, moderation
from board.models import Reply, Revision, Topic
from lib.forms import new_form_key
from members.models import Draft, User
from tests import factories
from tests.html import text_of


@pytest.fixture
def topic(writer):
    return factories.make_topic()


def send(client, topic, body="見本の返信", *, press="publish", **fields):
    form = {"body": body, press: "1", "form_key": new_form_key(), **fields}
    return client.post(reverse("board:reply", args=[topic.pk]), form)


def edit_address(reply):
    return reverse("board:reply_edit", args=[reply.topic_id, reply.seq])


def edit(client, reply, body="直した返信", *, press="publish", **fields):
    form = {"body": body, "expected": reply.edits, press: "1", "form_key": new_form_key()}
    return client.post(edit_address(reply), {**form, **fields})


def stored(row):
    return type(row).objects.get(pk=row.pk)


def test_reply_is_the_body_s_with_its_files_and_shown_below_the_topic(client, topic, writer):
    answer = send(client, topic, "一行目\r\n二行目", files=[factories.make_upload()])

    made = Reply.objects.get()
    page = text_of(client.get(answer.url))
    assert (made.organization, made.author) == (writer.seat.organization, writer)
    assert made.body == "一行目\n二行目"
    assert "一行目 二行目" in page
    assert "資料.txt" in page
    assert not Draft.objects.open().exists()


def test_permalink_names_the_page_that_holds_the_reply(client, topic):
    for number in range(20):
        factories.make_reply(topic, body=f"返信その{number}")

    answer = send(client, topic, "二十一番目")

    assert answer.url == f"/board/topics/{topic.pk}/?page=2#reply-21"
    page = client.get(answer.url).content.decode()
    assert 'id="reply-21"' in page
    assert 'id="reply-20"' not in page


@pytest.mark.parametrize("body", ["", "  \n\u3000\n", "あ" * 20_001])
def test_reply_without_text_or_with_too_much_is_refused(client, topic, body):
    page = send(client, topic, body, files=[factories.make_upload()])

    assert page.context["form"].errors["body"]
    assert "資料.txt" in text_of(page)
    assert not Reply.objects.exists()


def test_preview_shows_and_stores_nothing_but_a_draft(client, topic):
    page = send(client, topic, "・一つ目\n・二つ目", press="preview")

    assert "<li>二つ目</li>" in page.context["preview"]["body_html"]
    assert "まだ送信していません" in text_of(page)
    assert not Reply.objects.exists()
    assert Draft.objects.open().get().kind == "reply"


def test_draft_of_a_reply_is_posted_with_its_files(client, topic):
    send(client, topic, press="save_draft", files=[factories.make_upload()])
    draft = Draft.objects.open().get()
    page = client.get(draft.get_absolute_url())
    assert "見本の返信</textarea>" in page.content.decode()

    send(client, topic, form_key=draft.form_key)

    assert [file.name for file in Reply.objects.get().attachments.all()] == ["資料.txt"]
    assert not Draft.objects.open().exists()


def test_one_form_sent_twice_is_one_reply(client, topic):
    key = new_form_key()

    answers = [send(client, topic, form_key=key) for _ in range(2)]

    assert {answer.url for answer in answers} == {Reply.objects.get().get_absolute_url()}


def test_quote_begins_with_the_number_and_its_lines(client, topic):
    factories.make_reply(topic, body="一行目\n二行目")

    form = client.get(reverse("board:reply", args=[topic.pk]), {"quote": "1"}).context["form"]

    assert form["body"].value() == ">>1\n> 一行目\n> 二行目\n\n"


@pytest.mark.parametrize("number", ["", "2", "0", "-1", "x", "²", "９", "9" * 30])
def test_quote_of_nothing_is_empty(client, topic, number):
    factories.make_reply(topic, body="一行目")

    page = client.get(reverse("board:reply", args=[topic.pk]), {"quote": number})

    assert page.status_code == 200
    assert page.context["form"]["body"].value() == ""


def test_hidden_reply_is_not_quoted(client, topic, secretary):
    hidden = factories.make_reply(topic, body="LEAK")
    moderation.hide(hidden, reason="個人情報", by=secretary)

    page = client.get(reverse("board:reply", args=[topic.pk]), {"quote": "1"})

    assert "LEAK" not in page.content.decode()


def test_number_in_the_text_links_to_its_reply_and_page(client, topic):
    answer = send(client, topic, ">>12 のとおりです。\n> 引用\n>>25 も")

    page = client.get(answer.url).content.decode()

    assert 'href="?page=1#reply-12"' in page
    assert 'href="?page=2#reply-25"' in page
    assert "<blockquote>" in page


def test_edit_keeps_the_number_and_its_history_says_what_was_before(client, topic, writer, ward):
    reply = factories.make_reply(topic, author=writer, body="前の返信")

    answer = edit(client, reply, reason="誤字")

    assert answer.url == reply.get_absolute_url()
    assert (stored(reply).body, stored(reply).seq) == ("直した返信", 1)
    client.force_login(ward)
    page = text_of(client.get(reverse("board:reply_history", args=[topic.pk, 1])))
    assert "前の返信" in page
    assert "理由：誤字" in page
    assert writer.name in page


def test_second_editor_of_a_reply_sees_both_texts(client, topic, writer):
    reply = factories.make_reply(topic, author=writer)
    edit(client, reply, "先の返信")

    told = edit(client, reply, "後の返信")

    assert told.status_code == 409
    assert "先の返信" in text_of(told)
    assert stored(reply).body == "先の返信"
    edit(client, reply, "後の返信", expected=told.context["form"]["expected"].value())
    assert stored(reply).body == "後の返信"


@pytest.mark.parametrize("who", ["ward", "viewer"])
def test_others_do_not_edit_a_reply(client, topic, writer, request, who):
    reply = factories.make_reply(topic, author=writer, body="前の返信")
    client.force_login(request.getfixturevalue(who))

    assert client.get(edit_address(reply)).status_code == 403
    assert edit(client, reply).status_code == 403
    assert stored(reply).body == "前の返信"
    assert not Revision.objects.exists()


def test_colleague_edits_and_the_topic_s_author_does_not(client, topic, writer):
    reply = factories.make_reply(topic, author=writer)
    client.force_login(factories.make_user(seat=writer.seat, role=User.Role.CONTRIBUTOR))
    edit(client, reply)
    client.force_login(topic.author)

    assert edit(client, reply, "よその文").status_code == 403
    assert stored(reply).body == "直した返信"


def test_reply_that_does_not_exist_is_not_found(client, topic, ward):
    narrow = factories.make_topic(author=ward, audience="wards")
    factories.make_reply(narrow, author=ward, body="区だけ")

    assert client.get(reverse("board:reply_edit", args=[topic.pk, 1])).status_code == 404
    for name, numbers in (("reply", []), ("reply_edit", [1]), ("reply_history", [1])):
        address = reverse(f"board:{name}", args=[narrow.pk, *numbers])
        assert client.get(address).status_code == 404
    assert send(client, narrow).status_code == 404
    assert Reply.objects.count() == 1


def test_viewer_reads_and_does_not_reply(client, topic, viewer):
    client.force_login(viewer)

    assert send(client, topic).status_code == 403
    assert not Reply.objects.exists()


@pytest.mark.parametrize("changes", [{"is_locked": True}, {"status": "withdrawn"}])
def test_text_for_a_topic_that_was_stopped_waits_as_a_draft(client, topic, changes):
    Topic.objects.filter(pk=topic.pk).update(**changes)

    page = send(client, topic, files=[factories.make_upload()])

    draft = Draft.objects.open().get()
    assert "この投稿は、受付を終了しています。書いた内容は下書きにあります。" in text_of(page)
    assert "見本の返信</textarea>" in page.content.decode()
    assert (draft.data["body"], draft.attachments.count()) == (["見本の返信"], 1)
    assert not Reply.objects.exists()
    assert stored(topic).last_seq == 0


def test_draft_for_a_locked_topic_can_be_read_and_printed(client, topic):
    send(client, topic, press="save_draft")
    Topic.objects.filter(pk=topic.pk).update(is_locked=True)
    draft = Draft.objects.open().get()

    assert "見本の返信" in text_of(client.get("/board/drafts/"))
    assert "見本の返信" in text_of(client.get(reverse("board:draft_print", args=[draft.pk])))
    assert "見本の返信</textarea>" in client.get(draft.get_absolute_url()).content.decode()
    assert client.get(reverse("board:reply", args=[topic.pk])).status_code == 403


def test_closed_call_is_still_talked_about(client, topic):
    ending.close(topic, by=topic.author)

    send(client, topic)

    assert stored(topic).reply_count == 1


@pytest.mark.parametrize("stop", ["lock", "withdraw", "hide"])
def test_edit_of_a_reply_that_was_stopped_waits_as_a_draft(client, topic, writer, secretary, stop):
    reply = factories.make_reply(topic, author=writer, body="前の返信")
    {
        "lock": lambda: moderation.lock(topic, True, by=topic.author),
        "withdraw": lambda: ending.withdraw(topic, note="中止", by=topic.author),
        "hide": lambda: moderation.hide(reply, reason="個人情報", by=secretary),
    }[stop]()
    edits = stored(reply).edits

    page = edit(client, reply, "直した返信", reason="誤字", expected=edits)

    draft = Draft.objects.open().get()
    assert "この返信は、変更できなくなりました。" in text_of(page)
    assert "直した返信</textarea>" in page.content.decode()
    assert (draft.data["body"], draft.data["reason"]) == (["直した返信"], ["誤字"])
    assert (stored(reply).body, stored(reply).edits) == ("前の返信", edits)
    assert "直した返信</textarea>" in client.get(draft.get_absolute_url()).content.decode()
    assert client.get(edit_address(reply)).status_code == 403
