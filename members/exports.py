"""The members as open data: what is published of every body, and nothing of its people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from lib.open_data import Column, Table
from lib.wareki import format_date
from members.models import Organization


@dataclass(frozen=True)
class MemberRow:
    organization: Organization
    as_of: date

    @property
    def code(self) -> str:
        local_government = self.organization.local_government
        return local_government.code if local_government else ""

    @property
    def kind(self) -> str:
        """市, 町 and 村 told apart; 団体 for a body without a code."""
        body = self.organization.local_government or self.organization
        return body.get_kind_display()


def member_rows() -> Iterator[MemberRow]:
    """Registered bodies and the 23 wards, in the order of the page."""
    today = timezone.localdate()
    listed = Organization.objects.listed().in_code_order()
    for organization in listed.select_related("local_government"):
        yield MemberRow(organization, as_of=today)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _wareki(day: date | None) -> str:
    return format_date(day) if day else ""


MEMBERS = Table(
    name="members",
    title="会員",
    view="member_download",
    rows=member_rows,
    columns=(
        Column(
            "code",
            "団体コード",
            "全国地方公共団体コード（検査数字を含む6桁）。コードのない団体は空です。",
            lambda row: row.code,
        ),
        Column(
            "prefecture_code",
            "都道府県コード",
            "JIS X 0401 の2桁",
            lambda row: row.organization.prefecture,
        ),
        Column(
            "prefecture",
            "都道府県名",
            "団体の所在する都道府県",
            lambda row: row.organization.get_prefecture_display(),
        ),
        Column("name", "団体名", "自治体・団体の名称", lambda row: row.organization.name),
        Column("kana", "ふりがな", "名称のよみ", lambda row: row.organization.kana),
        Column(
            "kind",
            "種別",
            "都道府県、市、町、村、特別区、団体のいずれか。特別区は会員登録の数に含みません。",
            lambda row: row.kind,
        ),
        Column(
            "website",
            "ウェブサイト",
            "自治体・団体のウェブサイト",
            lambda row: row.organization.homepage,
        ),
        Column(
            "joined_on",
            "会員登録日",
            "西暦（ISO 8601）。特別区は空です。",
            lambda row: _iso(row.organization.joined_on),
        ),
        Column(
            "joined_on_wareki",
            "会員登録日（和暦）",
            "元号による表記",
            lambda row: _wareki(row.organization.joined_on),
        ),
        Column(
            "as_of",
            "基準日",
            "ダウンロードした日。西暦（ISO 8601）",
            lambda row: row.as_of.isoformat(),
        ),
    ),
)

TABLES = {table.name: table for table in (MEMBERS,)}
