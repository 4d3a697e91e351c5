"""Open data: fixed columns, real totals, and answers that proxies can keep."""

import json

from django.urls import reverse

from agreements.exports import TABLES
from tests import factories
from tests.agreements.downloading import csv_rows, download


def test_addresses_stay(db):
    assert reverse("agreements:download", args=["regional", "csv"]) == "/agreements/regional.csv"
    assert reverse("agreements:download", args=["constituents", "csv"]) == (
        "/agreements/constituents.csv"
    )


def test_heads_are_fixed():
    """A new model field must not leak into a file: the heads are spelled out here."""
    assert TABLES["regional"].heads == [
        "協定番号",
        "協定締結日",
        "協定締結日（和暦）",
        "都道府県コード",
        "都道府県名",
        "団体名",
        "構成自治体の種別",
        "構成自治体数（協定公表値、2団体共同の協定は1行目のみ）",
        "構成自治体数（団体別算定値）",
        "基準日",
    ]
    assert TABLES["corporate"].keys == [
        "company",
        "signed_on",
        "signed_on_wareki",
        "matters",
        "activities",
        "website",
        "as_of",
    ]
    assert TABLES["constituents"].keys == [
        "code",
        "prefecture_code",
        "prefecture",
        "name",
        "kana",
        "kind",
        "agreement_number",
        "party",
    ]


def test_changed_data_changes_the_etag(client, db):
    agreement = factories.make_corporate_agreement()
    before = download(client, "corporate", "csv").headers["ETag"]
    agreement.website = "https://company.example/"
    agreement.save()

    after = download(client, "corporate", "csv", if_none_match=before)

    assert after.status_code == 200
    assert after.headers["ETag"] != before


def test_cells_that_look_like_formulas_stay_text(client, db):
    factories.make_corporate_agreement(company='=HYPERLINK("http://evil.example","x")')

    row = csv_rows(client, "corporate")[0]
    entry = json.loads(download(client, "corporate", "json").content)[0]

    assert row["締結企業"].startswith("'=HYPERLINK")
    assert entry["company"].startswith("=HYPERLINK")


def test_ended_agreements_and_memos_are_not_exported(client, db):
    factories.make_corporate_agreement(company="終了株式会社", ended_on="2020-01-01")
    factories.make_corporate_agreement(note="LEAK-memo")

    content = download(client, "corporate", "json").content.decode()

    assert "終了株式会社" not in content
    assert "LEAK-memo" not in content


def test_old_address_of_the_definitions_leads_to_the_new_one(client, db):
    response = client.get(reverse("agreements:open_data"))

    assert (response.status_code, response.headers["Location"]) == (301, "/open-data/")
