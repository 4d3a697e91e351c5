"""Somebody who has left traces in every app, and who may look for them."""

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from board import posting
from members import audit, care, handover, registration, second_factor
from members.models import (
    Application,
    ApplicationStep,
    Delivery,
    MailAddress,
    Notice,
    User,
)
from members.staff import Desk
from tests import factories
from tests.renkei.personal.markers import ADDRESS, NAME, TELEPHONE, USERNAME


@pytest.fixture
def boss(db):
    return factories.make_staff(Desk.ALL, name="管理 一子")


@pytest.fixture
def admin(client, boss):
    client.force_login(boss)
    client.get("/contact/")
    return client


@pytest.fixture
def seat(db):
    body = factories.make_organization(name="標市", prefecture="10")
    seat = factories.make_seat(
        organization=body,
        section="企画課",
        mailbox="kikaku@shirushi.example.jp",
        telephone="00-1111-2222",
    )
    factories.make_user(seat=seat, name="同僚 次郎", role=User.Role.MANAGER)
    return seat


@pytest.fixture
def person(client_factory, seat, boss):
    """Applied, was invited, came, posted, answered, entered; and was written about."""
    invitation = registration.invite(seat, name=NAME, address=ADDRESS, role="manager", by=boss)
    application = factories.make_application(
        status=Application.Status.APPROVED,
        contact_name=NAME,
        email=ADDRESS,
        telephone=TELEPHONE,
        note=f"{NAME}さんから電話",
        purpose=f"{NAME}が担当します。連絡は{ADDRESS}まで。",
        invitation=invitation,
    )
    ApplicationStep.objects.create(application=application, status="approved", reason=f"{NAME}様")
    person = registration.accept(
        invitation, name=NAME, username=USERNAME, email=ADDRESS, password="correct-horse-9"
    )
    browser = client_factory()
    browser.force_login(person)
    browser.get("/contact/")
    return person


@pytest.fixture
def traces(person, seat, boss):
    """The markers in every app."""
    Authenticator.objects.create(user=person, type="totp", data={"name": f"{NAME}の電話"})
    EmailAddress.objects.create(user=person, email=ADDRESS)
    MailAddress.objects.create(address=ADDRESS, problem=f"<{ADDRESS}> unknown")
    second_factor.choose_mailed_code(person, wanted=True)
    Delivery.objects.create(
        address=seat.mailbox, key="x", subject="s", body=f"{NAME} 様（{USERNAME}）", seat=seat
    )
    factories.make_entry(name=NAME, email=ADDRESS, telephone=TELEPHONE, note=f"{NAME}です")
    topic = factories.make_topic(
        author=person, title="標市の相談", body=f"照会は{ADDRESS}、{TELEPHONE}へ。"
    )
    topic.summary = f"{TELEPHONE}へ"
    posting.edit(topic, **edit_of(topic), by=person)
    factories.make_reply(factories.make_topic(), author=person, body=f"{ADDRESS}です")
    factories.attach(topic, name=f"{ADDRESS}.txt")
    factories.make_answer(
        factories.make_topic(asks="apply"), author=person, message=f"{TELEPHONE}へお電話を"
    )
    factories.make_draft(person, title=f"{NAME}の案", data={"contact": [f"{NAME} {ADDRESS}"]})
    factories.make_proposal(by=person, contact=f"企画課 {TELEPHONE}")
    begun = handover.begin(person, name="後任 三郎", address="next@city.example.jp", by=person)
    care.write(
        seat.organization,
        text=f"{NAME}さん（{TELEPHONE}）から",
        spoken_to=NAME,
        form_key=factories.new_form_key(),
        by=boss,
    )
    Notice.objects.create(key="n", kind="membership", text=f"{NAME}さんの引継ぎ", to=seat)
    LogEntry.objects.create(
        user=boss,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(person.pk),
        object_repr=str(person),
        action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"name": NAME}}]),
    )
    audit.record("send_back_topic", topic, by=boss, reason=f"{ADDRESS}を消してください")
    organization = seat.organization
    organization.introduction = f"連絡先 {ADDRESS}"
    organization.save()
    return {"topic": topic, "handover": begun}


def edit_of(topic):
    """What posting.edit asks besides."""
    related = posting.Related((), (), ())
    return {
        "related": related,
        "draft": factories.make_draft(topic.author),
        "expected": topic.edits,
    }
