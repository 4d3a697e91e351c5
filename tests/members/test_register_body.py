"""Which body applies: found in the master as people type it, members and open applications told so."""

import re
from html import unescape

import pytest

from members import registration, reorganization
from members.forms.application import ALREADY_MEMBER, ALREADY_OPEN, WARDS_ARE_MEMBERS
from members.models import (
    Application,
    LocalGovernment,
    Organization,
)
from tests import factories
from tests.members.registering import REGISTER, errors, send, typed


@pytest.fixture
def town(db):
    return factories.make_local_government(name="見本町", kana="みほんまち", prefecture="10")


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


@pytest.mark.parametrize("name", ["見本町", "群馬県見本町", "群馬県"])
def test_local_government_does_not_apply_as_an_association(client, town, name):
    factories.make_local_government(
        name="", kind=LocalGovernment.Kind.PREFECTURE, kana="ぐんまけん"
    )

    found = errors(client, body_name=name, is_association="on")

    assert list(found) == ["is_association"]
    assert "チェックを外してください" in found["is_association"][0]


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
