"""The sheet of members: a row is a seat of a body; all rows or none; nobody is mailed."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lib.imports import error_lines
from members.member_cells import CELLS, EXPLANATIONS
from members.member_sheet import MemberResource
from members.models import (
    AuditEntry,
    Delivery,
    Invitation,
    LocalGovernment,
    Organization,
    Seat,
    Theme,
)
from tests import factories
from tests.members.member_sheets import ASSOCIATION, HEADS, MAEBASHI, import_rows, totals
from tests.racing import at_once


@pytest.fixture(autouse=True)
def secretariat(db):
    return factories.make_secretariat()


def test_every_column_of_the_sheet_is_read_and_explained():
    columns = MemberResource().fields

    # The code finds the body; 種別 says of one without a code that it is a 団体.
    assert set(columns) == set(CELLS) | {"code", "kind"}
    assert {column.column_name for column in columns.values()} == set(EXPLANATIONS)


@pytest.fixture
def secretary(secretariat):
    seat = factories.make_seat(organization=secretariat, section="事務局")
    return factories.make_user(seat=seat, is_staff=True, is_superuser=True, role="manager")


@pytest.fixture
def maebashi():
    return factories.make_local_government(
        code="102016", name="前橋市", kana="まえばしし", kind=LocalGovernment.Kind.CITY
    )


def numbered_rows(count):
    return [
        {
            **MAEBASHI,
            "団体コード": body.code,
            "団体名": body.name,
            "担当者名": f"見本 {body.code}",
        }
        for body in (factories.make_local_government() for _ in range(count))
    ]


def test_row_makes_body_seat_and_a_person_who_is_not_mailed(maebashi):
    result = import_rows({**MAEBASHI, "会員登録日": "令和8年4月1日", "Xのアカウント": "＠mae"})

    seat = Seat.objects.select_related("organization").get(section="企画課")
    body, invitation = seat.organization, Invitation.objects.get()
    assert totals(result) == {"new": 1}
    assert (body.name, body.kana, body.kind) == ("前橋市", "まえばしし", "municipality")
    assert (body.status, body.joined_on, body.x_account) == ("active", date(2026, 4, 1), "mae")
    assert (seat.mailbox, seat.telephone) == ("kikaku@city.example.jp", "027-000-0000")
    assert (invitation.seat, invitation.name, invitation.role) == (seat, "見本 花子", "manager")
    assert (invitation.sent_at, invitation.expires_at, invitation.address) == (None, None, "")
    assert not Delivery.objects.exists()


def test_same_sheet_again_changes_nothing(maebashi):
    rows = [MAEBASHI, {**MAEBASHI, "部署名": "観光課", "担当者名": "見本 四葉"}, ASSOCIATION]
    first = import_rows(*rows)
    before = [list(model.objects.values()) for model in (Organization, Seat, Invitation)]

    again = import_rows(*rows)

    assert (totals(first), totals(again)) == ({"new": 3}, {"skip": 3})
    assert [list(model.objects.values()) for model in (Organization, Seat, Invitation)] == before


def test_row_brings_a_known_seat_up_to_date_and_empty_cells_say_nothing(maebashi):
    import_rows(MAEBASHI)

    result = import_rows(
        {
            "団体コード": "102016",
            "部署名": "企画課",
            "電話番号": "０２７（０００）１１１１",
            "担当者名": "見本 次郎",
            "役割": "閲覧のみ",
        }
    )

    seat, planned = Seat.objects.get(section="企画課"), Invitation.objects.get()
    assert totals(result) == {"update": 1}
    assert (seat.mailbox, seat.telephone) == ("kikaku@city.example.jp", "027(000)1111")
    assert (planned.name, planned.role) == ("見本 次郎", "viewer")


def test_versions_of_bodies_are_kept_with_their_themes(maebashi):
    import_rows(MAEBASHI, ASSOCIATION)
    body = Organization.objects.get(name="前橋市")
    body.themes.add(Theme.objects.create(name="防災"))

    import_rows({"団体コード": "102016", "部署名": "企画課", "ウェブサイト": "city.example.jp"})

    versions = [
        (version.history_type, version.website, version.themes.count())
        for version in body.history.order_by("history_id")
    ]
    assert versions == [("+", "", 0), ("~", "", 1), ("~", "https://city.example.jp", 1)]
    association = Organization.objects.get(name=ASSOCIATION["団体名"])
    assert [version.history_type for version in association.history.all()] == ["+"]


def test_body_without_a_code_is_found_by_its_folded_name():
    import_rows(ASSOCIATION)

    result = import_rows({**ASSOCIATION, "団体名": "群馬県町村会　", "電話番号": "027-1-1111"})

    body = Organization.objects.get(kind=Organization.Kind.ASSOCIATION)
    assert totals(result) == {"update": 1}
    assert (body.kana, body.local_government) == ("ぐんまけんちょうそんかい", None)


def test_ward_that_is_there_already_gets_another_seat(master):
    Organization.objects.all().delete()
    call_command("load_wards", stdout=StringIO())
    code = LocalGovernment.objects.get(name="港区").code

    import_rows({"団体コード": code, "部署名": "企画課", "種別": "特別区"})

    ward = Organization.objects.get(name="港区")
    assert [seat.section for seat in ward.seats.all()] == ["連携担当", "企画課"]
    assert ward.joined_on is None


@pytest.mark.parametrize("typed", ["102016", "１０２０１６", "10201", "102016.0"])
def test_code_is_understood_as_people_and_spreadsheets_write_it(maebashi, typed):
    import_rows({**MAEBASHI, "団体コード": typed})

    assert Organization.objects.get(name="前橋市").local_government == maebashi


def test_code_whose_leading_zero_is_lost_is_understood():
    factories.make_local_government(code="012033", prefecture="01", name="小樽市")

    for typed in ("12033", "1203"):
        import_rows({"団体コード": typed, "部署名": "企画課"})

    assert Seat.objects.filter(organization__name="小樽市").count() == 1


@pytest.mark.parametrize("typed", ["ＫＩＫＡＫＵ＠ｃｉｔｙ.example.jp", " Kikaku@City.Example.jp "])
def test_mailbox_is_the_same_in_any_width_and_case(maebashi, typed):
    import_rows(MAEBASHI)

    result = import_rows({**MAEBASHI, "代表メールアドレス": typed})

    assert totals(result) == {"skip": 1}


class TestPeople:
    def seat(self, maebashi):
        body = factories.make_organization(name="前橋市", local_government=maebashi)
        return factories.make_seat(organization=body, mailbox="kikaku@city.example.jp")

    @pytest.mark.parametrize("role", ["管理担当者", "投稿担当者"])
    def test_who_was_invited_already_is_left_alone(self, maebashi, role):
        sent = factories.make_invitation(seat=self.seat(maebashi), name="見本　花子", role="viewer")

        import_rows({**MAEBASHI, "役割": role})

        assert list(Invitation.objects.values_list("pk", "role")) == [(sent.pk, "viewer")]

    def test_who_has_come_or_left_already_is_left_alone(self, maebashi):
        seat = self.seat(maebashi)
        here = factories.make_user(seat=seat, name="見本 花子", role="contributor")
        gone = {"is_active": False, "left_at": "2026-04-01T00:00Z"}
        factories.make_user(seat=seat, name="見本 次郎", **gone)

        import_rows(MAEBASHI)
        import_rows({**MAEBASHI, "担当者名": "見本 次郎"})

        here.refresh_from_db()
        assert here.role == "contributor"
        assert not Invitation.objects.exists()

    def test_somebody_else_is_planned_beside_them(self, maebashi):
        factories.make_invitation(seat=self.seat(maebashi), name="見本 次郎")

        import_rows(MAEBASHI)

        assert Invitation.objects.planned().get().name == "見本 花子"

    def test_seat_without_a_name_invites_nobody(self, maebashi):
        import_rows({**MAEBASHI, "担当者名": ""})

        assert Seat.objects.filter(section="企画課").exists()
        assert not Invitation.objects.exists()

    def test_mail_of_a_secretary_gives_no_hold_on_the_account(self, maebashi, secretary):
        import_rows({**MAEBASHI, "代表メールアドレス": secretary.email, "担当者名": secretary.name})

        before = secretary.role, secretary.seat_id, secretary.is_superuser
        secretary.refresh_from_db()
        assert (secretary.role, secretary.seat_id, secretary.is_superuser) == before
        assert Invitation.objects.get().seat.organization.name == "前橋市"


def test_audit_trail_has_one_entry_with_counts_and_no_names(maebashi, secretary):
    import_rows(MAEBASHI, ASSOCIATION, user=secretary)
    import_rows(MAEBASHI, dry_run=True, user=secretary)

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor) == ("import_members", secretary)
    assert entry.detail == {"new": 2, "changed": 0, "same": 0}


@pytest.mark.django_db(transaction=True)
def test_same_sheet_twice_at_once_is_imported_once(maebashi):
    results = at_once(*[lambda: import_rows(MAEBASHI, ASSOCIATION)] * 2)

    assert [error_lines(result) for result in results] == [[], []]
    assert {tuple(totals(result).items()) for result in results} == {(("new", 2),), (("skip", 2),)}
    assert Invitation.objects.count() == 2


def test_dry_run_saves_nothing(maebashi):
    result = import_rows(MAEBASHI, dry_run=True)

    assert totals(result) == {"new": 1}
    assert not Seat.objects.exists()


def test_queries_do_not_grow_with_the_sheet():
    import_rows(ASSOCIATION)
    counts, again = [], []
    for rows in (10, 20, 30):
        sheet = numbered_rows(rows)
        for count in (counts, again):
            with CaptureQueriesContext(connection) as queries:
                import_rows(*sheet)
            count.append(len(queries))

    assert len(set(counts)) == 1
    assert len(set(again)) == 1


def test_all_local_governments_are_imported_in_one_go(master, tmp_path):
    Organization.objects.all().delete()
    call_command("load_wards", stdout=StringIO())
    sheet = tmp_path / "members.csv"
    with sheet.open("w", encoding="cp932", newline="") as file:
        writer = csv.DictWriter(file, HEADS)
        writer.writeheader()
        for body in LocalGovernment.objects.all():
            writer.writerow(
                {
                    "団体コード": body.code,
                    "都道府県": body.get_prefecture_display(),
                    "団体名": body.own_name,
                    "部署名": "企画課①㈱",
                    "代表メールアドレス": f"k{body.code}@example.jp",
                    "担当者名": "髙見 花子",
                }
            )
    first, second = StringIO(), StringIO()

    call_command("import_members", sheet, stdout=first)
    call_command("import_members", sheet, stdout=second)

    assert first.getvalue() == "members.csv: 1788 new\n"
    assert second.getvalue() == "members.csv: 1788 skip\n"
    assert Organization.objects.registered().count() == 1788 - 23
    assert Invitation.objects.planned().filter(name="髙見 花子").count() == 1788
    assert not Delivery.objects.exists()
