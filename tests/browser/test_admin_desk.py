"""The secretariat's lists, acts on many rows and mail texts: accessible, narrow, without a mouse."""

import pytest
from playwright.sync_api import expect

from tests.browser.checks import WIDTHS, accessibility_violations, widths_that_scroll_sideways
from tests.browser.test_keyboard import tab_to

EVENTS = "/admin/news/event/"
SHEET = (
    "イベント名,開始日,主催,本文,公開日時\r\n"
    "見本の先の催し,令和20年12月5日,見本市,本文です。,令和20年12月1日\r\n"
)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/members/application/?created_at-since=きのう",
        "/admin/members/mailtext/",
        "/admin/members/mailtext/add/?slug=invitation",
        f"{EVENTS}import/",
    ],
)
def test_page_of_the_desk_is_accessible_and_fits(secretary, address):
    secretary.goto(address)

    assert accessibility_violations(secretary) == []
    assert widths_that_scroll_sideways(secretary) == []


def test_mail_is_looked_at_before_it_is_saved(secretary):
    secretary.goto("/admin/members/mailtext/")
    row = secretary.get_by_role("row", name="申請：受け付けた知らせ")
    row.get_by_role("link", name="文を変える").click()
    secretary.get_by_label("件名").fill("{団体名}の申請を受け付けました")

    with secretary.expect_popup() as popup:
        secretary.get_by_role("button", name="表示を確かめる").click()

    shown = popup.value
    expect(shown.locator("#content")).to_contain_text("群馬県見本市の申請を受け付けました")
    assert accessibility_violations(shown) == []
    secretary.goto("/admin/members/mailtext/")
    expect(row).to_contain_text("標準の文")


def test_imported_event_is_published_with_the_keyboard_alone(secretary):
    secretary.goto(f"{EVENTS}import/")
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": SHEET.encode("cp932")}
    secretary.get_by_label("ファイル").set_input_files(file)
    secretary.get_by_role("button", name="内容を確かめる").press("Enter")
    secretary.get_by_role("button", name="取り込む").press("Enter")
    secretary.goto(f"{EVENTS}?q=先の催し")

    secretary.keyboard.press("Tab")
    secretary.keyboard.press("Enter")
    act = secretary.get_by_label("操作")
    tab_to(secretary, act)
    while act.input_value() != "bulk_publish":
        secretary.keyboard.press("ArrowDown")
    row = secretary.get_by_role("row", name="見本の先の催し")
    tab_to(secretary, row.get_by_role("checkbox"))
    secretary.keyboard.press("Space")
    run = secretary.get_by_role("button", name="実行")
    while not run.evaluate("button => button === document.activeElement"):
        secretary.keyboard.press("Shift+Tab")
    secretary.keyboard.press("Enter")
    expect(secretary.locator("#content")).to_contain_text("1件の下書きを公開します。")
    assert accessibility_violations(secretary) == []
    secretary.set_viewport_size({"width": WIDTHS["small phone"], "height": 768})
    assert accessibility_violations(secretary) == []
    tab_to(secretary, secretary.get_by_role("button", name="公開する"))
    secretary.keyboard.press("Enter")

    expect(secretary.locator(".messagelist")).to_contain_text("公開する：1件を完了しました。")
    expect(row).to_contain_text("公開予定")
