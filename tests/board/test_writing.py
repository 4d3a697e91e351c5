"""The writing pages: what is asked, what is kept, what is refused."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from board import kinds
from board.models import Category, Reply, Revision, Topic
from members.models import Draft, User
from tests import factories
from tests.html import text_of

NOW = "2026-11-25 10:00+09:00"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def writer(client, contributor):
    client.force_login(contributor)
    return contributor


def form_of(slug="exchange", *, key="a", **fields):
    category = factories.make_category(slug)
    values = {"title": "件名です", "body": "本文です", "audience": "all", "form_key": key * 32}
    typed = {"category": category.pk, "publish": "1", **values, **fields}
    # A button that was not pressed is not sent.
    return {name: value for name, value in typed.items() if (name, value) != ("publish", "")}


def send(client, slug="exchange", **fields):
    return client.post(f"/board/topics/new/?category={slug}", form_of(slug, **fields))


def test_category_title_and_text_are_enough(client, writer):
    answer = send(client)

    topic = Topic.objects.get()
    assert answer.url == topic.get_absolute_url()
    assert (topic.organization, topic.seat, topic.author) == (
        writer.seat.organization,
        writer.seat,
        writer,
    )
    assert (topic.summary, topic.audience, topic.status) == ("本文です", "all", "open")


@pytest.mark.parametrize("kind", Category.Kind.values)
def test_every_kind_asks_stores_and_shows_its_fields(client, writer, kind):
    if kind == "notice":
        User.objects.filter(pk=writer.pk).update(is_staff=True)
    lines = {
        line.name: "https://www.city.example.jp/" if line.is_link else f"入力{line.name}"
        for line in kinds.lines_of(kind)
    }

    send(client, kind, 締切="", deadline="R8.12.25" if kind == "call" else "", **lines)

    topic = Topic.objects.get()
    assert topic.details == lines
    page = text_of(client.get(topic.get_absolute_url()))
    assert all(value in page for value in lines.values())
    assert topic.asks == kinds.ASKS.get(kind, "nothing")


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("令和８年12月25日", "2026-12-25 17:00", "令和8年12月25日（金）午後5時"),
        ("2026-12-25 15:30", "2026-12-25 15:30", "令和8年12月25日（金）午後3時30分"),
        ("R8.12.25 正午", "2026-12-25 12:00", "令和8年12月25日（金）正午"),
        ("R8.12.25 24時", "2026-12-26 00:00", "令和8年12月25日（金）の翌日午前0時"),
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
        ("", "入力してください。"),
        ("R8.11.24", "締切は、今より後にしてください。"),
        ("R8.13.1", "締切"),
        ("R8.12.25 27時", "時刻"),
        ("9999-12-31", "締切"),
    ],
)
def test_bad_deadline_is_explained_and_everything_typed_is_kept(client, writer, typed, message):
    page = client.post(
        "/board/topics/new/?category=call",
        form_of("call", deadline=typed, files=[factories.make_upload()]),
    )

    shown = text_of(page)
    assert message in shown
    assert "資料.txt" in shown
    assert "本文です" in page.content.decode()
    assert not Topic.objects.exists()
    assert Draft.objects.open().get().data["title"] == ["件名です"]


def test_deadline_on_a_holiday_warns_and_is_posted(client, writer):
    send(client, "call", deadline="R8.12.26")

    page = text_of(client.get(Topic.objects.get().get_absolute_url()))
    assert "役所の休みの日です。" in page


def test_audience_of_bodies_by_name_kana_and_code(client, writer, master):
    bodies = [
        factories.make_organization(prefecture=prefecture, name=name, kana=kana)
        for prefecture, name, kana in (
            ("13", "府中市", "ふちゅうし"),
            ("34", "府中市", "ふちゅうし"),
            ("10", "前橋市", "まえばしし"),
        )
    ]

    wrong = send(client, audience="chosen", organizations="府中市\nない市")
    text = text_of(wrong)
    assert "「府中市」は2団体あります" in text
    assert "「ない市」という会員団体はありません。" in text
    send(client, audience="chosen", organizations="東京都府中市\nマエバシシ")

    rows = Topic.objects.get().audience_rows.values_list("organization", flat=True)
    assert set(rows) == {bodies[0].pk, bodies[2].pk}


@pytest.mark.parametrize("audience", ["prefectures", "chosen"])
def test_audience_without_anybody_is_refused(client, writer, audience):
    assert "公開する" in text_of(send(client, audience=audience))
    assert not Topic.objects.exists()


def test_preview_and_change_of_category_store_no_topic(client, writer):
    shown = send(client, publish="", preview="1", body="見る本文 https://www.example.jp/")
    changed = client.post(
        "/board/topics/new/?category=exchange",
        form_of("call", publish="", change_category="1", title="残る件名"),
    )

    assert 'href="https://www.example.jp/"' in shown.content.decode()
    assert "残る件名" in changed.content.decode()
    assert "締切" in text_of(changed)
    assert not Topic.objects.exists()


def test_draft_is_saved_shared_by_the_section_and_posted_by_a_colleague(
    client, writer, other_client
):
    send(client, publish="", save_draft="1", title="書きかけ")
    draft = Draft.objects.get()
    colleague = factories.make_user(seat=writer.seat)
    other_client.force_login(colleague)
    assert "書きかけ" in text_of(other_client.get("/board/drafts/"))
    assert "書きかけ" in other_client.get(draft.get_absolute_url()).content.decode()

    sheet = text_of(other_client.get(reverse("board:draft_print", args=[draft.pk])))
    other_client.post(draft.get_absolute_url(), form_of(title="書きかけ"))

    assert "書きかけ" in sheet
    assert "すべての会員" in sheet
    assert Topic.objects.get().author == colleague
    assert "下書きはありません" in text_of(client.get("/board/drafts/"))


def test_scheduled_topic_appears_at_its_minute(client, writer, ward, other_client, today):
    send(client, publish_at="R8.12.1 午前9時")
    address = Topic.objects.get().get_absolute_url()
    today.move_to("2026-12-01 08:59:59+09:00")
    other_client.force_login(ward)
    assert other_client.get(address).status_code == 404

    today.move_to("2026-12-01 09:00+09:00")

    assert other_client.get(address).status_code == 200


def test_category_for_others_is_forbidden(client, writer):
    factories.make_category("notice", writers="secretariat")

    assert send(client, "notice").status_code == 403
    assert client.get("/board/topics/new/?category=notice").status_code == 403
    assert not Topic.objects.exists()


def test_nobody_sets_what_the_form_does_not_ask(client, writer, ward):
    send(
        client,
        organization=ward.seat.organization_id,
        seat=ward.seat_id,
        author=ward.pk,
        status="matched",
        hidden_at="2026-01-01",
        pinned_until="2030-01-01",
        is_locked="on",
        source="1",
        version="9",
    )

    topic = Topic.objects.get()
    assert (topic.organization, topic.author) == (writer.seat.organization, writer)
    assert (topic.status, topic.hidden_at, topic.pinned_until) == ("open", None, None)
    assert (topic.is_locked, topic.source, topic.version) == (False, None, 1)


def test_twenty_first_post_of_a_minute_waits_as_a_draft(client, writer):
    for number in range(20):
        assert send(client, title=f"件名{number}", form_key=f"{number:032x}").status_code == 302

    answer = send(client, title="二十一")

    assert answer.status_code == 429
    assert Draft.objects.open().filter(title="二十一").exists()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "[x](javascript:alert(1)) javascript:alert(1)",
        "{{7*7}}{% debug %}",
        "請求書\u202efdp.exe",
        "a\r\nBcc: v@evil.example",
        "髙﨑𠮷野家👨‍👩‍👧‍👦が",
    ],
)
def test_hostile_text_is_inert_everywhere(client, writer, text):
    send(
        client,
        "call",
        title=text,
        body=text,
        summary=text,
        venue=text,
        fee=text,
        deadline="R8.12.25",
    )
    topic = Topic.objects.get()
    client.post(
        reverse("board:reply", args=[topic.pk]),
        {"body": text, "publish": "1", "form_key": "d" * 32},
    )

    for name in ("topic", "topic_print", "topic_text", "topic_edit"):
        html = client.get(reverse(f"board:{name}", args=[topic.pk])).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert 'href="javascript' not in html
        assert "\u202e" not in html
    assert client.get("/board/", {"q": text, "organization": text}).status_code == 200
    assert "\n" not in topic.title


@pytest.mark.parametrize("body", ["あ" * 20_001, "[" * 1_000_000, "\x00", "文\x00字", "\ud800"])
def test_text_that_cannot_be_is_refused_or_cleaned(client, writer, body):
    answer = client.post(
        "/board/topics/new/?category=exchange",
        form_of(body=body.encode("utf-8", "surrogatepass").decode("utf-8", "replace")),
    )

    assert answer.status_code in {200, 302}
    assert all(topic.body.isprintable() for topic in Topic.objects.all())


class TestEdit:
    def edit(self, client, topic, **fields):
        values = {"title": "件名", "body": "本文", "audience": "all", "expected": topic.edits}
        marks = {"form_key": f"{topic.edits + len(fields):032x}", "publish": "1"}
        return client.post(
            reverse("board:topic_edit", args=[topic.pk]), {**values, **marks, **fields}
        )

    def test_second_editor_gets_both_texts_and_saves_with_a_new_press(self, client, writer):
        topic = factories.make_topic(author=writer)
        self.edit(client, topic, body="先の本文", form_key="1" * 32)

        answer = self.edit(client, topic, body="後の本文", form_key="2" * 32)

        page = answer.content.decode()
        assert answer.status_code == 409
        assert "先の本文" in page
        assert "後の本文" in page
        assert Topic.objects.get().body == "先の本文"
        self.edit(client, topic, body="後の本文", form_key="2" * 32, expected=1)
        assert Topic.objects.get().body == "後の本文"

    def test_history_tells_who_why_and_what_was_before(self, client, writer, ward, other_client):
        topic = factories.make_topic(author=writer, body="前の本文")
        self.edit(client, topic, body="後の本文", reason="日程の変更")
        other_client.force_login(ward)

        page = text_of(other_client.get(reverse("board:topic_history", args=[topic.pk])))

        assert "前の本文" in page
        assert "理由：日程の変更" in page
        assert writer.name in page

    @pytest.mark.parametrize(
        ("who", "status"), [("ward", 403), ("viewer", 403), ("secretary", 302)]
    )
    def test_others_do_not_edit(self, client, request, contributor, who, status):
        topic = factories.make_topic(author=contributor)
        client.force_login(request.getfixturevalue(who))

        assert self.edit(client, topic, body="よその本文").status_code == status
        assert Revision.objects.exists() == (status == 302)


class TestActs:
    def test_copy_makes_a_draft_without_dates_and_files(self, client, writer):
        topic = factories.make_topic(
            author=writer,
            category=factories.make_category("call"),
            title="毎年の募集",
            deadline=timezone.now() + timedelta(days=5),
            details={"fee": "無料"},
        )
        factories.attach(topic)

        answer = client.post(reverse("board:topic_copy", args=[topic.pk]))

        draft = Draft.objects.open().get(title="毎年の募集")
        assert answer.url == draft.get_absolute_url()
        assert draft.data["fee"] == ["無料"]
        assert "deadline" not in draft.data
        assert not draft.attachments.exists()
        assert "毎年の募集" in client.get(answer.url).content.decode()

    @pytest.mark.parametrize("act", ["topic_watch", "topic_todo"])
    def test_marks_are_the_section_s_and_a_second_press_changes_nothing(self, client, writer, act):
        topic = factories.make_topic()
        marks = topic.watches if act == "topic_watch" else topic.todo_marks

        for on, number in (("1", 1), ("1", 1), ("0", 0), ("0", 0)):
            client.post(reverse(f"board:{act}", args=[topic.pk]), {"on": on})
            assert marks.filter(seat=writer.seat).count() == number

    def test_outcome_extension_and_withdrawal_by_their_pages(self, client, writer):
        topic = factories.make_topic(author=writer)

        def act(name, **data):
            client.post(reverse(f"board:{name}", args=[topic.pk]), data)
            return Topic.objects.get(pk=topic.pk)

        assert act("topic_close", status="closed", note="").status == "closed"
        assert act("topic_extend", deadline="R8.11.24").status == "closed"
        assert act("topic_extend", deadline="R8.12.1").status == "open"
        assert (
            act("topic_close", status="matched", note="決まりました").outcome_note == "決まりました"
        )
        assert act("topic_withdraw", note="x").status == "matched"

    def test_locked_topic_keeps_the_text_of_a_reply_as_a_draft(self, client, writer):
        topic = factories.make_topic(is_locked=True)

        page = client.post(
            reverse("board:reply", args=[topic.pk]),
            {"body": "遅い返信", "publish": "1", "form_key": "e" * 32},
        )

        assert "遅い返信" in page.content.decode()
        assert not Reply.objects.exists()
        assert Draft.objects.open().get().data == {"body": ["遅い返信"]}


class TestAutosave:
    address = "/board/drafts/save/"

    def save(self, client, **fields):
        values = {"kind": "topic", "address": "/board/topics/new/?category=exchange"}
        return client.post(
            self.address,
            {**values, "form_key": "a" * 32, "title": "途中", "body": "ここまで", **fields},
        )

    def test_text_and_files_are_kept_and_wrong_files_named(self, client, writer):
        answer = self.save(
            client, files=[factories.make_upload(), factories.make_upload("絵.svg", b"<svg/>")]
        )

        assert answer.status_code == 200
        assert [file["name"] for file in answer.json()["files"]] == ["資料.txt"]
        assert "絵.svg" in answer.json()["errors"][0]
        assert Draft.objects.get().data["body"] == ["ここまで"]

    def test_it_comes_too_late_after_posting(self, client, writer):
        self.save(client)
        send(client)

        assert self.save(client).status_code == 409
        assert not Draft.objects.open().exists()

    @pytest.mark.parametrize(
        "fields", [{"kind": "profile"}, {"address": "https://evil.example/"}, {"form_key": "x"}]
    )
    def test_senseless_requests_are_refused(self, client, writer, fields):
        assert self.save(client, **fields).status_code == 400
        assert not Draft.objects.exists()
