"""Passkeys in a browser whose device has a finger at hand: allauth's scripts under our policy."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import accessibility_violations
from tests.browser.people import PASSWORD, expect_logged_in, expect_logged_out, log_in, log_out
from tests.browser.test_print import sheets

PERSON = "viewer@demo.example.jp"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, base_url):
    return {**browser_context_args, "base_url": base_url.replace("127.0.0.1", "localhost")}


@pytest.fixture
def page(new_context):
    context = new_context()
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


def type_password_again(page):
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確認する").click()


def add_passkey(page):
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="パスキーを追加する").click()
    type_password_again(page)
    assert accessibility_violations(page) == []
    page.get_by_label("パスキーの名前").fill("企画課のパソコン")
    page.get_by_role("button", name="パスキーを追加する").click()


def remove_passkey(page):
    page.goto("/accounts/2fa/passkeys/")
    assert accessibility_violations(page) == []
    page.get_by_role("link", name="削除").click()
    type_password_again(page)
    page.get_by_role("button", name="パスキーを削除する").click()


def test_passkey_is_added_used_and_removed(page):
    log_in(page, PERSON)
    add_passkey(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("予備コード")
    assert accessibility_violations(page) == []
    assert sheets(page.pdf(format="A4", prefer_css_page_size=True)) == 1
    log_out(page)
    expect_logged_out(page)

    page.goto("/accounts/login/?next=/members/me/")
    log_in(page, PERSON)
    expect_logged_out(page)
    assert accessibility_violations(page) == []
    page.get_by_role("button", name="パスキーを使う").click()
    expect(page).to_have_url(re.compile("/members/me/$"))
    expect_logged_in(page)
    log_out(page)
    expect_logged_out(page)

    page.goto("/accounts/login/?next=/members/me/")
    page.get_by_role("button", name="パスキーを使う").click()
    expect(page).to_have_url(re.compile("/members/me/$"))
    expect_logged_in(page)

    remove_passkey(page)
    expect(page.get_by_role("main")).to_contain_text("パスキーはありません")
    log_out(page)
    log_in(page, PERSON)
    expect_logged_in(page)


def test_log_in_without_scripts_offers_the_password_and_says_so(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/accounts/login/")

    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("noscript p")).to_contain_text("パスワードでログインしてください")
    expect(page.get_by_role("button", name="パスキーを使う")).to_be_hidden()
