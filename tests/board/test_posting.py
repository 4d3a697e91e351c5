"""What people do to topics and replies, one after another and at once."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from board import ending, moderation, posting
from board.models import Attachment, ReadMark, Reply, Revision, Topic
from lib.conflicts import EditedMeanwhileError, StaleError
from members import drafts
from members.models import AuditEntry, Draft, Notice, User
from tests import factories
from tests.racing import at_once, errors_in

Status = Topic.Status
RELATED = posting.Related()


@pytest.fixture
def topic(contributor):
    return factories.make_topic(author=contributor)


@pytest.fixture
def colleague(contributor):
    seat = factories.make_seat(organization=contributor.seat.organization, section="観光課")
    return factories.make_user(seat=seat, role=User.Role.CONTRIBUTOR)


def stored(row):
    return type(row).objects.get(pk=row.pk)


def edit(topic, by, *, expected=None, **changes):
    edited = stored(topic)
    for name, value in changes.items():
        setattr(edited, name, value)
    expected = edited.edits if expected is None else expected
    return posting.edit(edited, RELATED, draft=factories.make_draft(by), expected=expected, by=by)


def test_posting_takes_text_and_files_of_the_draft_and_closes_it(contributor):
    draft = factories.make_draft(contributor, data={"title": ["案"]})
    file = factories.attach(draft)
    topic = Topic(category=factories.make_category(), title="案", body="一行目。\n二行目")

    posting.publish(topic, RELATED, draft=draft, by=contributor)

    assert stored(file).topic == topic
    assert (stored(draft).data, stored(draft).closed_at is None) == ({}, False)
    assert (topic.organization, topic.author) == (contributor.seat.organization, contributor)
    assert topic.summary == "一行目。二行目"
    assert ReadMark.objects.get().user == contributor


def test_same_form_twice_gives_one_topic_and_one_reply(contributor, topic):
    draft = factories.make_draft(contributor)

    def post():
        return posting.publish(
            Topic(category=topic.category, title="一度", body="本文"),
            RELATED,
            draft=draft,
            by=contributor,
        )

    first, second = post(), post()
    replies = {posting.reply(topic, "はい", draft=draft, by=contributor).pk for _ in range(2)}

    assert first == second
    assert Topic.objects.filter(title="一度").count() == len(replies) == 1
    assert stored(topic).last_seq == 1


def test_replies_are_numbered_and_counted(topic, ward):
    first = factories.make_reply(topic, author=ward)
    second = factories.make_reply(topic, author=ward)

    topic = stored(topic)
    assert (first.seq, second.seq) == (1, 2)
    assert (topic.last_seq, topic.newest_seq, topic.reply_count) == (2, 2, 2)
    assert topic.active_at == second.created_at


@pytest.mark.parametrize("change", [{"is_locked": True}, {"status": Status.WITHDRAWN}])
def test_no_reply_where_replies_have_been_stopped(topic, ward, change):
    Topic.objects.filter(pk=topic.pk).update(**change)

    with pytest.raises(StaleError):
        factories.make_reply(topic, author=ward)

    assert stored(topic).last_seq == 0


def test_edit_remembers_what_was_before_who_and_why(topic, colleague):
    edited = edit(topic, colleague, title="新しい件名", body="新しい本文")

    revision = Revision.objects.get()
    assert revision.before == {"件名": "交流の相談", "本文": "本文です。"}
    assert (revision.by, revision.number, revision.topic) == (colleague, 1, topic)
    assert (edited.edits, edited.author) == (1, topic.author)
    assert "新しい本文" in edited.body_html
    assert edited.active_at == topic.active_at


def test_second_editor_is_told_and_changes_nothing(topic, colleague):
    edit(topic, colleague, title="先の件名")

    with pytest.raises(EditedMeanwhileError):
        edit(topic, topic.author, expected=0, title="後の件名")

    assert stored(topic).title == "先の件名"
    assert Revision.objects.count() == 1


def test_narrower_audience_takes_files_away(topic, ward):
    factories.attach(topic)
    assert Attachment.objects.visible_to(ward).exists()

    edited = stored(topic)
    edited.audience = Topic.Audience.CHOSEN
    related = posting.Related(organizations=[factories.make_organization()])
    posting.edit(
        edited, related, draft=factories.make_draft(topic.author), expected=0, by=topic.author
    )

    assert not Attachment.objects.visible_to(ward).exists()
    assert not Topic.objects.visible_to(ward).exists()


def test_file_that_an_edit_removes_is_gone_and_named_in_the_history(
    topic, django_capture_on_commit_callbacks
):
    file = factories.attach(topic, name="古い要領.txt")
    storage, name = file.file.storage, file.file.name

    with django_capture_on_commit_callbacks(execute=True):
        posting.edit(
            stored(topic),
            posting.Related(removed_files=[str(file.pk)]),
            draft=factories.make_draft(topic.author),
            expected=0,
            by=topic.author,
        )

    assert not Attachment.objects.filter(pk=file.pk).exists()
    assert not storage.exists(name)
    assert Revision.objects.get().before == {"添付ファイル": "古い要領.txt"}


def test_colleagues_close_and_record_the_outcome_after_the_author_has_left(topic, colleague):
    User.objects.filter(pk=topic.author_id).update(is_active=False, left_at=timezone.now())

    ending.close(topic, note="多数のご応募をいただきました。", by=colleague)
    ending.record_outcome(topic, Status.MATCHED, note="3団体と実施します。", by=colleague)

    assert stored(topic).status == Status.MATCHED
    assert [row.before["状態"] for row in Revision.objects.all()] == ["受付終了", "募集中"]


def test_call_closes_at_the_minute_in_japan_and_opens_when_extended(contributor):
    with time_machine.travel("2026-12-01 09:00+09:00", tick=False) as clock:
        deadline = timezone.datetime.fromisoformat("2026-12-25 17:00+09:00")
        topic = factories.make_topic(author=contributor, deadline=deadline)
        clock.move_to("2026-12-25 16:59:59+09:00")
        assert stored(topic).is_accepting
        assert topic in Topic.objects.accepting()
        clock.move_to("2026-12-25 17:00+09:00")
        assert not stored(topic).is_accepting
        assert topic in Topic.objects.ended()
        assert stored(topic).state.text == "受付終了"

        ending.extend(topic, deadline + timedelta(days=7), by=contributor)

        assert topic in Topic.objects.accepting()
        assert stored(topic).state.text == "締切間近"


def test_closed_topic_opens_again_when_extended(topic):
    ending.close(topic, by=topic.author)

    ending.extend(topic, timezone.now() + timedelta(days=10), by=topic.author)

    assert stored(topic).status == Status.OPEN


def test_withdrawn_topic_leaves_title_and_note(topic, ward, secretary):
    ending.withdraw(topic, note="日程が変わりました。", by=topic.author)

    topic = stored(topic)
    assert topic in Topic.objects.visible_to(ward)
    assert not topic.shows_text_to(ward)
    assert topic.shows_text_to(topic.author)
    assert topic.shows_text_to(secretary)
    with pytest.raises(StaleError):
        ending.close(topic, by=topic.author)


@pytest.mark.parametrize("state", ["waiting", "scheduled"])
def test_topic_that_was_withdrawn_before_its_publication_leaves_nothing(contributor, ward, state):
    later = timezone.now() + timedelta(days=3)
    category = factories.make_category(needs_approval=state == "waiting")
    publish_at = {"publish_at": later} if state == "scheduled" else {}
    topic = factories.make_topic(
        author=contributor,
        category=category,
        audience="chosen",
        organizations=[ward.seat.organization],
        **publish_at,
    )

    ending.withdraw(topic, note="日程の誤り", by=contributor)

    with time_machine.travel(later + timedelta(hours=1)):
        assert topic not in Topic.objects.visible_to(ward)
        assert topic in Topic.objects.visible_to(contributor)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("act", [ending.close, ending.withdraw])
def test_other_bodies_and_viewers_change_nothing(topic, ward, viewer, act):
    for stranger in (ward, viewer):
        with pytest.raises(PermissionDenied):
            act(topic, note="よそから", by=stranger)

    assert stored(topic).status == Status.OPEN


def test_hiding_and_restoring_are_the_secretariat_s_and_audited(topic, secretary, ward):
    reply = factories.make_reply(topic, author=ward)
    with pytest.raises(PermissionDenied):
        moderation.hide(reply, reason="x", by=topic.author)

    moderation.hide(reply, reason="個人情報", by=secretary)
    with pytest.raises(StaleError):
        moderation.hide(reply, reason="もう一度", by=secretary)
    assert (stored(topic).reply_count, stored(topic).newest_seq) == (0, 0)
    moderation.restore(reply, by=secretary)

    assert (stored(topic).reply_count, stored(topic).newest_seq) == (1, 1)
    assert list(AuditEntry.objects.order_by("pk").values_list("act", flat=True)) == [
        "hide",
        "restore",
    ]


def test_moved_topic_keeps_its_address_and_fields(topic, secretary):
    call = factories.make_category("call")
    before = topic.get_absolute_url()

    moderation.move(topic, call, by=secretary)

    assert stored(topic).category == call
    assert stored(topic).get_absolute_url() == before
    revision = Revision.objects.get()
    assert (revision.before, revision.by) == ({"分類": "分類 exchange"}, secretary)


def test_editing_a_reply_keeps_the_old_text(topic, ward):
    reply = factories.make_reply(topic, author=ward, body="前の文")

    posting.edit_reply(reply, "後の文", expected=0, by=ward)
    with pytest.raises(EditedMeanwhileError):
        posting.edit_reply(reply, "遅い文", expected=0, by=ward)

    assert stored(reply).body == "後の文"
    assert Revision.objects.get().before == {"本文": "前の文"}
    with pytest.raises(PermissionDenied):
        posting.edit_reply(reply, "よその文", expected=1, by=topic.author)


@pytest.mark.django_db(transaction=True)
def test_fifty_replies_at_once_are_numbered_without_a_gap(contributor, ward):
    topic = factories.make_topic(author=contributor)
    written = [factories.make_draft(ward, kind="reply") for _ in range(50)]

    at_once(*(lambda d=draft: posting.reply(topic, "同時", draft=d, by=ward) for draft in written))

    assert list(Reply.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 51))
    topic = stored(topic)
    assert (topic.last_seq, topic.newest_seq, topic.reply_count) == (50, 50, 50)


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_eight_times_at_once_is_one_topic_and_one_reply(contributor):
    topic = factories.make_topic(author=contributor)
    draft = factories.make_draft(contributor)
    other = factories.make_draft(contributor, kind="reply")

    def post():
        new = Topic(category=topic.category, title="同じ", body="本文")
        return posting.publish(new, RELATED, draft=draft, by=contributor).pk

    made = at_once(*[post] * 8)
    replies = at_once(*[lambda: posting.reply(topic, "x", draft=other, by=contributor).pk] * 8)

    assert len(set(made)) == len(set(replies)) == 1
    assert Topic.objects.filter(title="同じ").count() == Reply.objects.count() == 1
    assert stored(topic).last_seq == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_at_once_one_is_told(contributor):
    topic = factories.make_topic(author=contributor)
    made = [factories.make_draft(contributor) for _ in range(2)]

    def change(number):
        edited = stored(topic)
        edited.title = f"件名{number}"
        return posting.edit(edited, RELATED, draft=made[number], expected=0, by=contributor)

    answers = at_once(lambda: change(0), lambda: change(1), told=EditedMeanwhileError)

    assert len(errors_in(answers)) == 1
    assert Revision.objects.count() == 1
    assert stored(topic).edits == 1


@pytest.mark.django_db(transaction=True)
def test_closing_twice_at_once_leaves_one_history(contributor):
    topic = factories.make_topic(author=contributor)

    answers = at_once(*[lambda: ending.close(topic, by=contributor)] * 2, told=StaleError)

    assert len(errors_in(answers)) == 1
    assert Revision.objects.count() == 1


def test_late_autosave_does_not_resurrect_a_posted_text(contributor):
    draft = factories.make_draft(contributor)
    posting.publish(
        Topic(category=factories.make_category(), title="投稿", body="済"),
        RELATED,
        draft=draft,
        by=contributor,
    )

    with pytest.raises(drafts.AlreadyClosedError):
        drafts.save(
            draft.form_key, kind="topic", address="/", data={"title": ["遅"]}, by=contributor
        )

    assert not Draft.objects.open().exists()
