"""Drafts: the section's list, the sheet for approval, and the script that saves while one types."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from board.models import Attachment, Category, Topic
from lib.forms import new_form_key
from members.models import Draft, User
from tests import factories
from tests.html import text_of

LIST = "/board/drafts/"
NEW = "/board/topics/new/?category=exchange"
TYPED = {
    "title": ["見本の件名"],
    "body": ["見本の本文"],
    "deadline": ["いつか"],
    "fee": ["無料"],
    "audience": ["prefectures"],
    "prefectures": ["20", "47"],
}


@pytest.fixture
def colleague(writer):
    return factories.make_user(seat=writer.seat, role=User.Role.CONTRIBUTOR, name="見本 花子")


@pytest.fixture
def outsiders(writer, ward, secretary):
    """Of another section of the same body, of another body, and the secretariat."""
    section = factories.make_seat(organization=writer.seat.organization, section="観光課")
    return [factories.make_user(seat=section, role=User.Role.CONTRIBUTOR), ward, secretary]


def save(client, **fields):
    form = {"kind": "topic", "address": NEW, "form_key": new_form_key(), "body": "途中の文"}
    return client.post(reverse("board:draft_save"), {**form, **fields})


def sheet_of(draft):
    return reverse("board:draft_print", args=[draft.pk])


def delete(client, draft):
    return client.post(reverse("board:draft_delete", args=[draft.pk]))


def test_list_shows_title_or_beginning_kind_and_writer(client, writer, colleague):
    factories.make_draft(writer, title="見本の件名", data={"body": ["本文の始め"]})
    factories.make_draft(colleague, kind="reply", data={"body": ["返信の始め"]})
    factories.make_draft(writer, kind="answer", address="/board/topics/1/answer/")

    page = text_of(client.get(LIST))

    for shown in ("見本の件名", "返信の始め", "（件名なし）", "返信", "回答", "見本 花子"):
        assert shown in page
    for told_apart in ("削除 ：見本の件名", "削除 ：返信の始め", "削除 ：（件名なし）"):
        assert told_apart in page
    assert "本文の始め" not in page


def test_drafts_are_the_section_s_alone(client, writer, colleague, outsiders):
    factories.make_category()
    draft = factories.make_draft(writer, title="LEAK", data={"title": ["LEAK"]})
    factories.attach(draft, name="LEAK.txt")

    for person in outsiders:
        client.force_login(person)
        assert "LEAK" not in client.get(LIST).content.decode()
        assert "LEAK" not in client.get(draft.get_absolute_url()).content.decode()
        assert client.get(sheet_of(draft)).status_code == 404
        assert delete(client, draft).status_code == 404
    client.force_login(colleague)
    assert all("LEAK" in client.get(page).content.decode() for page in (LIST, sheet_of(draft)))


def test_viewer_of_the_section_has_no_drafts(client, writer):
    draft = factories.make_draft(writer)
    client.force_login(factories.make_user(seat=writer.seat, role=User.Role.VIEWER))

    assert [client.get(page).status_code for page in (LIST, sheet_of(draft))] == [403, 403]
    assert [delete(client, draft).status_code, save(client).status_code] == [403, 403]
    assert Draft.objects.open().get() == draft


def test_list_asks_the_database_as_often_for_three_as_for_one(client, writer, colleague):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    factories.make_draft(writer)
    client.get(LIST)
    before = queries()
    for _ in range(2):
        factories.make_draft(colleague)

    assert queries() == before


def test_sheet_shows_every_field_as_it_was_typed_and_the_files(client, writer):
    category = factories.make_category("call")
    draft = factories.make_draft(writer, data={**TYPED, "category": [str(category.pk)]})
    factories.attach(draft)

    page = text_of(client.get(sheet_of(draft)))

    typed = ("見本の件名", "見本の本文", "いつか", "無料", "長野県、沖縄県")
    shown = ("分類 call", *typed, "資料.txt", writer.name)
    assert [text for text in shown if text not in page] == []


def test_sheet_shows_days_and_audience_as_they_will_be_posted(client, writer):
    category = factories.make_category("call")
    typed = {"deadline": ["R9.1.15"], "starts_on": ["2027/2/1"], "ends_on": ["二月末"]}
    data = {**TYPED, **typed, "category": [str(category.pk)], "audience": ["all"]}
    draft = factories.make_draft(writer, data=data)

    page = text_of(client.get(sheet_of(draft)))

    shown = ("締切 令和9年1月15日（金）午後5時", "開始日 令和9年2月1日（月）", "終了日 二月末")
    assert [text for text in (*shown, "すべての会員") if text not in page] == []
    assert "長野県" not in page


@pytest.mark.parametrize("place", ["reply", "answer"])
def test_sheet_names_the_topic_that_it_is_for(client, writer, ward, place):
    topic = factories.make_topic(author=ward, title="見本の募集", asks="join")
    address = reverse(f"board:{'reply' if place == 'reply' else 'topic_answer'}", args=[topic.pk])
    data = {"body": ["返信の文"], "status": ["yes"]}
    draft = factories.make_draft(writer, kind=place, address=address, data=data)
    shown = f"もとの投稿 見本の募集 {ward.seat.organization.full_name}"
    assert shown in text_of(client.get(sheet_of(draft)))

    Topic.objects.filter(pk=topic.pk).update(audience="wards")

    page = client.get(sheet_of(draft))
    assert "見本の募集" not in page.content.decode()
    assert page.status_code == {"reply": 200, "answer": 404}[place]


def test_sheet_of_an_edit_names_the_files_that_stay_and_those_that_come(client, writer):
    topic = factories.make_topic(author=writer)
    factories.attach(topic, name="残る.txt")
    unwanted = factories.attach(topic, name="外す.txt")
    data = {"title": ["件名"], "remove_posted_files": [str(unwanted.pk)]}
    address = reverse("board:topic_edit", args=[topic.pk])
    draft = factories.make_draft(writer, address=address, data=data)
    factories.attach(draft, name="加える.txt")

    page = text_of(client.get(sheet_of(draft)))

    assert "掲示板への投稿の変更（案）" in page
    assert page.index("残る.txt") < page.index("加える.txt")
    assert "外す.txt" not in page


def test_sheet_of_another_answer_names_the_files_that_stay(client, writer):
    topic = factories.make_topic(asks="join")
    factories.attach(factories.make_answer(topic, author=writer), name="前の計画.txt")
    factories.attach(factories.make_answer(topic), name="LEAK.txt")
    address = reverse("board:topic_answer", args=[topic.pk])
    draft = factories.make_draft(writer, kind="answer", address=address, data={"status": ["no"]})

    page = text_of(client.get(sheet_of(draft)))

    assert "前の計画.txt" in page
    assert "LEAK" not in page


def test_sheet_of_an_edit_shows_the_fields_of_its_topic(client, writer):
    factories.make_category("exchange", position=0)
    call = factories.make_category("call", position=1)
    topic = factories.make_topic(author=writer, category=call)
    data = {"title": ["件名"], "fee": ["千円に変更"], "reason": ["物価のため"]}
    address = reverse("board:topic_edit", args=[topic.pk])
    draft = factories.make_draft(writer, address=address, data=data)

    page = text_of(client.get(sheet_of(draft)))

    assert all(shown in page for shown in ("分類 call", "千円に変更", "物価のため"))


def test_sheet_of_a_reply_s_edit_says_why(client, writer):
    reply = factories.make_reply(factories.make_topic(), author=writer)
    address = reverse("board:reply_edit", args=[reply.topic_id, reply.seq])
    data = {"body": ["直した返信"], "reason": ["日程の誤り"]}
    draft = factories.make_draft(writer, kind="reply", address=address, data=data)

    page = text_of(client.get(sheet_of(draft)))

    assert "直した返信" in page
    assert "変更の理由 日程の誤り" in page


@pytest.mark.parametrize("category", ["", "x", "²", "９", "9" * 30, "0"])
def test_sheet_of_a_draft_without_a_category_is_printed(client, writer, category):
    factories.make_category()
    draft = factories.make_draft(writer, data={"category": [category], "body": ["見本の本文"]})

    assert "見本の本文" in text_of(client.get(sheet_of(draft)))
    assert client.get(draft.get_absolute_url()).status_code == 200


def test_sheet_of_an_answer_needs_a_topic_that_the_person_sees(client, writer, ward):
    topic = factories.make_topic(author=ward, asks=Topic.Asks.JOIN)
    address = reverse("board:topic_answer", args=[topic.pk])
    data = {"status": ["yes"], "message": ["三名で伺います。"]}
    draft = factories.make_draft(writer, kind="answer", address=address, data=data)
    assert "三名で伺います。" in text_of(client.get(sheet_of(draft)))

    Topic.objects.filter(pk=topic.pk).update(audience="wards")

    assert client.get(sheet_of(draft)).status_code == 404


@pytest.mark.parametrize("place", ["new/?category=call", "x/answer/", "9" * 30 + "/answer/"])
def test_answer_that_was_saved_for_no_topic_has_no_sheet(client, writer, place):
    save(client, kind="answer", address=f"/board/topics/{place}")

    assert client.get(sheet_of(Draft.objects.get())).status_code == 404
    assert client.get(LIST).status_code == 200


def test_draft_is_thrown_away_with_its_files(client, writer, colleague):
    draft = factories.make_draft(writer, title="見本の件名", data={"body": ["本文"]})
    kept = factories.attach(factories.make_draft(writer))
    factories.attach(draft)
    client.force_login(colleague)

    answer = delete(client, draft)

    assert "下書きを削除しました。" in text_of(client.get(answer.url))
    assert list(Attachment.objects.all()) == [kept]
    assert Draft.objects.get(pk=draft.pk).data == {}
    assert delete(client, draft).status_code == 404


def test_deleting_is_not_a_link(client, writer):
    draft = factories.make_draft(writer)

    assert client.get(reverse("board:draft_delete", args=[draft.pk])).status_code == 405
    assert client.get(reverse("board:draft_save")).status_code == 405
    assert Draft.objects.open().get() == draft


def test_autosave_keeps_the_newest_text_in_one_draft(client, writer):
    key = new_form_key()

    for body in ("途", "途中", "途中の文"):
        answer = save(client, form_key=key, title="件名", body=body, preview="1")

    draft = Draft.objects.get()
    assert answer.status_code == 200
    assert answer.json()["saved_at"]
    assert draft.data == {"title": ["件名"], "body": ["途中の文"]}
    assert (draft.title, draft.address, draft.user) == ("件名", NEW, writer)


def test_autosave_stores_files_and_names_those_that_it_refuses(client, writer):
    files = [factories.make_upload(), factories.make_upload("絵.svg", b"<svg/>")]
    key = new_form_key()

    told = save(client, form_key=key, files=files).json()
    again = save(client, form_key=key).json()

    stored = Attachment.objects.get()
    assert [(file["id"], file["name"]) for file in told["files"]] == [(str(stored.pk), "資料.txt")]
    assert len(told["errors"]) == 1
    assert "絵.svg" in told["errors"][0]
    assert (again["files"], again["errors"]) == (told["files"], [])


@pytest.mark.parametrize(
    "forged",
    [
        {"kind": "profile"},
        {"kind": ""},
        {"address": ""},
        {"address": "https://evil.example/"},
        {"address": "//evil.example/board/topics/new/"},
        {"address": "/board/topics/new/\nx"},
        {"address": "/board/topics/" + "a" * 200},
        {"form_key": ""},
        {"form_key": "A" * 32},
        {"form_key": "a" * 33},
    ],
)
def test_autosave_without_sense_is_refused(client, writer, forged):
    assert save(client, **forged).status_code == 400
    assert not Draft.objects.exists()


def test_autosave_after_posting_or_deleting_is_too_late(client, writer):
    posted, deleted = new_form_key(), new_form_key()
    save(client, form_key=posted)
    category = factories.make_category()
    form = {"category": category.pk, "title": "件名", "body": "本文", "audience": "all"}
    client.post(NEW, {**form, "form_key": posted, "publish": "1"})
    save(client, form_key=deleted)
    delete(client, Draft.objects.open().get())

    answers = [
        save(client, form_key=key, files=[factories.make_upload()]) for key in (posted, deleted)
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert not Draft.objects.open().exists()
    assert not Attachment.objects.exists()


def test_key_of_another_section_is_not_written_over(client, writer, ward):
    key = new_form_key()
    save(client, form_key=key, body="自分の文")
    client.force_login(ward)

    answer = save(client, form_key=key, body="よその文", files=[factories.make_upload()])

    assert answer.status_code == 409
    assert Draft.objects.get().data == {"body": ["自分の文"]}
    assert not Attachment.objects.exists()


def test_two_forms_are_two_drafts_and_posting_one_leaves_the_other(client, writer):
    first, second = new_form_key(), new_form_key()
    save(client, form_key=first, title="一つ目")
    save(client, form_key=second, title="二つ目")
    form = {"category": factories.make_category().pk, "title": "一つ目", "body": "本文"}

    client.post(NEW, {**form, "audience": "all", "form_key": first, "publish": "1"})

    assert [draft.title for draft in Draft.objects.open()] == ["二つ目"]


def test_new_form_has_a_key_of_its_own_and_a_draft_keeps_its_key(client, writer):
    factories.make_category()
    draft = factories.make_draft(writer, data={"body": ["途中の文"]})

    keys = [client.get(NEW).context["form_key"] for _ in range(2)]
    kept = client.get(draft.get_absolute_url())

    assert len({*keys, draft.form_key}) == 3
    assert kept.context["form_key"] == draft.form_key
    assert "下書きの内容です。まだ送信していません。" in text_of(kept)


def test_draft_of_a_category_that_is_closed_by_now_keeps_its_text(client, writer):
    category = factories.make_category()
    typed = {"category": [str(category.pk)], "title": ["件名"], "body": ["途中の文"]}
    draft = factories.make_draft(writer, data=typed)
    Category.objects.update(is_active=False)

    page = text_of(client.get(sheet_of(draft)))

    assert "途中の文" in page
    assert f"分類 {category.name} 件名" in page
    assert Draft.objects.open().get() == draft
