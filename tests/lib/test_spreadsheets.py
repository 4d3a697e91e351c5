import csv
import io

import openpyxl
import pytest
import tablib
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lib.spreadsheets import (
    XLSX,
    JapaneseCSV,
    decode,
    harmless,
    restored,
    write_csv,
    write_xlsx,
)
from tests.lib.documents import office

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    '=HYPERLINK("http://e","x")',
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_stays_text_and_comes_back_whole(formula):
    assert harmless(formula) == f"'{formula}"
    assert restored(harmless(formula)) == formula


@pytest.mark.parametrize("text", ["前橋市", "'引用", "", "012033", "100%"])
def test_other_text_is_left_alone(text):
    assert harmless(text) == text
    assert restored(text) == text


@given(st.text())
def test_every_text_comes_back(text):
    if not text.startswith("'"):
        assert restored(harmless(text)) == text


def test_csv_opens_in_excel_and_keeps_leading_zeros():
    content = write_csv(["団体コード", "数"], [["010006", 144], ["=1", None]])

    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["団体コード", "数"], ["010006", "144"], ["'=1", ""]]


def test_xlsx_holds_text_and_numbers_and_nothing_merged():
    content = write_xlsx("表", ["団体コード", "数"], [["010006", 144], ["=1", None]])

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert list(sheet.values) == [("団体コード", "数"), ("010006", 144), ("'=1", None)]


def test_control_characters_cost_no_book():
    content = write_xlsx("表", ["名称"], [["見本\x0b市\x00\x1f"]])

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert list(sheet.values) == [("名称",), ("見本市",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_text_of_town_halls_is_read(encoding):
    assert decode("①㈱髙橋".encode(encoding)) == "①㈱髙橋"


def test_sign_at_the_end_of_old_files_is_no_row():
    dataset = JapaneseCSV().create_dataset("団体名\r\n見本市\r\n\x1a".encode("cp932"))

    assert list(dataset) == [("見本市",)]


@pytest.mark.parametrize("content", [b"\x81\xff", "名".encode("utf-16")])
def test_unreadable_bytes_are_explained(content):
    with pytest.raises(ValidationError, match="文字コードを読み取れません"):
        decode(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (office("xlsx", {"xl/worksheets/sheet1.xml": "0" * 10_000_000}), "大きくなりすぎる"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600,
            "パスワードで保護されているか、古い形式",
        ),
        ("団体名\n見本市\n".encode("cp932"), "壊れています"),
    ],
)
def test_book_that_is_none_is_refused_in_words(content, said):
    with pytest.raises(ValidationError, match=said):
        XLSX().create_dataset(content)


@pytest.mark.parametrize("sheet_format", [JapaneseCSV(), XLSX()])
def test_exported_sheet_imports_as_it_was(sheet_format):
    dataset = tablib.Dataset(["010006", "=1+1"], headers=["団体コード", "名称"])

    again = sheet_format.create_dataset(sheet_format.export_data(dataset))

    assert again.headers == ["団体コード", "名称"]
    assert list(again) == [("010006", "=1+1")]
