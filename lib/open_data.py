"""Open data: one table, declared once, served as CSV, JSON and XLSX and described on a page."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response

from lib.spreadsheets import write_csv, write_xlsx

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LABELS = {"csv": "CSV", "json": "JSON", "xlsx": "Excel（xlsx）"}


@dataclass(frozen=True)
class Column:
    """`key` names it in JSON, `head` in sheets, `meaning` on the page of definitions.

    `type` is that of JSON Schema; every column may be null.
    """

    key: str
    head: str
    meaning: str
    value: Callable[[Any], str | int | None]
    type: str = "string"


@dataclass(frozen=True)
class Table:
    """`view` is the name of the address that serves it, by name and extension."""

    name: str
    title: str
    view: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Any]]

    @property
    def heads(self) -> list[str]:
        return [column.head for column in self.columns]

    @property
    def keys(self) -> list[str]:
        return [column.key for column in self.columns]

    @property
    def downloads(self) -> list[dict[str, str]]:
        """A link per format."""
        return [
            {"format": label, "url": self._address(extension)}
            for extension, label in LABELS.items()
        ]

    def _address(self, extension: str) -> str:
        return reverse(self.view, kwargs={"name": self.name, "extension": extension})

    def values(self) -> list[list[str | int | None]]:
        return [[column.value(row) for column in self.columns] for row in self.rows()]


@dataclass(frozen=True)
class Download:
    """The state of a table at one moment."""

    table: Table
    values: list[list[str | int | None]]

    @cached_property
    def as_json(self) -> bytes:
        rows = [dict(zip(self.table.keys, row, strict=True)) for row in self.values]
        return json.dumps(rows, ensure_ascii=False, indent=1).encode()

    def etag(self, extension: str) -> str:
        """Weak: equal data, though an XLSX also says when it was written."""
        digest = hashlib.sha256(self.as_json).hexdigest()[:32]
        return f'W/"{digest}.{extension}"'

    def content(self, extension: str) -> bytes:
        if extension == "json":
            return self.as_json
        if extension == "csv":
            return write_csv(self.table.heads, self.values)
        return write_xlsx(self.table.title, self.table.heads, self.values)


def respond(request: HttpRequest, table: Table, extension: str) -> HttpResponse:
    """The table in the asked format; 304 when the visitor has it, 404 for an unknown format."""
    if extension not in FORMATS:
        raise Http404
    download = Download(table, table.values())
    etag = download.etag(extension)
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        return unchanged
    response = HttpResponse(download.content(extension), content_type=FORMATS[extension])
    response.headers["ETag"] = etag
    response.headers["Content-Disposition"] = f'attachment; filename="{table.name}.{extension}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
