"""書き出し: what a list of the admin shows, filtered as it is, as a sheet."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest
from django.contrib.auth.models import Permission

from lib.list_filters import BACKWARDS
from lib.wareki import ACCEPTED
from members import exporting
from members.models import Application, AuditEntry, Delivery
from tests import factories
from tests.html import text_of

APPLICATIONS = "/admin/members/application/"


@pytest.fixture
def applications(db):
    days = {"①町": 1, "②町": 15, "③町": 30}
    made = []
    for name, day in days.items():
        body = factories.make_local_government(name=name)
        made.append(factories.make_application(local_government=body, contact_name="見本 花子"))
        # The last moment of the day in Japan.
        moment = datetime(2026, 9, day, 14, 59, tzinfo=UTC)
        Application.objects.filter(pk=made[-1].pk).update(created_at=moment)
    return made


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    return client


@pytest.fixture
def looking(client, secretary):
    """May look at applications, but not at people."""
    person = factories.make_user(seat=secretary.seat, is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_application"))
    client.force_login(person)
    return client


def csv_of(response):
    assert response.status_code == 200
    return response.content.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("令和8年9月15日", "R8.9.15", ["②町"]),
        ("2026-09-15", "", ["②町", "③町"]),
        ("", "２０２６年９月１４日", ["①町"]),
        (" ", "", ["①町", "②町", "③町"]),
    ],
)
def test_days_of_either_calendar_include_both_ends(admin, applications, since, until, found):
    page = admin.get(APPLICATIONS, {"created_at-since": since, "created_at-until": until})

    names = sorted(row.body_name for row in page.context["cl"].result_list)
    assert names == found


@pytest.mark.parametrize(
    ("since", "until", "error"),
    [
        ("きのう", "", ACCEPTED),
        ("2026-02-30", "", "2026年2月30日はありません。"),
        ("2026-09-30", "2026-09-01", BACKWARDS),
    ],
)
def test_nonsense_is_explained_on_top_and_finds_nothing(admin, applications, since, until, error):
    page = admin.get(APPLICATIONS, {"created_at-since": since, "created_at-until": until})

    assert f"申請日時：{error}" in text_of(page)
    assert list(page.context["cl"].result_list) == []


def test_range_keeps_the_other_filters_and_the_search(admin, applications):
    address = f"{APPLICATIONS}?status__exact=received&q=町&p=1&created_at-since=R8.9.1"

    page = admin.get(address).content.decode()

    form = page[page.index("申請日時で絞り込む") : page.index("決定日時で絞り込む")]
    assert '<input type="hidden" name="status__exact" value="received">' in form
    assert '<input type="hidden" name="q" value="町">' in form
    assert 'name="p"' not in form
    assert 'value="R8.9.1"' in form
    assert "created_at-since=R8.9.1" in page[: page.index("申請日時で絞り込む")]


def test_sheet_holds_what_the_list_shows(admin, applications):
    sheet = csv_of(admin.get(f"{APPLICATIONS}export.csv?created_at-since=R8.9.15&q=町"))

    assert sheet.splitlines()[0].startswith('"申請日時","状態"')
    assert '"2026-09-15 23:59","受付"' in sheet
    assert "③町" in sheet
    assert "①町" not in sheet
    entry = AuditEntry.objects.get()
    assert entry.act == "export_list"
    assert entry.target_type == "members.application"
    assert entry.detail["rows"] == 2


def test_nonsense_in_a_filter_exports_nothing(admin, applications):
    sheet = csv_of(admin.get(f"{APPLICATIONS}export.csv?created_at-since=きのう"))

    assert len(sheet.splitlines()) == 1


def test_excel_and_csv_are_alike_and_formulas_are_harmless(admin, applications):
    Application.objects.filter(pk=applications[0].pk).update(contact_name="=1+1")

    lines = csv_of(admin.get(f"{APPLICATIONS}export.csv")).splitlines()
    book = openpyxl.load_workbook(
        io.BytesIO(admin.get(f"{APPLICATIONS}export.xlsx").content), read_only=True
    )

    rows = [["" if cell is None else cell for cell in row] for row in book.active.values]
    assert len(rows) == len(lines) == 4
    column = rows[0].index("担当者名")
    assert sorted(row[column] for row in rows[1:]) == ["'=1+1", "見本 花子", "見本 花子"]
    assert '"\'=1+1"' in "".join(lines)


def test_people_are_left_out_for_those_who_may_not_see_them(looking, applications):
    sheet = csv_of(looking.get(f"{APPLICATIONS}export.csv"))

    assert "①町" in sheet
    assert "担当者名" not in sheet
    assert "見本 花子" not in sheet
    assert "kikaku@town.example.jp" not in sheet


def test_list_of_another_model_is_not_exported(looking):
    assert looking.get("/admin/members/user/export.csv").status_code == 403
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("who", ["manager", "ward"])
def test_members_export_nothing(client, request, applications, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get(f"{APPLICATIONS}export.csv").status_code == 403


def test_visitor_is_sent_to_the_log_in(client, applications):
    response = client.get(f"{APPLICATIONS}export.csv")

    assert response.status_code == 302
    assert "login" in response.headers["Location"]


def test_sheet_of_another_kind_is_not_found_and_nothing_is_posted(admin, db):
    assert admin.get(f"{APPLICATIONS}export.exe").status_code == 404
    assert admin.post(f"{APPLICATIONS}export.csv").status_code == 405


def test_too_many_rows_lead_back_to_the_filtered_list(admin, applications, monkeypatch):
    monkeypatch.setattr(exporting, "MOST", 2)

    page = admin.get(f"{APPLICATIONS}export.csv?status__exact=received", follow=True)

    assert page.redirect_chain[0][0] == f"{APPLICATIONS}?status__exact=received"
    assert "絞り込んでから" in text_of(page)
    assert not AuditEntry.objects.exists()


def test_state_of_a_mail_is_said_in_words(admin):
    seat = factories.make_seat(mailbox="kikaku@town.example.jp")
    Delivery.objects.create(address=seat.mailbox, key="k", subject="お知らせ", seat=seat)

    sheet = csv_of(admin.get("/admin/members/delivery/export.csv"))

    assert '"未送信"' in sheet


@pytest.mark.parametrize(
    "address",
    [
        *(
            "members/application",
            "members/delivery",
            "members/seat",
            "members/user",
            "members/invitation",
            "members/introduction",
        ),
        *("members/termsconsent", "board/topic", "board/reply", "board/answer", "board/report"),
        *("news/newsitem", "news/entry"),
    ],
)
def test_every_list_leads_to_its_sheets(admin, address):
    page = admin.get(f"/admin/{address}/").content.decode()

    assert f'href="/admin/{address}/export.csv?"' in page
    assert len(csv_of(admin.get(f"/admin/{address}/export.csv")).splitlines()) >= 1
