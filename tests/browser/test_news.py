"""News, publications and events as people use them, with scripts switched off."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.checks import accessibility_violations, assert_good
from tests.lib.pdf_files import make_pdf

NO_SCRIPT = {"java_script_enabled": False}


@pytest.fixture
def page(new_context):
    return new_context(**NO_SCRIPT).new_page()


def test_events_are_filtered_and_seen_in_the_month(page):
    page.goto("/events/")

    page.get_by_role("combobox", name="期間").select_option(label="終了したもの")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.get_by_role("main")).to_contain_text(
        "令和7年度特別区全国連携プロジェクト交流イベント"
    )
    page.goto("/events/calendar/?month=2026-02")
    page.get_by_role("link", name="次の月").click()

    page.get_by_role("table").get_by_role("link").click()
    expect(page.get_by_role("main")).to_contain_text("公表していません。")


def test_visitor_enters_and_cancels(page, newest_mail):
    page.goto("/events/2/")
    page.get_by_role("link", name="参加を申し込む").click()
    page.get_by_label("氏名").fill("見本 来訪")
    page.get_by_label("メールアドレス").fill("visitor@guest.example.jp")
    page.get_by_label("参加人数").fill("２")
    page.get_by_label("個人情報の取扱いに同意する").check()
    page.get_by_role("button", name="申し込む").click()

    expect(page.get_by_role("main")).to_contain_text("受付済")
    mail = newest_mail("visitor@guest.example.jp")
    page.goto(re.search(r"/events/entries/\S+", mail)[0])
    page.get_by_role("button", name="申込みを取り消す").click()
    expect(page.get_by_role("main")).to_contain_text("取消し")


def test_member_proposes_and_the_secretariat_publishes(open_as, secretary):
    town = open_as("town", **NO_SCRIPT)
    town.goto("/events/")
    town.get_by_role("link", name="貴団体のイベントを提案する").click()
    town.get_by_role("link", name="イベントを提案する").click()
    town.get_by_label("イベント名").fill("見本町の雪まつり")
    town.get_by_label("本文").fill("雪の中の見本の催しです。")
    town.get_by_label("開始日").fill("令和20年2月3日")
    town.get_by_role("button", name="事務局に提案する").click()
    expect(town.get_by_role("row", name="見本町の雪まつり")).to_contain_text("確認中")

    secretary.goto("/admin/")
    secretary.get_by_role("link", name="確認を待つイベントの提案").click()
    secretary.get_by_role("link", name="見本町の雪まつり").click()
    secretary.get_by_role("link", name="掲載するか決める").click()
    assert accessibility_violations(secretary) == []
    secretary.get_by_role("button", name="掲載する", exact=True).click()

    town.reload()
    town.get_by_role("link", name="見本町の雪まつり").click()
    expect(town.get_by_role("heading", level=1)).to_have_text("見本町の雪まつり")


@pytest.mark.parametrize(
    "path", ["/events/proposals/", "/events/proposals/new/", "/members/introductions/"]
)
def test_pages_of_members_are_accessible(look_as, path):
    page = look_as("town")
    page.goto(path)

    assert_good(page)


def test_secretary_previews_without_saving_and_then_publishes(secretary, page):
    secretary.goto("/admin/news/newsitem/add/")
    secretary.get_by_label("分類").select_option(label="募集")
    secretary.get_by_label("表題:").first.fill("画面の試験のお知らせ")
    secretary.get_by_label("本文").fill("## 見出し\n\n- 一つ")
    with secretary.expect_popup() as opened:
        secretary.get_by_role("button", name="表示を確かめる").click()
    preview = opened.value
    expect(preview.get_by_role("heading", name="見出し")).to_be_visible()
    expect(preview.get_by_text("まだ保存していません")).to_be_visible()
    assert accessibility_violations(preview) == []

    secretary.get_by_label("下書き").uncheck()
    secretary.get_by_role("button", name="保存", exact=True).click()

    page.goto("/news/")
    page.get_by_role("link", name="画面の試験のお知らせ").click()
    expect(page.get_by_role("heading", name="見出し")).to_be_visible()


def test_publication_is_uploaded_and_downloaded(secretary, page):
    pdf = make_pdf(("Browser", "Two"), bookmarks=("見本の目次",))
    secretary.goto("/admin/news/publication/add/")
    secretary.get_by_label("種類").select_option(label="パンフレット")
    secretary.get_by_label("表題").fill("見本のパンフレット")
    secretary.get_by_label("発行日").fill("令和8年10月1日")
    secretary.get_by_label("下書き").uncheck()
    secretary.locator("input[type=file]").first.set_input_files(
        {"name": "見本.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    secretary.get_by_role("button", name="保存", exact=True).click()

    page.goto("/publications/?series=pamphlet")
    page.get_by_role("link", name="見本のパンフレット").click()
    expect(page.get_by_role("img", name="見本のパンフレットの表紙")).to_be_visible()
    expect(page.get_by_text("見本の目次")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("PDF、2ページ")).click()
    assert Path(download.value.path()).read_bytes() == pdf


def test_wish_for_an_introduction_waits_and_its_post_is_recorded(open_as, secretary):
    secretary.goto("/admin/members/introduction/statistics/")
    assert accessibility_violations(secretary) == []
    secretary.get_by_role("button", name="新しい希望を今すぐ取り込む").click()
    secretary.get_by_role("link", name="【見本】見本市りんご祭り").click()
    assert accessibility_violations(secretary) == []
    secretary.get_by_label("Xの投稿のアドレス").fill("https://x.com/Zenkoku_Renkei/status/1")
    secretary.get_by_role("button", name="紹介済にする").click()

    city = open_as("city", **NO_SCRIPT)
    city.goto("/members/introductions/")
    expect(city.get_by_role("row", name="【見本】見本市りんご祭り")).to_contain_text("紹介済")
