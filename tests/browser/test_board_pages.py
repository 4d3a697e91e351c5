"""Every page of the board that can be opened by its address."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.checks import assert_good, open_and_weigh, weigh

MAX_BYTES = 60_000
_READ = ".topic-row:not(.topic-unread)"
# {topic} has files, a hidden reply and a history.
PATHS = [
    "/board/",
    "/board/?status=open&sort=deadline&unread=on",
    "/board/?year=1999",
    "/board/c/call/",
    "/board/search/",
    "/board/search/?q=物産展",
    "/board/search/?q=zzzz",
    "/board/ours/",
    "/board/drafts/",
    "/board/topics/new/",
    *(
        f"/board/topics/new/?category={slug}"
        for slug in ("proposal", "call", "policy", "pamphlet", "media", "exchange")
    ),
    "/board/topics/1/",
    "/board/topics/1/reply/?quote=1",
    "{topic}",
    "{topic}reply/",
    "{topic}edit/",
    "{topic}close/",
    "{topic}extend/",
    "{topic}withdraw/",
    "{topic}history/",
    "{topic}text/",
    "{topic}print/",
    "{topic}replies/1/edit/",
    "{topic}replies/1/history/",
    "{draft_print}",
    "/board/topics/999999/",
]


@pytest.fixture(scope="module")
def known(browser, browser_context_args, state_of):
    """A topic with everything on it, and a draft."""
    with ExitStack() as stack:

        def open_as(name):
            options = {**browser_context_args, "storage_state": state_of(name)}
            return stack.enter_context(browser.new_context(**options)).new_page()

        return _make(open_as)


def _make(open_as):
    city = open_as("city")
    board.begin(city, "見本のすべて", slug="call", 締切=board.DEADLINE)
    city.get_by_label("添付ファイル").set_input_files(
        [
            board.workbook(),
            board.picture("地図.png", "png"),
        ]
    )
    board.press(city, "投稿する")
    topic = board.path_of(city)
    for text in ("残る返信です。", "隠す返信です。"):
        board.reply(city, topic, text)
    _edit(city, topic)
    _edit(city, f"{topic}replies/1/")
    _hide_reply(open_as("jimukyoku"), "隠す返信です。")
    board.begin(city, "下書きの見本")
    board.press(city, "下書き保存")
    row = city.get_by_role("row").filter(has_text="下書きの見本")
    draft_print = row.get_by_role("link", name="起案用に印刷").get_attribute("href")
    return {"topic": topic, "draft_print": draft_print}


def _edit(page, path):
    page.goto(f"{path}edit/")
    page.get_by_label("本文").fill("直した本文です。")
    page.get_by_label("変更の理由").fill("誤りがあったため")
    board.press(page, "変更を保存する")
    board.expect_said(page, "変更を保存しました。")


def _hide_reply(page, text):
    page.goto(f"/admin/board/reply/?q={text}")
    page.locator("#result_list tbody a").first.click()
    page.get_by_label("非表示にする理由").fill("見本のため")
    page.get_by_role("button", name="非表示にする").click()
    expect(page.get_by_text("非表示にする：完了しました。")).to_be_visible()


@pytest.mark.parametrize("path", PATHS)
def test_page_is_accessible_light_and_fits_every_screen(look_as, known, path):
    page = look_as("city")

    response, transferred = open_and_weigh(page, path.format(**known))

    assert response.status == (404 if "999999" in path else 200)
    assert transferred <= MAX_BYTES
    assert_good(page)


def test_pages_that_answer_a_form_are_as_good(open_as):
    page = open_as("ward")
    board.begin(page, "見本の試し書き", slug="call")
    page.get_by_label("添付ファイル").set_input_files(board.workbook())
    expect(page.get_by_text("を添付しました。")).to_be_visible()

    for button, deadline in (("投稿する", ""), ("プレビュー", board.DEADLINE)):
        page.get_by_label("締切").fill(deadline)
        _, transferred = weigh(page, lambda name=button: board.press(page, name))
        assert transferred <= MAX_BYTES
        expect(page.get_by_label("件名")).to_have_value("見本の試し書き")
        assert_good(page)


def test_viewer_reads_and_is_offered_nothing_to_write(look_as, known):
    page = look_as("viewer")

    page.goto("/board/")
    expect(page.get_by_role("link", name="新しく投稿する")).to_have_count(0)
    page.goto(known["topic"])

    expect(page.get_by_text("この返信は、事務局が非表示にしました。")).to_be_visible()
    expect(page.get_by_role("button", name="返信する")).to_have_count(0)
    expect(page.get_by_role("link", name="引用して返信")).to_have_count(0)
    assert_good(page)


def test_forced_colours_still_tell_unread_rows_and_the_first_choice(open_as):
    page = open_as("viewer", forced_colors="active")
    page.goto("/board/topics/1/")
    page.goto("/board/?sort=new")

    def colour(selector, name):
        first = page.locator(selector).first
        return first.evaluate("(it, name) => getComputedStyle(it)[name]", name)

    edges = {colour(row, "borderLeftColor") for row in (".topic-unread", _READ)}
    assert len(edges) == 2
    buttons = {colour(it, "backgroundColor") for it in ("main .button", "header .button-secondary")}
    assert len(buttons) == 2


def test_empty_list_of_drafts_leads_to_a_new_topic(open_as):
    page = open_as("jimukyoku")

    page.goto("/board/drafts/")
    assert_good(page)
    page.get_by_role("main").get_by_role("link", name="新しく投稿する").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("新しい投稿")
