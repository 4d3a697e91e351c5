"""The members as open data: fixed columns, and nothing of people."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from members.exports import TABLES
from members.models import LocalGovernment, Organization
from tests import factories

Kind, Status = Organization.Kind, Organization.Status


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-23 10:00+09:00", tick=False):
        yield


def download(client, extension):
    return client.get(reverse("member_download", args=[extension])).content


def csv_rows(client):
    return list(csv.DictReader(io.StringIO(download(client, "csv").decode("utf-8-sig"))))


def test_addresses_stay():
    addresses = [link["url"] for link in TABLES["members"].downloads]

    assert addresses == ["/members.csv", "/members.json", "/members.xlsx"]


def test_heads_are_fixed():
    """A new model field must not leak into a file: the heads are spelled out here."""
    assert TABLES["members"].heads == [
        "団体コード",
        "都道府県コード",
        "都道府県名",
        "団体名",
        "ふりがな",
        "種別",
        "ウェブサイト",
        "会員登録日",
        "会員登録日（和暦）",
        "基準日",
    ]
    assert TABLES["members"].keys == [
        "code",
        "prefecture_code",
        "prefecture",
        "name",
        "kana",
        "kind",
        "website",
        "joined_on",
        "joined_on_wareki",
        "as_of",
    ]


def test_row_holds_what_is_published_of_a_member(client, master):
    town = LocalGovernment.objects.get(code="103446")
    factories.make_organization(
        name="榛東村",
        kana="しんとうむら",
        local_government=town,
        website="https://own.example/",
        joined_on=date(2026, 5, 1),
    )

    assert csv_rows(client) == [
        {
            "団体コード": "103446",
            "都道府県コード": "10",
            "都道府県名": "群馬県",
            "団体名": "榛東村",
            "ふりがな": "しんとうむら",
            "種別": "村",
            "ウェブサイト": "https://own.example/",
            "会員登録日": "2026-05-01",
            "会員登録日（和暦）": "令和8年5月1日",
            "基準日": "2026-11-23",
        }
    ]


def test_wards_and_bodies_without_a_code_have_rows(client, master):
    ward = LocalGovernment.objects.get(code="131016")
    factories.make_organization(
        kind=Kind.WARD, name="千代田区", prefecture="13", local_government=ward
    )
    factories.make_organization(kind=Kind.ASSOCIATION, name="群馬県町村会")

    rows = [(row["団体コード"], row["団体名"], row["種別"]) for row in csv_rows(client)]

    assert rows == [("", "群馬県町村会", "団体"), ("131016", "千代田区", "特別区")]
    assert csv_rows(client)[1]["ウェブサイト"] == ward.website


def test_json_and_xlsx_hold_the_same_rows_as_csv(client, db):
    for number in range(3):
        factories.make_organization(name=f"第{number}市", kana=f"{number}")

    objects = json.loads(download(client, "json"))
    sheet = openpyxl.load_workbook(io.BytesIO(download(client, "xlsx"))).active

    names = [row["団体名"] for row in csv_rows(client)]
    assert names == ["第0市", "第1市", "第2市"]
    assert [entry["name"] for entry in objects] == names
    assert [row[3] for row in sheet.values][1:] == names


@pytest.mark.parametrize("is_demonstration", [False, True])
def test_people_and_bodies_that_are_no_members_are_not_exported(
    client, db, settings, is_demonstration
):
    settings.DEMO = is_demonstration
    factories.make_organization(name="LEAK見本市", is_demo=True)
    factories.make_organization(name="LEAK停止市", status=Status.SUSPENDED)
    factories.make_organization(name="LEAK退会市", status=Status.WITHDRAWN)
    factories.make_secretariat()
    member = factories.make_organization(name="第一市", introduction="LEAK-introduction")
    seat = factories.make_seat(
        organization=member, section="LEAK課", mailbox="LEAK@example.jp", telephone="LEAK-1"
    )
    factories.make_user(seat=seat, name="LEAK 太郎")

    content = download(client, "json").decode()

    assert [entry["name"] for entry in json.loads(content)] == ["第一市"]
    assert "LEAK" not in content


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_the_rows(client, db, django_assert_num_queries, rows):
    for number in range(rows):
        town = factories.make_local_government()
        factories.make_organization(name=f"会員{number}町", local_government=town)

    with django_assert_num_queries(1):
        download(client, "csv")
