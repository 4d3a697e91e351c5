"""Spreadsheets that leave and enter the portal: CSV for Excel, XLSX, and what imports accept."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from import_export.formats import base_formats
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from lib import office_files
from lib.text import decoded

Row = Sequence[str | int | None]

# Formatted in the file to begin with; more may be written below.
BLANK_ROWS = 200
# Excel and LibreOffice run a cell that begins so; full-width forms are folded by some of them.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def harmless(value: str | int | date | None) -> str | int:
    """Text that looks like a formula gets an apostrophe in front and so stays text."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    text = str(value)
    return f"'{text}" if _looks_like_formula(text) else text


def write_csv(head: Sequence[str], rows: Iterable[Row]) -> bytes:
    """UTF-8 with BOM, so that Excel opens it by double click; every text is quoted."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(head)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def write_xlsx(title: str, head: Sequence[str], rows: Iterable[Row]) -> bytes:
    """One table from cell A1 on, nothing merged."""
    return write_book([(title, head, rows)])


def write_book(sheets: Iterable[tuple[str, Sequence[str], Iterable[Row]]]) -> bytes:
    """A sheet per table, each from cell A1 on. Excel takes titles of at most 31 characters."""
    book = Workbook(write_only=True)
    for title, head, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        sheet.append(list(head))
        for row in rows:
            sheet.append([_cell(value) for value in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _cell(value: str | int | date | None) -> str | int:
    """XML knows no control characters: one in an old row would cost the whole book."""
    text = harmless(value)
    return ILLEGAL_CHARACTERS_RE.sub("", text) if isinstance(text, str) else text


def write_blank(
    title: str, heads: Sequence[str], row: Row, explanations: Mapping[str, tuple[str, str]]
) -> bytes:
    """A file to begin with: heads and one example, all cells as text, and a sheet of explanations.

    As text, Excel keeps the zeros in front of codes and telephone numbers.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = title
    sheet.freeze_panes = "A2"
    sheet.append(list(heads))
    sheet.append([harmless(value) for value in row])
    for cells in sheet.iter_rows(1, BLANK_ROWS, 1, len(heads)):
        for cell in cells:
            cell.number_format = "@"
    described = book.create_sheet("説明")
    described.append(["列の名前", "必要", "書き方"])
    for head, (need, text) in explanations.items():
        described.append([head, need, text])
    for name, width in (("A", 30), ("B", 10), ("C", 90)):
        described.column_dimensions[name].width = width
    for number in range(1, len(heads) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 18
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def decode(content: bytes) -> str:
    """Raises ValidationError when it is no text of a town hall."""
    text = decoded(content)
    if text is None:
        raise ValidationError(
            "文字コードを読み取れません。CSV（UTF-8またはシフトJIS）かExcel（xlsx）で保存し直してください。"
        )
    return text


def restored(value: Any) -> Any:
    """The opposite of harmless(), for a sheet that was exported here and comes back."""
    if isinstance(value, str) and value[:1] == "'" and _looks_like_formula(value):
        return value[1:]
    return value


def _looks_like_formula(text: str) -> bool:
    """One that has its apostrophe already, too: it gets another and comes back with its own."""
    return text.lstrip("'").startswith(_FORMULA_STARTS)


def _restored_dataset(dataset: tablib.Dataset) -> tablib.Dataset:
    rows = ([restored(value) for value in row] for row in dataset)
    return tablib.Dataset(*rows, headers=dataset.headers)


class JapaneseCSV(base_formats.CSV):
    """import-export's CSV, reading what town halls have and writing what Excel opens."""

    def is_binary(self) -> bool:
        """Asks import-export for bytes: it would decode them as UTF-8 and fail on CP932."""
        return True

    def create_dataset(self, in_stream: bytes | str, **kwargs: Any) -> tablib.Dataset:
        text = decode(in_stream) if isinstance(in_stream, bytes) else in_stream
        return _restored_dataset(super().create_dataset(text, **kwargs))

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        return write_csv(dataset.headers or [], dataset)


class XLSX(base_formats.XLSX):
    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """Raises ValidationError for what unpacks to far more than it is, has a password, or is another kind."""
        if problem := office_files.problem_of(in_stream, "xlsx"):
            raise ValidationError(f"選んだファイル{problem}")
        return _restored_dataset(super().create_dataset(in_stream))

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        return write_xlsx(dataset.title or "Sheet1", dataset.headers or [], dataset)
