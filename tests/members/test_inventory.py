"""利用者の棚卸し: every account, on the screen, on paper and as a sheet; for 事務局（管理） alone."""

import io
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from members import inventory, yearly_check
from members.models import AuditEntry, User
from members.staff import Desk
from tests import factories
from tests.html import text_of

PAGE = "/admin/members/user/inventory/"
PRINT = f"{PAGE}print/"
SHEET = "/admin/members/user/inventory.xlsx"


@pytest.fixture
def boss(client, db):
    person = factories.make_staff(Desk.ALL, name="管理 一子")
    client.force_login(person)
    return person


def make_person(name, body="棚卸市", **fields):
    seat = factories.make_seat(organization=factories.make_organization(name=body))
    return factories.make_user(seat=seat, name=name, **fields)


def rows(response):
    sheet = load_workbook(io.BytesIO(response.content)).active
    head, *lines = sheet.iter_rows(values_only=True)
    assert head == inventory.HEADS
    return {line[4]: dict(zip(head, line, strict=True)) for line in lines}


def test_sheet_tells_of_each_account_what_is_asked_at_a_stock_taking(client, boss):
    year = timedelta(days=400)
    old = timezone.now() - year
    check = factories.make_yearly_check()
    person = make_person("鍵 花子", role=User.Role.MANAGER, last_seen_at=timezone.now())
    Authenticator.objects.create(user=person, type="totp", data={})
    make_person("昔 太郎", body="昔市", joined_at=old, last_seen_at=old, wants_mailed_code=True)
    make_person("前 任子", body="前市", is_active=False, left_at=timezone.now())
    yearly_check.start(check, by=boss)
    yearly_check.confirm(person.seat.organization, by=person)

    found = rows(client.get(SHEET))

    assert set(found) == {"管理 一子", "鍵 花子", "昔 太郎", "前 任子"}
    assert found["鍵 花子"]["二段階認証"] == "認証アプリ・パスキー"
    assert found["鍵 花子"]["年次確認"].endswith("確認済み")
    assert found["鍵 花子"]["団体名"] == "棚卸市"
    assert found["昔 太郎"]["二段階認証"] == "メールの確認コード"
    assert found["昔 太郎"]["年次確認"] == "未確認、使っていない"
    assert found["昔 太郎"]["最後の利用"] == f"{timezone.localdate(old):%Y-%m-%d}"
    assert found["前 任子"]["状態"] == "利用終了"
    assert (found["管理 一子"]["事務局での役割"], found["管理 一子"]["年次確認"]) == (
        "事務局（管理）",
        "対象外",
    )


@pytest.mark.parametrize(
    ("address", "act"), [(SHEET, "export_accounts"), (PRINT, "print_accounts")]
)
def test_taking_the_list_away_stands_in_the_audit_trail_without_names(client, boss, address, act):
    make_person("名 前子")

    client.get(PAGE)
    assert not AuditEntry.objects.exists()
    client.get(address)

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.detail) == (act, boss, {"accounts": 2})


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("active", {"管理 一子", "来 ない"}),
        ("suspended", {"停 止"}),
        ("left", {"前 任子"}),
        ("staff", {"管理 一子"}),
        ("nonsense", {"管理 一子", "来 ない", "停 止", "前 任子"}),
    ],
)
def test_screen_sheet_and_paper_show_the_same_choice(client, boss, state, expected):
    make_person("来 ない", body="一市")
    make_person("停 止", body="二市", is_active=False)
    make_person("前 任子", body="三市", is_active=False, left_at=timezone.now())

    screen = client.get(PAGE, {"state": state})
    paper = client.get(PRINT, {"state": state})

    assert {line.person.name for line in screen.context["lines"]} == expected
    assert {line.person.name for line in paper.context["lines"]} == expected
    assert set(rows(client.get(SHEET, {"state": state}))) == expected


@pytest.mark.parametrize("address", [PAGE, PRINT, SHEET])
@pytest.mark.parametrize("desk", [Desk.EDITOR, Desk.VIEWER])
def test_is_for_the_first_group_alone(client, db, desk, address):
    client.force_login(factories.make_staff(desk))

    assert client.get(address).status_code == 403
    assert PAGE not in client.get("/admin/members/user/").content.decode()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("address", [PAGE, PRINT, SHEET])
def test_members_and_posts_are_refused(client, other_client, boss, manager, address):
    other_client.force_login(manager)

    assert other_client.get(address).status_code == 403
    assert client.post(address).status_code == 405


def test_query_count_does_not_grow_and_pages_hold_a_hundred(client, boss):
    seat = make_person("一 人目").seat
    client.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for _ in range(3):
        factories.make_user(seat=seat, is_staff=True)

    with CaptureQueriesContext(connection) as four:
        page = client.get(PAGE)

    assert len(one) == len(four)
    assert "利用者（5人）" in text_of(page)
