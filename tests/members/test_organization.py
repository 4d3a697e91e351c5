from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from members.models import LocalGovernment, Organization, Seat, Standing
from tests import factories

Kind, Status = Organization.Kind, Organization.Status


@pytest.mark.parametrize(
    ("kind", "prefecture", "name", "shown"),
    [
        (Kind.MUNICIPALITY, "13", "府中市", "東京都府中市"),
        (Kind.MUNICIPALITY, "34", "府中市", "広島県府中市"),
        (Kind.PREFECTURE, "10", "群馬県", "群馬県"),
        (Kind.ASSOCIATION, "10", "群馬県町村会", "群馬県町村会"),
        (Kind.WARD, "13", "千代田区", "千代田区"),
        (Kind.SECRETARIAT, "13", "特別区長会事務局", "特別区長会事務局"),
    ],
)
def test_name_is_shown_with_its_prefecture_once(kind, prefecture, name, shown):
    assert Organization(kind=kind, prefecture=prefecture, name=name).full_name == shown


def test_only_registered_bodies_count_as_members(db):
    counted = factories.make_organization()
    factories.make_organization(is_demo=True)
    factories.make_organization(kind=Kind.WARD)
    factories.make_organization(kind=Kind.SECRETARIAT)
    factories.make_organization(status=Status.SUSPENDED)

    assert list(Organization.objects.registered()) == [counted]
    assert Organization.objects.registered().count_by_prefecture() == {"10": 1}


@pytest.mark.parametrize("is_demonstration", [False, True])
def test_standing_of_a_row_and_sets_of_rows_agree(db, settings, is_demonstration):
    settings.DEMO = is_demonstration
    for number, status in enumerate(Status):
        for kind in (Kind.WARD, Kind.MUNICIPALITY, Kind.PREFECTURE, Kind.ASSOCIATION):
            for is_demo in (False, True):
                factories.make_organization(
                    name=f"{number}{kind}{is_demo}", kind=kind, status=status, is_demo=is_demo
                )
    factories.make_secretariat()
    everybody = Organization.objects.all()

    members = {body for body in everybody if body.standing == Standing.MEMBER}
    wards = {body for body in everybody if body.standing == Standing.WARD}
    demo = {body for body in everybody if body.standing == Standing.DEMO}

    assert members == set(everybody.registered())
    assert members | wards == set(everybody.listed())
    assert len(wards) == 1
    assert len(demo) == (4 if is_demonstration else 0)


def test_bodies_without_a_code_stand_last_in_their_prefecture(db):
    association = factories.make_organization(kind=Kind.ASSOCIATION, prefecture="10", kana="あ")
    town = factories.make_local_government(prefecture="10")
    member = factories.make_organization(prefecture="10", kana="ん", local_government=town)
    next_door = factories.make_organization(prefecture="11")

    assert list(Organization.objects.in_code_order()) == [member, association, next_door]


@pytest.mark.parametrize(
    ("account", "address"),
    [
        ("", ""),
        ("@", ""),
        ("Zenkoku_Renkei", "https://x.com/Zenkoku_Renkei"),
        ("@Zenkoku_Renkei", "https://x.com/Zenkoku_Renkei"),
        ("../?a=1", "https://x.com/..%2F%3Fa%3D1"),
    ],
)
def test_account_of_x_becomes_an_address(account, address):
    assert Organization(x_account=account).x_url == address


def test_admin_leads_to_the_public_page_where_there_is_one(client, secretary):
    client.force_login(secretary)
    member = factories.make_organization()
    secretariat = secretary.seat.organization

    pages = {
        body: client.get(reverse("admin:members_organization_change", args=[body.pk]))
        for body in (member, secretariat)
    }

    assert f'href="{member.get_absolute_url()}"' in pages[member].content.decode()
    assert "/members/g" not in pages[secretariat].content.decode()


def test_name_is_unique_within_its_prefecture_only(db):
    factories.make_organization(name="府中市", prefecture="13")
    factories.make_organization(name="府中市", prefecture="34")

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_organization(name="府中市", prefecture="13")


def test_there_is_one_secretariat(db):
    factories.make_secretariat()

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_organization(kind=Kind.SECRETARIAT)


def test_section_is_unique_within_its_body(db):
    seat = factories.make_seat()

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_seat(organization=seat.organization)


def test_wards_and_secretariat_are_members_from_the_start(master):
    call_command("load_wards", stdout=StringIO())

    wards = Organization.objects.filter(kind=Kind.WARD)
    assert wards.active().count() == 23
    assert Seat.objects.filter(organization__in=wards).count() == 23
    assert Seat.objects.filter(organization__kind=Kind.SECRETARIAT).count() == 1
    assert wards.first().full_name == "千代田区"
    assert Organization.objects.registered().count() == 0


def test_loading_wards_again_keeps_what_the_secretariat_changed(master):
    call_command("load_wards", stdout=StringIO())
    Organization.objects.filter(name="港区").update(introduction="紹介文")
    Seat.objects.filter(organization__name="港区").update(section="企画課")
    out = StringIO()

    call_command("load_wards", stdout=out)

    assert out.getvalue() == "wards and secretariat: 0 new\n"
    assert Organization.objects.get(name="港区").introduction == "紹介文"
    assert [seat.section for seat in Seat.objects.filter(organization__name="港区")] == ["企画課"]


def test_wards_need_the_master(db):
    assert not LocalGovernment.objects.exists()

    with pytest.raises(CommandError, match="import_local_governments"):
        call_command("load_wards")
