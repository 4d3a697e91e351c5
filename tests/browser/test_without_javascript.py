"""Town halls block scripts: everything that a page offers works without them."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import MEMBER, expect_logged_in, expect_logged_out, log_in, log_out


@pytest.fixture
def page(new_context):
    return new_context(java_script_enabled=False).new_page()


def test_register_is_filtered(page):
    page.goto("/agreements/regional/")

    page.get_by_role("combobox", name="都道府県").select_option(label="群馬県")
    page.get_by_role("button", name="絞り込む").click()

    expect(page.get_by_role("rowheader", name="群馬県町村会")).to_be_visible()
    expect(page.get_by_role("rowheader", name="北海道町村会")).to_have_count(0)


def test_constituents_are_found_by_their_reading(page):
    page.goto("/agreements/constituents/")

    page.get_by_role("textbox", name="検索語").fill("まえばし")
    page.get_by_role("button", name="検索").click()

    expect(page.get_by_role("rowheader", name="前橋市")).to_be_visible()


def test_directory_finds_a_body_and_leads_to_its_page(page):
    page.goto("/members/")

    page.get_by_role("textbox", name="検索語").fill("ふちゅうし")
    page.get_by_role("combobox", name="都道府県").select_option(label="広島県")
    page.get_by_role("button", name="検索").click()
    page.get_by_role("link", name="広島県府中市").click()

    expect(page.get_by_role("heading", name="広島県府中市")).to_be_visible()


def test_member_logs_in_and_out(page):
    log_in(page, MEMBER)
    expect_logged_in(page)

    log_out(page)

    expect_logged_out(page)


def test_menu_opens_on_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 768})
    page.goto("/")
    link = page.get_by_role("navigation", name="主な案内").get_by_role("link").first
    expect(link).to_be_hidden()

    page.get_by_text("メニュー", exact=True).click()

    expect(link).to_be_visible()
