"""What leaves the screen: sheets of paper, and files that open in the browser."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.chromium import MISSING, installed
from tests.browser.test_print import sheets

# board.DEADLINE, as everybody will read it.
AS_READ = "令和18年1月15日（火）午後3時"


@pytest.mark.parametrize("path", ["/board/c/call/", "/board/topics/1/", "/board/topics/1/print/"])
def test_page_prints_on_few_sheets_without_controls(look_as, base_url, path):
    page = look_as("town")
    page.goto(path)
    page.emulate_media(media="print")

    assert 1 <= sheets(page.pdf(prefer_css_page_size=True)) <= 2
    assert page.get_by_role("button").count() == 0
    assert page.get_by_role("textbox").count() == 0
    expect(page.get_by_text(f"{base_url}{path.removesuffix('print/')}").last).to_be_visible()


def test_draft_prints_for_approval_before_it_is_posted(open_as):
    page = open_as("city")
    board.begin(page, "見本 起案する投稿", slug="call", 締切=board.DEADLINE)
    page.get_by_label("添付ファイル").set_input_files(board.workbook())
    expect(page.get_by_text("を添付しました。")).to_be_visible()
    board.press(page, "下書き保存")
    row = page.get_by_role("row").filter(has_text="見本 起案する投稿")
    row.get_by_role("link", name="起案用に印刷").click()
    page.emulate_media(media="print")

    expect(page.get_by_role("heading", level=1)).to_have_text("掲示板への投稿（案）")
    for text in ("決裁欄", "見本 起案する投稿", AS_READ, "すべての会員", board.XLSX):
        expect(page.get_by_text(re.compile(re.escape(text))).first).to_be_visible()
    assert page.get_by_role("link").filter(visible=True).count() == 0
    assert sheets(page.pdf(prefer_css_page_size=True)) == 1


@pytest.fixture
def viewer(browser_type, browser_type_launch_args, browser_context_args, state_of):
    """A browser that shows PDFs, with the ward logged in."""
    program = installed(whole=True)
    if program is None and os.environ.get("CI"):
        pytest.fail(MISSING)
    if program is None:
        pytest.skip(MISSING)
    launched = browser_type.launch(**{**browser_type_launch_args, "executable_path": program})
    with launched as browser:
        yield browser.new_page(**browser_context_args, storage_state=state_of("ward"))


def test_pdf_opens_in_the_browser_under_the_strictest_policy(open_as, viewer):
    """Chromium's viewer draws the red page although the answer is sandboxed."""
    page = open_as("ward")
    board.begin(page, "見本 開ける添付")
    page.get_by_label("添付ファイル").set_input_files(board.picture("要領.pdf", "PDF"))
    expect(page.get_by_text("を添付しました。")).to_be_visible()
    board.press(page, "投稿する")
    href = page.get_by_role("link", name=re.compile("開く.*要領.pdf")).get_attribute("href")

    headers = page.request.get(href).headers
    viewer.goto(href)

    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["content-disposition"].startswith("inline;")
    assert _turns_red(viewer)


def _turns_red(page):
    """The viewer draws in a frame of its own, which no locator waits for."""
    for _ in range(20):
        if board.red_share(page.screenshot()) > 0.1:
            return True
        page.wait_for_timeout(250)
    return False
