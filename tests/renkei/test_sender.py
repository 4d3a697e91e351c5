"""The outbox: every mail once, whatever the mail server does."""

from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

import pytest
import time_machine
from django.core import mail
from django.core.validators import EmailValidator
from django.test import override_settings
from django.utils import timezone

from lib import mail as lib_mail
from members.models import Delivery
from members.models.delivery import MAX_ATTEMPTS
from renkei.sender import send_due_mail
from tests import factories
from tests.smtp import AWAY

State = Delivery.State


def make_delivery(**fields):
    values = {"address": "a@town.example.jp", "key": "k1", "subject": "件名", "body": "本文\n"}
    return Delivery.objects.create(**{**values, **fields})


@pytest.fixture
def server(monkeypatch):
    """What the mail server answers to the next mails: an error to raise, or None."""
    answers = []
    real = lib_mail.EmailMessage.send

    def send(message, *args, **kwargs):
        error = answers.pop(0) if answers else None
        if error:
            raise error
        return real(message, *args, **kwargs)

    monkeypatch.setattr(lib_mail.EmailMessage, "send", send)
    return answers


def test_due_mail_is_sent_once_to_one_address_and_recorded(db):
    delivery = make_delivery()

    assert send_due_mail() == 1
    assert send_due_mail() == 0

    (message,) = mail.outbox
    assert message.to == ["a@town.example.jp"]
    assert message.subject == "【特別区全国連携】件名"
    assert message.extra_headers["Message-ID"] == f"<delivery-{delivery.pk}@portal.example.jp>"
    assert message.attachments == []
    assert message.content_subtype == "plain"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 1)
    assert delivery.sent_at is not None


def test_same_key_reaches_an_address_once(db):
    make_delivery()

    Delivery.objects.bulk_create(
        [Delivery(address="a@town.example.jp", key="k1", subject="s", body="b")],
        ignore_conflicts=True,
    )

    assert Delivery.objects.count() == 1


def test_mail_of_the_future_waits(db):
    make_delivery(due_at=timezone.now() + timedelta(hours=1))

    assert send_due_mail() == 0


def test_claimed_mail_is_left_to_its_worker_until_the_lease_runs_out(db):
    make_delivery()
    (claimed,) = Delivery.objects.all().claim(limit=10)

    assert Delivery.objects.all().claim(limit=10) == []
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert Delivery.objects.all().claim(limit=10) == [claimed]


def test_body_that_was_suspended_meanwhile_gets_nothing(db):
    seat = factories.make_seat(organization=factories.make_organization(status="suspended"))
    delivery = make_delivery(seat=seat)

    assert send_due_mail() == 1

    delivery.refresh_from_db()
    assert mail.outbox == []
    assert (delivery.state, delivery.reason) == (State.SKIPPED, "利用停止または退会した団体です。")


def test_trouble_is_tried_again_after_five_minutes(db, server):
    delivery = make_delivery()
    server.append(SMTPException("421 try later"))

    assert send_due_mail() == 0
    assert send_due_mail() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert send_due_mail() == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 2)


def test_temporary_refusal_of_an_address_is_tried_again(db, server):
    delivery = make_delivery()
    server.append(SMTPRecipientsRefused({"a": (450, b"greylisted")}))

    send_due_mail()

    delivery.refresh_from_db()
    assert delivery.state == State.WAITING


def test_final_refusal_is_recorded_with_its_reason_and_stops_no_other(db, server):
    refused = make_delivery()
    sent = make_delivery(key="k2")
    server.append(SMTPRecipientsRefused({"a": (550, b"no such\x00 user")}))

    assert send_due_mail() == 2

    refused.refresh_from_db()
    sent.refresh_from_db()
    assert (refused.state, refused.reason) == (State.FAILED, "550 no such user")
    assert sent.state == State.SENT


@pytest.mark.parametrize("host", ["あ" * 60, "ـa", "אa"])
def test_host_that_cannot_be_written_on_an_envelope_stops_no_other(db, host):
    refused = make_delivery(address=f"a@{host}.jp")
    sent = make_delivery(key="k2")
    EmailValidator()(refused.address)

    assert send_due_mail() == 2

    refused.refresh_from_db()
    sent.refresh_from_db()
    assert (refused.state, sent.state) == (State.FAILED, State.SENT)
    assert "idna" in refused.reason


def test_after_three_days_a_mail_is_given_up(db, server):
    delivery = make_delivery(attempts=MAX_ATTEMPTS - 1)
    server.append(OSError("down"))

    send_due_mail()

    delivery.refresh_from_db()
    assert delivery.state == State.FAILED


def test_server_that_is_down_delays_everything_and_loses_nothing(db):
    make_delivery()
    make_delivery(key="k2")

    with override_settings(**AWAY):
        assert send_due_mail() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert send_due_mail() == 2
