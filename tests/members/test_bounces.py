"""不達: delivery reports, what follows from them, and what the secretariat sees."""

import io
from datetime import timedelta
from email.message import EmailMessage
from mailbox import Maildir

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lib import delivery_reports, mail
from members import bounces, inbox
from members.models import AuditEntry, Delivery, MailAddress, Organization, User
from tests import acting, factories
from tests.html import text_of
from tests.imap import imap_server

ADDRESS = "town@town.example.jp"


def report(number, *, status="5.1.1", action="failed", to=None):
    """A delivery report as Postfix writes it (RFC 3464), to the address that names the mail."""
    return "\r\n".join(
        [
            "From: MAILER-DAEMON@mx.example.jp",
            f"To: {to or mail.return_address(number)}",
            "Subject: Undelivered Mail Returned to Sender",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            "",
            "--b",
            "Content-Type: text/plain",
            "",
            "Your message could not be delivered.",
            "--b",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.example.jp",
            "",
            f"Final-Recipient: rfc822; {ADDRESS}",
            f"Action: {action}",
            f"Status: {status}",
            f"Diagnostic-Code: smtp; 550 {status} unknown user",
            "",
            "--b--",
            "",
        ]
    ).encode()


@pytest.fixture(autouse=True)
def bounce_address(settings):
    settings.BOUNCE_ADDRESS = "bounce@portal.example.jp"


@pytest.fixture
def delivery(db):
    seat = factories.make_seat(mailbox=ADDRESS)
    return Delivery.objects.create(
        address=ADDRESS, key="k", subject="件名", body="本文", seat=seat, state="sent"
    )


class TestReading:
    def test_report_names_the_mail_and_what_was_wrong(self):
        found = delivery_reports.read(report(12))

        assert found == delivery_reports.Report(12, True, "smtp; 550 5.1.1 unknown user")

    @pytest.mark.parametrize("status", ["5.1.1\x00", "5.1.1 \x1b[2J\u202e", ""])
    def test_what_another_server_says_is_stored_clean(self, delivery, status):
        bounces.take_in(report(delivery.pk, status=status))

        delivery.refresh_from_db()
        assert delivery.reason.isprintable()

    @pytest.mark.parametrize(
        ("status", "action", "is_final"),
        [
            ("5.1.1", "failed", True),
            ("5.2.1", "failed", True),
            ("5.2.2", "failed", False),
            ("5.2.2 (mailbox full)", "failed", False),
            ("4.4.1", "delayed", False),
        ],
    )
    def test_full_mailbox_and_delay_are_not_final(self, status, action, is_final):
        assert delivery_reports.read(report(12, status=status, action=action)).is_final is is_final

    @pytest.mark.parametrize(
        "to",
        [
            "bounce@portal.example.jp",
            "bounce+12-0000000000000000@portal.example.jp",
            "bounce+999999999999999999999-0000000000000000@portal.example.jp",
            "",
        ],
    )
    def test_forged_or_missing_number_is_none_of_ours(self, to):
        assert delivery_reports.read(report(12, to=to or "x@portal.example.jp")) is None

    def test_answer_of_somebody_who_is_away_is_no_report(self):
        away = EmailMessage()
        away["To"] = mail.return_address(12)
        away["Subject"] = "不在のお知らせ"
        away.set_content("本日は不在です。")

        assert delivery_reports.read(away.as_bytes()) is None

    @pytest.mark.parametrize(
        "content", [b"", b"\x00\xff" * 500, b"To: " + b"+" * 200_000, report(12)[:300]]
    )
    def test_rubbish_is_no_report(self, content):
        assert delivery_reports.read(content) is None


class TestConsequences:
    def test_unknown_address_stops_mail_and_marks_the_delivery(self, delivery):
        assert bounces.take_in(report(delivery.pk))

        delivery.refresh_from_db()
        known = MailAddress.objects.get()
        assert (delivery.state, known.address) == (Delivery.State.BOUNCED, ADDRESS)
        assert known.bounced_at is not None
        assert "unknown user" in known.problem

    def test_full_mailbox_is_dead_on_the_fifth_day(self, delivery):
        content = report(delivery.pk, status="5.2.2")
        with time_machine.travel("2026-12-01 09:00+09:00", tick=False) as clock:
            for _ in range(4):
                bounces.take_in(content)
                bounces.take_in(content)
                clock.shift(timedelta(days=1))
            assert MailAddress.objects.get().bounced_at is None

            bounces.take_in(content)

        assert MailAddress.objects.get().bounced_at is not None

    def test_full_mailbox_of_last_month_is_forgotten(self, delivery):
        content = report(delivery.pk, status="5.2.2")
        with time_machine.travel("2026-12-01 09:00+09:00", tick=False) as clock:
            for _ in range(4):
                bounces.take_in(content)
                clock.shift(timedelta(days=1))
            clock.shift(timedelta(days=20))

            bounces.take_in(content)

        assert MailAddress.objects.get().soft_bounces == 1

    def test_report_on_a_mail_that_never_was_changes_nothing(self, db):
        assert not bounces.take_in(report(999))
        assert not MailAddress.objects.exists()


