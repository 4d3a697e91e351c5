"""The session ends while somebody writes: text and files wait behind the log-in page."""

import pytest
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.checks import assert_good
from tests.browser.people import log_in

# Milliseconds; the script saves three seconds after the last key.
AUTOSAVE = 10_000
LONG = "締切と集合場所を確かめてください。\n" * 170
FILES = [board.workbook(), board.picture("地図.png", "png")]


@pytest.fixture(params=[False, True], ids=["without scripts", "with scripts"])
def writing(request, open_as):
    """A page, and a title of its own."""
    has_scripts = request.param
    title = f"見本 途中で切れた投稿{'' if has_scripts else '（スクリプトなし）'}"
    return open_as("city2", java_script_enabled=has_scripts), title


def end_session(page):
    """On the server's side it looks the same: no session, and no CSRF cookie either."""
    page.context.clear_cookies()


def test_long_text_and_files_outlive_the_session(writing):
    page, title = writing
    board.begin(page, title, body=LONG)
    end_session(page)
    page.get_by_label("添付ファイル").set_input_files(FILES)

    board.press(page, "投稿する")
    log_in(page, "city2@demo.example.jp")

    expect(page.get_by_label("件名")).to_have_value(title)
    expect(page.get_by_label("本文")).to_have_value(LONG)
    for file in FILES:
        expect(page.get_by_label(file["name"])).to_be_visible()
    written = page.url
    assert board.count_on_own_list(page, title) == 0
    page.goto(written)
    board.press(page, "投稿する")
    board.expect_said(page, "投稿しました。")
    for file in FILES:
        expect(page.get_by_role("link", name=file["name"], exact=True)).to_be_visible()
    assert board.count_on_own_list(page, title) == 1


def test_killed_browser_leaves_a_draft(open_as, new_context):
    page = open_as("city2")
    board.begin(page, "見本 電源が切れた投稿", body=LONG)
    expect(page.get_by_text("下書きを自動保存しました")).to_be_visible(timeout=AUTOSAVE)
    page.context.close()

    later = new_context().new_page()
    log_in(later, "city2@demo.example.jp")
    later.goto("/board/")
    later.get_by_role("status").get_by_role("link", name="下書きを開く").click()
    later.get_by_role("link", name="見本 電源が切れた投稿", exact=True).click()

    expect(later.get_by_label("本文")).to_have_value(LONG)


def test_late_autosave_resurrects_nothing(open_as):
    first = open_as("city2")
    board.begin(first, "見本 遅れて届いた自動保存")
    second = first.context.new_page()
    second.goto(first.url)
    # The other tab shows the same form, as 「タブを複製」 does.
    key = first.locator("[name=form_key]").first.input_value()
    second.locator("[name=form_key]").first.evaluate("(field, key) => { field.value = key }", key)
    board.press(first, "投稿する")
    board.expect_said(first, "投稿しました。")

    second.get_by_label("件名").fill("見本 遅れて届いた自動保存")
    expect(second.get_by_text("すでに投稿したか、下書きが削除されています")).to_be_visible(
        timeout=AUTOSAVE
    )

    first.goto("/board/drafts/")
    expect(first.get_by_text("見本 遅れて届いた自動保存")).to_have_count(0)
    assert board.count_on_own_list(first, "見本 遅れて届いた自動保存") == 1


def test_text_that_another_person_sends_waits_for_its_writer(open_as, state_of):
    page = open_as("city2")
    board.begin(page, "見本 別の方が送った投稿")
    page.context.clear_cookies()
    page.context.add_cookies(state_of("ward")["cookies"])

    board.press(page, "投稿する")

    expect(page.get_by_role("heading", level=1)).to_have_text("入力した内容を下書きに保存しました")
    assert_good(page)
    assert board.count_on_own_list(open_as("city2"), "見本 別の方が送った投稿") == 0
