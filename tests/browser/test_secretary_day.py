"""A Monday at the secretariat: every task begins on the start page of the admin."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import board
from tests.browser.test_news import NO_SCRIPT
from tests.browser.test_registration import apply, link_in
from tests.browser.test_secretariat_care import enter

EVENT = "見本町の月見"
ANNOUNCEMENT = "見本 年末年始の窓口"
VISITOR = "来訪 月子"


def registered(page, newest_mail, town, full_name, mailbox):
    """An application whose address has been verified."""
    apply(page, town=town, full_name=full_name, mailbox=mailbox)
    page.goto(link_in(newest_mail(mailbox)))
    page.get_by_role("button", name="メールアドレスを確認する").click()
    expect(page.get_by_role("status")).to_contain_text("申請を受け付けました")


def reported(open_as):
    """The path of a topic with a reply that somebody has reported."""
    town, city = open_as("town"), open_as("city")
    topic = board.post(town, "見本 月曜の通報")
    board.reply(town, topic, "個人の住所を書いた返信です。")
    city.goto(topic)
    city.get_by_role("article", name="返信1").get_by_role("link", name="事務局に知らせる").click()
    city.get_by_label("理由").fill("個人の住所が載っています。")
    board.press(city, "事務局に知らせる")
    return topic


def proposed(open_as):
    town = open_as("town", **NO_SCRIPT)
    town.goto("/events/proposals/new/")
    town.get_by_label("イベント名").fill(EVENT)
    town.get_by_label("本文").fill("月を見る催しです。")
    town.get_by_label("開始日").fill("令和20年9月15日")
    town.get_by_role("button", name="事務局に提案する").click()
    expect(town.get_by_role("row", name=EVENT)).to_contain_text("確認中")


def begin(page, task):
    page.goto("/admin/")
    page.locator(".desk").get_by_role("link", name=task).click()


def decide(page, town, button, reason=""):
    begin(page, "会員登録の申請")
    page.get_by_role("link", name=re.compile(town)).first.click()
    page.get_by_label(re.compile("申請した方に伝える理由")).fill(reason)
    page.get_by_role("button", name=button).click()


def hide_what_was_reported(page):
    begin(page, "対応していない通報")
    page.locator("#result_list tbody a").first.click()
    page.get_by_label("結果").select_option(label="非表示にした")
    page.get_by_label("説明").fill("個人情報のため")
    page.get_by_role("button", name="対応を記録する").click()


def publish_the_event(page):
    begin(page, "確認を待つイベントの提案")
    page.get_by_role("link", name=EVENT).click()
    page.get_by_role("link", name="掲載するか決める").click()
    page.get_by_role("button", name="掲載する", exact=True).click()


def announce(page):
    begin(page, "掲示板で会員に知らせる")
    page.get_by_label("件名").fill(ANNOUNCEMENT)
    page.get_by_label("本文").fill("12月29日から1月3日まで休みます。")
    page.get_by_label("確認を求める").check()
    board.press(page, "投稿する")


def erase_the_visitor(page):
    begin(page, "個人情報を探す・消去する")
    page.get_by_label("氏名、メールアドレス").fill(VISITOR)
    page.get_by_label("氏名、メールアドレス").press("Enter")
    page.get_by_role("link", name="残っている情報をすべて見る").click()
    page.get_by_role("link", name="消去する内容を確かめる").click()
    page.get_by_label("起こることを確かめました").check()
    page.get_by_role("main").get_by_role("button", name="消去する").click()
    expect(page.locator(".messagelist")).to_contain_text("消去しました")


def sheet(page, task, link):
    """Of the page of a task, as it comes down."""
    begin(page, task)
    with page.expect_download() as found:
        page.get_by_role("link", name=link).click()
    return Path(found.value.path()).read_bytes()


def test_secretary_does_the_work_of_a_day(secretary, open_as, new_context, newest_mail):
    applicants = new_context(java_script_enabled=False).new_page()
    registered(applicants, newest_mail, "しもにたまち", "群馬県下仁田町", "shimo@town.example.jp")
    registered(applicants, newest_mail, "かわばむら", "群馬県川場村", "kawaba@town.example.jp")
    topic = reported(open_as)
    proposed(open_as)
    enter(new_context().new_page(), VISITOR, "tsukiko@guest.example.jp")

    decide(secretary, "下仁田町", "承認する")
    decide(secretary, "川場村", "修正を依頼する", "部署名をご確認ください。")
    hide_what_was_reported(secretary)
    publish_the_event(secretary)
    announce(secretary)
    figures = sheet(secretary, "統計を見る", "すべての表をExcelで書き出す")
    accounts = sheet(secretary, "利用者の棚卸しをする", "Excelで書き出す")
    erase_the_visitor(secretary)

    assert (figures[:2], accounts[:2]) == (b"PK", b"PK")
    assert "登録" in newest_mail("shimo@town.example.jp")
    assert "部署名をご確認ください。" in newest_mail("kawaba@town.example.jp")
    secretary.goto("/admin/personal/?q=tsukiko")
    expect(secretary.get_by_role("main")).to_contain_text("見つかりません")
    expect_the_town_sees_it(open_as("city"), topic)


def expect_the_town_sees_it(city, topic):
    for address, text in (
        (topic, "この返信は、事務局が非表示にしました。"),
        ("/board/", ANNOUNCEMENT),
        ("/events/?when=all", EVENT),
    ):
        city.goto(address)
        expect(city.get_by_role("main")).to_contain_text(text)
