"""Mails of notices: what they say, to whom they are not sent any more, and their headers."""

from datetime import timedelta
from email import message_from_string, policy
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from board import answering, posting
from board.models import Topic
from lib.columns import width
from members import bounces
from members.models import Delivery, MailSetting, Organization, Seat, User
from renkei.sender import send_due_mail
from renkei.spreading import spread_due
from tests import factories
from tests.board.test_notifications import make_town
from tests.conftest import HttpsClient

State = Delivery.State


@pytest.fixture
def asker(db):
    return make_town(kind=Organization.Kind.WARD, prefecture="13", name="見本区")


@pytest.fixture
def town(db):
    """Hears of everything at once."""
    person = make_town(name="見本市")
    for name in ("watched", f"category-{factories.make_category().pk}"):
        MailSetting.objects.create(seat=person.seat, mail_list=name, rhythm="at_once")
    return person


def work():
    while spread_due():
        continue
    while send_due_mail():
        continue


def mails_to(person):
    return [message for message in mail.outbox if message.to == [person.seat.mailbox]]


def reasons():
    return list(Delivery.objects.filter(state=State.SKIPPED).values_list("reason", flat=True))


class TestText:
    def test_open_topic_is_complete_in_itself(self, asker, town):
        deadline = timezone.make_aware(timezone.datetime(2027, 3, 1, 17))
        topic = factories.make_topic(
            author=asker, title="合同訓練の募集", body="防災の訓練をします。", deadline=deadline
        )

        work()

        (message,) = mails_to(town)
        assert message.subject == "【特別区全国連携】新しい投稿：合同訓練の募集"
        for words in (
            "群馬県見本市 企画課 御中",
            "件名　　合同訓練の募集",
            "締切　令和9年3月1日（月）午後5時",
            "防災の訓練をします。",
            f"https://portal.example.jp{topic.get_absolute_url()}\n",
        ):
            assert words in message.body

    def test_it_holds_one_address(self, asker, town):
        factories.make_topic(author=asker)

        work()

        assert mails_to(town)[0].body.count("https://") == 1

    def test_restricted_topic_says_neither_title_nor_text(self, asker, town):
        factories.make_topic(
            author=asker,
            title="秘密の件名",
            body="秘密の本文",
            audience="chosen",
            organizations=[town.seat.organization],
        )

        work()

        (message,) = mails_to(town)
        assert "秘密" not in message.subject + message.body
        assert "公開範囲の限られた投稿" in message.subject

    def test_reply_says_who_wrote_what(self, asker, town):
        topic = factories.make_topic(author=asker)
        factories.make_reply(topic, author=town, body="参加したいです。")

        work()

        (message,) = mails_to(asker)
        assert message.subject == "【特別区全国連携】返信：交流の相談"
        assert "返信　　群馬県見本市 企画課" in message.body
        assert "参加したいです。" in message.body

    def test_person_who_asked_gets_it_too_by_name(self, asker, town):
        User.objects.filter(pk=town.pk).update(gets_mail=True)
        factories.make_topic(author=asker, requires_acknowledgement=True)

        work()

        (message,) = [one for one in mail.outbox if one.to == [town.email]]
        assert "見本 太郎 様" in message.body
        assert len(mails_to(town)) == 1

    def test_section_without_a_mailbox_reaches_its_people(self, asker, town):
        Seat.objects.filter(pk=town.seat_id).update(mailbox="")
        factories.make_topic(author=asker, requires_acknowledgement=True)

        work()

        assert [one.to for one in mail.outbox] == [[town.email]]

    def test_lines_fit_in_76_columns(self, asker, town):
        factories.make_topic(author=asker, title="長い件名" * 20, body="とても長い本文です。" * 60)

        work()

        lines = mails_to(town)[0].message().get_payload(decode=True).decode().split("\n")
        assert all(width(line) <= 76 for line in lines)

    def test_title_with_a_line_break_becomes_no_header(self, asker, town):
        topic = factories.make_topic(author=asker)
        Topic.objects.filter(pk=topic.pk).update(title="件名\r\nBcc: v@evil.example")

        work()

        read = message_from_string(mails_to(town)[0].message().as_string(), policy=policy.default)
        assert read["Bcc"] is None
        assert read["Subject"].strip() == "【特別区全国連携】新しい投稿：件名 Bcc: v@evil.example"


