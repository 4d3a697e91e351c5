"""A new post by its page: what it stores and shows, and what is kept when it is refused."""

import pytest
import time_machine

from board import kinds
from board.models import Category, Topic
from lib.forms import new_form_key
from members.models import Draft, Theme
from tests import factories
from tests.html import text_of

ADDRESS = "/board/topics/new/"
COLUMNS = {
    "deadline": ("R8.12.25 15時", "令和8年12月25日（金）午後3時"),
    "starts_on": ("R9.2.1", "令和9年2月1日（月）から"),
    "ends_on": ("R9.2.3", "令和9年2月3日（水）まで"),
    "venue": ("見本会館", "見本会館"),
    "places": ("777", "777"),
}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-25 10:00+09:00", tick=False) as clock:
        yield clock


def send(client, slug="exchange", *, press="publish", **fields):
    category = factories.make_category(slug)
    values = {"title": "見本の件名", "body": "見本の本文", "audience": "all"}
    typed = {"category": category.pk, "form_key": new_form_key(), press: "1", **values, **fields}
    return client.post(f"{ADDRESS}?category={slug}", typed)


def refused(response):
    """The page once more, and nothing posted."""
    assert response.status_code == 200
    assert not Topic.objects.exists()
    return text_of(response)


def test_first_page_offers_only_categories_that_the_person_may_use(client, writer):
    factories.make_category("exchange")
    factories.make_category("notice", writers=Category.Writers.SECRETARIAT)
    factories.make_category("policy", writers=Category.Writers.WARDS)
    factories.make_category("media", is_active=False)

    page = text_of(client.get(ADDRESS))

    assert "分類 exchange" in page
    assert all(f"分類 {slug}" not in page for slug in ("notice", "policy", "media"))


def test_contact_is_the_own_section_until_something_else_is_typed(client, writer):
    factories.make_category()
    type(writer.seat).objects.filter(pk=writer.seat_id).update(telephone="00-1111-2222")

    form = client.get(ADDRESS + "?category=exchange").context["form"]

    section = f"{writer.seat.organization.full_name} {writer.seat.section}"
    assert form["contact"].value() == f"{section}　電話 00-1111-2222"


def test_call_asks_for_a_deadline_besides_and_nothing_more(client, writer):
    assert "入力してください。" in refused(send(client, "call"))

    send(client, "call", deadline="R8.12.25")

    assert Topic.objects.get().asks == Topic.Asks.APPLY


@pytest.mark.parametrize("kind", Category.Kind.values)
def test_category_title_text_and_a_call_s_deadline_are_all_that_is_required(client, writer, kind):
    category = factories.make_category(kind)
    typed = {"category": category.pk, "title": "件名", "body": "本文です。", "publish": "1"}
    if kind == "call":
        typed["deadline"] = "R8.12.25"

    client.post(f"{ADDRESS}?category={kind}", typed)

    topic = Topic.objects.get()
    assert (topic.summary, topic.audience, topic.is_published) == ("本文です。", "all", True)


@pytest.mark.parametrize("missing", ["category", "title", "body", "deadline"])
def test_what_is_required_is_named_when_it_is_missing(client, writer, missing):
    answer = send(client, "call", **{"deadline": "R8.12.25", missing: ""})

    assert refused(answer)
    assert [*answer.context["form"].errors] == [missing]


@pytest.mark.parametrize("kind", Category.Kind.values)
def test_columns_of_a_kind_are_asked_stored_and_shown(client, writer, kind):
    used = kinds.columns_of(kind)
    factories.make_category(kind)
    form = client.get(f"{ADDRESS}?category={kind}").context["form"]

    send(client, kind, **{name: typed for name, (typed, _) in COLUMNS.items()})

    page = text_of(client.get(Topic.objects.get().get_absolute_url()))
    assert {name for name in COLUMNS if name in form.fields} == set(used)
    facts = " ".join(fact.text for fact in kinds.facts(Topic.objects.get()))
    for name, (_, shown) in COLUMNS.items():
        assert (shown in facts) == (name in used)
        assert name not in used or shown in page


