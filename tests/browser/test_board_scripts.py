"""What the script adds to writing: drafts that save themselves, counters, files one by one."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import board

# Milliseconds; the script saves three seconds after the last key.
AUTOSAVE = 10_000
ABOVE_LIMIT = 20 * 1024 * 1024 + 1


@pytest.fixture
def ward(open_as):
    return open_as("ward")


def test_unsent_text_is_counted_warned_of_and_saved(ward):
    board.begin(ward, "𠮷野町の催し")
    expect(ward.get_by_text("6字／100字まで")).to_be_visible()
    asked = []
    ward.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    ward.evaluate("setTimeout(() => { location.href = '/board/' })")
    ward.wait_for_event("dialog")

    assert asked == ["beforeunload"]
    expect(ward.get_by_label("件名")).to_have_value("𠮷野町の催し")
    expect(ward.get_by_text("下書きを自動保存しました")).to_be_visible(timeout=AUTOSAVE)
    ward.goto("/board/")
    assert asked == ["beforeunload"]
    expect(ward.get_by_text("投稿していない下書きが")).to_be_visible()


def test_enter_that_ends_the_conversion_of_kana_presses_no_button(ward):
    board.begin(ward, "見本 変換の確定")

    stopped = ward.get_by_label("件名").evaluate(
        """field => [true, false].map((isComposing) => {
            const details = { key: "Enter", isComposing, bubbles: true, cancelable: true };
            return !field.dispatchEvent(new KeyboardEvent("keydown", details));
        })"""
    )

    assert stopped == [True, False]


def test_files_go_up_one_by_one_and_refusals_cost_no_text(ward):
    board.begin(ward, "見本 添付の確認")
    field, list_of_files = ward.get_by_label("添付ファイル"), ward.locator(".attached")

    field.set_input_files([board.workbook(), board.as_file("手順.exe", b"MZ")])
    expect(list_of_files).to_contain_text(board.XLSX)
    expect(ward.get_by_text("「手順.exe」")).to_contain_text("添付できるのは")
    expect(list_of_files.get_by_role("checkbox")).to_have_count(1)
    ward.evaluate(
        """size => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(size)], "大きな資料.pdf"));
            const field = document.querySelector("[type=file]");
            field.files = files.files;
            field.dispatchEvent(new Event("change"));
        }""",
        ABOVE_LIMIT,
    )
    expect(ward.get_by_text("「大きな資料.pdf」は20MBを超えています。")).to_be_visible()
    expect(ward.get_by_label("本文")).to_have_value("本文です。")
    list_of_files.get_by_text("を外す").click()
    field.set_input_files(board.picture("地図.png", "png"))
    expect(list_of_files.get_by_role("checkbox")).to_have_count(2)
    board.press(ward, "投稿する")

    expect(ward.get_by_role("link", name="地図.png", exact=True)).to_be_visible()
    expect(ward.get_by_role("link", name=board.XLSX)).to_have_count(0)


def behind_a_narrow_proxy(page):
    """What a town hall's proxy answers to any file, in words of its own."""

    def refuse(route):
        has_file = b'filename="' in (route.request.post_data_buffer or b"")
        is_sent = b'filename=""' not in (route.request.post_data_buffer or b"")
        if has_file and is_sent:
            route.fulfill(status=413, content_type="text/html", body="<h1>413 Too Large</h1>")
        else:
            route.continue_()

    page.route("**/board/**", refuse)


def test_file_that_a_proxy_refuses_costs_no_text(ward):
    behind_a_narrow_proxy(ward)
    board.begin(ward, "見本 中継で止まる添付")

    ward.get_by_label("添付ファイル").set_input_files(board.picture("大きな地図.png", "png"))
    said = ward.get_by_text("「大きな地図.png」は大きすぎて送れませんでした。")
    expect(said).to_contain_text("20MB")
    board.press(ward, "投稿する")

    board.expect_said(ward, "投稿しました。")
    expect(ward.get_by_text("本文です。")).to_be_visible()


def test_text_is_still_there_after_a_proxy_s_refusal_without_scripts(open_as):
    town = open_as("town", java_script_enabled=False)
    behind_a_narrow_proxy(town)
    board.begin(town, "見本 中継で止まる投稿")
    town.get_by_label("添付ファイル").set_input_files(board.picture("大きな地図.png", "png"))
    board.press(town, "投稿する")
    expect(town.get_by_role("heading", name="413 Too Large")).to_be_visible()

    town.go_back()

    expect(town.get_by_label("件名")).to_have_value("見本 中継で止まる投稿")
    expect(town.get_by_label("本文")).to_have_value("本文です。")


@pytest.mark.parametrize("is_missing", [False, True], ids=["clipboard", "plain http"])
def test_text_to_pass_on_is_copied(open_as, is_missing):
    page = open_as("town", permissions=["clipboard-read", "clipboard-write"])
    if is_missing:
        page.add_init_script("delete Navigator.prototype.clipboard")
    page.goto("/board/topics/1/text/")

    page.get_by_role("button", name="コピーする").first.click()
    expect(page.get_by_role("status").first).to_have_text("コピーしました")

    page.goto("/board/topics/new/?category=exchange")
    page.get_by_label("本文").press("Control+V")
    expect(page.get_by_label("本文")).to_have_value(re.compile("^件名：【見本】秋の物産展"))
