"""A town that has never heard of the portal becomes a member without a telephone call."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from members import registration, reorganization, retention
from members.forms.application import ALREADY_MEMBER, ALREADY_OPEN, WARDS_ARE_MEMBERS
from members.models import Application, Delivery, Invitation, LocalGovernment, Organization, User
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


def test_page_of_a_body_leads_to_the_form_with_its_name_and_the_names_around(client, town):
    profile = client.get(town.get_absolute_url()).content.decode()
    address = unescape(re.search(r'href="(/members/register/\?[^"]+)"', profile)[1])
    factories.make_local_government(name="長野村", prefecture="20")

    page = client.get(address)

    form = page.context["form"]
    assert (form["prefecture"].value(), form["body_name"].value()) == ("10", "見本町")
    assert '<option value="見本町">' in page.text
    assert "長野村" not in page.text
    assert not form.errors


@pytest.mark.parametrize(
    "query",
    [
        {"prefecture": "\x00"},
        {"prefecture": "99"},
        {"prefecture": ["10", "' OR 1=1--"]},
        {"prefecture": "10", "body_name": "<script>" + "あ" * 5000 + "\x00\u202e"},
        {"prefecture": "10", "email": "a@b.jp", "consent": "on"},
    ],
)
def test_hostile_address_fills_in_at_most_a_name(client, town, query):
    page = client.get(REGISTER, query)

    form = page.context["form"]
    assert page.status_code == 200
    assert "<script>あ" not in page.text
    assert len(form["body_name"].value() or "") <= 80
    assert (form["email"].value(), form["consent"].value()) == (None, None)


@pytest.mark.parametrize(
    "name", ["見本町", "みほんまち", "ミホンマチ", "群馬県見本町", " 見本町　"]
)
def test_body_is_found_by_name_and_kana(client, town, name):
    send(client, body_name=name)

    assert Application.objects.get().local_government == town


def test_body_is_found_by_its_code(client, town):
    send(client, body_name=town.code)

    assert Application.objects.get().body_name == "見本町"


def test_several_hits_are_offered_as_a_choice(client, town):
    village = factories.make_local_government(
        name="見品村", kana="みほんまち", prefecture="10", kind=LocalGovernment.Kind.VILLAGE
    )

    response = client.post(REGISTER, typed(body_name="みほんまち"))
    send(client, body_name="みほんまち", which_body=village.code)

    assert "which_body" in response.context["form"].errors
    assert f'value="{village.code}"' in response.content.decode()
    assert Application.objects.get().local_government == village


def test_unknown_body_is_answered_with_near_names(client, town):
    message = errors(client, body_name="見本")["body_name"][0]

    assert "近い名前：見本町" in message


def test_association_applies_by_its_name(client, secretary):
    send(client, body_name="群馬県見本組合", is_association="on")
    application = Application.objects.get()
    registration.verify(application)
    registration.approve(application, by=secretary)

    organization = Organization.objects.get(name="群馬県見本組合")
    assert (organization.kind, organization.local_government) == ("association", None)


def test_prefecture_applies_as_itself(client, db):
    factories.make_local_government(
        name="", kind=LocalGovernment.Kind.PREFECTURE, kana="ぐんまけん"
    )

    send(client, body_name="群馬県")

    assert Application.objects.get().full_name == "群馬県"


def test_members_wards_and_open_applications_are_told_so(client, town):
    ward = factories.make_local_government(
        name="見本区", kind=LocalGovernment.Kind.WARD, prefecture="13"
    )
    factories.make_application(local_government=town)
    member = factories.make_local_government(name="会員町")
    factories.make_organization(name="会員町", local_government=member)

    assert errors(client)["body_name"] == [ALREADY_OPEN]
    assert errors(client, body_name="会員町")["body_name"] == [ALREADY_MEMBER]
    assert errors(client, body_name=ward.name, prefecture="13")["body_name"] == [WARDS_ARE_MEMBERS]


def test_member_applies_under_its_former_name_neither(client, secretary):
    body = factories.make_organization(kind=Organization.Kind.ASSOCIATION, name="旧組合")
    reorganization.rename(body, "新組合", "", by=secretary)

    for name in ("旧組合", "新組合"):
        found = errors(client, body_name=name, is_association="on")
        assert found["body_name"] == [ALREADY_MEMBER]


def test_answer_to_a_second_application_names_nobody(client, town):
    factories.make_application(
        local_government=town, contact_name="LEAK", email="leak@a.example.jp"
    )

    html = client.post(REGISTER, typed()).content.decode()

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

    assert "電話番号は数字とハイフンで入力してください" in html
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

        with pytest.raises(registration.AlreadyDecidedError):
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
        assert body.status == Organization.Status.ACTIVE
