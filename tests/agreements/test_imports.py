"""Sheets of agreements: all rows or none, errors by the row of the sheet."""

from io import StringIO

import pytest
import tablib
from django.core.management import CommandError, call_command

from agreements.imports import CorporateResource, RegionalResource
from agreements.models import CorporateAgreement, Party, RegionalAgreement
from lib.imports import error_lines
from tests import factories

HEADS = [
    "協定番号",
    "協定締結日",
    "都道府県",
    "団体名",
    "構成自治体の種別",
    "構成自治体数（公表値）",
    "公表内容の時点",
]


def regional_row(number, name=None, **cells):
    row = {
        "協定番号": str(number),
        "協定締結日": "平成30年4月16日",
        "都道府県": "群馬県",
        "団体名": name or f"第{number}町村会",
        "構成自治体の種別": "町村",
        "構成自治体数（公表値）": "23",
        "公表内容の時点": "令和8年3月12日",
        **cells,
    }
    return [row[head] for head in HEADS]


def import_regional(*rows, dry_run=False):
    dataset = tablib.Dataset(*rows, headers=HEADS)
    return RegionalResource().import_data(
        dataset, dry_run=dry_run, rollback_on_validation_errors=True
    )


def test_real_files_are_loaded_and_loading_again_changes_nothing(registers):
    counts = (RegionalAgreement, Party, CorporateAgreement)
    before = [model.objects.count() for model in counts]
    versions = RegionalAgreement.history.count() + Party.history.count()
    out = StringIO()

    call_command("import_agreements", stdout=out)

    assert before == [11, 13, 4]
    assert [model.objects.count() for model in counts] == before
    assert RegionalAgreement.history.count() + Party.history.count() == versions
    assert "13 skip" in out.getvalue()


def test_joint_agreement_takes_its_count_from_the_first_row(db):
    import_regional(
        regional_row(2, "市長会", **{"構成自治体の種別": "市", "構成自治体数（公表値）": "26"}),
        regional_row(2, "町村会", **{"構成自治体数（公表値）": ""}),
    )

    agreement = RegionalAgreement.objects.get()
    assert agreement.published_count == 26
    assert agreement.party_names == "市長会・町村会"


def test_error_at_row_17_is_named_and_nothing_is_saved(db):
    rows = [regional_row(number) for number in range(1, 21)]
    rows[15] = regional_row(16, **{"協定締結日": "令和8年2月30日"})

    result = import_regional(*rows)

    assert [line.partition(":")[0] for line in error_lines(result)] == ["17行目"]
    assert RegionalAgreement.objects.count() == Party.objects.count() == 0


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"協定番号": "x"}, "1以上の整数"),
        ({"協定番号": "0"}, "1以上の整数"),
        ({"協定番号": "9" * 30}, "1以上の整数"),
        ({"協定締結日": "昭和99年1月1日"}, "昭和"),
        ({"都道府県": "見本県"}, "「見本県」は選べません"),
        ({"構成自治体の種別": "区"}, "市、町村、市町村"),
        ({"構成自治体数（公表値）": "-1"}, "1以上の整数"),
        ({"団体名": ""}, "（団体名）: 入力してください。"),
    ],
)
def test_wrong_cell_is_explained_in_japanese(db, cells, message):
    lines = error_lines(import_regional(regional_row(1, **cells)))

    assert any(line.startswith("2行目") and message in line for line in lines), lines
    assert RegionalAgreement.objects.count() == 0


def test_rows_of_one_agreement_must_not_contradict_each_other(db):
    lines = error_lines(
        import_regional(
            regional_row(2, "市長会"), regional_row(2, "町村会", **{"協定締結日": "2018-04-17"})
        )
    )

    assert lines == ["3行目: 同じ協定番号2の行で、協定締結日が違います。"]


def test_missing_column_is_named(db):
    dataset = tablib.Dataset(["1"], headers=["協定番号"])

    lines = error_lines(RegionalResource().import_data(dataset))

    assert lines[0].startswith("['列がありません：協定締結日、都道府県")


def test_full_width_and_spreadsheet_numbers_are_understood(db):
    import_regional(
        regional_row("３", **{"協定締結日": "Ｈ３０．４．１６", "構成自治体数（公表値）": "23.0"})
    )

    agreement = RegionalAgreement.objects.get()
    assert (agreement.number, agreement.published_count) == (3, 23)


def test_dry_run_saves_nothing(db):
    result = import_regional(regional_row(1), dry_run=True)

    assert error_lines(result) == []
    assert RegionalAgreement.objects.count() == 0


def test_preview_shows_old_and_new_value(db):
    factories.make_regional_agreement(number=1, parties=[("第1町村会", "towns_and_villages")])

    result = import_regional(regional_row(1), dry_run=True)

    shown = "".join(result.rows[0].diff)
    assert "<del>0</del> → <ins>23</ins>" in shown


def test_preview_escapes_what_the_sheet_says(db):
    result = import_regional(regional_row(1, "<script>alert(1)</script>"), dry_run=True)

    assert "&lt;script&gt;" in "".join(result.rows[0].diff)


def test_corporate_activities_are_replaced_in_order(db):
    heads = ["締結企業", "締結年月日", "主な取組", "公表内容の時点"]
    agreement = factories.make_corporate_agreement(company="見本株式会社", activities=["旧"])
    row = ["見本株式会社", "2019-05-31", "展示｜講演会", "2026-03-12"]

    CorporateResource().import_data(tablib.Dataset(row, headers=heads))

    assert [activity.text for activity in agreement.activities.all()] == ["展示", "講演会"]


def test_command_reports_the_row_and_saves_nothing(db, tmp_path):
    sheet = tmp_path / "regional.csv"
    bad = regional_row(1, **{"協定締結日": "きのう"})
    lines = [",".join(row) for row in (HEADS, bad)]
    sheet.write_text("\n".join(lines), encoding="cp932")

    with pytest.raises(CommandError, match="2行目"):
        call_command("import_agreements", regional=sheet)

    assert RegionalAgreement.objects.count() == 0
