"""The outbox and a real SMTP server: what the sender writes is what a mailbox receives."""

import pytest
from django.test import override_settings

from members.models import Delivery
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
