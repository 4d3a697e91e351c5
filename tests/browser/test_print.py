"""Pages are printed for circulation: few sheets, no controls, and the address they came from."""

import re

import pytest
from playwright.sync_api import expect

MAX_SHEETS = 3
PATHS = [
    "/",
    "/agreements/regional/",
    "/agreements/regional/1/print/",
    "/news/1/",
    "/publications/1/",
    "/events/",
    "/events/calendar/?month=2026-03",
    "/events/2/",
]


def sheets(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("path", PATHS)
def test_page_prints_on_few_sheets(visitor, path):
    visitor.goto(path)

    pdf = visitor.pdf(format="A4", prefer_css_page_size=True)

    assert 1 <= sheets(pdf) <= MAX_SHEETS


def test_sheet_for_security_offices_is_one_page(visitor):
    visitor.goto("/service-sheet/")

    assert sheets(visitor.pdf(format="A4", prefer_css_page_size=True)) == 1


def test_paper_shows_the_address_and_no_controls(visitor):
    visitor.goto("/agreements/regional/?prefecture=26")
    visitor.emulate_media(media="print")

    expect(visitor.get_by_role("navigation", name="主な案内")).to_be_hidden()
    expect(visitor.get_by_role("link", name="ログイン")).to_be_hidden()
    expect(visitor.get_by_role("button", name="絞り込む")).to_be_hidden()
    expect(visitor.get_by_role("contentinfo").get_by_text("/agreements/regional/")).to_be_visible()
    expect(visitor.get_by_role("table").first).to_be_visible()


def test_sheet_for_circulation_is_one_link_away_and_has_boxes_for_stamps(visitor):
    visitor.goto("/agreements/regional/2/")
    visitor.get_by_role("main").get_by_role("link", name="印刷").click()
    visitor.emulate_media(media="print")

    expect(visitor.get_by_role("heading", level=1)).to_contain_text("京都府町村会")
    expect(visitor.get_by_text("決裁欄")).to_be_visible()
    expect(visitor.get_by_text("ホームへ戻る")).to_have_count(0)
    expect(visitor.get_by_role("link", name="戻る")).to_be_hidden()
