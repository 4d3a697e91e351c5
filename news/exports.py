"""Publications and events as open data: what their pages show."""

from collections.abc import Iterator

from django.conf import settings

from lib.open_data import Column, Table
from lib.wareki import format_date
from news.models import Publication


def publication_rows() -> Iterator[Publication]:
    yield from Publication.objects.published().with_row()


def _address(row: Publication) -> str:
    return settings.SITE_URL + row.get_absolute_url()


PUBLICATIONS = Table(
    name="publications",
    title="刊行物",
    view="news:download",
    rows=publication_rows,
    columns=(
        Column("id", "番号", "本ポータルでの番号", lambda row: row.pk, type="integer"),
        Column("series", "種類", "刊行物の種類", lambda row: row.series.name),
        Column(
            "number",
            "号",
            "号のないものは空です。",
            lambda row: row.number,
            type="integer",
        ),
        Column("title", "表題", "刊行物の表題", lambda row: row.title),
        Column("issued_on", "発行日", "西暦（ISO 8601）", lambda row: row.issued_on.isoformat()),
        Column(
            "issued_on_wareki",
            "発行日（和暦）",
            "元号による表記",
            lambda row: format_date(row.issued_on),
        ),
        Column("summary", "概要", "刊行物の概要", lambda row: row.summary),
        Column(
            "contents",
            "目次",
            "複数のときは「｜」で区切ります。",
            lambda row: "｜".join(row.contents_lines),
        ),
        Column(
            "pages",
            "ページ数",
            "PDFのページ数",
            lambda row: row.edition and row.edition.pages,
            type="integer",
        ),
        Column(
            "size",
            "大きさ",
            "PDFの大きさ（バイト）",
            lambda row: row.edition and row.edition.size,
            type="integer",
        ),
        Column("url", "ページのURL", "本ポータルの紹介のページ", _address),
        Column(
            "pdf_url",
            "PDFのURL",
            "最新の版",
            lambda row: row.edition and settings.SITE_URL + row.edition.get_absolute_url(),
        ),
    ),
)

TABLES = {table.name: table for table in (PUBLICATIONS,)}
