"""The registers in the secretariat's admin."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agreements.imports import RegionalResource
from agreements.models import CorporateAgreement, Party, RegionalAgreement
from lib.spreadsheets import JapaneseCSV
from members.models import AuditEntry
from tests import acting, factories
from tests.agreements.test_imports import HEADS, regional_row
from tests.html import text_of

CHANGELIST = "/admin/agreements/regionalagreement/"
IMPORT = f"{CHANGELIST}import/"
CONFIRM = f"{CHANGELIST}process_import/"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    # The first page of a session records its start; the others are the rule.
    client.get("/contact/")
    return client


@pytest.fixture
def clerk(client, secretary):
    """At the secretariat, may look at agreements and nothing else."""
    secretary.is_superuser = False
    secretary.save()
    secretary.user_permissions.set(
        Permission.objects.filter(codename__in=["view_regionalagreement", "view_party"])
    )
    client.force_login(secretary)
    return client


def sheet_of(*rows, encoding="utf-8"):
    text = "\r\n".join(",".join(row) for row in (HEADS, *rows))
    return SimpleUploadedFile("協定.csv", text.encode(encoding))


def preview(client, *rows, **options):
    # 0 is CSV: the first of SheetAdmin.formats.
    return client.post(IMPORT, {"import_file": sheet_of(*rows, **options), "format": "0"})


def confirm(client, response):
    form = response.context["confirm_form"]
    return client.post(CONFIRM, form.initial, follow=True)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_a_constant_number_of_queries(admin, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.make_regional_agreement(term_months=12, notice_months=1)

    # Session, person, count, page, parties.
    with django_assert_num_queries(5):
        admin.get(CHANGELIST)


def test_list_shows_where_published_and_computed_count_differ(admin):
    factories.make_local_government()
    factories.make_regional_agreement(parties=[("甲町村会", "towns_and_villages")])
    factories.make_regional_agreement(
        parties=[("乙町村会", "towns_and_villages")], published_count=1
    )

    shown = admin.get(CHANGELIST, {"count": "different"}).content.decode()

    assert "⚠ 公表値と違います" in shown
    assert "甲町村会" in shown
    assert "乙町村会" not in shown


@time_machine.travel("2026-11-23 10:00+09:00", tick=False)
def test_start_page_says_what_waits_and_leads_there(admin):
    factories.make_local_government()
    term = {"term_months": 12, "notice_months": 1, "renews_automatically": True}
    factories.make_regional_agreement(
        parties=[("甲市長会", "cities")],
        signed_on=date(2018, 12, 24),
        needs_confirmation=True,
        **term,
    )
    factories.make_regional_agreement()

    lines = [line.text for line in admin.get("/admin/").context["waiting"]]

    assert lines == [
        "甲市長会との協定：申出の期限 令和8年11月23日",
        "構成自治体数の公表値と算定値が違う協定 1件",
        "有効期間などが「要確認」の協定 1件",
    ]
    assert admin.get("/admin/").context["waiting"][1].url == f"{CHANGELIST}?count=different"


def test_notice_filter_shows_the_next_90_days(admin):
    with time_machine.travel("2026-11-23 10:00+09:00", tick=False):
        term = {"term_months": 12, "notice_months": 1, "renews_automatically": True}
        soon = factories.make_regional_agreement(signed_on=date(2019, 1, 4), **term)
        factories.make_regional_agreement(signed_on=date(2019, 6, 4), **term)

        found = admin.get(CHANGELIST, {"notice": "soon"}).context["cl"].queryset

        assert list(found) == [soon]


def test_action_publishes_the_computed_count(admin):
    factories.make_local_government()
    agreement = factories.make_regional_agreement()

    asked = text_of(acting.choose(admin, "confirm_computed_count", agreement))
    acting.confirm(admin, "confirm_computed_count", agreement)

    agreement.refresh_from_db()
    assert agreement.published_count == 1
    assert "1件の協定の構成自治体数を、本日現在の算定値に改めます。" in asked
    assert "公表値0、算定値1" in asked
    assert AuditEntry.objects.get(act="confirm_count").detail == {"before": 0, "after": 1}


def test_viewing_clerk_cannot_act(clerk):
    factories.make_local_government()
    agreement = factories.make_regional_agreement()

    acting.confirm(clerk, "confirm_computed_count", agreement)
    answers = {
        clerk.get(IMPORT).status_code,
        preview(clerk, regional_row(1)).status_code,
        clerk.post(f"{CHANGELIST}{agreement.pk}/change/", {"number": 9}).status_code,
        clerk.get(f"{CHANGELIST}add/").status_code,
        clerk.post(f"{CHANGELIST}{agreement.pk}/delete/").status_code,
    }

    agreement.refresh_from_db()
    assert agreement.published_count == 0
    assert answers == {403}


def test_agreements_cannot_be_deleted_by_anybody(admin):
    agreement = factories.make_regional_agreement()

    assert admin.post(f"{CHANGELIST}{agreement.pk}/delete/").status_code == 403


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_import_shows_a_preview_and_saves_after_confirmation(admin, encoding):
    response = preview(admin, regional_row(1), regional_row(2), encoding=encoding)
    assert RegionalAgreement.objects.count() == 0

    done = confirm(admin, response)

    assert Party.objects.count() == 2
    assert "新規2件" in done.content.decode()


def test_import_names_row_17_and_saves_nothing(admin):
    rows = [regional_row(number) for number in range(1, 21)]
    rows[15] = regional_row(16, **{"構成自治体の種別": "区"})

    response = preview(admin, *rows)
    html = response.content.decode()

    assert "直していただくところがあります" in html
    assert "17行目（構成自治体の種別）：" in html
    assert html.index("直していただく") < html.index("取り込み方")
    assert "confirm_form" not in response.context
    assert RegionalAgreement.objects.count() == 0


def test_import_names_the_row_of_a_wrong_number_as_the_sheet_counts(admin):
    rows = [regional_row(number) for number in range(1, 21)]
    rows[15] = regional_row(16, **{"協定番号": "x"})

    html = preview(admin, *rows).content.decode()

    assert "17行目（協定番号）：「x」は1以上の整数で入力してください。" in html


def test_import_of_something_else_is_explained(admin):
    file = SimpleUploadedFile("写真.csv", b"\x89PNG\xff\xfe\x81")

    html = admin.post(IMPORT, {"import_file": file, "format": "0"}).content.decode()

    assert "文字コードを読み取れません" in html


def test_missing_column_is_named_without_a_traceback(admin):
    file = SimpleUploadedFile("協定.csv", "協定番号\n1".encode())

    html = admin.post(IMPORT, {"import_file": file, "format": "0"}).content.decode()

    assert "列がありません：協定締結日、" in html
    assert "Traceback" not in html


def test_export_holds_what_the_list_shows_and_imports_unchanged(admin, registers):
    content = admin.get(f"{CHANGELIST}export/", {"prefecture__exact": "26"}).content
    dataset = JapaneseCSV().create_dataset(content)

    result = RegionalResource().import_data(dataset)

    assert dataset["団体名"] == ["京都府市長会", "京都府町村会"]
    assert dataset["有効期間（月数）"] == ["12", "12"]
    assert result.totals["skip"] == 2


def test_change_is_kept_as_a_version(admin, secretary):
    agreement = factories.make_corporate_agreement(activities=[])
    address = reverse("admin:agreements_corporateagreement_change", args=[agreement.pk])
    form = {
        "company": "改称株式会社",
        "signed_on": "2019-05-31",
        "published_on": "2026-03-12",
        "website": "company.example",
    }
    for prefix in ("activities", "files"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}

    admin.post(address, form)

    agreement.refresh_from_db()
    newest = agreement.history.first()
    assert (agreement.company, agreement.website) == ("改称株式会社", "https://company.example")
    assert newest.history_user == secretary
    assert agreement.history.last().company != "改称株式会社"


def test_history_page_shows_versions_of_agreement_and_activities(admin):
    agreement = factories.make_corporate_agreement(activities=["展示"])
    agreement.activities.get().delete()

    html = admin.get(
        f"/admin/agreements/corporateagreement/{agreement.pk}/history/"
    ).content.decode()

    assert "変更履歴：" in html
    assert html.count("展示") == 2
    assert "削除" in html


def test_dates_are_typed_in_either_calendar(admin):
    form = {
        "company": "見本株式会社",
        "signed_on": "令和元年５月３１日",
        "published_on": "R8.3.12",
        "ended_on": "令和8年2月30日",
    }
    for prefix in ("activities", "files"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    address = reverse("admin:agreements_corporateagreement_add")

    wrong = admin.post(address, form).content.decode()
    admin.post(address, {**form, "ended_on": ""})

    assert "令和8年2月30日はありません" in wrong
    assert 'value="令和元年５月３１日"' in wrong
    agreement = CorporateAgreement.objects.get()
    assert (agreement.signed_on, agreement.published_on) == (date(2019, 5, 31), date(2026, 3, 12))


def test_impossible_dates_are_explained_at_the_form(admin):
    address = reverse("admin:agreements_corporateagreement_add")
    form = {
        "company": "見本株式会社",
        "signed_on": "2019-05-31",
        "published_on": "2026-03-12",
        "ended_on": "2019-05-30",
    }
    for prefix in ("activities", "files"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}

    html = admin.post(address, form).content.decode()

    assert "終了日は締結年月日以後の日にしてください。" in html
    assert CorporateAgreement.objects.count() == 0


def test_pdf_is_added_with_its_original_name(admin):
    agreement = factories.make_corporate_agreement(activities=[])
    address = reverse("admin:agreements_corporateagreement_change", args=[agreement.pk])
    form = {
        "company": agreement.company,
        "signed_on": "2019-05-31",
        "published_on": "2026-03-12",
        "activities-TOTAL_FORMS": "0",
        "activities-INITIAL_FORMS": "0",
        "files-TOTAL_FORMS": "1",
        "files-INITIAL_FORMS": "0",
        "files-0-title": "協定書",
        "files-0-file": SimpleUploadedFile("協定書.pdf", b"%PDF-1.7\n%%EOF\n"),
    }

    admin.post(address, form)

    assert [file.name for file in agreement.files.all()] == ["協定書.pdf"]


@pytest.mark.parametrize(
    "address",
    [
        f"{CHANGELIST}?seat__users__password__startswith=p",
        "/admin/members/user/?password__startswith=p",
        f"{CHANGELIST}?e=1&o=-99",
    ],
)
def test_odd_lookups_break_nothing(admin, address):
    assert admin.get(address).status_code in {200, 302, 400}
