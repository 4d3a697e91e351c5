from datetime import date
from io import StringIO

import pytest
import tablib
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lib.imports import error_lines
from lib.local_government_codes import check_digit, readings, validate_code
from members.imports import CodeWidget, LocalGovernmentResource
from members.models import LocalGovernment
from tests import factories

Kind = LocalGovernment.Kind
HEADS = ["code", "prefecture", "name", "kana", "kind"]


def import_rows(*rows):
    return LocalGovernmentResource().import_data(
        tablib.Dataset(*rows, headers=HEADS), rollback_on_validation_errors=True
    )


def test_master_is_imported_whole_and_importing_again_changes_nothing(db):
    call_command("import_local_governments", stdout=StringIO())
    kinds = [LocalGovernment.objects.filter(kind=kind).count() for kind in Kind]
    out = StringIO()

    call_command("import_local_governments", stdout=out)

    assert kinds == [47, 792, 743, 183, 23]
    assert out.getvalue() == "local_governments.csv: 1788 skip\n"


def test_progress_is_written_for_somebody_who_watches(db, tmp_path, monkeypatch):
    sheet = tmp_path / "one.csv"
    sheet.write_text("\n".join([",".join(HEADS), "102016,群馬県,前橋市,まえばしし,市"]))
    out = StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True)

    call_command("import_local_governments", sheet, stdout=out)

    assert "1 of 1 rows of one.csv\n" in out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_sheet_is_read_in_the_encodings_of_town_halls(db, tmp_path, encoding):
    sheet = tmp_path / "master.csv"
    sheet.write_text(
        "\r\n".join([",".join(HEADS), "１０２０１６,群馬県,前橋市,まえばしし,市"]),
        encoding=encoding,
    )

    call_command("import_local_governments", sheet, stdout=StringIO())

    assert str(LocalGovernment.objects.get(code="102016")) == "群馬県前橋市"


def test_bad_row_is_named_and_nothing_is_saved(db):
    result = import_rows(
        ["102016", "群馬県", "前橋市", "まえばしし", "市"],
        ["102017", "群馬県", "高崎市", "たかさきし", "市"],
    )

    assert error_lines(result) == [
        "3行目（団体コード）: 団体コード「102017」の検査数字が合いません。番号を確かめてください。"
    ]
    assert LocalGovernment.objects.count() == 0


def test_update_changes_only_the_columns_of_the_sheet(db):
    body = factories.make_local_government(code="102016", website="https://a.example/")

    import_rows(["102016", "群馬県", "前橋市", "まえばしし", "市"])

    body.refresh_from_db()
    assert (body.name, body.website) == ("前橋市", "https://a.example/")
    assert "まえばし" in body.folded


def test_what_the_database_refuses_is_said_in_words_and_nothing_is_saved(db):
    result = import_rows(
        ["102016", "群馬県", "前橋市", "まえばしし", "市"],
        ["102024", "群馬県", "", "たかさきし", "市"],
    )

    assert error_lines(result) == [
        "3行目: 団体名は、都道府県では空にし、市区町村では入力してください。"
    ]
    assert LocalGovernment.objects.count() == 0


def test_import_that_is_ended_in_the_middle_saves_nothing_and_can_be_run_again(db):
    sheet = tablib.Dataset(
        ["102016", "群馬県", "前橋市", "まえばしし", "市"],
        ["102024", "群馬県", "高崎市", "たかさきし", "市"],
        headers=HEADS,
    )

    def end(done):
        assert LocalGovernment.objects.count() == done == 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LocalGovernmentResource().import_data(sheet, progress=end)
    assert LocalGovernment.objects.count() == 0

    again = import_rows(*sheet)
    assert error_lines(again) == []
    assert LocalGovernment.objects.count() == 2


