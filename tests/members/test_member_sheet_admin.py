"""The sheet of members in the admin: preview, confirmation, export, a file to begin with."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from lib.spreadsheets import JapaneseCSV
from members.models import AuditEntry, Delivery, Invitation, LocalGovernment, Organization, Seat
from tests import factories
from tests.members.member_sheets import ASSOCIATION, HEADS, MAEBASHI

CHANGELIST = "/admin/members/organization/"
IMPORT = f"{CHANGELIST}import/"
CONFIRM = f"{CHANGELIST}process_import/"
EXPORT = f"{CHANGELIST}export/"
EXPORT_EXCEL = f"{EXPORT}excel/"
CSV, EXCEL = "0", "1"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    # The first page of a session records its start; the others are the rule.
    client.get("/contact/")
    factories.make_local_government(
        code="102016", name="前橋市", kana="まえばしし", kind=LocalGovernment.Kind.CITY
    )
    return client


@pytest.fixture
def clerk(client, secretary):
    """At the secretariat, may look at bodies and not change them."""
    secretary.is_superuser = False
    secretary.save()
    secretary.user_permissions.set(
        Permission.objects.filter(codename__in=["view_organization", "change_seat"])
    )
    client.force_login(secretary)
    return client


def sheet_of(*rows, encoding="utf-8"):
    lines = [HEADS, *([row.get(head, "") for head in HEADS] for row in rows)]
    text = "\r\n".join(",".join(line) for line in lines)
    return SimpleUploadedFile("会員.csv", text.encode(encoding))


def preview(client, file, sheet_format=CSV):
    return client.post(IMPORT, {"import_file": file, "format": sheet_format})


def new_seats():
    return Seat.objects.exclude(organization__kind="secretariat")


def confirm(client, response):
    return client.post(CONFIRM, response.context["confirm_form"].initial, follow=True)


def test_sheet_is_previewed_and_then_saved_without_a_mail(admin, secretary):
    shown = preview(admin, sheet_of(MAEBASHI, ASSOCIATION, encoding="cp932"))
    assert not Invitation.objects.exists()

    done = confirm(admin, shown)

    assert "担当部署：新規2件、更新0件、変更なし0件" in done.content.decode()
    assert "/admin/members/invitationwave/choose/" in done.content.decode()
    assert Invitation.objects.planned().count() == 2
    assert Invitation.objects.first().invited_by == secretary
    assert not Delivery.objects.exists()
    assert AuditEntry.objects.get().act == "import_members"


def test_preview_escapes_what_the_sheet_says(admin):
    html = preview(admin, sheet_of({**MAEBASHI, "担当者名": "<script>alert(1)</script>"}))

    assert "<script>alert(1)" not in html.content.decode()
    assert "&lt;script&gt;alert(1)" in html.content.decode()


def test_workbook_is_read_with_numbers_and_formulas(admin):
    book = Workbook()
    book.active.append(HEADS)
    row = {**MAEBASHI, "団体コード": 102016, "内線": 123, "担当者名": '=HYPERLINK("http://evil")'}
    book.active.append([row.get(head) for head in HEADS])
    target = BytesIO()
    book.save(target)

    confirm(admin, preview(admin, SimpleUploadedFile("a.xlsx", target.getvalue()), EXCEL))

    # A formula that no program has computed has no value.
    assert new_seats().get().extension == "123"
    assert not Invitation.objects.exists()


def test_wrong_row_is_named_and_cannot_be_confirmed(admin):
    response = preview(admin, sheet_of(ASSOCIATION, {**MAEBASHI, "役割": "superuser"}))

    html = response.content.decode()
    assert "3行目（役割）：「superuser」は選べません" in html
    assert "confirm_form" not in response.context


def test_utf_16_is_refused_with_what_to_do(admin):
    html = preview(admin, sheet_of(MAEBASHI, encoding="utf-16")).content.decode()

    assert "文字コードを読み取れません。CSV（UTF-8またはシフトJIS）かExcel（xlsx）で" in html


def test_second_click_on_save_imports_nothing_and_says_so(admin):
    shown = preview(admin, sheet_of(MAEBASHI))
    confirm(admin, shown)

    again = confirm(admin, shown)

    assert "すでに終わっているか" in again.content.decode()
    assert new_seats().count() == 1
    assert AuditEntry.objects.count() == 1


def test_what_became_wrong_after_the_preview_is_told_and_nothing_is_saved(admin):
    shown = preview(admin, sheet_of(MAEBASHI, ASSOCIATION))
    town = LocalGovernment.objects.get(code="102016")
    factories.make_organization(name="前橋市", local_government=town, status="suspended")

    html = confirm(admin, shown).content.decode()

    assert "何も保存していません" in html
    assert "2行目" in html
    assert "「利用停止」です" in html
    assert not Invitation.objects.exists()
    assert not Organization.objects.filter(name="群馬県町村会").exists()


def test_import_needs_the_right_to_change_bodies(clerk):
    assert clerk.get(IMPORT).status_code == 403
    assert preview(clerk, sheet_of(MAEBASHI)).status_code == 403
    assert clerk.post(CONFIRM, {"import_file_name": "x"}).status_code in (302, 403)
    assert clerk.get(f"{IMPORT}sample.csv").status_code == 403
    assert clerk.get(EXPORT_EXCEL).status_code == 200
    assert not new_seats().exists()


def test_confirmation_is_a_post(admin):
    assert admin.get(CONFIRM).status_code == 405


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_file_to_begin_with_is_offered_and_its_sample_row_is_refused(admin, extension):
    assert f"{IMPORT}sample.{extension}" in admin.get(IMPORT).content.decode()

    content = b"".join(admin.get(f"{IMPORT}sample.{extension}").streaming_content)
    sheet_format = CSV if extension == "csv" else EXCEL
    response = preview(admin, SimpleUploadedFile(f"a.{extension}", content), sheet_format)

    assert "見本の行です。消してから取り込んでください。" in response.content.decode()
    assert "confirm_form" not in response.context


def test_sample_in_another_format_does_not_exist(admin):
    assert admin.get(f"{IMPORT}sample.exe").status_code == 404


class TestExport:
    def rows(self, client, **filters):
        content = client.get(EXPORT, filters).content
        assert content.startswith(b"\xef\xbb\xbf")
        return JapaneseCSV().create_dataset(content)

    def test_list_comes_back_as_it_went_in(self, admin):
        confirm(admin, preview(admin, sheet_of(MAEBASHI, ASSOCIATION)))

        exported = self.rows(admin)
        shown = preview(
            admin, SimpleUploadedFile("a.csv", exported.export("csv").encode("utf-8-sig"))
        )

        assert exported.headers == HEADS
        assert {row["団体名"] for row in exported.dict} == {"前橋市", "群馬県町村会"}
        assert exported.dict[0]["団体コード"] == "102016"
        assert exported.dict[0]["担当者名"] == "見本 花子"
        assert exported.dict[0]["役割"] == "管理担当者"
        assert shown.context["result"].totals["skip"] == 2

    def test_holds_what_the_list_is_filtered_to(self, admin):
        confirm(admin, preview(admin, sheet_of(MAEBASHI, ASSOCIATION)))

        exported = self.rows(admin, kind__exact="association")

        assert [row["団体名"] for row in exported.dict] == ["群馬県町村会"]

    def test_names_who_has_come_before_who_is_still_invited(self, admin):
        seat = factories.make_seat(organization=factories.make_organization(name="見本市"))
        factories.make_invitation(seat=seat, name="見本 次郎")
        factories.make_user(seat=seat, name="見本 花子", role="contributor")

        (row,) = self.rows(admin).dict

        assert (row["担当者名"], row["役割"]) == ("見本 花子", "投稿担当者")

    def test_cells_that_look_like_formulas_stay_text(self, admin):
        factories.make_seat(section='=HYPERLINK("http://evil")')

        content = admin.get(EXPORT).content.decode()
        book = load_workbook(BytesIO(admin.get(EXPORT_EXCEL).content))

        assert "\"'=HYPERLINK" in content
        assert book.active.cell(2, HEADS.index("部署名") + 1).value.startswith("'=")

    def test_asks_no_query_per_row(self, admin, django_assert_num_queries):
        factories.make_user(seat=factories.make_seat())
        with django_assert_num_queries(11):
            self.rows(admin)
        for _ in range(3):
            factories.make_user(seat=factories.make_seat())

        with django_assert_num_queries(11):
            assert len(self.rows(admin)) == 4

    def test_names_of_people_are_only_for_those_who_may_see_people(self, admin, clerk):
        factories.make_user(seat=factories.make_seat(), name="見本 花子")

        sheet = self.rows(clerk)

        assert len(sheet) == 1
        assert "担当者名" not in sheet.headers
        assert "見本 花子" not in sheet.export("csv")
        assert AuditEntry.objects.get(act="export_list").detail == {"rows": 1}
