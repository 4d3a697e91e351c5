"""Publications and events as open data: what their pages show."""

from collections.abc import Iterator
from datetime import time

from django.conf import settings
from django.utils import timezone

from lib.open_data import Column, Table
from lib.wareki import format_date
from news.models import Event, Publication


def publication_rows() -> Iterator[Publication]:
    yield from Publication.objects.as_open_data().with_row()


def event_rows() -> Iterator[Event]:
    yield from (
        Event.objects.as_open_data()
        .select_related("seat__organization__local_government")
        .defer("folded")
    )


def _address(row: Publication | Event) -> str:
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


# ぁ to ゖ become ァ to ヶ, as the government's data model writes readings.
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def _clock(clock: time | None) -> str:
    return f"{clock:%H:%M}" if clock else ""


def _code(event: Event) -> str:
    body = event.seat.organization.local_government if event.seat else None
    return body.code if body else ""


def _until(event: Event, form: str) -> str:
    return timezone.localtime(event.apply_until).strftime(form) if event.apply_until else ""


def _decimal(number: object) -> str:
    return "" if number is None else str(number)


# Heads as in 自治体標準オープンデータセット「イベント一覧」; ours come after.
EVENTS = Table(
    name="events",
    title="イベント",
    view="news:download",
    rows=event_rows,
    columns=(
        Column(
            "code",
            "全国地方公共団体コード",
            "イベントを提案した会員。事務局のイベントは空です。",
            _code,
        ),
        Column("id", "ID", "本ポータルでの番号", lambda row: row.pk, type="integer"),
        Column("name", "イベント名", "イベントの名称", lambda row: row.name),
        Column("kana", "イベント名_カナ", "名称のよみ", lambda row: row.kana.translate(_KATAKANA)),
        Column("starts_on", "開始日", "西暦（ISO 8601）", lambda row: row.starts_on.isoformat()),
        Column("ends_on", "終了日", "西暦（ISO 8601）", lambda row: row.ends_on.isoformat()),
        Column("starts_at", "開始時間", "24時間表記", lambda row: _clock(row.starts_at)),
        Column("ends_at", "終了時間", "24時間表記", lambda row: _clock(row.ends_at)),
        Column("schedule_note", "開始日時特記事項", "日時の補足", lambda row: row.schedule_note),
        Column("summary", "説明", "概要。なければ本文の初め", lambda row: row.shown_summary),
        Column("fee", "料金(基本)", "料金", lambda row: row.fee),
        Column("contact", "連絡先名称", "問い合わせ先", lambda row: row.contact),
        Column("organizer", "主催者", "主催する団体", lambda row: row.organizer),
        Column("venue", "場所名称", "会場。決まっていないときは空です。", lambda row: row.venue),
        Column("address", "住所", "会場の住所", lambda row: row.address),
        Column("prefecture_code", "都道府県コード", "JIS X 0401 の2桁", lambda row: row.prefecture),
        Column("latitude", "緯度", "世界測地系（十進）", lambda row: _decimal(row.latitude)),
        Column("longitude", "経度", "世界測地系（十進）", lambda row: _decimal(row.longitude)),
        Column("access", "アクセス方法", "会場までの交通", lambda row: row.access),
        Column("parking", "駐車場情報", "駐車場", lambda row: row.parking),
        Column(
            "capacity", "定員", "定員のないものは空です。", lambda row: row.capacity, type="integer"
        ),
        Column(
            "apply_until_on",
            "参加申込終了日",
            "西暦（ISO 8601）",
            lambda row: _until(row, "%Y-%m-%d"),
        ),
        Column(
            "apply_until_at", "参加申込終了時間", "24時間表記", lambda row: _until(row, "%H:%M")
        ),
        Column("apply_how", "参加申込方法", "申込みの方法", lambda row: row.apply_how),
        Column("url", "URL", "主催者の詳しいページ", lambda row: row.url),
        Column("kind", "種別", "イベントの種別", lambda row: row.get_kind_display()),
        Column("status", "開催の状況", "開催、延期、中止", lambda row: row.get_status_display()),
        Column(
            "attendance",
            "開催の方法",
            "会場、オンライン、会場とオンライン",
            lambda row: row.get_attendance_display(),
        ),
        Column("online_url", "オンライン会場のURL", "オンラインの会場", lambda row: row.online_url),
        Column("target", "対象", "参加できる方", lambda row: row.target),
        Column("page_url", "ページのURL", "本ポータルの紹介のページ", _address),
    ),
)

TABLES = {table.name: table for table in (PUBLICATIONS, EVENTS)}