def test_queries_of_a_row_are_few(master):
    sheet = [
        [body.code, body.get_prefecture_display(), body.name, f"{body.kana}あ", body.kind]
        for body in LocalGovernment.objects.all()[:40]
    ]
    counts = []
    for rows in (20, 40):
        with CaptureQueriesContext(connection) as queries:
            result = import_rows(*sheet[:rows])
        counts.append(len(queries))
        assert result.totals["update"] == 20

    # Two savepoints and the row itself; 20 of the second sheet are as they were.
    assert counts[1] - counts[0] == 20 * 2


def test_file_that_is_no_sheet_is_refused_in_words(db, tmp_path):
    sheet = tmp_path / "master.csv"
    sheet.write_bytes(b"\x81\xff\xfe")

    with pytest.raises(CommandError, match="文字コードを読み取れません"):
        call_command("import_local_governments", sheet)


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("010006", ["010006"]),
        ("01000", ["010006"]),
        ("1000", ["010006"]),
        ("１３１０１", ["131016"]),
        (" 131016 ", ["131016"]),
        ("10006", ["010006", "100064"]),
        ("10201", ["010201", "102016"]),
    ],
)
def test_code_is_understood_as_people_and_spreadsheets_write_it(typed, codes):
    assert readings(typed) == codes


def test_of_two_readings_the_one_that_the_master_knows_is_taken(master):
    assert CodeWidget().clean("10201") == "102016"
    assert CodeWidget().clean("12033") == "012033"


def test_two_readings_that_nobody_knows_are_refused(db):
    with pytest.raises(ValueError, match="二通りに読めます"):
        CodeWidget().clean("10201")


@pytest.mark.parametrize("typed", ["", "x", "131017", "1310166", "-13101", "१३१०१"])
def test_wrong_code_is_refused(typed):
    with pytest.raises(ValidationError):
        readings(typed)


def test_check_digits_of_the_real_master_are_right(master):
    for code in LocalGovernment.objects.values_list("code", flat=True):
        validate_code(code)
        assert check_digit(code[:5]) == code[5]


def test_same_names_are_told_apart_by_their_prefecture(master):
    names = {str(body) for body in LocalGovernment.objects.filter(name__in=["府中市", "伊達市"])}

    assert names == {"東京都府中市", "広島県府中市", "北海道伊達市", "福島県伊達市"}


def test_prefecture_is_named_once(master):
    assert str(LocalGovernment.objects.get(code="100005")) == "群馬県"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("龍ヶ崎", "龍ケ崎市"),
        ("竜ケ崎", "龍ケ崎市"),
        ("塩釜", "塩竈市"),
        ("ﾏｴﾊﾞｼ", "前橋市"),
        ("群馬　前橋", "前橋市"),
        ("102016", "前橋市"),
        ("梼原", "檮原町"),
    ],
)
def test_body_is_found_however_it_is_typed(master, query, name):
    assert name in [body.name for body in LocalGovernment.objects.search(query)]


@pytest.mark.parametrize("query", ["%", "_", "'", "ありえない"])
def test_signs_of_the_database_are_no_wildcards(master, query):
    assert LocalGovernment.objects.search(query).count() == 0


def test_bodies_exist_from_their_establishment_to_the_day_before_their_end(db):
    old = factories.make_local_government(abolished_on=date(2026, 4, 1))
    new = factories.make_local_government(established_on=date(2026, 4, 1))

    for day, body in ((date(2026, 3, 31), old), (date(2026, 4, 1), new)):
        assert list(LocalGovernment.objects.existing(day)) == [body]
        assert [other for other in (old, new) if other.exists_on(day)] == [body]


@pytest.mark.parametrize(
    "impossible",
    [
        {"established_on": date(2026, 4, 1), "abolished_on": date(2026, 4, 1)},
        {"kind": Kind.PREFECTURE},
        {"name": ""},
    ],
)
def test_database_refuses_impossible_bodies(db, impossible):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_local_government(**impossible)


def test_successor_needs_the_day_of_abolition(db):
    old, new = factories.make_local_government(), factories.make_local_government()
    old.successor = new

    with pytest.raises(ValidationError, match="廃止日も入力してください"):
        old.full_clean()
