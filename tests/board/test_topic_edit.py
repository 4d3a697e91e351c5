"""Editing a post: of two editors one is told, files come and go, and the history says it all."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from board import ending, moderation
from board.models import Revision, Topic
from lib.forms import new_form_key
from lib.wareki import format_deadline
from members.models import Draft, Theme, User
from tests import factories
from tests.html import text_of


@pytest.fixture
def topic(writer):
    return factories.make_topic(author=writer, title="前の件名", body="前の本文")


def address_of(topic):
    return reverse("board:topic_edit", args=[topic.pk])


def edit(client, topic, *, press="publish", **fields):
    values = {"title": "見本の件名", "body": "見本の本文", "audience": "all"}
    marks = {"form_key": new_form_key(), "expected": topic.edits, press: "1"}
    return client.post(address_of(topic), {**values, **marks, **fields})


def stored(topic):
    return Topic.objects.get(pk=topic.pk)


def status_of(client, page):
    answer = client.get(page)
    # A file that is read to its end is closed.
    b"".join(answer)
    return answer.status_code


def test_form_shows_what_stands(client, topic):
    page = client.get(address_of(topic)).content.decode()

    assert 'value="前の件名"' in page
    assert "前の本文</textarea>" in page
    assert "<b>分類 exchange</b>" in page


def test_saving_what_the_form_shows_changes_nothing(client, writer):
    theme = Theme.objects.create(name="見本の防災")
    topic = factories.make_topic(
        author=writer,
        category=factories.make_category("call"),
        themes=[theme],
        audience="prefectures",
        prefectures=["20"],
        deadline=timezone.now() + timedelta(days=9),
        details={"fee": "無料"},
        asks="apply",
        shows_answers=True,
        wants_introduction=True,
    )
    form = client.get(address_of(topic)).context["form"]
    shown = {field.name: field.value() for field in form if field.value() not in (None, False, "")}

    edit(client, topic, **shown)

    now = stored(topic)
    assert (now.edits, now.themes.get(), now.audience_rows.get().prefecture) == (1, theme, "20")
    assert [revision.before for revision in Revision.objects.all()] == []


def test_hour_of_publication_is_changed_until_it_has_come(client, topic, writer):
    later, published_at = timezone.now() + timedelta(days=9), topic.publish_at
    scheduled = factories.make_topic(author=writer, publish_at=later)

    for post in (topic, scheduled):
        edit(client, post, publish_at="令和18年1月15日 10時")

    assert stored(topic).publish_at == published_at
    assert timezone.localtime(stored(scheduled).publish_at).year == 2036


def test_day_off_is_warned_of_when_the_deadline_moves_to_it(client, topic):
    moved = edit(client, topic, deadline="令和18年1月19日")
    assert "令和18年1月19日（土）は、役所の休みの日です。" in text_of(client.get(moved.url))

    shown = client.get(address_of(topic)).context["form"]["deadline"].value()
    other = edit(client, stored(topic), deadline=shown, body="ほかの本文")

    assert "役所の休みの日" not in text_of(client.get(other.url))


def test_edit_by_a_colleague_of_another_section_leaves_the_author(client, topic, writer):
    section = factories.make_seat(organization=writer.seat.organization, section="観光課")
    client.force_login(factories.make_user(seat=section, role=User.Role.CONTRIBUTOR))

    answer = edit(client, topic)

    assert answer.url == topic.get_absolute_url()
    assert (stored(topic).body, stored(topic).author) == ("見本の本文", writer)


def test_second_editor_sees_both_texts_and_the_next_press_saves(client, topic):
    edit(client, topic, title="先の件名", body="先の本文")

    told = edit(client, topic, title="後の件名", body="後の本文")

    page = told.content.decode()
    assert told.status_code == 409
    assert all(text in page for text in ("先の件名", "先の本文", "後の件名", "後の本文"))
    assert stored(topic).body == "先の本文"
    form = told.context["form"]
    edit(client, topic, body="後の本文", expected=form["expected"].value())
    assert stored(topic).body == "後の本文"
    assert [row.before["本文"] for row in Revision.objects.all()] == ["先の本文", "前の本文"]


def test_second_editor_is_promised_no_other_changes_where_there_are_none(client, topic):
    edit(client, topic, title="先の件名", body="先の本文")

    told = edit(client, topic, title="後の件名", body="後の本文")

    # The summary comes from the text.
    assert [label for label, _ in told.context["changes"]] == ["概要"]


def test_second_editor_sees_what_else_was_changed_before_saving_over_it(client, topic, secretary):
    edit(client, topic)
    expected = stored(topic).edits
    ending.extend(stored(topic), timezone.now() + timedelta(days=400), by=secretary)
    deadline = format_deadline(stored(topic).deadline)

    told = edit(client, topic, body="後の本文", expected=expected)

    assert told.status_code == 409
    assert f"締切 {deadline}" in text_of(told)
    assert dict(told.context["changes"]) == {"締切": deadline}


def test_history_says_what_was_asked_of_the_others(client, topic):
    edit(client, topic, asks="join", shows_answers="on")

    before = Revision.objects.get().before
    assert (before["回答を求める"], before["回答を会員に公開する"]) == ("求めない", "いいえ")


def test_fields_of_a_topic_that_was_moved_are_shown_and_edited_as_before(client, writer, secretary):
    topic = factories.make_topic(
        author=writer,
        category=factories.make_category("call"),
        details={"fee": "無料", "contact": "見本係"},
        venue="見本会館",
        starts_on=date(2027, 2, 1),
    )
    moderation.move(topic, factories.make_category("exchange"), by=secretary)

    form = client.get(address_of(topic)).context["form"]
    typed = {name: form[name].value() for name in ("venue", "contact")}
    edit(client, stored(topic), fee="千円", starts_on="R9.2.2", **typed)

    page = text_of(client.get(topic.get_absolute_url()))
    shown = ("参加費・費用 千円", "会場 見本会館", "日程 令和9年2月2日（火）", "照会先 見本係")
    assert [text for text in shown if text not in page] == []


def test_history_is_one_link_away_after_any_act(client, topic, ward, other_client):
    history = reverse("board:topic_history", args=[topic.pk])
    other_client.force_login(ward)
    assert history not in other_client.get(topic.get_absolute_url()).content.decode()

    ending.extend(topic, timezone.now() + timedelta(days=9), by=topic.author)

    assert history in other_client.get(topic.get_absolute_url()).content.decode()
    assert "締切（変更前） （なし）" in text_of(other_client.get(history))


def test_conflict_keeps_files_and_text_as_a_draft(client, topic):
    edit(client, topic)

    edit(client, topic, body="後の本文", files=[factories.make_upload()])

    draft = Draft.objects.open().get()
    assert draft.data["body"] == ["後の本文"]
    assert draft.attachments.count() == 1
    assert not stored(topic).attachments.exists()


def test_one_form_sent_twice_is_one_edit(client, topic):
    key = new_form_key()

    answers = [edit(client, topic, form_key=key) for _ in range(2)]

    assert {answer.url for answer in answers} == {topic.get_absolute_url()}
    assert stored(topic).edits == Revision.objects.count() == 1
    assert not Draft.objects.open().exists()


def test_files_are_added_and_removed(client, topic):
    old, kept = factories.attach(topic, name="古.txt"), factories.attach(topic, name="残.txt")

    edit(client, topic, files=[factories.make_upload("新.txt")], remove_posted_files=[str(old.pk)])

    names = set(stored(topic).attachments.values_list("name", flat=True))
    assert names == {kept.name, "新.txt"}
    assert Revision.objects.get().before["添付ファイル"] == "古.txt、残.txt"


def test_files_of_before_count_when_others_are_added(client, topic):
    posted = [factories.attach(topic, name=f"{number}.txt") for number in range(9)]
    more = [factories.make_upload(f"新{number}.txt") for number in range(2)]
    key = new_form_key()

    page = text_of(edit(client, topic, files=more, form_key=key))
    assert "添付ファイルは、今のものと合わせて10個までです。" in page
    assert stored(topic).attachments.count() == 9
    edit(client, topic, form_key=key, remove_posted_files=[str(posted[0].pk)])

    assert stored(topic).attachments.count() == 10


def test_files_of_another_topic_stay(client, topic, ward):
    other = factories.attach(factories.make_topic(author=ward))

    edit(client, topic, remove_posted_files=[str(other.pk)], remove_files=[str(other.pk)])

    assert stored(other.topic).attachments.get() == other


@pytest.mark.parametrize("number", ["", "1", "x" * 36, "z" * 32 + "----", "-" * 36])
def test_what_is_no_number_of_a_file_removes_none(client, topic, number):
    file = factories.attach(topic)

    edit(client, topic, remove_posted_files=[number])

    assert stored(topic).attachments.get() == file
    assert stored(topic).body == "見本の本文"


def test_file_ticked_for_removal_stays_until_saved_and_stays_ticked(client, topic):
    file = factories.attach(topic)

    page = edit(client, topic, press="preview", remove_posted_files=[str(file.pk)])

    assert f'value="{file.pk}" checked' in page.content.decode()
    assert stored(topic).attachments.get() == file


def test_history_says_who_why_and_what_was_before(client, topic, writer, ward, other_client):
    edit(client, topic, reason="日程の変更", body="見本の本文")
    other_client.force_login(ward)

    page = text_of(other_client.get(reverse("board:topic_history", args=[topic.pk])))

    assert f"{writer.seat.organization.full_name} 企画課 {writer.name}" in page
    assert "理由：日程の変更" in page
    assert "件名（変更前） 前の件名" in page
    assert "本文（変更前） 前の本文" in page
    assert "公開範囲（変更前）" not in page


def test_saving_without_a_change_is_no_history(client, topic):
    edit(client, topic, title="前の件名", body="前の本文", summary=topic.summary)

    page = text_of(client.get(reverse("board:topic_history", args=[topic.pk])))

    assert "変更はありません。" in page


@pytest.mark.parametrize("press", ["publish", "preview", "save_draft"])
@pytest.mark.parametrize("who", ["ward", "viewer"])
def test_others_neither_open_nor_save(client, topic, request, who, press):
    client.force_login(request.getfixturevalue(who))

    assert client.get(address_of(topic)).status_code == 403
    assert edit(client, topic, press=press).status_code == 403
    assert stored(topic).body == "前の本文"
    assert not Draft.objects.open().exists()


def test_viewer_of_the_own_body_does_not_edit(client, topic, writer):
    client.force_login(factories.make_user(seat=writer.seat, role=User.Role.VIEWER))

    assert edit(client, topic).status_code == 403
    assert stored(topic).body == "前の本文"


def test_what_is_unknown_or_for_others_does_not_exist(client, topic, ward, secretary):
    hidden = factories.make_topic(author=ward, audience="wards", body="区だけ")

    for missing in (Topic(pk=999_999), hidden):
        assert client.get(address_of(missing)).status_code == 404
        assert edit(client, missing).status_code == 404
    assert stored(hidden).body == "区だけ"


def test_secretariat_edits_in_its_own_name(client, topic, secretary):
    client.force_login(secretary)

    edit(client, topic)

    assert stored(topic).body == "見本の本文"
    assert Revision.objects.get().by == secretary


def test_audience_is_narrowed_and_whoever_loses_it_sees_nothing(client, topic, ward, other_client):
    other_client.force_login(ward)
    file = factories.attach(topic)
    pages = [topic.get_absolute_url(), file.get_absolute_url()]
    assert [status_of(other_client, page) for page in pages] == [200, 200]

    edit(client, topic, audience="prefectures", prefectures=["47"])

    assert [status_of(other_client, page) for page in pages] == [404, 404]
    assert "沖縄県の会員" in text_of(client.get(pages[0]))
    assert Revision.objects.get().before["公開範囲"] == "すべての会員"


def test_form_of_a_narrow_topic_shows_its_audience(client, topic):
    body = factories.make_organization(name="甲市", prefecture="20")
    edit(client, topic, audience="chosen", organizations="甲市")

    form = client.get(address_of(topic)).context["form"]

    assert form["organizations"].value() == str(body)
    assert form["audience"].value() == "chosen"


def test_category_and_hidden_columns_are_not_changed_by_an_edit(client, topic, ward):
    call = factories.make_category("call")

    edit(client, topic, category=call.pk, organization=ward.seat.organization_id, status="closed")

    after = stored(topic)
    assert (after.category, after.organization, after.status) == (
        topic.category,
        topic.organization,
        "open",
    )


def test_deadline_that_is_over_by_now_may_stay(client, writer):
    call = factories.make_category("call")
    topic = factories.make_topic(author=writer, category=call)
    Topic.objects.update(publish_at="2020-12-01 09:00+09:00", deadline="2020-12-25 17:00+09:00")

    edit(client, topic, deadline=client.get(address_of(topic)).context["form"]["deadline"].value())

    assert stored(topic).body == "見本の本文"


def test_draft_of_an_edit_changes_nothing_and_is_taken_up_again(client, topic):
    edit(client, topic, press="save_draft", body="書きかけ")
    draft = Draft.objects.open().get()

    page = client.get(draft.get_absolute_url())

    assert draft.address == address_of(topic)
    assert "書きかけ</textarea>" in page.content.decode()
    assert stored(topic).body == "前の本文"


@pytest.mark.parametrize("state", ["withdrawn", "dropped"])
def test_topic_that_was_withdrawn_stays_as_it_is(client, topic, state):
    Topic.objects.filter(pk=topic.pk).update(status=state)

    opened, sent = client.get(address_of(topic)), edit(client, topic)

    assert opened.status_code == 403
    assert "この投稿は取り下げられています。" in text_of(sent)
    assert stored(topic).title == "前の件名"
