"""Files that are taken away: a sheet or a book, as an attachment under its name."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from lib.open_data import FORMATS
from lib.spreadsheets import Row, write_csv, write_xlsx

SHEETS = ("csv", "xlsx")


def sheet(
    extension: str, head: Sequence[str], rows: Iterable[Row], *, name: str, title: str
) -> HttpResponse:
    """One of SHEETS; `title` is what Excel calls the table."""
    is_csv = extension == "csv"
    content = write_csv(head, rows) if is_csv else write_xlsx(title, head, rows)
    return attachment(content, f"{name}.{extension}")


def attachment(content: bytes, name: str) -> HttpResponse:
    """Its type follows from the extension, one of FORMATS."""
    response = HttpResponse(content, content_type=FORMATS[name.rpartition(".")[2]])
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
