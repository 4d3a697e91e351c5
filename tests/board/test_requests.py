"""Calls, reminders and requests to confirm: who is asked, who is asked again, and who is not any more."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from board import answering, ending, posting
from board.mails import Posts
from board.models import Topic, Watch
from members.models import Delivery, Notice
from tests import factories
from tests.board.telling import mails, spread, told

Kind, State = Notice.Kind, Delivery.State


@pytest.fixture
def call(asker, town, other):
    deadline = timezone.now() + timedelta(days=20)
    bodies = [town.seat.organization, other.seat.organization]
    return factories.make_topic(
        author=asker,
        asks="apply",
        deadline=deadline,
        audience="chosen",
        organizations=bodies,
    )


def test_answers_are_told_once_until_they_are_read(call, asker, town, other):
    factories.make_answer(call, author=town)
    factories.make_answer(call, author=other)

    spread()

    assert mails(Kind.ANSWER) == [(asker.seat.mailbox, "own", False, State.WAITING)]


def test_reminder_goes_only_to_those_who_have_not_answered(call, town, other):
    factories.make_answer(call, author=town)
    spread()

    with time_machine.travel(call.deadline - timedelta(days=1)):
        spread()

    assert told(Kind.REMINDER) == {other.seat_id}


def test_who_is_still_considering_is_reminded(call, town, other):
    factories.make_answer(call, author=town, status="considering")
    factories.make_answer(call, author=other, status="no")

    with time_machine.travel(call.deadline - timedelta(days=1)):
        spread()

    assert told(Kind.REMINDER) == {town.seat_id}


def test_call_to_everybody_reminds_only_who_thinks_about_it(asker, town, other):
    deadline = timezone.now() + timedelta(days=20)
    call = factories.make_topic(author=asker, asks="apply", deadline=deadline)
    Watch.objects.create(topic=call, seat=town.seat)

    with time_machine.travel(deadline - timedelta(days=1)):
        spread()

    assert told(Kind.REMINDER) == {town.seat_id}


def test_extension_is_told_and_moves_the_reminder(call, asker, town):
    old = call.deadline
    ending.extend(call, old + timedelta(days=14), by=asker)

    with time_machine.travel(old - timedelta(days=1)):
        spread()
        assert (told(Kind.REMINDER), town.seat_id in told(Kind.DEADLINE)) == (set(), True)
    with time_machine.travel(old + timedelta(days=13)):
        spread()

    assert town.seat_id in told(Kind.REMINDER)


def test_edit_of_the_deadline_is_told_once_the_topic_is_known(call, asker, town, other):
    bodies = [town.seat.organization, other.seat.organization]
    for days in (2, 4):
        edited = Topic.objects.get(pk=call.pk)
        edited.deadline = call.deadline + timedelta(days=days)
        posting.edit(
            edited,
            posting.Related(organizations=bodies),
            draft=factories.make_draft(asker),
            expected=edited.edits,
            by=asker,
        )
        spread()

    # Of the first one nobody had heard.
    assert Notice.objects.filter(kind=Kind.DEADLINE).count() == 1
    assert told(Kind.DEADLINE) == {town.seat_id, other.seat_id}


def test_reminder_of_a_deadline_that_moved_unseen_is_told_to_nobody(call, asker):
    Topic.objects.filter(pk=call.pk).update(deadline=call.deadline + timedelta(days=1))

    with time_machine.travel(call.deadline - timedelta(days=1)):
        spread()

    assert told(Kind.REMINDER) == set()


def test_who_has_not_confirmed_is_asked_again(asker, town, other):
    topic = factories.make_topic(author=asker, requires_acknowledgement=True)
    answering.acknowledge(topic, 1, by=town)

    answering.ask_again(topic, by=asker)
    spread()

    assert told(Kind.REQUEST) == {other.seat_id}


def test_call_that_was_closed_reminds_nobody_and_tells_its_end(call, asker, town):
    ending.close(call, note="定員に達しました", by=asker)

    with time_machine.travel(call.deadline - timedelta(days=1)):
        spread()

    assert told(Kind.REMINDER) == set()
    assert town.seat_id in told(Kind.OUTCOME)


def test_who_has_not_answered_is_asked_again_once_a_day(call, asker, town, other):
    factories.make_answer(call, author=town)

    sent = [answering.ask_again(call, by=asker), answering.ask_again(call, by=asker)]
    spread()

    assert sent == [True, False]
    assert told(Kind.REQUEST) == {other.seat_id}


def test_new_version_asks_all_again_and_the_old_acknowledgement_counts_no_more(asker, town, other):
    topic = factories.make_topic(author=asker, requires_acknowledgement=True)
    answering.acknowledge(topic, 1, by=town)
    edited = Topic.objects.get(pk=topic.pk)
    edited.body = "日程が変わりました。"
    spread()

    posting.edit(
        edited,
        posting.Related(),
        draft=factories.make_draft(asker),
        expected=0,
        asks_again=True,
        by=asker,
    )
    spread()

    assert told(Kind.CHANGE) == {town.seat_id, other.seat_id}
    assert all(required for _, _, required, _ in mails(Kind.CHANGE))


def test_who_has_answered_and_not_acknowledged_is_asked_all_the_same(asker, town, other):
    topic = factories.make_topic(author=asker, asks="apply", requires_acknowledgement=True)
    for who in (town, other):
        factories.make_answer(topic, author=who)
    answering.acknowledge(topic, 1, by=other)

    answering.ask_again(topic, by=asker)
    spread()

    assert told(Kind.REQUEST) == {town.seat_id}
    rows = {row.seat_id: row for row in Delivery.objects.filter(notice__kind=Kind.REQUEST)}
    assert Posts.of(list(rows.values())).reason_to_skip(rows[town.seat_id]) == ""