class TestHeaders:
    def test_mails_of_one_topic_are_one_thread(self, asker, town):
        topic = factories.make_topic(author=asker)
        factories.make_reply(topic, author=town)

        work()

        threads = {message.extra_headers["References"] for message in mail.outbox}
        assert threads == {f"<topic-{topic.pk}@portal.example.jp>"}

    def test_header_stops_the_list_by_one_click(self, asker, town):
        factories.make_topic(author=asker)

        work()

        headers = mails_to(town)[0].extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert headers["Auto-Submitted"] == "auto-generated"
        assert headers["List-Unsubscribe"].startswith("<https://portal.example.jp/members/mail/")

    def test_what_is_always_sent_cannot_be_stopped(self, asker, town):
        factories.make_topic(author=asker, requires_acknowledgement=True)

        work()

        assert "List-Unsubscribe" not in mails_to(town)[0].extra_headers

    def test_delivery_reports_come_back_with_the_number_of_the_mail(self, asker, town, settings):
        settings.BOUNCE_ADDRESS = "bounce@portal.example.jp"
        factories.make_topic(author=asker)

        work()

        message = mails_to(town)[0]
        row = Delivery.objects.get(address=town.seat.mailbox)
        assert message.from_email.startswith(f"bounce+{row.pk}-")
        assert message.extra_headers["From"] == settings.DEFAULT_FROM_EMAIL


class TestNotSentAnyMore:
    """What happens between the notice and the mail."""

    @pytest.fixture
    def topic(self, asker, town):
        topic = factories.make_topic(author=asker)
        while spread_due():
            continue
        return topic

    def test_topic_that_was_hidden(self, topic, town):
        Topic.objects.filter(pk=topic.pk).update(hidden_at=timezone.now(), hidden_reason="確認中")

        work()

        assert (mail.outbox, reasons()) == ([], ["閲覧できなくなりました。"])

    def test_topic_that_is_for_others_now(self, topic, town):
        Topic.objects.filter(pk=topic.pk).update(audience="wards")

        work()

        assert (mail.outbox, reasons()) == ([], ["閲覧できなくなりました。"])

    def test_topic_that_was_withdrawn(self, topic, asker, town):
        posting.withdraw(topic, note="中止", by=asker)

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

    def test_reminder_of_what_was_answered_meanwhile(self, asker, town):
        deadline = timezone.now() + timedelta(days=20)
        call = factories.make_topic(
            author=asker,
            asks="apply",
            deadline=deadline,
            audience="chosen",
            organizations=[town.seat.organization],
        )
        with time_machine.travel(deadline - timedelta(days=1)):
            while spread_due():
                continue
            factories.make_answer(call, author=town)
            work()

        assert "すでに回答または確認をしています。" in reasons()

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


def test_queries_of_a_batch_do_not_grow_with_its_rows(asker):
    """But for the one UPDATE that settles each mail."""
    counts = []
    for number in (1, 5):
        for _ in range(number):
            make_town()
        factories.make_topic(author=asker, requires_acknowledgement=True)
        while spread_due():
            continue
        rows = Delivery.objects.filter(state=State.WAITING).count()
        with CaptureQueriesContext(connection) as queries:
            send_due_mail()
        counts.append(len(queries) - rows)

    assert counts[0] == counts[1]


class TestStopLink:
    @pytest.fixture
    def path(self, asker, town):
        factories.make_topic(author=asker)
        work()
        header = mails_to(town)[0].extra_headers["List-Unsubscribe"]
        return urlsplit(header.strip("<>")).path

    def test_get_changes_nothing(self, client, path, town):
        before = list(MailSetting.objects.values())

        page = client.get(path)

        assert "メールを止める" in page.content.decode()
        assert list(MailSetting.objects.values()) == before

    def test_one_click_stops_that_list_for_that_address_alone(self, client, path, town):
        User.objects.filter(pk=town.pk).update(gets_mail=True)
        category = f"category-{factories.make_category().pk}"

        answer = client.post(path, {"List-Unsubscribe": "One-Click"})

        assert answer.status_code == 200
        never = MailSetting.objects.filter(rhythm="never")
        assert list(never.values_list("seat", "user", "mail_list")) == [
            (town.seat_id, None, category)
        ]

    def test_it_works_without_log_in_cookie_or_csrf_token(self, path):
        strict = HttpsClient(enforce_csrf_checks=True)

        assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200

    def test_it_can_be_taken_back(self, client, path, town):
        client.post(path)

        page = client.post(path, {"resume": "1"})

        assert "メールを再開しました" in page.content.decode()
        assert not MailSetting.objects.filter(rhythm="never").exists()

    @pytest.mark.parametrize("token", ["x", "WzEsbnVsbCwiYSJd:1abc:zzz", "1" * 3000])
    def test_forged_token_is_not_found(self, client, db, token):
        for method in (client.get, client.post):
            assert method(reverse("mail_stop", args=[token])).status_code == 404

    def test_link_of_a_person_stops_the_person_alone(self, client, asker, town):
        User.objects.filter(pk=town.pk).update(gets_mail=True)
        name = f"category-{factories.make_category().pk}"
        MailSetting.objects.create(seat=town.seat, user=town, mail_list=name, rhythm="at_once")
        factories.make_topic(author=asker)
        work()
        (message,) = [one for one in mail.outbox if one.to == [town.email]]

        client.post(urlsplit(message.extra_headers["List-Unsubscribe"].strip("<>")).path)

        never = MailSetting.objects.filter(rhythm="never")
        assert list(never.values_list("user", "mail_list")) == [(town.pk, name)]
