"""A day at the secretariat's desk: accounts are taken stock of, a body is paused, a person is erased.

By the keyboard alone; the pages are accessible, also on a small screen.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.checks import accessibility_violations, widths_that_scroll_sideways
from tests.browser.test_keyboard import tab_to

BODY = "熊本県見本村"
PERSON = "見本 次郎"
# The menu of the admin has many links.
FAR = 200


def follow(page, wanted):
    """Reached by Tab, pressed by Enter."""
    tab_to(page, wanted, patience=FAR)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(page, role, name):
    """Of the page itself, not of the menu beside it."""
    follow(page, page.get_by_role("main").get_by_role(role, name=name).first)


def assert_accessible(page):
    assert accessibility_violations(page) == []
    assert widths_that_scroll_sideways(page) == []
    page.set_viewport_size({"width": 1366, "height": 768})


def open_list(page, name):
    page.goto("/admin/")
    follow(page, page.locator("#content").get_by_role("link", name=name, exact=True).first)


def open_body(page):
    open_list(page, "会員団体")
    row = page.get_by_role("row", name=re.compile(BODY))
    follow(page, row.get_by_role("link", name="応対ページ"))
    expect(page.get_by_role("heading", level=1)).to_have_text(BODY)


def test_accounts_are_taken_stock_of_on_screen_paper_and_as_a_sheet(secretary):
    open_list(secretary, "利用者")
    press(secretary, "link", "利用者の棚卸し")

    table = secretary.get_by_role("table")
    expect(table.get_by_role("row", name=re.compile(PERSON))).to_contain_text("観光課")
    assert_accessible(secretary)
    with secretary.expect_download() as download:
        tab_to(secretary, secretary.get_by_role("link", name="Excelで書き出す"), patience=FAR)
        secretary.keyboard.press("Enter")
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
    press(secretary, "link", "印刷用の表")
    expect(secretary.get_by_role("heading", level=1)).to_have_text("利用者の棚卸し")
    assert_accessible(secretary)


def test_a_call_is_noted_and_a_body_is_paused_and_taken_back(secretary, open_as):
    village = open_as("village")
    village.goto("/board/")
    expect(village.get_by_role("button", name="ログアウト")).to_be_visible()
    open_body(secretary)
    assert_accessible(secretary)

    tab_to(secretary, secretary.get_by_label("内容"), patience=FAR)
    secretary.keyboard.type("しばらく使わないとの電話")
    press(secretary, "button", "応対を記録する")
    expect(secretary.locator(".care-notes")).to_contain_text("しばらく使わないとの電話")
    press(secretary, "link", "利用停止にする")
    expect(secretary.get_by_role("main")).to_contain_text("利用者1人が")
    assert_accessible(secretary)
    press(secretary, "button", "利用停止にする")

    expect(secretary.locator(".messagelist")).to_contain_text("利用停止にしました")
    village.goto("/board/")
    expect(village).to_have_url(re.compile("/accounts/login/"))
    press(secretary, "link", "利用を再開する")
    press(secretary, "button", "利用を再開する")
    expect(secretary.locator(".messagelist")).to_contain_text("利用を再開しました")
    assert_accessible(secretary)


@pytest.mark.parametrize("name", ["rename", "move-seat", "withdraw"])
def test_pages_of_acts_are_accessible(clerk, name):
    open_body(clerk)

    clerk.goto(f"{clerk.url}{name}/")

    assert clerk.get_by_role("button").count() > 1
    assert_accessible(clerk)


def test_a_person_is_found_and_erased(secretary):
    applicant = "消去 希望"
    address = "shokyo.kibo@city.example.jp"
    enter(secretary, applicant, address)
    open_list(secretary, "利用者")
    press(secretary, "link", "個人情報を探す")

    tab_to(secretary, secretary.get_by_label("氏名、メールアドレス"), patience=FAR)
    secretary.keyboard.type("消去希望")
    with secretary.expect_navigation():
        secretary.keyboard.press("Enter")
    expect(secretary.get_by_role("main")).to_contain_text(applicant)
    assert_accessible(secretary)
    press(secretary, "link", "残っている情報をすべて見る")
    expect(secretary.get_by_role("main")).to_contain_text(address)
    assert_accessible(secretary)
    press(secretary, "link", "消去する内容を確かめる")
    assert_accessible(secretary)
    tab_to(secretary, secretary.get_by_label("起こることを確かめました"), patience=FAR)
    secretary.keyboard.press("Space")
    press(secretary, "button", "消去する")

    expect(secretary.locator(".messagelist")).to_contain_text("消去しました")
    secretary.goto("/admin/personal/?q=shokyo.kibo")
    expect(secretary.get_by_role("main")).to_contain_text("見つかりません")


def enter(page, name, address):
    """Somebody comes to one of the project's events, without an account."""
    page.goto("/events/2/")
    press(page, "link", "参加を申し込む")
    page.get_by_label("氏名").fill(name)
    page.get_by_label("メールアドレス").fill(address)
    page.get_by_label("参加人数").fill("1")
    page.get_by_label("個人情報の取扱いに同意する").check()
    press(page, "button", "申し込む")
    expect(page.get_by_role("main")).to_contain_text("申込")