def test_fields_of_another_kind_are_not_stored(client, writer):
    send(client, fee="無料", venue="見本会館", requires_acknowledgement="on")

    topic = Topic.objects.get()
    assert (topic.details, topic.venue, topic.requires_acknowledgement) == ({}, "", False)


def test_link_without_a_scheme_is_https_and_a_script_is_refused(client, writer):
    refused(send(client, "policy", link="javascript:alert(1)"))

    send(client, "policy", link="www.city.example.jp/a")

    assert Topic.objects.get().details == {"link": "https://www.city.example.jp/a"}


def test_error_keeps_text_and_files_and_a_wrong_file_is_named(client, writer):
    key = new_form_key()
    files = [factories.make_upload(), factories.make_upload("絵.svg", b"<svg/>")]

    page = refused(send(client, title="", form_key=key, files=files))
    assert "資料.txt" in page
    assert "絵.svg" in page
    assert "見本の本文" in page
    answer = send(client, form_key=key)

    assert "資料.txt" in text_of(client.get(answer.url))
    assert [file.name for file in Topic.objects.get().attachments.all()] == ["資料.txt"]


def test_file_is_taken_away_before_posting(client, writer):
    key = new_form_key()
    send(client, press="save_draft", form_key=key, files=[factories.make_upload()])
    file = Draft.objects.get().attachments.get()

    send(client, form_key=key, remove_files=[str(file.pk), "", "x"])

    assert not Topic.objects.get().attachments.exists()


def test_preview_shows_the_whole_and_stores_no_topic(client, writer):
    fields = {"deadline": "R8.12.25", "fee": "無料", "prefectures": ["20"]}

    response = send(
        client, "call", press="preview", audience="prefectures", body="一\n・二", **fields
    )

    page = refused(response)
    shown = response.context["preview"]
    assert shown["audience"] == "長野県の会員"
    assert [fact.text for fact in shown["facts"]][:2] == ["令和8年12月25日（金）午後5時", "無料"]
    assert "まだ送信していません" in page
    assert "<li>二</li>" in shown["body_html"]


def test_draft_is_saved_with_whatever_is_typed_and_never_checked(client, writer):
    answer = send(client, "call", press="save_draft", title="", deadline="いつか")

    assert answer.url == "/board/drafts/"
    assert not Topic.objects.exists()
    page = client.get(Draft.objects.get().get_absolute_url())
    assert 'value="いつか"' in page.content.decode()
    assert not page.context["form"].errors


def test_draft_is_posted_by_a_colleague(client, writer):
    send(client, press="save_draft")
    draft = Draft.objects.get()
    colleague = factories.make_user(seat=writer.seat)
    client.force_login(colleague)

    send(client, form_key=draft.form_key, seen=draft.seen)

    assert Topic.objects.get().author == colleague
    assert not Draft.objects.open().exists()


@pytest.mark.parametrize("press", ["publish", "preview", "save_draft", "change_category"])
def test_category_for_others_is_forbidden_for_every_button(client, writer, press):
    factories.make_category("exchange")
    notice = factories.make_category("notice", writers=Category.Writers.SECRETARIAT)

    assert send(client, press=press, category=notice.pk).status_code == 403
    assert not Topic.objects.exists()


def test_other_category_has_other_fields_and_the_same_text(client, writer):
    call = factories.make_category("call")

    response = send(client, press="change_category", category=call.pk, contact="見本係")

    refused(response)
    form = response.context["form"]
    assert "fee" in form.fields
    assert not form.errors
    assert [form[name].value() for name in ("title", "body", "contact")] == [
        "見本の件名",
        "見本の本文",
        "見本係",
    ]


