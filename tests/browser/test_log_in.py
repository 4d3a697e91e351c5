"""Who comes in, who does not, and what is left on a shared PC afterwards."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import accessibility_violations
from tests.browser.people import (
    MEMBER,
    SECRETARY,
    expect_logged_in,
    expect_logged_out,
    log_in,
    log_out,
)

PEOPLE = [SECRETARY, *(f"{name}@demo.example.jp" for name in ("ward", "city2", "town", "viewer"))]


@pytest.mark.parametrize("login", [*PEOPLE, MEMBER, "city"])
def test_demo_account_logs_in_and_out(page, login):
    log_in(page, login)
    expect_logged_in(page)

    log_out(page)

    expect_logged_out(page)


def test_wrong_password_is_explained_and_the_address_kept(page):
    log_in(page, MEMBER, password="not-the-password")

    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text(re.compile("[ぁ-ん]{3}"))
    expect(page.get_by_label("メールアドレスまたは利用者ID")).to_have_value(MEMBER)
    expect(page.get_by_label("パスワード")).to_have_value("")
    assert accessibility_violations(page) == []
    expect_logged_out(page)


def test_secretary_comes_back_to_the_page_that_asked_for_the_log_in(page):
    page.goto("/admin/")
    expect(page).to_have_url(re.compile("/accounts/login/"))

    log_in(page, SECRETARY)

    expect(page).to_have_url(re.compile("/admin/$"))


def test_member_is_refused_the_admin(page):
    log_in(page, MEMBER)
    expect_logged_in(page)

    response = page.goto("/admin/")

    assert response.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("この操作はできません")
    assert accessibility_violations(page) == []


def test_logging_out_ends_one_browser_only(new_context):
    office, home = new_context().new_page(), new_context().new_page()
    for page in (office, home):
        log_in(page, MEMBER)
        expect_logged_in(page)

    log_out(office)
    expect_logged_out(office)

    home.reload()
    expect_logged_in(home)


def test_back_after_log_out_shows_no_page_of_the_member(page):
    log_in(page, SECRETARY)
    expect_logged_in(page)
    page.goto("/admin/")
    page.goto("/")
    log_out(page)
    expect_logged_out(page)

    while page.url.startswith("http") and page.go_back() is not None:
        expect(page.get_by_text("見本 事務")).to_have_count(0)
        expect(page.get_by_role("button", name="ログアウト")).to_have_count(0)


@pytest.mark.parametrize("width", [1366, 320])
def test_header_of_a_member_fits(page, width):
    log_in(page, MEMBER)
    expect_logged_in(page)
    page.set_viewport_size({"width": width, "height": 768})

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert accessibility_violations(page) == []
