"""Two at once: one wins, and the other is told."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from board import ending, moderation, posting
from board.models import Answer, Reply, Revision, Topic
from lib.conflicts import EditedMeanwhileError, StaleError
from lib.forms import new_form_key
from members.models import AuditEntry, Draft
from tests import factories
from tests.html import text_of
from tests.racing import at_once, errors_in

TOLD = (EditedMeanwhileError, StaleError)
AT_ONCE = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moderator(db):
    seat = factories.make_seat(organization=factories.make_secretariat())
    return factories.make_user(seat=seat, is_staff=True)


@pytest.fixture
def call(ward):
    deadline = timezone.now() + timedelta(days=5)
    return factories.make_topic(author=ward, asks="apply", deadline=deadline)


def edit(topic, body):
    edited = Topic.objects.get(pk=topic.pk)
    edited.body = body
    draft = Draft.objects.get(form_key=topic.form_key)
    return posting.edit(edited, posting.Related(), draft=draft, expected=0, by=topic.author)


@AT_ONCE
@pytest.mark.parametrize("verdict", ["approve", "send_back"])
def test_author_edits_while_the_moderator_decides(contributor, moderator, verdict):
    category = factories.make_category(needs_approval=True)
    topic = factories.make_topic(author=contributor, category=category)

    def decide():
        reason = {"send_back": {"reason": "会場が未定"}, "approve": {}}[verdict]
        getattr(moderation, verdict)(topic, **reason, expected=0, by=moderator)

    answers = at_once(lambda: edit(topic, "読まれていない本文"), decide, told=TOLD)

    assert len(errors_in(answers)) == 1
    now = Topic.objects.get()
    decided = ("open", "") if verdict == "approve" else ("waiting", "会場が未定")
    assert (now.status, now.approval_note, now.body) in {
        (*decided, "本文です。"),
        ("waiting", "", "読まれていない本文"),
    }


@AT_ONCE
def test_topic_is_hidden_whoever_edits_it_and_the_author_is_told(contributor, moderator):
    topic = factories.make_topic(author=contributor)

    answers = at_once(
        lambda: edit(topic, "直した本文"),
        lambda: moderation.hide(topic, reason="個人情報", by=moderator),
        told=TOLD,
    )

    now = Topic.objects.get()
    was_told = bool(errors_in(answers))
    assert now.hidden_reason == "個人情報"
    assert now.body == ("本文です。" if was_told else "直した本文")
    assert Revision.objects.count() == (0 if was_told else 1)
    assert AuditEntry.objects.filter(act="hide").count() == 1


@AT_ONCE
def test_reply_is_hidden_whoever_edits_it_and_its_author_is_told(contributor, moderator):
    reply = factories.make_reply(factories.make_topic(), author=contributor)

    answers = at_once(
        lambda: posting.edit_reply(reply, "直した返信", expected=0, by=contributor),
        lambda: moderation.hide(reply, reason="個人情報", by=moderator),
        told=TOLD,
    )

    now = Reply.objects.get()
    assert now.hidden_reason == "個人情報"
    assert now.body == ("返信です。" if errors_in(answers) else "直した返信")
    assert Topic.objects.get().reply_count == 0


@AT_ONCE
def test_one_of_two_moderators_is_told(moderator):
    topic = factories.make_topic()
    report = moderation.report(topic, "x", by=factories.make_user())

    answers = at_once(
        *(
            lambda result=result: moderation.settle(report, result, "説明", by=moderator)
            for result in ("hidden", "kept")
        ),
        told=TOLD,
    )

    report.refresh_from_db()
    topic.refresh_from_db()
    assert len(errors_in(answers)) == 1
    assert (topic.hidden_at is not None) == (report.result == "hidden")


@AT_ONCE
@pytest.mark.parametrize("expected", [None, 0])
def test_one_of_two_colleagues_who_answer_is_told(call, contributor, expected):
    """The first answer, and a change of it."""
    if expected is not None:
        factories.make_answer(call, author=contributor)
    colleague = factories.make_user(seat=contributor.seat)
    values = {"no": contributor, "considering": colleague}

    answers = at_once(
        *(
            lambda status=status, who=who: factories.make_answer(
                call, author=who, status=status, expected=expected
            )
            for status, who in values.items()
        ),
        told=EditedMeanwhileError,
    )

    now = Answer.objects.get()
    assert len(errors_in(answers)) == 1
    assert values[now.status] == now.answered_by
    assert now.edits == (0 if expected is None else 1)


@AT_ONCE
def test_answer_counts_before_the_end_or_is_told(call, ward, contributor):
    answers = at_once(
        lambda: factories.make_answer(call, author=contributor),
        lambda: ending.close(call, by=ward),
        told=TOLD,
    )

    assert Topic.objects.get().status == "closed"
    assert Answer.objects.exists() == (not errors_in(answers))


def test_deadline_between_opening_and_sending_keeps_what_was_typed(client, ward, contributor):
    with time_machine.travel("2026-12-01 16:50+09:00", tick=False) as clock:
        deadline = timezone.now() + timedelta(minutes=10)
        topic = factories.make_topic(author=ward, asks="apply", deadline=deadline)
        address = reverse("board:topic_answer", args=[topic.pk])
        client.force_login(contributor)
        form = client.get(address)
        clock.move_to("2026-12-01 17:00+09:00")

        page = client.post(
            address,
            {
                "form_key": form.context["form_key"],
                "status": "yes",
                "quantity": "2",
                "message": "遅れた回答",
                "files": [factories.make_upload()],
                "publish": "1",
            },
        )

        draft = Draft.objects.open().get()
    assert "この投稿は、受付を終了しています。書いた内容は下書きにあります。" in text_of(page)
    assert "遅れた回答</textarea>" in page.content.decode()
    assert (draft.data["message"], draft.attachments.count()) == (["遅れた回答"], 1)
    assert not Answer.objects.exists()


def test_author_whose_topic_was_hidden_meanwhile_reads_why(client, contributor, moderator):
    topic = factories.make_topic(author=contributor)
    client.force_login(contributor)
    address = reverse("board:topic_edit", args=[topic.pk])
    form = client.get(address).context["form"]
    moderation.hide(topic, reason="個人情報のため", by=moderator)

    page = client.post(
        address,
        {
            "category": topic.category_id,
            "title": topic.title,
            "body": "直した本文",
            "audience": "all",
            "expected": form["expected"].value(),
            "form_key": "e" * 32,
            "publish": "1",
        },
    )

    assert page.status_code == 409
    assert "事務局が、非表示にしました" in text_of(page)
    assert "非表示の理由 個人情報のため" in text_of(page)
    assert "直した本文</textarea>" in page.content.decode()


@AT_ONCE
@pytest.mark.parametrize("page", ["topic_new", "reply"])
def test_button_that_is_pressed_many_times_at_once_posts_once(contributor, client_factory, page):
    """Each press saves the draft before it posts: one that waits for the first finds it closed."""
    topic = factories.make_topic()
    form = {"category": topic.category_id, "title": "件名", "body": "承知しました。"}
    address = reverse(f"board:{page}", args=[topic.pk] if page == "reply" else [])
    browsers = [client_factory() for _ in range(6)]
    for browser in browsers:
        browser.force_login(contributor)
    for _ in range(3):
        sent = {**form, "form_key": new_form_key(), "publish": "1", "kept_key": "1"}

        answers = at_once(*(partial(browser.post, address, sent) for browser in browsers))

        assert len({answer.url for answer in answers}) == 1

    posted = Reply.objects if page == "reply" else Topic.objects.filter(author=contributor)
    assert posted.count() == 3
    assert not Draft.objects.open().filter(user=contributor).exists()


@AT_ONCE
@pytest.mark.parametrize("page", ["topic_edit", "reply_edit", "topic_answer"])
def test_change_that_is_saved_many_times_at_once_is_one_and_no_conflict(
    contributor, client_factory, page
):
    author = factories.make_user() if page == "topic_answer" else contributor
    topic = factories.make_topic(author=author, asks="join")
    reply = factories.make_reply(topic, author=contributor)
    address = reverse(f"board:{page}", args=[topic.pk, *([1] if page == "reply_edit" else [])])
    typed = {"title": "件名", "body": "直した文", "status": "yes"}
    typed |= {} if page == "topic_answer" else {"expected": "0"}
    browsers = [client_factory() for _ in range(6)]
    for browser in browsers:
        browser.force_login(contributor)
    sent = {**typed, "form_key": new_form_key(), "publish": "1", "kept_key": "1"}

    answers = at_once(*(partial(browser.post, address, sent) for browser in browsers))

    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.url for answer in answers}) == 1
    changed = {"topic_edit": topic, "reply_edit": reply}.get(page)
    assert changed is None or type(changed).objects.get(pk=changed.pk).edits == 1
    assert Answer.objects.count() == (1 if page == "topic_answer" else 0)
    assert not Draft.objects.open().filter(user=contributor).exists()
