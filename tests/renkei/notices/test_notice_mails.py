"""Mails of notices: what they say, and their headers."""

from email import message_from_string, policy

from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from board import consulting, ending
from board.models import Topic
from lib.columns import width
from members.models import Delivery, Seat, User
from renkei.sender import send_due_mail
from renkei.spreading import spread_due
from tests import factories
from tests.renkei.notices.working import State, mails_to, work


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

    def test_end_says_how_it_ended_and_what_came_of_it(self, asker, town):
        topic = factories.make_topic(author=asker, asks="apply")
        factories.make_answer(topic, author=town)
        ending.record_outcome(topic, "matched", note="二団体と決まりました。", by=asker)

        work()

        message = mails_to(town)[-1]
        assert message.subject == "【特別区全国連携】成立：交流の相談"
        assert "二団体と決まりました。" in message.body

    def test_consultation_says_what_it_is_and_not_about_what(self, asker, town):
        proposal = factories.make_topic(author=asker, category=factories.make_category("proposal"))
        consulting.begin(proposal, "秘密の本文", draft=factories.make_draft(town), by=town)

        work()

        (message,) = mails_to(asker)
        assert message.subject == "【特別区全国連携】個別の相談：公開範囲の限られた投稿"
        assert "個別の相談がありました" in message.body
        assert "秘密の本文" not in message.body

    def test_long_text_is_cut_and_says_where_to_read_on(self, asker, town):
        factories.make_topic(author=asker, body="あ" * 3000 + "ん")

        work()

        (message,) = mails_to(town)
        assert "続きは掲示板でお読みください。" in message.body
        assert "ん" not in message.body.partition("（長いため")[0]

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


def test_queries_of_a_batch_do_not_grow_with_its_rows(asker):
    """But for the one UPDATE that settles each mail."""
    counts = []
    for number in (1, 5):
        for _ in range(number):
            factories.make_town()
        factories.make_topic(author=asker, requires_acknowledgement=True)
        while spread_due():
            continue
        rows = Delivery.objects.filter(state=State.WAITING).count()
        with CaptureQueriesContext(connection) as queries:
            send_due_mail()
        counts.append(len(queries) - rows)

    assert counts[0] == counts[1]
