"""The board without a mouse."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.test_keyboard import tab_to

ALL_PREFECTURES = 47


@pytest.fixture
def town(open_as):
    return open_as("town")


def test_reply_three_is_reached_and_a_reply_sent(town):
    town.goto("/board/")
    town.keyboard.press("Tab")
    town.keyboard.press("Enter")
    expect(town.locator("#main")).to_be_focused()
    tab_to(town, town.get_by_role("link", name="秋の物産展に出展する自治体を募集します"))
    town.keyboard.press("Enter")
    third = town.get_by_role("article", name="返信3")
    tab_to(town, third.get_by_role("link", name="返信 3", exact=True))
    expect(town.locator(":focus")).to_be_in_viewport()
    town.keyboard.press("Enter")
    expect(town).to_have_url(re.compile("#reply-3$"))

    tab_to(town, town.get_by_label("本文"))
    town.keyboard.type("キーボードだけで書きました。")
    tab_to(town, town.get_by_role("button", name="返信する", exact=True))
    town.keyboard.press("Enter")

    expect(town.get_by_role("article").last).to_contain_text("キーボードだけで書きました。")


def test_enter_in_the_title_publishes_nothing_and_prefectures_are_chosen(town):
    board.begin(town, "見本 キーボードの投稿")
    prefectures = town.get_by_role("group", name="公開する都道府県")
    expect(prefectures).to_be_hidden()

    town.get_by_label("件名").focus()
    with town.expect_navigation():
        town.keyboard.press("Enter")
    expect(town.get_by_role("heading", level=1)).to_have_text("新しい投稿")
    expect(town.get_by_label("本文")).to_have_value("本文です。")
    tab_to(town, town.get_by_label("すべての会員"))
    town.keyboard.press("ArrowDown")
    town.keyboard.press("ArrowDown")
    expect(town.get_by_label("都道府県を選ぶ")).to_be_checked()
    tab_to(town, prefectures.get_by_label("北海道"))
    town.keyboard.press("Space")
    tab_to(town, town.get_by_role("button", name="投稿する", exact=True), ALL_PREFECTURES + 10)
    _assert_focus_is_seen(town)
    town.keyboard.press("Enter")

    expect(town.get_by_role("definition").filter(has_text="北海道の会員")).to_be_visible()


def _assert_focus_is_seen(page):
    focused = page.locator(":focus")
    expect(focused).to_be_in_viewport()
    assert focused.evaluate("element => parseFloat(getComputedStyle(element).outlineWidth)") > 1
