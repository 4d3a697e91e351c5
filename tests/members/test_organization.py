from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from members.models import LocalGovernment, Organization, Seat
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
