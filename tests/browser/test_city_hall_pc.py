"""A PC of a town hall: scripts blocked, 1366x768 at 200 %, no mouse."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.people import PASSWORD, expect_logged_in
from tests.browser.test_keyboard import tab_to

WINDOW = {"width": 683, "height": 384}
# A form of the board has many fields, and 47 prefectures.
PATIENCE = 120
CALL = "見本 庁内のPCからの募集"
NOTICE = "見本 庁内のPCへのお知らせ"


@pytest.fixture
def page(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.set_viewport_size(WINDOW)
    return page


def press(page, target):
    """Reached by Tab, seen, and pressed by Enter; the page that follows fits the window."""
    tab_to(page, target, PATIENCE)
    expect(target).to_be_in_viewport()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.scrollWidth") <= WINDOW["width"]


def write(page, label, text):
    tab_to(page, page.get_by_role("main").get_by_label(label), PATIENCE)
    page.keyboard.type(text)


def button(page, name):
    return page.get_by_role("main").get_by_role("button", name=name, exact=True)


def test_a_day_s_work_without_mouse_and_scripts(page, open_as):
    _announce(open_as("jimukyoku"))

    _log_in(page)
    _post_a_call(page)
    _reply(page)
    _search(page)
    _confirm(page)


def _announce(secretariat):
    board.begin(secretariat, NOTICE, slug="notice")
    secretariat.get_by_label("確認を求める").check()
    board.press(secretariat, "投稿する")
    expect(secretariat.get_by_role("heading", level=1)).to_have_text(NOTICE)


def _log_in(page):
    """A wrong password is said on top, and the address need not be typed again."""
    page.goto("/accounts/login/")
    write(page, "メールアドレスまたは利用者ID", "village@demo.example.jp")
    write(page, "パスワード", "wrong-password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    login = page.get_by_role("main").get_by_label("メールアドレスまたは利用者ID")
    expect(login).to_have_value("village@demo.example.jp")
    write(page, "パスワード", PASSWORD)
    press(page, button(page, "ログイン"))
    tab_to(page, page.get_by_text("メニュー", exact=True))
    page.keyboard.press("Enter")
    expect_logged_in(page)


def _post_a_call(page):
    """The missing 締切 is named on top; its line leads to the field, which is tied to its error."""
    page.goto("/board/topics/new/?category=call")
    write(page, "件名", CALL)
    write(page, "本文", "庁内のPCから書きました。")
    tab_to(page, page.get_by_label("添付ファイル"), PATIENCE)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(board.workbook())
    press(page, button(page, "投稿する"))

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    press(page, summary.get_by_role("link", name="締切：入力してください。"))
    deadline = page.get_by_label("締切", exact=False).first
    expect(deadline).to_be_focused()
    expect(deadline).to_have_attribute("aria-invalid", "true")
    expect(deadline).to_have_accessible_description(re.compile("入力してください。"))
    page.keyboard.type(board.DEADLINE)
    press(page, button(page, "投稿する"))

    expect(page.get_by_role("heading", level=1)).to_have_text(CALL)
    expect(page.get_by_role("link", name=board.XLSX)).to_have_count(1)


def _reply(page):
    write(page, "本文", "質問はこの返信でお寄せください。")
    press(page, button(page, "返信する"))
    expect(page.get_by_role("article", name="返信1")).to_contain_text("この返信でお寄せください。")


def _search(page):
    page.goto("/board/")
    write(page, "検索語", "庁内　ＰＣ")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("main").get_by_role("link", name=CALL))
    expect(page.get_by_role("heading", level=1)).to_have_text(CALL)


def _confirm(page):
    page.goto("/board/")
    asked = page.get_by_role("region", name="貴団体への依頼")
    press(page, asked.get_by_role("link", name=NOTICE))
    press(page, page.get_by_role("button", name="確認しました"))
    board.expect_said(page, "確認しました。")
    confirmed = page.get_by_role("region", name="確認", exact=True)
    expect(confirmed).to_contain_text("村づくり課 見本 五月が確認しました。")
