"""The outbox and a real SMTP server: what the sender writes is what a mailbox receives."""

from datetime import timedelta

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from members.models import Delivery, MailAddress
from renkei.sender import send_due_mail
from tests.server import free_port
from tests.smtp import mail_server


@pytest.fixture
def mailbox():
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with (
        mail_server() as box,
        override_settings(
            EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=box.port, EMAIL_TIMEOUT=5
        ),
    ):
        yield box


def make_delivery(address="kikaku@town.example.jp", **fields):
    values = {"key": "k", "subject": "会員登録の申請", "body": "見本町　企画課 様\n\n本文です。\n"}
    return Delivery.objects.create(address=address, **{**values, **fields})


def states():
    return dict(Delivery.objects.values_list("address", "state"))


def test_mail_arrives_as_plain_japanese_text_for_one_address(db, mailbox):
    make_delivery()
    make_delivery("other@town.example.jp")

    assert send_due_mail() == 2

    assert [envelope.rcpt_tos for envelope in mailbox.envelopes] == [
        ["kikaku@town.example.jp"],
        ["other@town.example.jp"],
    ]
    message = mailbox.messages[0]
    assert message["Subject"].strip() == "【特別区全国連携】会員登録の申請"
    assert message["To"] == "kikaku@town.example.jp"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == "見本町　企画課 様\n\n本文です。\n"


def test_refused_address_fails_and_a_hesitant_one_waits(db, mailbox):
    for address in ("nobody@a.example.jp", "later@a.example.jp", "kikaku@town.example.jp"):
        make_delivery(address)

    send_due_mail()

    assert states() == {
        "nobody@a.example.jp": "failed",
        "later@a.example.jp": "waiting",
        "kikaku@town.example.jp": "sent",
    }
    assert "550" in Delivery.objects.get(state="failed").reason


def test_server_that_has_gone_loses_nothing(db):
    make_delivery()
    smtp = "django.core.mail.backends.smtp.EmailBackend"

    with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=free_port()):
        assert send_due_mail() == 0

    delivery = Delivery.objects.get()
    assert delivery.state == "waiting"
    assert "メールサーバーに接続できません" in delivery.reason


@pytest.mark.parametrize("trouble", ["busy", "hangs", "dies"])
def test_server_in_trouble_delays_one_mail_and_no_other(db, mailbox, trouble):
    for number in range(3):
        make_delivery(f"town{number}@town.example.jp")
    mailbox.trouble = [trouble]

    with override_settings(EMAIL_TIMEOUT=0.5):
        assert send_due_mail() == 2
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            assert send_due_mail() == 1

    assert set(states().values()) == {"sent"}
    addresses = [envelope.rcpt_tos[0] for envelope in mailbox.envelopes]
    assert sorted(addresses) == [f"town{number}@town.example.jp" for number in range(3)]


def test_server_that_fails_again_and_again_gets_a_rest(db, mailbox):
    """Each of ten mails would wait for the time-out: longer than the lease of the batch."""
    for number in range(10):
        make_delivery(f"town{number}@town.example.jp")
    mailbox.trouble = ["hangs"] * 10

    with override_settings(EMAIL_TIMEOUT=0.3):
        send_due_mail()

    assert len(mailbox.trouble) == 7
    assert set(states().values()) == {"waiting"}


def test_text_that_is_refused_stops_the_mail_and_not_the_address(db, mailbox):
    make_delivery()
    mailbox.trouble = ["spam"]

    send_due_mail()

    assert states() == {"kikaku@town.example.jp": "failed"}
    assert not MailAddress.objects.bounced().exists()


def test_unknown_address_is_marked_and_gets_no_notices_any_more(db, mailbox):
    make_delivery("nobody@a.example.jp")

    send_due_mail()

    assert [known.address for known in MailAddress.objects.bounced()] == ["nobody@a.example.jp"]


def test_waits_grow_up_to_four_hours(db):
    """5, 10, 20 minutes …: a server that is down for days is not asked every five minutes."""
    delivery, waits = make_delivery(), []
    with time_machine.travel("2026-12-01 09:00+09:00", tick=False):
        for attempts in (1, 2, 3, 10, 23):
            delivery.attempts = attempts
            delivery.record_trouble("421")
            waits.append(delivery.due_at - timezone.now())

    minutes = [wait.total_seconds() / 60 for wait in waits]
    assert minutes == [5, 10, 20, 240, 240]
