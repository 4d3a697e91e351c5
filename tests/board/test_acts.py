"""What is done to a topic besides writing: by whom, once, and for whom it counts."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from board import ending
from board.models import Report, Revision, TodoMark, Topic, Watch
from members.models import AuditEntry, Draft, Theme, User
from tests import factories
from tests.html import text_of

ACTS = {
    "topic_close": {"status": "closed", "note": ""},
    "topic_extend": {"deadline": "R9.1.15"},
    "topic_withdraw": {"note": "中止のため"},
    "topic_lock": {"locked": "1"},
}
PAGES = ("topic_close", "topic_extend", "topic_withdraw")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-25 10:00+09:00", tick=False) as clock:
        yield clock


@pytest.fixture
def topic(writer):
    return factories.make_topic(author=writer, title="見本の募集")


def press(client, name, topic, **fields):
    fields = fields or ACTS.get(name, {})
    return client.post(reverse(f"board:{name}", args=[topic.pk]), fields)


def stored(topic):
    return Topic.objects.get(pk=topic.pk)


def test_close_without_an_outcome_and_record_it_later(client, topic):
    ended = client.get(press(client, "topic_close", topic).url)
    page = client.get(reverse("board:topic_close", args=[topic.pk]))
    press(client, "topic_close", topic, status="matched", note="二団体と決まりました。")

    assert "受付を終了しました。" in text_of(ended)
    assert page.context["title"] == "結果を記録する"
    assert "受付終了（" not in text_of(page)
    assert stored(topic).status == "matched"


@pytest.mark.parametrize(("status", "shown"), [("matched", "成立"), ("unfulfilled", "不成立")])
def test_outcome_is_recorded_with_a_note_and_shown_to_the_others(
    client, topic, ward, other_client, status, shown
):
    press(client, "topic_close", topic, status=status, note="応募の<b>結果</b>です。")

    other_client.force_login(ward)
    page = other_client.get(topic.get_absolute_url())
    assert stored(topic).state.text == shown
    assert "応募の&lt;b&gt;結果" in page.content.decode()
    assert Revision.objects.get().before["状態"] == "募集中"


def test_outcome_is_corrected(client, topic):
    press(client, "topic_close", topic, status="matched", note="前の結果")
    form = client.get(reverse("board:topic_close", args=[topic.pk])).context["form"]
    assert [form[name].value() for name in ("status", "note")] == ["matched", "前の結果"]

    press(client, "topic_close", topic, status="unfulfilled", note="直した結果")

    assert stored(topic).outcome_note == "直した結果"
    assert Revision.objects.first().before["結果"] == "前の結果"


@pytest.mark.parametrize("status", ["", "open", "withdrawn", "waiting", "x"])
def test_state_that_is_no_outcome_is_refused(client, topic, status):
    answer = press(client, "topic_close", topic, status=status, note="x")

    assert answer.context["form"].errors["status"]
    assert stored(topic).status == "open"


def test_extended_deadline_opens_a_closed_call_again(client, topic):
    press(client, "topic_close", topic)

    answer = press(client, "topic_extend", topic)

    page = text_of(client.get(answer.url))
    assert "締切を変更しました。" in page
    assert "令和9年1月15日（金）午後5時" in page
    assert (stored(topic).status, stored(topic).is_accepting) == ("open", True)


def test_extension_to_a_day_off_is_said(client, topic):
    answer = press(client, "topic_extend", topic, deadline="R9.1.16")

    page = text_of(client.get(answer.url))
    assert "締切の令和9年1月16日（土）は、役所の休みの日です。" in page
    assert "役所の休みの日" not in text_of(client.get(topic.get_absolute_url()))


def test_result_of_a_call_that_opens_again_is_in_its_history_alone(client, topic):
    press(client, "topic_close", topic, status="closed", note="定員に達しました。")

    press(client, "topic_extend", topic)

    assert "定員に達しました。" not in text_of(client.get(topic.get_absolute_url()))
    assert Revision.objects.first().before["結果"] == "定員に達しました。"


@pytest.mark.parametrize("typed", ["", "R8.11.25 10時", "R8.11.24", "いつか", "R8.13.1"])
def test_deadline_that_is_no_later_one_is_refused(client, topic, typed):
    answer = press(client, "topic_extend", topic, deadline=typed)

    assert answer.context["form"].errors["deadline"]
    assert (stored(topic).deadline, stored(topic).edits) == (None, 0)


def test_extension_leads_to_a_later_day_than_the_one_that_stands(client, topic):
    press(client, "topic_extend", topic, deadline="R9.1.15")

    answer = press(client, "topic_extend", topic, deadline="R9.1.14")

    assert "今の締切より後にしてください。" in text_of(answer)
    assert timezone.localtime(stored(topic).deadline).day == 15


def test_outcome_is_not_undone_by_an_extension(client, topic):
    press(client, "topic_close", topic, status="matched", note="決まりました。")

    answer = press(client, "topic_extend", topic)

    assert "ほかの方の操作で、状態がすでに変わっています。" in text_of(client.get(answer.url))
    assert (stored(topic).status, stored(topic).deadline) == ("matched", None)


def test_withdrawn_topic_leaves_title_and_reason(client, topic, ward, other_client):
    Topic.objects.filter(pk=topic.pk).update(body_html="<p>LEAK</p>")

    press(client, "topic_withdraw", topic)

    other_client.force_login(ward)
    page = other_client.get(topic.get_absolute_url()).content.decode()
    assert "見本の募集" in page
    assert "中止のため" in page
    assert "LEAK" not in page
    assert "LEAK" in client.get(topic.get_absolute_url()).content.decode()


def test_withdrawal_needs_a_reason_and_is_the_end(client, topic):
    assert press(client, "topic_withdraw", topic, note="").context["form"].errors["note"]

    for name in ("topic_withdraw", "topic_close", "topic_extend"):
        press(client, name, topic)

    assert stored(topic).status == "withdrawn"
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "field", "who"),
    [
        ("topic_close", "note", "writer"),
        ("topic_withdraw", "note", "writer"),
        ("topic_report", "reason", "ward"),
    ],
)
def test_reason_that_came_after_the_session_waits_and_is_sent_by_a_new_press(
    client, topic, request, name, field, who
):
    person, address = request.getfixturevalue(who), reverse(f"board:{name}", args=[topic.pk])
    client.force_login(person)
    form = client.get(address).context
    marks = {"form_key": form["form_key"], "writer": form["writer_mark"]}
    client.logout()

    told = client.post(address, {**marks, "status": "closed", field: "長い理由です。"})
    assert told.url.startswith("/accounts/login/")
    assert (stored(topic).status, Report.objects.count()) == ("open", 0)
    client.force_login(person)
    page = client.get(Draft.objects.open().get(kind="act").get_absolute_url())
    assert "長い理由です。" in text_of(page)
    assert "長い理由です。" in text_of(client.get("/board/drafts/"))
    kept = page.context["form"]
    typed = {"form_key": page.context["form_key"], "status": "closed", field: kept[field].value()}
    client.post(address, typed)

    assert (stored(topic).status != "open") == (name != "topic_report")
    assert Report.objects.count() == (name == "topic_report")
    assert not Draft.objects.open().filter(kind="act").exists()


def test_act_that_comes_second_is_told(client, topic):
    press(client, "topic_close", topic)

    answer = press(client, "topic_close", topic, status="closed", note="もう一度")

    # The page asks for the outcome by now.
    assert answer.context["form"].errors["status"]
    assert Revision.objects.count() == 1


def test_locked_topic_takes_no_reply_until_it_is_opened(client, topic):
    reply = reverse("board:reply", args=[topic.pk])
    answer = press(client, "topic_lock", topic)
    assert "返信を止めました。" in text_of(client.get(answer.url))
    assert client.get(reply).status_code == 403

    press(client, "topic_lock", topic, locked="0")

    assert client.get(reply).status_code == 200
    acts = AuditEntry.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["lock", "unlock"]


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("who", ["ward", "viewer"])
def test_acts_of_others_are_forbidden(client, topic, request, name, who):
    client.force_login(request.getfixturevalue(who))

    answer = press(client, name, topic)

    after = stored(topic)
    assert answer.status_code == 403
    assert (after.status, after.deadline, after.is_locked, after.edits) == ("open", None, False, 0)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["ward", "viewer"])
def test_pages_of_acts_are_not_for_others(client, topic, request, name, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get(reverse(f"board:{name}", args=[topic.pk])).status_code == 403


@pytest.mark.parametrize("name", ACTS)
def test_viewer_of_the_own_body_does_not_act(client, topic, writer, name):
    client.force_login(factories.make_user(seat=writer.seat, role=User.Role.VIEWER))

    assert press(client, name, topic).status_code == 403
    assert stored(topic).status == "open"


@pytest.mark.parametrize("name", ACTS)
def test_colleague_and_secretariat_act(client, topic, writer, secretary, name):
    colleague = factories.make_user(seat=writer.seat, role=User.Role.CONTRIBUTOR)
    other = factories.make_topic(author=writer)

    for person, on in ((colleague, topic), (secretary, other)):
        client.force_login(person)
        assert press(client, name, on).url == on.get_absolute_url()

    for row in (stored(topic), stored(other)):
        assert row.edits == 1 or row.is_locked


@pytest.mark.parametrize("name", [*ACTS, "topic_copy", "topic_watch", "topic_todo"])
def test_topic_for_others_does_not_exist(client, writer, ward, name):
    narrow = factories.make_topic(author=ward, audience="wards")

    assert press(client, name, narrow, on="1").status_code == 404
    assert press(client, name, Topic(pk=999_999), on="1").status_code == 404
    assert (stored(narrow).status, stored(narrow).is_locked) == ("open", False)
    assert not Watch.objects.filter(seat=writer.seat).exists()
    assert not TodoMark.objects.exists()


@pytest.mark.parametrize("name", ["topic_lock", "topic_copy", "topic_watch", "topic_todo"])
def test_reading_an_address_changes_nothing(client, topic, name):
    assert client.get(reverse(f"board:{name}", args=[topic.pk])).status_code == 405
    assert not stored(topic).is_locked
    assert Draft.objects.open().count() == 0


def seat_of(prefecture):
    return factories.make_seat(organization=factories.make_organization(prefecture=prefecture))


@pytest.fixture
def yearly(writer):
    """A call with everything that a copy takes over or leaves."""
    topic = factories.make_topic(
        author=writer,
        category=factories.make_category("call"),
        asks="apply",
        title="毎年の募集",
        deadline=timezone.now() + timedelta(days=5),
        starts_on=date(2027, 2, 1),
        venue="見本会館",
        places=12,
        details={"fee": "無料"},
        themes=[Theme.objects.create(name="見本の防災")],
        prefectures=["20"],
        audience="prefectures",
        shows_answers=True,
        wants_introduction=True,
    )
    factories.attach(topic)
    factories.make_answer(topic, author=factories.make_user(seat=seat_of("20")))
    return topic


def test_copy_is_a_draft_without_dates_and_files(client, yearly):
    form = client.get(press(client, "topic_copy", yearly).url).context["form"]

    draft = Draft.objects.open().get(title="毎年の募集")
    assert not {"deadline", "starts_on", "ends_on", "publish_at"} & set(draft.data)
    assert not draft.attachments.exists()
    typed = {name: form[name].value() for name in ("venue", "places", "fee", "prefectures")}
    assert typed == {"venue": "見本会館", "places": "12", "fee": "無料", "prefectures": ["20"]}
    assert [form[name].value() for name in ("shows_answers", "wants_introduction")] == [True, True]
    assert Topic.objects.count() == 1


def test_posted_copy_has_no_answer_and_leaves_the_one_of_last_year(client, yearly):
    page = client.get(press(client, "topic_copy", yearly).url)
    draft = Draft.objects.open().get(title="毎年の募集")
    typed = {"form_key": draft.form_key, "publish": "1", "deadline": "R9.12.24", "title": "今年"}

    answer = client.post(page.request["PATH_INFO"], {**draft.data, **typed})

    copy = Topic.objects.exclude(pk=yearly.pk).get()
    assert answer.url == copy.get_absolute_url()
    assert [row.prefecture for row in copy.audience_rows.all()] == ["20"]
    assert [topic.answers.count() for topic in (copy, yearly)] == [0, 1]
    assert not Draft.objects.open().filter(title="毎年の募集").exists()


def test_only_the_own_body_copies(client, topic, ward, secretary):
    before = Draft.objects.count()

    for person in (ward, secretary):
        client.force_login(person)
        assert press(client, "topic_copy", topic).status_code == 403

    assert Draft.objects.count() == before


def test_withdrawn_topic_of_the_own_body_is_copied(client, topic):
    ending.withdraw(topic, note="日程の誤り", by=topic.author)

    press(client, "topic_copy", topic)

    assert Draft.objects.open().get().data["body"] == [topic.body]
