"""Mails of notices that are not sent, each with its reason."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from board import answering, ending, posting
from board.models import Topic
from members import bounces
from members.models import Delivery, MailSetting, Organization, Seat, User
from renkei.spreading import spread_due
from tests import factories
from tests.renkei.notices.working import mails_to, reasons, work


class TestNotSentAnyMore:
    """What happens between the notice and the mail."""

    @pytest.fixture
    def topic(self, asker, town):
        topic = factories.make_topic(author=asker)
        while spread_due():
            continue
        return topic

    @pytest.fixture
    def call(self, asker, town):
        return factories.make_topic(
            author=asker,
            asks="apply",
            deadline=timezone.now() + timedelta(days=20),
            audience="chosen",
            organizations=[town.seat.organization],
        )

    def test_topic_that_was_hidden(self, topic, town):
        Topic.objects.filter(pk=topic.pk).update(hidden_at=timezone.now(), hidden_reason="確認中")

        work()

        assert (mail.outbox, reasons()) == ([], ["閲覧できなくなりました。"])

    def test_topic_that_is_for_others_now(self, topic, town):
        Topic.objects.filter(pk=topic.pk).update(audience="wards")

        work()

        assert (mail.outbox, reasons()) == ([], ["閲覧できなくなりました。"])

    def test_topic_that_was_withdrawn(self, topic, asker, town):
        ending.withdraw(topic, note="中止", by=asker)

        work()

        assert reasons() == ["投稿が取り下げられました。"]
        assert all("交流の相談" not in one.subject for one in mails_to(town))

    def test_topic_that_somebody_of_the_section_has_read(self, client, topic, town):
        client.force_login(factories.make_user(seat=town.seat))
        client.get(topic.get_absolute_url())

        work()

        assert (mail.outbox, reasons()) == ([], ["すでに読まれています。"])

    def test_list_that_was_stopped(self, topic, town):
        MailSetting.objects.filter(seat=town.seat).update(rhythm="never")

        work()

        assert reasons() == ["設定により、メールで受け取りません。"]

    def test_body_that_was_suspended(self, topic, town):
        Organization.objects.filter(pk=town.seat.organization_id).update(status="suspended")

        work()

        assert reasons() == ["利用停止または退会した団体です。"]

    def test_address_that_bounced(self, topic, town):
        bounces.record_hard(town.seat.mailbox, "550 no such user")

        work()

        assert reasons() == ["宛先に届かないため、送信を止めています。"]

    def test_address_that_was_changed_gets_it(self, topic, town):
        Seat.objects.filter(pk=town.seat_id).update(mailbox="new@town.example.jp")

        work()

        assert [one.to for one in mail.outbox] == [["new@town.example.jp"]]
        assert Delivery.objects.get().address == "new@town.example.jp"

    def test_reminder_of_what_was_answered_meanwhile(self, call, town):
        with time_machine.travel(call.deadline - timedelta(days=1)):
            while spread_due():
                continue
            factories.make_answer(call, author=town)
            work()

        assert "すでに回答または確認をしています。" in reasons()

    def test_reminder_of_what_was_closed_meanwhile(self, call, asker):
        with time_machine.travel(call.deadline - timedelta(days=1)):
            while spread_due():
                continue
            ending.close(call, note="定員に達しました", by=asker)
            work()

        assert "受付が終わったか、締切が変更されました。" in reasons()

    def test_address_that_is_by_now_that_of_another_who_gets_the_same(self, asker, town):
        """The mailbox of the section, which had one of its own."""
        User.objects.filter(pk=town.pk).update(gets_mail=True)
        factories.make_topic(author=asker, requires_acknowledgement=True)
        while spread_due():
            continue
        Seat.objects.filter(pk=town.seat_id).update(mailbox=town.email)

        work()

        assert [one.to for one in mail.outbox] == [[town.email]]
        assert reasons() == ["宛先のメールアドレスが変わりました。"]

    def test_person_who_has_left(self, asker, town):
        User.objects.filter(pk=town.pk).update(gets_mail=True)
        factories.make_topic(author=asker, requires_acknowledgement=True)
        while spread_due():
            continue
        User.objects.filter(pk=town.pk).update(is_active=False)

        work()

        assert reasons() == ["利用をやめたか、ほかの部署に移った人です。"]

    def test_required_mail_is_not_skipped_for_having_been_read(self, client, asker, town):
        topic = factories.make_topic(author=asker, requires_acknowledgement=True)
        while spread_due():
            continue
        client.force_login(town)
        client.get(topic.get_absolute_url())

        work()

        assert len(mails_to(town)) == 1

    def test_new_text_is_not_asked_of_who_has_acknowledged_it(self, asker, town):
        topic = factories.make_topic(author=asker, requires_acknowledgement=True)
        work()
        edited = Topic.objects.get(pk=topic.pk)
        edited.body = "変わりました。"
        posting.edit(
            edited,
            posting.Related(),
            draft=factories.make_draft(asker),
            expected=0,
            asks_again=True,
            by=asker,
        )
        while spread_due():
            continue
        answering.acknowledge(topic, 2, by=town)

        work()

        assert "すでに回答または確認をしています。" in reasons()


def test_seat_that_wants_no_mail_is_recorded_with_the_reason(asker, town):
    MailSetting.objects.filter(seat=town.seat).update(rhythm="never")
    factories.make_topic(author=asker)

    work()

    assert (mail.outbox, reasons()) == ([], ["設定により、メールで受け取りません。"])


def test_nobody_can_be_reached_is_recorded_with_the_reason(asker, town):
    Seat.objects.filter(pk=town.seat_id).update(mailbox="")
    User.objects.filter(pk=town.pk).update(email=None)
    factories.make_topic(author=asker)

    work()

    assert reasons() == ["宛先のメールアドレスがありません。"]


def test_address_that_had_bounced_before_is_recorded_with_the_reason(asker, town):
    bounces.record_hard(town.seat.mailbox, "550 no such user")
    factories.make_topic(author=asker)

    work()

    assert (mail.outbox, reasons()) == ([], ["宛先に届かないため、送信を止めています。"])


def test_person_who_has_not_read_what_colleagues_have_read_is_not_mailed_again(client, asker, town):
    User.objects.filter(pk=asker.pk).update(gets_mail=True)
    topic = factories.make_topic(author=asker)
    factories.make_reply(topic, author=town)
    while spread_due():
        continue
    client.force_login(factories.make_user(seat=asker.seat))
    client.get(topic.get_absolute_url())

    factories.make_reply(topic, author=town)
    while spread_due():
        continue

    replies = Delivery.objects.filter(notice__kind="reply").order_by("pk")
    assert list(replies.values_list("address", "reason")) == [
        (asker.seat.mailbox, ""),
        (asker.email, ""),
        (asker.seat.mailbox, ""),
        (asker.email, "前のお知らせがまだ読まれていません。"),
    ]
