"""Who hears of what: recipients of each kind of notice, asked as the worker asks."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from board import consulting, ending, moderation
from board.mails import Posts
from board.models import Topic, Watch
from members import inbox
from members.inbox import Recipient
from members.mail_lists import OWN
from members.models import Delivery, Notice, Notification, NotificationRead, Organization
from tests import factories
from tests.board.telling import mails, spread, told

Kind, State = Notice.Kind, Delivery.State


def test_new_topic_reaches_every_section_but_the_one_that_wrote_it(asker, town, other):
    colleague = factories.make_seat(
        organization=asker.seat.organization, section="広報課", mailbox="pr@ward.example.jp"
    )
    topic = factories.make_topic(author=asker)

    spread()

    name = f"category-{topic.category_id}"
    assert told(Kind.TOPIC) == {town.seat_id, other.seat_id, colleague.pk}
    assert mails(Kind.TOPIC) == sorted(
        (seat.mailbox, name, False, State.WAITING) for seat in (town.seat, other.seat, colleague)
    )


def test_only_those_whom_it_is_for_hear_of_it(asker, town, other):
    suspended = factories.make_town()
    bodies = [town.seat.organization, suspended.seat.organization]
    factories.make_topic(author=asker, audience="chosen", organizations=bodies)
    Organization.objects.filter(pk=suspended.seat.organization_id).update(status="suspended")

    spread()

    assert told(Kind.TOPIC) == {town.seat_id}
    assert mails(Kind.TOPIC) == [(town.seat.mailbox, "requests", False, State.WAITING)]


def test_topic_that_asks_for_acknowledgement_is_always_mailed_at_once(asker, town):
    factories.make_topic(author=asker, requires_acknowledgement=True)

    spread()

    assert mails(Kind.TOPIC) == [(town.seat.mailbox, "requests", True, State.WAITING)]
    assert not Delivery.objects.get().is_collected


def test_secretariat_hears_of_topics_but_of_no_consultation(asker, town):
    desk = factories.make_seat(
        organization=factories.make_secretariat(), mailbox="desk@secretariat.example.jp"
    )
    proposal = factories.make_topic(author=asker, category=factories.make_category("proposal"))
    consulting.begin(proposal, "関心があります", draft=factories.make_draft(town), by=town)

    spread()

    about = Notification.objects.filter(seat=desk).values_list("notice__topic", flat=True)
    assert list(about) == [proposal.pk]


def test_scheduled_topic_is_told_at_its_hour(asker, town):
    with time_machine.travel("2026-12-01 09:00+09:00", tick=False) as clock:
        publish_at = timezone.now() + timedelta(hours=3)
        topic = factories.make_topic(author=asker, publish_at=publish_at)
        spread()
        assert told(Kind.TOPIC) == set()
        Topic.objects.filter(pk=topic.pk).update(publish_at=publish_at + timedelta(hours=1))
        clock.shift(timedelta(hours=3))
        spread()
        assert told(Kind.TOPIC) == set()
        clock.shift(timedelta(hours=1))

        spread()

    assert told(Kind.TOPIC) == {town.seat_id}


def test_topic_that_waits_for_approval_is_told_after_it(asker, town):
    secretary = factories.make_user(
        seat=factories.make_seat(organization=factories.make_secretariat()), is_staff=True
    )
    category = factories.make_category(needs_approval=True)
    topic = factories.make_topic(author=asker, category=category)
    spread()
    assert not Notification.objects.exists()

    moderation.approve(topic, expected=topic.edits, by=secretary)
    spread()

    assert told(Kind.TOPIC) >= {town.seat_id}
    assert told(Kind.DECISION) == {asker.seat_id}


def test_hidden_topic_is_told_once_it_is_shown_again(asker, town):
    secretary = factories.make_user(
        seat=factories.make_seat(organization=factories.make_secretariat()), is_staff=True
    )
    topic = factories.make_topic(author=asker)
    moderation.hide(topic, reason="確認中", by=secretary)
    spread()
    assert told(Kind.TOPIC) == set()
    moderation.restore(topic, by=secretary)

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        spread()

    assert told(Kind.TOPIC) >= {town.seat_id}


def test_topic_that_stays_hidden_is_told_to_nobody_in_the_end(asker, town):
    factories.make_topic(author=asker)
    Topic.objects.update(hidden_at=timezone.now(), hidden_reason="確認中")

    with time_machine.travel(timezone.now() + timedelta(days=31)):
        spread()

    assert not Notification.objects.exists()
    assert not Notice.objects.waiting().exists()


def test_notice_of_a_topic_that_is_no_more_is_told_to_nobody(town):
    Notice.objects.create(kind=Kind.TOPIC, key="topic-1-new", topic=1)

    spread()

    assert not Notification.objects.exists()
    assert not Notice.objects.waiting().exists()


def test_of_two_processes_with_one_notice_the_second_is_told(asker, town):
    factories.make_topic(author=asker)
    notice, to = Notice.objects.get(), [Recipient(town.seat, OWN)]

    assert [inbox.spread(notice, to), inbox.spread(notice, to)] == [True, False]


def test_who_has_opened_the_topic_already_hears_nothing_new(client, asker, town):
    topic = factories.make_topic(author=asker)
    client.force_login(town)
    client.get(topic.get_absolute_url())

    spread()

    assert NotificationRead.objects.filter(
        user=town, notification__notice__kind=Kind.TOPIC
    ).exists()
    assert not Notification.objects.unread_by(town).exists()


class TestReplies:
    def test_first_unread_reply_is_told_and_then_there_is_silence(self, client, asker, town):
        topic = factories.make_topic(author=asker)
        for _ in range(3):
            factories.make_reply(topic, author=town)
            spread()
        assert mails(Kind.REPLY) == [(asker.seat.mailbox, "own", False, State.WAITING)]

        client.force_login(asker)
        client.get(topic.get_absolute_url())
        factories.make_reply(topic, author=town)
        spread()

        assert len(mails(Kind.REPLY)) == 2

    def test_who_replies_or_answers_hears_how_it_goes_on(self, asker, town, other):
        topic = factories.make_topic(author=asker, asks="apply")
        factories.make_reply(topic, author=town)
        spread()
        factories.make_answer(topic, author=other)

        factories.make_reply(topic, author=asker)
        spread()

        last = Notice.objects.filter(kind=Kind.REPLY).latest("pk")
        assert set(last.notifications.values_list("seat", flat=True)) == {
            town.seat_id,
            other.seat_id,
        }

    def test_who_stopped_the_notices_hears_nothing(self, asker, town):
        topic = factories.make_topic(author=asker)
        Watch.objects.filter(seat=asker.seat).delete()

        factories.make_reply(topic, author=town)
        spread()

        assert told(Kind.REPLY) == set()

    def test_watcher_who_may_not_see_it_any_more_hears_nothing(self, asker, town, other):
        topic = factories.make_topic(author=asker)
        factories.make_reply(topic, author=town)
        Topic.objects.filter(pk=topic.pk).update(audience="wards")

        factories.make_reply(topic, author=asker)
        spread()

        assert town.seat_id not in told(Kind.REPLY)

    def test_hidden_reply_is_told_to_nobody(self, asker, town):
        secretary = factories.make_user(
            seat=factories.make_seat(organization=factories.make_secretariat()), is_staff=True
        )
        topic = factories.make_topic(author=asker)
        reply = factories.make_reply(topic, author=town)
        moderation.hide(reply, reason="確認中", by=secretary)

        spread()

        assert told(Kind.REPLY) == set()


class TestDecisions:
    @pytest.fixture
    def secretary(self, db):
        desk = factories.make_seat(
            organization=factories.make_secretariat(), mailbox="desk@secretariat.example.jp"
        )
        return factories.make_user(seat=desk, is_staff=True)

    def test_author_reads_why_a_topic_was_sent_back(self, asker, secretary):
        category = factories.make_category(needs_approval=True)
        topic = factories.make_topic(author=asker, category=category)

        moderation.send_back(topic, reason="締切がありません", expected=topic.edits, by=secretary)
        spread()

        notice = Notice.objects.get(kind=Kind.DECISION)
        assert "締切がありません" in notice.text
        assert mails(Kind.DECISION) == [(asker.seat.mailbox, "own", True, State.WAITING)]

    @pytest.mark.parametrize(
        ("day", "said"),
        [
            (25, "事務局が承認し、公開しました。"),
            (27, "事務局が承認しました。令和8年11月27日（金）午前9時に公開します。"),
        ],
    )
    @time_machine.travel("2026-11-26 10:00+09:00", tick=False)
    def test_author_reads_when_what_was_approved_is_published(self, asker, secretary, day, said):
        category = factories.make_category(needs_approval=True)
        publish_at = datetime.fromisoformat(f"2026-11-{day}T09:00+09:00")
        topic = factories.make_topic(author=asker, category=category, publish_at=publish_at)

        moderation.approve(topic, expected=topic.edits, by=secretary)

        assert Notice.objects.get(kind=Kind.DECISION).text == said

    def test_author_of_a_hidden_reply_hears_why_and_nobody_else(self, asker, town, secretary):
        topic = factories.make_topic(author=asker)
        reply = factories.make_reply(topic, author=town)

        moderation.hide(reply, reason="個人情報があります", by=secretary)
        spread()

        assert told(Kind.DECISION) == {town.seat_id}

    def test_report_is_told_to_the_secretariat_alone_and_names_no_topic(
        self, asker, town, secretary
    ):
        topic = factories.make_topic(author=asker, title="秘密の件名")

        moderation.report(topic, "気になります", by=town)
        spread()

        assert told(Kind.REPORT) == {secretary.seat_id}
        assert "秘密" not in Notice.objects.get(kind=Kind.REPORT).text
        assert mails(Kind.REPORT) == [("desk@secretariat.example.jp", "desk", False, State.WAITING)]

    def test_match_is_told_to_the_other_body(self, asker, town, secretary):
        proposal = factories.make_topic(author=asker, category=factories.make_category("proposal"))
        consultation = consulting.begin(
            proposal, "関心があります", draft=factories.make_draft(town), by=town
        )

        consulting.propose_match(consultation, "合同の防災訓練", by=town)
        spread()

        assert told(Kind.MATCH) == {asker.seat_id}


def test_reply_of_a_topic_that_was_withdrawn_is_not_mailed(asker, town, other):
    topic = factories.make_topic(author=asker)
    Watch.objects.create(topic=topic, seat=other.seat)
    factories.make_reply(topic, author=town)
    spread()

    ending.withdraw(topic, note="中止", by=asker)

    row = Delivery.objects.get(notice__kind=Kind.REPLY, seat=other.seat)
    assert Posts.of([row]).reason_to_skip(row) == "投稿が取り下げられました。"


def test_notice_that_fails_is_logged_and_stops_no_other(asker, town, caplog):
    broken = Notice.objects.create(
        kind="nonsense", key="x", topic=factories.make_topic(author=asker).pk
    )

    spread()

    assert told(Kind.TOPIC) == {town.seat_id}
    assert f"notice {broken.pk} could not be spread" in caplog.text
