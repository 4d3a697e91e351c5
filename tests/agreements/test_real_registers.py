"""The registers as they are printed: what pages and open data say of the real agreements."""

import io
import json

import openpyxl
import pytest
from django.urls import reverse

from agreements.exports import TABLES
from agreements.models import Party, RegionalAgreement
from members.models import Organization
from tests import factories
from tests.agreements.downloading import csv_rows, download
from tests.html import text_of

CITIES = Party.Members.CITIES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registers_of_module")]


def party_names(response):
    shown = response.context["shown"]
    return [party.name for party in shown.parties]


def test_regional_list_shows_the_register_as_printed(client):
    response = client.get(reverse("agreements:regional_list"))
    text = text_of(response)

    assert "9地域13団体と広域連携協定を締結しています" in text
    assert "372です（ 令和8年3月12日 現在）" in text
    assert "協定締結日 団体名 構成自治体数" in text
    assert party_names(response)[:5] == [
        "北海道町村会",
        "京都府市長会",
        "京都府町村会",
        "青森県市長会",
        "青森県町村会",
    ]


def test_joint_agreements_have_one_count_said_in_words(client):
    html = client.get(reverse("agreements:regional_list")).content.decode()

    assert html.count('rowspan="2"') == 2
    assert "京都府市長会・京都府町村会 合わせて" in html
    assert "青森県市長会・青森県町村会 合わせて" in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"prefecture": "10"}, ["群馬県町村会", "群馬県市長会"]),
        ({"prefecture": "10", "kind": CITIES}, ["群馬県市長会"]),
        ({"prefecture": "26", "kind": CITIES}, ["京都府市長会", "京都府町村会"]),
        ({"prefecture": "13"}, []),
    ],
)
def test_regional_list_is_filtered_by_prefecture_and_kind(client, query, expected):
    response = client.get(reverse("agreements:regional_list"), query)

    assert party_names(response) == expected


def test_regional_list_is_sorted_by_day_of_signing(client):
    response = client.get(reverse("agreements:regional_list"), {"sort": "-signed_on"})

    days = [agreement.signed_on for agreement in response.context["shown"].agreements]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    "query", [{"prefecture": "99"}, {"sort": "password"}, {"kind": "' OR 1=1"}]
)
def test_senseless_filters_show_everything_and_say_so(client, query):
    response = client.get(reverse("agreements:regional_list"), query)

    assert len(party_names(response)) == 13
    assert "入力内容を確認してください" in text_of(response)


def test_map_shows_agreements_constituents_and_members(client):
    factories.make_organization(prefecture="10")
    factories.make_organization(prefecture="10", is_demo=True)
    factories.make_organization(prefecture="10", kind=Organization.Kind.SECRETARIAT)
    factories.make_organization(prefecture="10", status=Organization.Status.WITHDRAWN)

    cells = {cell.prefecture.code: cell for cell in client.get(reverse("home")).context["cells"]}

    assert len(cells) == 47
    assert cells["10"].label == "群馬県 協定2件 構成自治体35 会員1"
    assert cells["13"].label == "東京都 協定なし"


def test_sheet_for_circulation_holds_the_facts_and_where_they_are_from(client):
    agreement = RegionalAgreement.objects.get(prefecture="26")

    text = text_of(client.get(reverse("agreements:regional_print", args=[agreement.pk])))

    assert "決裁欄" in text
    assert f"https://portal.example.jp{agreement.get_absolute_url()}" in text
    assert "京都府市長会・京都府町村会 合わせて26" in text
    assert "町（10） 大山崎町、久御山町" in text.replace("\u3000", " ")


def test_corporate_list_opens_with_the_purpose_and_keeps_the_order(client):
    factories.make_site_text("corporate-purpose", body="- 趣旨に賛同した企業と締結")

    text = text_of(client.get(reverse("agreements:corporate_list")))

    assert "趣旨に賛同した企業と締結" in text
    assert "締結企業 締結年月日 主な取組" in text
    assert "ビジネス交流会の開催 「けんしん」活動の推進" in text
    names = ("第一生命", "損害保険ジャパン", "三井住友海上", "明治安田生命")
    assert sorted(names, key=text.index) == list(names)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 372),
        ("前橋", 1),
        ("マエバシ", 1),
        ("102016", 1),
        ("群馬県　町村会", 23),
        ("%", 0),
        ("ありえない名前", 0),
    ],
)
def test_constituents_are_found_by_name_kana_and_code(client, query, expected):
    response = client.get(reverse("agreements:constituent_list"), {"q": query})

    assert response.context["page"].paginator.count == expected


@pytest.mark.parametrize(("number", "shown"), [("2", 2), ("999", 8), ("0x1", 1), ("1e9", 1)])
def test_constituent_pages_survive_any_number(client, number, shown):
    response = client.get(reverse("agreements:constituent_list"), {"page": number})

    assert response.context["page"].number == shown


def test_regional_csv_sums_to_372_both_ways(client):
    rows = csv_rows(client, "regional")
    published = [row["構成自治体数（協定公表値、2団体共同の協定は1行目のみ）"] for row in rows]
    computed = [row["構成自治体数（団体別算定値）"] for row in rows]

    assert len(rows) == 13
    assert sum(int(count) for count in published if count) == 372
    assert sum(map(int, computed)) == 372
    assert published.count("") == 2


def test_regional_csv_has_both_calendars_and_the_day_of_reference(client):
    first = csv_rows(client, "regional")[0]

    assert (first["協定締結日"], first["協定締結日（和暦）"]) == ("2016-04-26", "平成28年4月26日")
    assert (first["都道府県コード"], first["基準日"]) == ("01", "2026-03-12")


def test_constituents_csv_has_372_distinct_codes(client):
    rows = csv_rows(client, "constituents")

    assert len(rows) == len({row["団体コード"] for row in rows}) == 372
    assert {len(row["団体コード"]) for row in rows} == {6}


def test_json_and_xlsx_hold_the_same_rows_as_csv(client):
    objects = json.loads(download(client, "corporate", "json").content)
    book = openpyxl.load_workbook(io.BytesIO(download(client, "corporate", "xlsx").content))
    sheet = [list(row) for row in book.active.values]
    rows = csv_rows(client, "corporate")

    assert [entry["company"] for entry in objects] == [row["締結企業"] for row in rows]
    assert sheet[0] == TABLES["corporate"].heads
    assert [row[0] for row in sheet[1:]] == [row["締結企業"] for row in rows]
    assert book.active.merged_cells.ranges == set()
    assert objects[0]["activities"] == "ビジネス交流会の開催｜「けんしん」活動の推進"


@pytest.mark.parametrize("extension", ["csv", "json", "xlsx"])
def test_unchanged_data_is_answered_304(client, extension):
    first = download(client, "regional", extension)
    second = download(client, "regional", extension, if_none_match=first.headers["ETag"])

    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert (second.status_code, second.content) == (304, b"")


@pytest.mark.parametrize("extension", ["csv", "json"])
def test_equal_data_gives_equal_bytes(client, extension):
    assert (
        download(client, "regional", extension).content
        == download(client, "regional", extension).content
    )