def test_scheduled_topic_is_unseen_by_others_until_its_minute(
    client, writer, ward, other_client, today
):
    answer = send(client, publish_at="R8.12.1", title="まだ秘密")
    today.move_to("2026-12-01 08:29:59+09:00")
    for person, browser in ((writer, client), (ward, other_client)):
        browser.force_login(person)
    assert other_client.get(answer.url).status_code == 404
    assert "まだ秘密" not in text_of(other_client.get("/board/"))
    assert client.get(answer.url).status_code == 200

    today.move_to("2026-12-01 08:30+09:00")

    assert "まだ秘密" in text_of(other_client.get("/board/"))


def test_writer_is_told_that_the_secretariat_reads_it_first(client, writer):
    factories.make_category(needs_approval=True)

    page = text_of(client.get(send(client).url))

    assert "事務局が承認すると、公開されます。" in page
    assert "投稿しました。" not in page


def test_line_breaks_of_a_browser_count_once(client, writer):
    body = "\r\n".join(["あ" * 99] * 200)

    send(client, body=body)

    assert len(Topic.objects.get().body) == 19_999


def test_publication_after_the_deadline_is_refused(client, writer):
    page = refused(send(client, "call", deadline="R8.12.25", publish_at="R8.12.25 17時"))

    assert "公開日時は、締切より前にしてください。" in page


def test_too_many_posts_in_a_minute_wait_as_drafts(client, writer, other_client, today):
    for number in range(20):
        send(client, title=f"件名{number}")

    assert send(client, title="二十一", files=[factories.make_upload()]).status_code == 429

    kept = Draft.objects.open().get(title="二十一")
    assert kept.data["body"] == ["見本の本文"]
    assert kept.attachments.count() == 1
    today.shift(61)
    assert send(client, title="二十一", form_key=kept.form_key).status_code == 302


def test_one_form_sent_twice_is_one_topic(client, writer):
    key = new_form_key()

    first, second = (send(client, form_key=key) for _ in range(2))

    assert first.url == second.url == Topic.objects.get().get_absolute_url()
    assert not Draft.objects.open().exists()


@pytest.mark.parametrize("changed", [{"body": "直した本文"}, {"title": "直した件名"}])
def test_posted_form_with_other_words_keeps_them_as_a_draft(client, writer, changed):
    key = new_form_key()
    send(client, form_key=key)

    send(client, form_key=key, **changed)

    (name, value), topic = *changed.items(), Topic.objects.get()
    assert (topic.title, topic.body) == ("見本の件名", "見本の本文")
    assert Draft.objects.open().get().data[name] == [value]


def test_nobody_sets_what_the_form_does_not_ask(client, writer, ward, secretary):
    source = factories.make_topic(author=ward, category=factories.make_category("proposal"))
    forged = {
        "organization": ward.seat.organization_id,
        "author": ward.pk,
        "status": "matched",
        "hidden_at": "R8.1.1",
        "pinned_until": "2030-01-01",
        "is_locked": "on",
        "source": source.pk,
    }

    send(client, **forged)

    topic = Topic.objects.get(author=writer)
    assert topic.organization == writer.seat.organization
    assert (topic.status, topic.is_locked) == ("open", False)
    assert (topic.hidden_at, topic.pinned_until, topic.source) == (None, None, None)


def test_themes_are_stored_and_unknown_ones_refused(client, writer):
    theme = Theme.objects.create(name="見本の防災")
    refused(send(client, themes=["999999"]))

    send(client, themes=[theme.pk])

    assert list(Topic.objects.get().themes.all()) == [theme]


def test_themes_are_offered_once_there_are_any(client, writer):
    factories.make_category()
    address = f"{ADDRESS}?category=exchange"
    assert "テーマ" not in text_of(client.get(address))

    Theme.objects.create(name="見本の防災")

    assert "テーマ 任意 見本の防災" in text_of(client.get(address))


def test_viewers_do_not_write(client, viewer):
    client.force_login(viewer)

    assert send(client).status_code == 403
    assert not Topic.objects.exists()
