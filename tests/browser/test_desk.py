"""The secretariat's desk: start page, figures, audit trail and notices of the site."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser.checks import WIDTHS, accessibility_violations, widths_that_scroll_sideways
from tests.browser.test_keyboard import tab_to

AUDIT = "/admin/members/auditentry/"
NOTICES = "/admin/renkei/sitenotice/"
# Past the menu of the admin at the side.
FAR = 90
TEXT = "【見本】12月5日の夜に保守を行います。"


@pytest.mark.parametrize(
    "path",
    ["/admin/", "/admin/figures/", "/admin/figures/?demo=on", AUDIT, f"{AUDIT}1/change/", NOTICES],
)
def test_page_is_accessible_and_fits_every_width(clerk, path):
    clerk.goto(path)

    assert accessibility_violations(clerk) == []
    assert widths_that_scroll_sideways(clerk) == []
    clerk.set_viewport_size({"width": WIDTHS["phone"], "height": 768})
    assert accessibility_violations(clerk) == []


def test_what_waits_is_seen_without_scrolling_and_one_press_away(secretary):
    secretary.goto("/admin/")
    line = secretary.get_by_role("link", name="有効期間などが「要確認」の協定 1件")

    expect(line).to_be_in_viewport()
    tab_to(secretary, line)
    secretary.keyboard.press("Enter")

    expect(secretary.locator("#result_list tbody tr")).to_have_count(1)


def test_figures_of_another_year_are_chosen_and_taken_away_by_keyboard(secretary):
    secretary.goto("/admin/")
    tab_to(secretary, secretary.get_by_role("link", name="統計を見る"))
    secretary.keyboard.press("Enter")
    tab_to(secretary, secretary.get_by_label("年度"), FAR)
    secretary.keyboard.press("ArrowDown")
    tab_to(secretary, secretary.get_by_role("button", name="表示する"))
    secretary.keyboard.press("Enter")

    book = secretary.get_by_role("link", name="すべての表をExcelで書き出す")
    expect(book).to_have_attribute("href", r"/admin/figures/figures.xlsx?year=2025&since=&until=")
    tab_to(secretary, book, FAR)
    with secretary.expect_download() as download:
        secretary.keyboard.press("Enter")

    sheets = load_workbook(BytesIO(Path(download.value.path()).read_bytes())).sheetnames
    assert sheets[0] == "全体"
    assert len(sheets) == 8


def test_charts_are_named_and_their_numbers_stand_in_tables(secretary):
    secretary.goto("/admin/figures/?demo=on")

    expect(secretary.get_by_role("img", name="月別の新しい会員登録の図")).to_be_visible()
    table = secretary.get_by_role("table", name="四半期別の成立")
    expect(table.get_by_role("row")).to_have_count(5)
    secretary.get_by_text("都道府県別の表").click()
    row = secretary.get_by_role("table", name="都道府県別の会員団体").get_by_role(
        "row", name="群馬県"
    )
    expect(row).to_be_visible()
    assert accessibility_violations(secretary) == []


def choose_by_arrows(page, select, value):
    for _ in range(select.locator("option").count()):
        if select.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no such choice: {value}")


def test_audit_trail_is_narrowed_by_keyboard_and_taken_away(secretary):
    secretary.goto(AUDIT)
    act = secretary.get_by_label("操作", exact=True)
    tab_to(secretary, act, FAR)
    choose_by_arrows(secretary, act, "agree_to_terms")
    tab_to(secretary, secretary.get_by_label("いつから"))
    secretary.keyboard.type("R8.1.1")
    secretary.keyboard.press("Enter")

    cells = secretary.locator("#result_list .field-words")
    expect(cells.first).to_have_text("利用規約に同意した")
    assert set(cells.all_inner_texts()) == {"利用規約に同意した"}
    with secretary.expect_download() as download:
        secretary.get_by_role("button", name="CSVで書き出す").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.count("\n") == cells.count() + 1


def test_wrong_day_is_told_where_it_is(secretary):
    secretary.goto(f"{AUDIT}?since=x")

    expect(secretary.get_by_role("alert")).to_contain_text("いつから")
    assert accessibility_violations(secretary) == []


@pytest.fixture
def notice_ends(secretary):
    """Whatever happens, no other test meets the band."""
    yield
    secretary.goto(NOTICES)
    while secretary.locator("#result_list tbody a").count():
        secretary.locator("#result_list tbody a").first.click()
        secretary.get_by_role("link", name="削除").last.click()
        secretary.locator("#content [type=submit]").click()


def write_notice(page):
    """Without a mouse."""
    page.goto(f"{NOTICES}add/")
    page.get_by_label("種類").focus()
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_label("文:", exact=True))
    page.keyboard.type(TEXT)
    tab_to(page, page.get_by_label("終了日時"))
    page.keyboard.type("令和20年12月31日")


def press(page, button):
    tab_to(page, page.get_by_role("button", name=button, exact=True))
    page.keyboard.press("Enter")


def test_notice_is_looked_at_before_it_is_saved(secretary):
    secretary.goto(f"{NOTICES}add/")
    assert accessibility_violations(secretary) == []
    assert widths_that_scroll_sideways(secretary) == []

    write_notice(secretary)
    with secretary.expect_popup() as popup:
        press(secretary, "表示を確かめる（別の画面で開く）")

    band = popup.value.get_by_role("region", name="サイトのお知らせ（緊急）")
    expect(band).to_contain_text(TEXT)
    assert accessibility_violations(popup.value) == []
    secretary.goto(NOTICES)
    expect(secretary.locator("#result_list tbody tr")).to_have_count(0)


@pytest.mark.usefixtures("notice_ends")
def test_notice_is_published_by_keyboard_and_stands_above_every_page(secretary, page):
    write_notice(secretary)
    press(secretary, "保存")
    expect(secretary.locator(".messagelist")).to_be_visible()
    # Every worker has seen it by then.
    secretary.wait_for_timeout(10_500)

    page.goto("/about/")
    shown = page.get_by_role("region", name="サイトのお知らせ（緊急）")
    expect(shown).to_contain_text(TEXT)
    assert accessibility_violations(page) == []
    assert widths_that_scroll_sideways(page) == []
    page.emulate_media(media="print")
    expect(shown).to_be_visible()
