"""Open data: fixed columns, real totals, and answers that proxies can keep."""

import csv
import io
import json

import openpyxl
import pytest
from django.urls import reverse

from agreements.exports import TABLES
from tests import factories

FORMATS = ("csv", "json", "xlsx")


def download(client, name, extension, **headers):
    return client.get(reverse("agreements:download", args=[name, extension]), headers=headers)


def csv_rows(client, name):
    text = download(client, name, "csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


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


def test_regional_csv_sums_to_372_both_ways(client, registers):
    rows = csv_rows(client, "regional")
    published = [row["構成自治体数（協定公表値、2団体共同の協定は1行目のみ）"] for row in rows]
    computed = [row["構成自治体数（団体別算定値）"] for row in rows]

    assert len(rows) == 13
    assert sum(int(count) for count in published if count) == 372
    assert sum(map(int, computed)) == 372
    assert published.count("") == 2


def test_regional_csv_has_both_calendars_and_the_day_of_reference(client, registers):
    first = csv_rows(client, "regional")[0]

    assert (first["協定締結日"], first["協定締結日（和暦）"]) == ("2016-04-26", "平成28年4月26日")
    assert (first["都道府県コード"], first["基準日"]) == ("01", "2026-03-12")


def test_constituents_csv_has_372_distinct_codes(client, registers):
    rows = csv_rows(client, "constituents")

    assert len(rows) == len({row["団体コード"] for row in rows}) == 372
    assert {len(row["団体コード"]) for row in rows} == {6}


def test_json_and_xlsx_hold_the_same_rows_as_csv(client, registers):
    objects = json.loads(download(client, "corporate", "json").content)
    book = openpyxl.load_workbook(io.BytesIO(download(client, "corporate", "xlsx").content))
    sheet = [list(row) for row in book.active.values]
    rows = csv_rows(client, "corporate")

    assert [entry["company"] for entry in objects] == [row["締結企業"] for row in rows]
    assert sheet[0] == TABLES["corporate"].heads
    assert [row[0] for row in sheet[1:]] == [row["締結企業"] for row in rows]
    assert book.active.merged_cells.ranges == set()
    assert objects[0]["activities"] == "ビジネス交流会の開催｜「けんしん」活動の推進"


@pytest.mark.parametrize("extension", FORMATS)
def test_unchanged_data_is_answered_304(client, registers, extension):
    first = download(client, "regional", extension)
    second = download(client, "regional", extension, if_none_match=first.headers["ETag"])

    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert (second.status_code, second.content) == (304, b"")


@pytest.mark.parametrize("extension", ["csv", "json"])
def test_equal_data_gives_equal_bytes(client, registers, extension):
    assert (
        download(client, "regional", extension).content
        == download(client, "regional", extension).content
    )


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
