"""会員名簿 on the screen and on paper, and the page that shows what a merger would move."""

import pytest
from playwright.sync_api import expect

from tests.browser.checks import accessibility_violations, widths_that_scroll_sideways
from tests.browser.people import log_in

VIEWER = "viewer@demo.example.jp"


@pytest.fixture
def viewer(page):
    log_in(page, VIEWER)
    page.get_by_role("navigation", name="主な案内").get_by_role("link", name="会員名簿").click()
    return page


def test_contacts_are_found_and_names_shown_on_request(viewer):
    viewer.get_by_label("検索語").fill("観光課")
    viewer.get_by_role("button", name="検索").click()

    expect(viewer.get_by_role("table")).to_contain_text("群馬県見本市")
    expect(viewer.get_by_role("table")).not_to_contain_text("見本 花子")
    assert accessibility_violations(viewer) == []
    viewer.get_by_role("button", name="担当者の氏名を表示する").click()
    expect(viewer.get_by_role("table")).to_contain_text("見本 花子")
    assert accessibility_violations(viewer) == []
    viewer.get_by_role("link", name="会員名簿へ戻る").click()
    expect(viewer.get_by_label("検索語")).to_have_value("観光課")


def test_directory_fits_every_width(viewer):
    assert widths_that_scroll_sideways(viewer) == []


def test_sheet_is_printed_without_buttons(viewer):
    viewer.get_by_role("link", name="この条件の名簿を印刷用に開く").click()
    viewer.emulate_media(media="print")

    expect(viewer.get_by_role("heading", level=1)).to_have_text("会員名簿")
    expect(viewer.get_by_text("city-section@demo.example.jp")).to_be_visible()
    expect(viewer.get_by_role("button")).to_have_count(0)
    expect(viewer.get_by_role("link", name="会員名簿へ戻る")).to_be_hidden()


def test_merger_is_shown_before_it_is_made(secretary):
    secretary.goto("/admin/members/organization/?q=見本市")
    secretary.get_by_role("checkbox").last.check()
    secretary.get_by_label("操作").select_option("ほかの会員団体に合併する")
    secretary.get_by_role("button", name="実行").click()
    secretary.get_by_label("合併先の会員団体").fill("みほんまち")
    secretary.get_by_role("main").get_by_role("button", name="検索").click()
    secretary.get_by_role("link", name="長野県見本町").click()

    expect(secretary.get_by_text("群馬県見本市を長野県見本町に合併します")).to_be_visible()
    moving = secretary.get_by_role("table", name="移る担当部署")
    expect(moving).to_contain_text("企画課 連携担当")
    assert accessibility_violations(secretary) == []


def test_history_of_a_body_is_accessible(secretary):
    secretary.goto("/admin/members/organization/?q=見本市")
    secretary.get_by_role("link", name="群馬県見本市").click()
    secretary.get_by_role("link", name="履歴").click()

    expect(secretary.locator("#change-history")).to_be_visible()
    assert accessibility_violations(secretary) == []