class TestCommand:
    def test_maildir_is_read_once_and_kept(self, delivery, tmp_path, capsys):
        box = Maildir(tmp_path / "box")
        box.add(report(delivery.pk))
        box.add(b"Subject: advertisement\r\n\r\nBuy!")

        for _ in range(2):
            call_command("read_bounces", maildir=tmp_path / "box")

        assert capsys.readouterr().out.splitlines() == [
            "mails read: 2, delivery reports: 1",
            "mails read: 0, delivery reports: 0",
        ]
        assert len(Maildir(tmp_path / "box")) == 2

    def test_imap_mailbox_is_read_once_and_kept(self, delivery, settings, capsys):
        with imap_server([report(delivery.pk)]) as server:
            settings.BOUNCE_MAILBOX = server.address
            for _ in range(2):
                call_command("read_bounces")

        assert capsys.readouterr().out.splitlines() == [
            "mails read: 1, delivery reports: 1",
            "mails read: 0, delivery reports: 0",
        ]
        assert server.seen == {1}

    def test_one_mail_is_read_from_a_pipe(self, delivery, capsys, monkeypatch):
        pipe = io.TextIOWrapper(io.BytesIO(report(delivery.pk)))
        monkeypatch.setattr("sys.stdin", pipe)

        call_command("read_bounces", stdin=True)

        assert capsys.readouterr().out == "mails read: 1, delivery reports: 1\n"
        assert MailAddress.objects.get().bounced_at is not None

    def test_folder_that_is_no_maildir_is_said(self, db, tmp_path):
        with pytest.raises(CommandError, match="is no Maildir"):
            call_command("read_bounces", maildir=tmp_path)

    def test_mailbox_out_of_reach_is_said(self, db, settings):
        settings.BOUNCE_MAILBOX = "imap://user:secret@127.0.0.1:1/INBOX"

        with pytest.raises(CommandError) as error:
            call_command("read_bounces")

        assert "secret" not in str(error.value)

    def test_nothing_set_is_said(self, db, settings):
        settings.BOUNCE_MAILBOX = ""

        with pytest.raises(CommandError, match="BOUNCE_MAILBOX"):
            call_command("read_bounces")


class TestSecretariat:
    @pytest.fixture
    def secretary(self, client, db):
        seat = factories.make_seat(organization=factories.make_secretariat())
        person = factories.make_user(seat=seat, is_staff=True, is_superuser=True)
        client.force_login(person)
        return person

    def test_body_is_shown_red_and_found(self, client, secretary, delivery):
        whole = factories.make_organization(name="届く市")
        factories.make_seat(organization=whole, mailbox="ok@town.example.jp")
        bounces.record_hard(ADDRESS, "550")

        page = client.get(reverse("admin:members_organization_changelist"), {"mail": "bounced"})

        names = [row.name for row in page.context["cl"].result_list]
        assert names == [delivery.seat.organization.name]
        assert "届かない宛先があります" in page.content.decode()

    def test_unreachable_is_a_body_where_no_address_works(self, delivery):
        body = delivery.seat.organization
        person = factories.make_user(seat=delivery.seat)
        bounces.record_hard(ADDRESS, "550")
        assert not Organization.objects.unreachable().filter(pk=body.pk).exists()

        User.objects.filter(pk=person.pk).update(is_active=False)

        assert Organization.objects.unreachable().filter(pk=body.pk).exists()

    def test_dashboard_counts_it(self, client, secretary, delivery):
        bounces.record_hard(ADDRESS, "550")

        page = text_of(client.get("/admin/"))

        assert "不達の宛先 1件" in page
        assert "メールが届かない会員団体 1件" in page

    def test_mail_is_resumed_by_the_secretariat(self, client, secretary, delivery):
        bounces.record_hard(ADDRESS, "550")
        known = MailAddress.objects.get()

        acting.confirm(client, "resume", known)

        known.refresh_from_db()
        assert (known.bounced_at, known.problem) == (None, "")
        assert AuditEntry.objects.filter(act="resume_mail", actor=secretary).exists()

    def test_viewer_of_the_admin_resumes_nothing(self, client, secretary, delivery):
        User.objects.filter(pk=secretary.pk).update(is_superuser=False)
        bounces.record_hard(ADDRESS, "550")
        known = MailAddress.objects.get()

        acting.confirm(client, "resume", known)

        assert MailAddress.objects.get().bounced_at is not None

    @pytest.mark.parametrize("model", ["delivery", "mailaddress", "notice", "organization"])
    def test_queries_of_a_list_do_not_grow(self, client, secretary, model):
        client.get("/contact/")
        address = reverse(f"admin:members_{model}_changelist")
        counts = []
        for rows in (1, 3):
            for _ in range(rows):
                seat = factories.make_seat()
                seat.mailbox = f"s{seat.pk}@town.example.jp"
                seat.save()
                Delivery.objects.create(address=seat.mailbox, key="k", subject="s", seat=seat)
                bounces.record_hard(seat.mailbox, "550")
                inbox.tell_inboxes([seat], "見本", key=f"k{seat.pk}", path="/")
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))

        assert counts[0] == counts[1]


def test_long_problem_is_shortened(db):
    bounces.record_hard(ADDRESS, "x\n" * 1000)

    assert len(MailAddress.objects.get().problem) <= 300
    assert timezone.now() >= MailAddress.objects.get().bounced_at
