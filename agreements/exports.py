"""The registers as open data. Columns stand here once, for files and for their definitions."""

from collections.abc import Iterator
from dataclasses import dataclass

from agreements.models import CorporateAgreement, Party, RegionalAgreement
from agreements.registers import Register
from lib import prefectures
from lib.open_data import Column, Table
from lib.wareki import format_date
from members.models import LocalGovernment


@dataclass(frozen=True)
class PartyRow:
    agreement: RegionalAgreement
    party: Party
    is_first: bool
    computed: int


@dataclass(frozen=True)
class ConstituentRow:
    agreement: RegionalAgreement
    party: Party
    local_government: LocalGovernment


def party_rows() -> Iterator[PartyRow]:
    """A row per party, in the order of the source document."""
    register = Register.of(RegionalAgreement.objects.in_force())
    for agreement in register.agreements:
        for position, party in enumerate(agreement.parties.all()):
            computed = len(register.constituents_of_party(agreement, party))
            yield PartyRow(agreement, party, is_first=position == 0, computed=computed)


def constituent_rows() -> Iterator[ConstituentRow]:
    """A row per constituent; one that two agreements cover stands twice."""
    register = Register.of(RegionalAgreement.objects.in_force())
    for agreement in register.agreements:
        for party in agreement.parties.all():
            for local_government in register.constituents_of_party(agreement, party):
                yield ConstituentRow(agreement, party, local_government)


def corporate_rows() -> Iterator[CorporateAgreement]:
    yield from CorporateAgreement.objects.in_force().prefetch_related("activities", "matters")


REGIONAL = Table(
    name="regional",
    title="広域連携協定",
    view="agreements:download",
    rows=party_rows,
    columns=(
        Column(
            "agreement_number",
            "協定番号",
            "協定ごとの番号。2団体共同の協定は、2行が同じ番号になります。",
            lambda row: row.agreement.number,
            type="integer",
        ),
        Column(
            "signed_on",
            "協定締結日",
            "西暦（ISO 8601）",
            lambda row: row.agreement.signed_on.isoformat(),
        ),
        Column(
            "signed_on_wareki",
            "協定締結日（和暦）",
            "元号による表記",
            lambda row: format_date(row.agreement.signed_on),
        ),
        Column(
            "prefecture_code",
            "都道府県コード",
            "JIS X 0401 の2桁",
            lambda row: row.agreement.prefecture,
        ),
        Column(
            "prefecture",
            "都道府県名",
            "団体の所在する都道府県",
            lambda row: row.agreement.get_prefecture_display(),
        ),
        Column("party", "団体名", "協定を締結した団体", lambda row: row.party.name),
        Column(
            "constituent_kinds",
            "構成自治体の種別",
            "市、町村、市町村のいずれか",
            lambda row: row.party.get_members_display(),
        ),
        Column(
            "published_count",
            "構成自治体数（協定公表値、2団体共同の協定は1行目のみ）",
            "公表している数。基準日の欄の日付のもの",
            lambda row: row.agreement.published_count if row.is_first else None,
            type="integer",
        ),
        Column(
            "computed_count",
            "構成自治体数（団体別算定値）",
            "都道府県と種別から団体ごとに数えた、ダウンロードした日の数",
            lambda row: row.computed,
            type="integer",
        ),
        Column(
            "as_of",
            "基準日",
            "協定公表値の時点。西暦（ISO 8601）",
            lambda row: row.agreement.published_on.isoformat(),
        ),
    ),
)

CORPORATE = Table(
    name="corporate",
    title="企業との包括連携協定",
    view="agreements:download",
    rows=corporate_rows,
    columns=(
        Column("company", "締結企業", "協定を締結した企業", lambda row: row.company),
        Column(
            "signed_on", "締結年月日", "西暦（ISO 8601）", lambda row: row.signed_on.isoformat()
        ),
        Column(
            "signed_on_wareki",
            "締結年月日（和暦）",
            "元号による表記",
            lambda row: format_date(row.signed_on),
        ),
        Column(
            "matters",
            "協定項目",
            "複数のときは「｜」で区切ります。公表していない協定は空です。",
            lambda row: "｜".join(matter.name for matter in row.matters.all()),
        ),
        Column(
            "activities",
            "主な取組",
            "複数のときは「｜」で区切ります。",
            lambda row: "｜".join(activity.text for activity in row.activities.all()),
        ),
        Column("website", "ウェブサイト", "企業のウェブサイト", lambda row: row.website),
        Column(
            "as_of",
            "基準日",
            "公表内容の時点。西暦（ISO 8601）",
            lambda row: row.published_on.isoformat(),
        ),
    ),
)

CONSTITUENTS = Table(
    name="constituents",
    title="構成自治体",
    view="agreements:download",
    rows=constituent_rows,
    columns=(
        Column(
            "code",
            "団体コード",
            "全国地方公共団体コード（検査数字を含む6桁）",
            lambda row: row.local_government.code,
        ),
        Column(
            "prefecture_code",
            "都道府県コード",
            "JIS X 0401 の2桁",
            lambda row: row.local_government.prefecture,
        ),
        Column(
            "prefecture",
            "都道府県名",
            "構成自治体のある都道府県",
            lambda row: prefectures.by_code(row.local_government.prefecture).name,
        ),
        Column("name", "構成自治体名", "市町村の名称", lambda row: row.local_government.name),
        Column("kana", "ふりがな", "名称のよみ", lambda row: row.local_government.kana),
        Column(
            "kind",
            "種別",
            "市、町、村のいずれか",
            lambda row: row.local_government.get_kind_display(),
        ),
        Column(
            "agreement_number",
            "協定番号",
            "広域連携協定の協定番号",
            lambda row: row.agreement.number,
            type="integer",
        ),
        Column("party", "団体名", "協定を締結した団体", lambda row: row.party.name),
    ),
)

TABLES = {table.name: table for table in (REGIONAL, CORPORATE, CONSTITUENTS)}
