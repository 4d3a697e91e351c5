"""Rows of the sheet of members, and its import."""

import tablib

from members.member_sheet import MemberResource

HEADS = MemberResource().heads()
MAEBASHI = {
    "団体コード": "102016",
    "都道府県": "群馬県",
    "団体名": "前橋市",
    "部署名": "企画課",
    "代表メールアドレス": "kikaku@city.example.jp",
    "電話番号": "027-000-0000",
    "担当者名": "見本 花子",
}
ASSOCIATION = {
    "都道府県": "群馬県",
    "団体名": "群馬県町村会",
    "ふりがな": "ぐんまけんちょうそんかい",
    "種別": "団体",
    "部署名": "総務課",
    "担当者名": "見本 次郎",
}


def dataset(*rows, heads=HEADS):
    return tablib.Dataset(*[[row.get(head, "") for head in heads] for row in rows], headers=heads)


def import_rows(*rows, heads=HEADS, **options):
    return MemberResource().import_data(
        dataset(*rows, heads=heads), rollback_on_validation_errors=True, **options
    )


def totals(result):
    return {name: count for name, count in result.totals.items() if count}
