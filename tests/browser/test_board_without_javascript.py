"""A call from the first draft to its result and its copy, on a PC that blocks scripts."""

import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser import board

TITLE = "見本 里山体験ツアーの参加団体を募集します"


@pytest.fixture
def city(open_as):
    return open_as("city", java_script_enabled=False)


@pytest.fixture
def town(open_as):
    return open_as("town", java_script_enabled=False)


def test_call_is_written_answered_ended_and_copied(city, town):
    _write_with_an_error_and_a_preview(city)
    topic = _post(city)
    _edit(city, topic)

    _find_and_quote(town, topic)

    _close(city, topic)
    _copy(city)


def _write_with_an_error_and_a_preview(page):
    """The missing 締切 costs neither text nor file."""
    page.goto("/board/")
    page.get_by_role("link", name="新しく投稿する").click()
    page.get_by_role("link", name="イベント・事業の募集").click()
    page.get_by_label("件名").fill(TITLE)
    page.get_by_label("本文").fill(
        "里山を歩きます。\n・日帰り\nhttps://www.city.example.jp/ をご覧ください。"
    )
    page.get_by_label("添付ファイル").set_input_files(board.workbook())
    board.press(page, "投稿する")
    expect(page.get_by_label("件名")).to_have_value(TITLE)
    page.get_by_role("alert").get_by_role("link", name="締切：入力してください。").click()
    page.get_by_label("締切").fill(board.DEADLINE)
    board.press(page, "プレビュー")
    preview = page.get_by_role("region", name="プレビュー")
    expect(preview).to_contain_text("令和18年1月15日（火）午後3時")
    expect(preview).to_contain_text(board.XLSX)
    expect(preview.get_by_role("listitem")).to_have_text("日帰り")


def _post(page):
    board.press(page, "投稿する")
    board.expect_said(page, "投稿しました。")
    expect(page.get_by_role("link", name="https://www.city.example.jp/")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=board.XLSX).click()
    assert download.value.suggested_filename == board.XLSX
    with page.expect_download() as download:
        page.get_by_role("link", name="添付ファイルをまとめて保存").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.namelist() == [board.XLSX]
    return board.path_of(page)


def _edit(page, topic):
    page.goto(topic)
    page.get_by_role("link", name="編集", exact=True).click()
    page.get_by_label("変更の理由").fill("費用を書き忘れたため")
    page.get_by_text("詳しい項目（任意）").click()
    page.get_by_label("参加費・費用").fill("無料")
    board.press(page, "変更を保存する")
    board.expect_said(page, "変更を保存しました。")
    page.get_by_role("link", name=re.compile("に変更")).click()
    expect(page.get_by_role("main")).to_contain_text("理由：費用を書き忘れたため")


def _find_and_quote(page, topic):
    """The other town finds the call by two words, marks it, and answers a reply of its own."""
    page.goto("/board/")
    page.get_by_label("検索語").fill("ツアー　さとやま")
    board.press(page, "検索")
    expect(page.get_by_role("main").get_by_text("見つかりませんでした")).to_be_visible()
    page.get_by_label("検索語").fill("ﾂｱｰ　里山")
    board.press(page, "検索")
    page.get_by_role("link", name=TITLE).click()
    board.press(page, "「要対応」を付ける")
    expect(page.get_by_role("button", name="「要対応」を外す")).to_be_visible()
    page.get_by_label("本文").fill("質問です。\n雨の日はどうなりますか。")
    board.press(page, "返信する")
    page.get_by_role("link", name="引用して返信").click()
    expect(page.get_by_label("本文")).to_have_value(
        ">>1\n> 質問です。\n> 雨の日はどうなりますか。\n\n"
    )
    page.get_by_label("本文").fill(">>1\n> 雨の日はどうなりますか。\n\nよろしくお願いします。")
    board.press(page, "返信する")
    second = page.get_by_role("article", name="返信2")
    expect(second.get_by_role("blockquote")).to_have_text("雨の日はどうなりますか。")
    second.get_by_role("link", name=">>1").click()
    assert page.url.endswith(f"{topic}?page=1#reply-1")
    page.goto("/board/?todo=on")
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()


def _close(page, topic):
    page.goto("/board/c/call/")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=TITLE))
    expect(row).to_contain_text("未読")
    board.press(page, "すべて既読にする")
    expect(page.get_by_text("未読", exact=True)).to_have_count(0)
    page.goto(topic)
    page.get_by_role("link", name="受付を終了する").click()
    page.get_by_role("radio", name=re.compile("^成立")).check()
    page.get_by_label("結果のお知らせ").fill("5団体の参加が決まりました。")
    board.press(page, "受付を終了する")
    expect(page.get_by_role("region", name="結果")).to_contain_text("5団体の参加が決まりました。")


def _copy(page):
    """Next year's call: everything but the dates and the files."""
    page.get_by_role("link", name="印刷（回覧・決裁用）").click()
    expect(page.get_by_text("決裁欄")).to_be_visible()
    page.get_by_role("link", name="投稿へ戻る").click()
    board.press(page, "複製して新規作成")
    expect(page.get_by_label("件名")).to_have_value(TITLE)
    expect(page.get_by_label("締切")).to_have_value("")
    expect(page.get_by_label("参加費・費用")).to_have_value("無料")
    page.goto("/board/drafts/")
    row = page.get_by_role("row").filter(has_text=TITLE)
    row.get_by_text("削除", exact=False).first.click()
    row.get_by_role("button", name="削除する").click()
    board.expect_said(page, "下書きを削除しました。")
