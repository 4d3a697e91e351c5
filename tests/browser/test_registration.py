"""The application of a body: without scripts, with errors, by telephone, for a member's other section."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import accessibility_violations


def link_in(mail):
    return re.search(r"http://127\.0\.0\.1:[0-9]+(/\S+)", mail)[1]


@pytest.fixture
def applicant(new_context):
    return new_context(java_script_enabled=False).new_page()


def apply(page, *, town="かんらまち", full_name="群馬県甘楽町", mailbox):
    page.goto("/members/register/")
    form = page.get_by_role("main")
    form.get_by_label("都道府県", exact=True).select_option(label="群馬県")
    form.get_by_label("団体名").fill(town)
    form.get_by_label("部署名").fill("企画課")
    form.get_by_label("担当者名").fill("見本 月子")
    form.get_by_label("メールアドレス").fill(mailbox)
    form.get_by_label("電話番号").fill("０２７ー０００ー００００")
    form.get_by_label("利用目的").fill("23区との交流事業を提案したい")
    form.get_by_label("利用規約に同意する").check()
    page.get_by_role("button", name="確認画面へ進む").click()
    expect(page.get_by_role("main")).to_contain_text(full_name)
    page.get_by_role("button", name="申請する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("メールを確認してください")


def test_bodies_of_the_chosen_prefecture_are_offered(new_context):
    page = new_context().new_page()
    page.goto("/members/register/")
    names = page.locator("#bodies option")
    expect(names).to_have_count(0)

    page.get_by_role("main").get_by_label("都道府県", exact=True).select_option(label="群馬県")
    expect(names).to_have_count(36)
    expect(names.nth(1)).to_have_attribute("value", "前橋市")

    page.get_by_role("main").get_by_label("都道府県", exact=True).select_option(label="東京都")
    expect(names.nth(1)).to_have_attribute("value", "八王子市")


def test_errors_are_listed_on_top_and_lead_to_their_fields(applicant):
    applicant.goto("/members/register/")
    applicant.get_by_label("担当者名").fill("見本 月子")
    applicant.get_by_role("button", name="確認画面へ進む").click()

    summary = applicant.get_by_role("alert")
    expect(summary).to_contain_text("部署名：入力してください。")
    expect(applicant.get_by_label("担当者名")).to_have_value("見本 月子")
    summary.get_by_role("link", name="部署名：入力してください。").click()
    assert applicant.url.endswith("#id_section")


def test_secretariat_enters_an_application_that_came_by_telephone(secretary, newest_mail):
    secretary.goto("/admin/members/application/")
    secretary.get_by_role("link", name="代理入力").click()
    secretary.get_by_role("button", name="受け付ける").click()
    expect(secretary.get_by_role("alert")).to_contain_text("申請の方法を選んでください")
    assert accessibility_violations(secretary) == []
    form = secretary.locator("#content-main")
    form.get_by_label("電話", exact=True).check()
    form.get_by_label("都道府県", exact=True).select_option(label="群馬県")
    expect(secretary.locator("#bodies option")).to_have_count(36)
    form.get_by_label("団体名").fill("神流町")
    form.get_by_label("部署名").fill("総務課")
    form.get_by_label("担当者名").fill("見本 月子")
    form.get_by_label("メールアドレス").fill("somu@kanna.example.jp")
    form.get_by_label("電話番号").fill("０２７４ー００ー０００１")
    form.get_by_label("利用目的").fill("23区との交流事業を提案したい")
    form.get_by_label(re.compile("同意している")).check()
    secretary.get_by_role("button", name="受け付ける").click()

    expect(secretary.locator("#content-main")).to_contain_text("代理入力（電話）")
    assert link_in(newest_mail("somu@kanna.example.jp")).startswith("/members/register/")


def test_section_of_a_member_asks_its_managers(new_context):
    applicant = new_context().new_page()
    applicant.goto("/members/register/")
    form = applicant.get_by_role("main")
    form.get_by_label("都道府県", exact=True).select_option(label="群馬県")
    form.get_by_label("団体名").fill("見本市")
    form.get_by_label(re.compile("市区町村・都道府県ではない団体")).check()
    form.get_by_label("部署名").fill("福祉課")
    form.get_by_label("担当者名").fill("見本 月子")
    form.get_by_label("メールアドレス").fill("fukushi@city.example.jp")
    form.get_by_role("button", name="確認画面へ進む").click()
    assert accessibility_violations(applicant) == []
    applicant.get_by_role("button", name="貴団体の管理担当者に連絡する").click()
    assert accessibility_violations(applicant) == []
    expect(applicant.get_by_label("部署名")).to_have_value("福祉課")
    applicant.get_by_role("button", name="送信する").click()

    expect(applicant.get_by_role("heading", level=1)).to_have_text("連絡を受け付けました")
