"""Mails that could not be sent: the secretariat sends them again, or leaves them."""

import pytest

from lib.conflicts import StaleError
from members import failed_mails
from members.models import AuditEntry, Delivery
from members.staff import Desk
from tests import factories
from tests.acting import confirm
from tests.html import text_of

State = Delivery.State


def make_mail(state=State.FAILED, number=1):
    return Delivery.objects.create(
        address=f"soumu{number}@town.example.jp",
        key=f"mail-{number}",
        subject="お知らせ",
        state=state,
        reason="550 5.1.1 User unknown",
        attempts=24,
    )


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    return client


def test_mail_is_sent_again_as_a_new_one_would_be(admin, secretary):
    mail = make_mail()

    confirm(admin, "again", mail)

    mail.refresh_from_db()
    assert (mail.state, mail.reason, mail.attempts) == (State.WAITING, "", 0)
    assert [found.pk for found in Delivery.objects.claim(limit=9)] == [mail.pk]
    assert AuditEntry.objects.get(act="send_mail_again").actor == secretary


def test_mail_that_is_left_no_longer_waits_on_the_start_page(admin):
    mail = make_mail()
    assert "送れなかったメール 1件" in text_of(admin.get("/admin/"))

    confirm(admin, "leave", mail)

    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.SKIPPED, failed_mails.LEFT)
    assert "送れなかったメール" not in text_of(admin.get("/admin/"))


@pytest.mark.parametrize("act", ["again", "leave"])
@pytest.mark.parametrize("state", [State.SENT, State.WAITING, State.SKIPPED, State.BOUNCED])
def test_only_failed_ones_are_acted_upon(admin, act, state):
    mail = make_mail(state)

    page = confirm(admin, act, mail)

    mail.refresh_from_db()
    assert mail.state == state
    assert "送信に失敗したものではないため" in text_of(page)


def test_second_one_is_told_that_it_was_done(secretary, db):
    mail = make_mail()
    failed_mails.leave(mail, by=secretary)

    with pytest.raises(StaleError):
        failed_mails.send_again(mail, by=secretary)

    mail.refresh_from_db()
    assert mail.state == State.SKIPPED
    assert not AuditEntry.objects.filter(act="send_mail_again").exists()


def test_who_only_reads_does_neither(client, db):
    mail = make_mail()
    client.force_login(factories.make_staff(Desk.VIEWER))

    confirm(client, "again", mail)
    confirm(client, "leave", mail)

    mail.refresh_from_db()
    assert mail.state == State.FAILED
