"""The register of regional agreements says what the source document says."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

REGISTER = "/agreements/regional/"
SOURCE = Path(__file__).resolve().parents[2] / "data" / "regional_agreements.csv"


def rows_of_the_source():
    with SOURCE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def table(page):
    return page.get_by_role("table", name="広域連携協定締結団体一覧")


def parties(page):
    return table(page).locator("tbody").get_by_role("rowheader").all_inner_texts()


def signing_days(page):
    times = table(page).locator("tbody time").all()
    return [time.get_attribute("datetime") for time in times]


def choose(page, label, option):
    page.get_by_role("combobox", name=label).select_option(label=option)
    page.get_by_role("button", name="絞り込む").click()


def test_rows_stand_as_in_the_source_document(visitor):
    visitor.goto(REGISTER)

    assert parties(visitor) == [row["organization"] for row in rows_of_the_source()]
    assert signing_days(visitor) == [row["signed_on"] for row in rows_of_the_source()]
    expect(table(visitor).locator("tbody")).to_have_count(11)


def test_three_numbers_stand_with_their_day(visitor):
    visitor.goto(REGISTER)

    main = visitor.get_by_role("main")
    for words in ("9地域13団体", "372", "令和8年3月12日現在"):
        expect(main).to_contain_text(words)


def test_counts_of_the_agreements_add_up_to_the_total(visitor):
    visitor.goto(REGISTER)

    cells = table(visitor).locator("tbody td:last-child").all_text_contents()
    counts = [re.search(r"[0-9]+$", text.strip()) for text in cells]

    assert sum(int(count.group()) for count in counts if count) == 372


def test_joint_agreement_has_one_count_that_names_both_parties(visitor):
    visitor.goto(REGISTER)

    group = table(visitor).locator("tbody").filter(has_text="京都府市長会")

    expect(group.get_by_role("row")).to_have_count(2)
    expect(group.locator("td[rowspan='2']")).to_have_count(1)
    expect(group.locator("td[rowspan='2']")).to_contain_text("京都府市長会・京都府町村会 合わせて")
    expect(group.locator("td[rowspan='2']")).to_contain_text("26")


def test_prefecture_narrows_the_table_and_is_marked_on_the_map(visitor):
    visitor.goto(REGISTER)

    choose(visitor, "都道府県", "京都府")

    assert parties(visitor) == ["京都府市長会", "京都府町村会"]
    expect(visitor.get_by_role("combobox", name="都道府県")).to_have_value("26")
    expect(visitor.get_by_role("main").locator("a[aria-current]")).to_contain_text("京都府")


def test_prefecture_without_agreement_says_so_and_offers_the_way_back(visitor):
    visitor.goto(REGISTER)

    choose(visitor, "都道府県", "東京都")

    expect(visitor.get_by_role("main")).to_contain_text("条件に当てはまる協定はありません")
    visitor.get_by_role("link", name="すべての協定を見る").click()
    assert len(parties(visitor)) == 13


def test_kind_narrows_to_agreements_with_such_constituents(visitor):
    visitor.goto(REGISTER)

    choose(visitor, "構成自治体の種別", "市")

    assert {"群馬県市長会", "千葉県市長会"} <= set(parties(visitor))
    assert "北海道町村会" not in parties(visitor)


@pytest.mark.parametrize(("option", "newest_first"), [("新しい順", True), ("古い順", False)])
def test_table_can_be_sorted_by_the_day_of_signing(visitor, option, newest_first):
    visitor.goto(REGISTER)

    choose(visitor, "並び順", f"締結日の{option}")

    assert len(signing_days(visitor)) == 13
    assert signing_days(visitor) == sorted(signing_days(visitor), reverse=newest_first)


def test_map_leads_to_each_of_the_47_prefectures(visitor):
    visitor.goto(REGISTER)
    links = visitor.get_by_role("main").locator("a[href*='prefecture=']")
    expect(links).to_have_count(47)

    links.filter(has_text="奈良県").click()

    assert parties(visitor) == ["奈良県町村会"]


def test_csv_behind_the_link_has_a_row_per_party(visitor, tmp_path):
    visitor.goto(REGISTER)

    with visitor.expect_download() as download:
        visitor.get_by_role("main").locator("a[href$='regional.csv']").click()
    download.value.save_as(tmp_path / "regional.csv")

    assert download.value.suggested_filename == "regional.csv"
    with (tmp_path / "regional.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["団体名"] for row in rows] == [row["organization"] for row in rows_of_the_source()]
