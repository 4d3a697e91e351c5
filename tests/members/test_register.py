"""A town that has never heard of the portal becomes a member without a telephone call."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from lib.conflicts import StaleError
from members import registration, retention
from members.forms.application import ALREADY_OPEN
from members.models import (
    Application,
    AuditEntry,
    Delivery,
    Invitation,
    Organization,
    User,
)
from tests import factories
from tests.members.registering import REGISTER, errors, send, typed

Status = Application.Status


@pytest.fixture
def town(db):
    return factories.make_local_government(name="見本町", kana="みほんまち", prefecture="10")


def send_mail():
    call_command("send_mail", verbosity=0)
    return mail.outbox


def link_in(message):
    return re.search(r"https://portal\.example\.jp(/\S+)", message.body)[1]


def test_whole_way_from_application_to_log_in(client, town, secretary):
    secretary.seat.mailbox = "jimukyoku@portal.example.jp"
    secretary.seat.save()

    assert client.post(REGISTER, typed()).templates[0].name == "members/register_confirm.html"
    assert not Application.objects.exists()
    send(client)
    status_page = link_in(send_mail()[0])
    client.post(f"{status_page}verify/")
    application = Application.objects.get()
    registration.start_review(application, by=secretary)
    registration.return_to_applicant(application, by=secretary, reason="部署名をご確認ください。")
    client.post(f"{status_page}correct/", typed(section="企画政策課"))
    application.refresh_from_db()
    registration.approve(application, by=secretary)
    invitation_page = link_in(send_mail()[-1])
    client.post(
        invitation_page,
        {
            "name": "見本 花子",
            "username": "kikaku-01",
            "password": "mihon-no-ai-9",
            "again": "mihon-no-ai-9",
            "consent": "on",
        },
    )
    client.post("/accounts/login/", {"login": "kikaku-01", "password": "mihon-no-ai-9"})

    user = client.get("/").wsgi_request.user
    assert (user.role, user.seat.section) == (User.Role.MANAGER, "企画政策課")
    assert user.seat.organization.local_government == town
    assert [message.to for message in mail.outbox] == [
        ["kikaku@town.example.jp"],
        ["kikaku@town.example.jp"],
        ["jimukyoku@portal.example.jp"],
        ["kikaku@town.example.jp"],
        ["jimukyoku@portal.example.jp"],
        ["kikaku@town.example.jp"],
    ]
    assert [step.status for step in application.steps.all()] == [
        "unverified",
        "received",
        "reviewing",
        "returned",
        "received",
        "approved",
    ]


def test_page_opens_with_what_it_costs_and_offers(client, db):
    factories.make_site_text("member-benefits", title="会員になるとできること")

    html = client.get(REGISTER).content.decode()

    assert "利用料は無料です" in html
    assert "会員になるとできること" in html


def test_answer_to_a_second_application_names_nobody(client, town):
    factories.make_application(
        local_government=town, contact_name="LEAK", email="leak@a.example.jp"
    )

    html = client.post(REGISTER, typed()).content.decode()

    assert ALREADY_OPEN in html
    assert "LEAK" not in html
    assert "leak@" not in html


@pytest.mark.parametrize(
    ("typed_as", "stored"),
    [
        ("０２７ー１２３−４５６７", "027-123-4567"),
        ("（０２７）１２３‐４５６７", "(027)123-4567"),
        (" 027‑123—4567　", "027-123-4567"),
        ("0271234567", "0271234567"),
    ],
)
def test_telephone_is_taken_as_typed(client, town, typed_as, stored):
    send(client, telephone=typed_as, extension="１２３", x_account="＠mihon_town")

    application = Application.objects.get()
    assert (application.telephone, application.extension) == (stored, "123")
    assert application.x_account == "mihon_town"


@pytest.mark.parametrize(
    "typed_as", ["https://town.example.jp/", "town.example.jp/", "ｈｔｔｐｓ：／／town.example.jp/"]
)
def test_website_is_taken_as_typed(client, town, typed_as):
    send(client, website=typed_as)

    assert Application.objects.get().website == "https://town.example.jp/"


def test_nothing_is_retyped_after_an_error(client, town):
    html = client.post(REGISTER, typed(telephone="abc", purpose="長い目的")).content.decode()

    assert "市外局番から、数字とハイフンで入力してください" in html
    for value in ("見本町", "企画課", "見本 花子", "長い目的", "abc"):
        assert value in html


def test_correcting_from_the_confirmation_page_keeps_everything(client, town):
    response = client.post(REGISTER, typed(correct="1"))

    assert response.context["form"]["section"].value() == "企画課"
    assert not Application.objects.exists()


def test_consent_is_asked_for_and_its_version_kept(client, town):
    terms = factories.make_site_text("terms", version=3)

    assert "consent" in errors(client, consent="")
    send(client)

    assert Application.objects.get().terms == terms


def test_applicant_cannot_set_more_than_the_form_asks(client, town):
    send(client, status="approved", token="x", decided_by="1", local_government="999")

    application = Application.objects.get()
    assert (application.status, application.local_government) == (Status.UNVERIFIED, town)
    assert len(application.token) > 40


def test_opening_the_mailed_links_changes_nothing(client, town):
    send(client)
    application = Application.objects.get()
    invitation = factories.make_invitation()

    for address in (application.get_absolute_url(), invitation.get_absolute_url()):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200

    application.refresh_from_db()
    invitation.refresh_from_db()
    assert application.status == Status.UNVERIFIED
    assert invitation.accepted_at is None


def test_unverified_applications_block_nobody_until_one_is_verified(client, town):
    send(client)
    send(client, email="other@town.example.jp")
    first, second = Application.objects.order_by("pk")

    client.post(f"{first.get_absolute_url()}verify/")
    html = client.post(f"{second.get_absolute_url()}verify/", follow=True).content.decode()

    second.refresh_from_db()
    assert second.status == Status.UNVERIFIED
    assert "別の申請を受け付けています" in html


def test_unverified_applications_are_erased_after_three_days(client, town):
    send(client)
    verified = factories.make_application()
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert retention.erase_abandoned() == 1

    assert list(Application.objects.all()) == [verified]


def test_applicant_withdraws_and_may_apply_again(client, town):
    application = factories.make_application(local_government=town)

    client.post(f"{application.get_absolute_url()}withdraw/")
    send(client)

    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN
    assert Application.objects.count() == 2


def test_every_step_stands_in_the_audit_trail_without_personal_values(client, town, secretary):
    send(client)
    application = Application.objects.get()
    page = application.get_absolute_url()
    client.post(f"{page}verify/")
    registration.return_to_applicant(application, by=secretary, reason="部署名")
    client.post(f"{page}correct/", typed(section="企画政策課"))
    client.post(f"{page}withdraw/")

    entries = list(AuditEntry.objects.order_by("pk"))
    assert [(entry.act, entry.actor) for entry in entries] == [
        ("verify_application", None),
        ("decide_application", secretary),
        ("resubmit_application", None),
        ("withdraw_application", None),
    ]
    assert {entry.target_id for entry in entries} == {str(application.pk)}
    assert [entry.ip for entry in entries] == ["127.0.0.1", None, "127.0.0.1", "127.0.0.1"]
    client.force_login(secretary)
    assert "（ログインしていない方）" in client.get("/admin/members/auditentry/").text


def test_page_of_an_approved_application_says_where_the_invitation_went(client, secretary):
    application = factories.make_application()
    before = client.get(application.get_absolute_url()).text
    registration.approve(application, by=secretary)

    page = client.get(application.get_absolute_url()).text

    said = "利用者の登録の案内を、kikaku@town.example.jp にメールで送りました。"
    assert (said in before, said in page) == (False, True)


@pytest.mark.parametrize("act", ["verify", "correct", "withdraw"])
def test_decided_application_is_not_moved_by_the_applicant(client, db, act):
    application = factories.make_application(status=Status.APPROVED)

    client.post(f"{application.get_absolute_url()}{act}/", typed())

    application.refresh_from_db()
    assert application.status == Status.APPROVED


def test_address_cannot_be_flooded_by_applications(client, town):
    statuses = [send(client).status_code for _ in range(6)]
    other = send(client, email="other@town.example.jp").status_code

    assert (statuses, other) == ([302] * 5 + [429], 302)
    assert Delivery.objects.filter(address="kikaku@town.example.jp").count() == 5


@pytest.mark.parametrize("token", ["x" * 43, "%00", "a" * 300])
def test_unknown_tokens_are_not_found(client, db, token):
    assert client.get(f"/members/register/{token}/").status_code == 404
    assert client.get(f"/members/invitations/{token}/").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"contact_name": "a\r\nBcc: v@evil.example"},
        {"body_name": "\x00"},
        {"prefecture": "99"},
        {"prefecture": "' OR 1=1"},
        {"email": "a@b.jp\nBcc: c@d.jp"},
        {"website": "javascript:alert(1)"},
        {"purpose": "あ" * 2001},
        {"wishes": ["evil"]},
        {"which_body": "9" * 400},
        {"telephone": "=HYPERLINK(1)"},
    ],
)
def test_hostile_input_is_an_error_at_the_form_or_harmless(client, town, fields):
    response = send(client, **fields)

    assert response.status_code in {200, 302}
    for delivery in Delivery.objects.all():
        assert "\n" not in delivery.subject
        assert delivery.address == "kikaku@town.example.jp"


class TestDecisions:
    def test_of_two_decisions_one_wins_and_the_other_is_told(self, secretary):
        application = factories.make_application()
        stale = Application.objects.get(pk=application.pk)
        registration.approve(application, by=secretary)

        with pytest.raises(StaleError):
            registration.refuse(stale, by=secretary, reason="理由")

        assert Invitation.objects.count() == 1
        assert Application.objects.get().status == Status.APPROVED

    def test_decision_leaves_an_audit_entry_without_personal_values(self, secretary):
        application = factories.make_application(contact_name="LEAK")

        registration.refuse(application, by=secretary, reason="LEAK")

        entry = secretary.audit_entries.get()
        assert (entry.act, entry.target_id) == ("decide_application", str(application.pk))
        assert entry.detail == {"before": "received", "after": "refused"}

    def test_body_that_had_left_comes_back_as_itself(self, secretary):
        town = factories.make_local_government()
        body = factories.make_organization(
            name=town.name, local_government=town, status=Organization.Status.WITHDRAWN
        )

        registration.approve(factories.make_application(local_government=town), by=secretary)

        body.refresh_from_db()
        assert (body.status, body.joined_on) == ("active", timezone.localdate())
        entry = AuditEntry.objects.get(act="change_status")
        assert (entry.target_id, entry.detail) == (str(body.pk), {"after": "active"})

    @pytest.mark.parametrize("status", ["active", "suspended"])
    def test_body_that_never_left_keeps_the_day_it_joined(self, secretary, status):
        day, town = date(2025, 4, 1), factories.make_local_government()
        body = factories.make_organization(
            name=town.name, local_government=town, status=status, joined_on=day
        )

        registration.approve(factories.make_application(local_government=town), by=secretary)

        body.refresh_from_db()
        assert (body.status, body.joined_on) == ("active", day)

    @pytest.mark.parametrize(("status", "comes_back"), [("withdrawn", False), ("suspended", True)])
    def test_people_of_before_come_back_with_a_suspended_body_alone(
        self, client, secretary, status, comes_back
    ):
        town = factories.make_local_government()
        body = factories.make_organization(name=town.name, local_government=town, status=status)
        seat = factories.make_seat(organization=body)
        old = factories.make_user(seat=seat, username="mae-01", password="mihon-no-ai-9")

        registration.approve(factories.make_application(local_government=town), by=secretary)

        client.post("/accounts/login/", {"login": "mae-01", "password": "mihon-no-ai-9"})
        assert client.get("/").wsgi_request.user.is_authenticated == comes_back
        old.refresh_from_db()
        assert (old.state == "利用停止") == (not comes_back)
