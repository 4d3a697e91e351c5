"""From a town that has never heard of the portal to the locked door behind its first member of staff."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import accessibility_violations
from tests.browser.people import expect_logged_in, expect_logged_out, log_in, log_out
from tests.browser.test_registration import apply, link_in

PASSWORD = "yama-no-usagi-9"
MAILBOX = "kikaku@town.example.jp"
COLLEAGUE = "doryo@town.example.jp"
SUCCESSOR = "kounin@town.example.jp"


@pytest.fixture
def new_page(new_context):
    return lambda **options: new_context(**options).new_page()


def test_town_becomes_a_member_and_stays_one_when_its_staff_change(
    new_page, secretary, newest_mail
):
    """Every link and code is read in a mail that a server of SMTP has received."""
    applicant = new_page(java_script_enabled=False)
    apply(applicant, mailbox="ｋｉｋａｋｕ＠town.example.jp")
    verify(applicant, newest_mail(MAILBOX))
    decide(secretary, "修正を依頼する", "部署名をご確認ください。")
    correct(applicant, newest_mail(MAILBOX))
    decide(secretary, "承認する")

    first, colleague, successor = new_page(), new_page(), new_page()
    accept(first, newest_mail(MAILBOX), "kikaku-01")
    log_in(first, "kikaku-01", PASSWORD)
    ask_for_mailed_code(first)
    log_out(first)
    log_in_with_code(first, "kikaku-01", newest_mail)
    expect_membership(first)
    invite_colleague(first)
    accept(colleague, newest_mail(COLLEAGUE), "doryo-01")
    log_in(colleague, "doryo-01", PASSWORD)
    expect_logged_in(colleague)

    hand_over(first)
    expect_logged_in(first)
    accept(successor, newest_mail(SUCCESSOR), "kounin-01")
    log_in(successor, "kounin-01", PASSWORD)
    expect_membership(successor)
    first.goto("/members/me/")
    expect_logged_out(first)
    log_in(first, "kikaku-01", PASSWORD)
    expect_logged_out(first)
    colleague.goto("/members/me/")
    expect_logged_in(colleague)
    expect_over(new_page(), newest_mail(SUCCESSOR))


def verify(page, mail):
    page.goto(link_in(mail))
    page.get_by_role("button", name="メールアドレスを確認する").click()
    expect(page.get_by_role("status")).to_contain_text("申請を受け付けました")


def decide(page, name, reason=""):
    page.goto("/admin/members/application/?q=甘楽町")
    page.locator("#result_list tbody a").first.click()
    assert accessibility_violations(page) == []
    page.get_by_label(re.compile("申請した方に伝える理由")).fill(reason)
    page.get_by_role("button", name=name).click()


def correct(page, mail):
    assert "部署名をご確認ください。" in mail
    page.goto(link_in(mail))
    page.get_by_label("部署名").fill("企画政策課")
    page.get_by_role("button", name="申請する").click()
    expect(page.get_by_role("status")).to_contain_text("申請を送り直しました")


def accept(page, mail, username):
    """From the mailed link to a person of one's own."""
    page.goto(link_in(mail))
    assert accessibility_violations(page) == []
    page.get_by_label("利用者ID").fill(username)
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_label("パスワード（確認）").fill(PASSWORD)
    page.get_by_label("利用規約に同意する").check()
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_role("status")).to_contain_text("登録しました")


def ask_for_mailed_code(page):
    expect_logged_in(page)
    page.goto("/accounts/2fa/")
    page.get_by_role("button", name="ログインのたびに、メールで確認コードを受け取る").click()
    if page.get_by_label("パスワード").count():
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("main")).to_contain_text("受け取る設定です")


def log_in_with_code(page, login, newest_mail):
    """The person has no address: the code goes to the section's mailbox."""
    log_in(page, login, PASSWORD)
    code = re.search(r"[0-9]{4}-?[0-9]{4}", newest_mail(MAILBOX))[0]
    assert accessibility_violations(page) == []
    expect_logged_out(page)
    page.get_by_label("メールで届いたコード").fill(code)
    page.get_by_role("button", name="確認する").click()
    expect_logged_in(page)


def expect_membership(page):
    """A 管理担当者 of the town, which the public reads of as a member."""
    page.goto("/members/organization/")
    expect(page.get_by_role("heading", name="企画政策課")).to_be_visible()
    page.goto("/members/103845/")
    expect(page.get_by_role("main")).to_contain_text("会員登録日")


def invite_colleague(page):
    page.goto("/members/organization/")
    page.get_by_role("link", name=re.compile("^利用者を招待する")).first.click()
    form = page.get_by_role("main")
    form.get_by_label("氏名").fill("見本 同僚")
    form.get_by_label("メールアドレス").fill(COLLEAGUE)
    form.get_by_role("button", name="招待する").click()
    expect(page.get_by_role("status")).to_contain_text("招待を送ります")


def hand_over(page):
    page.goto("/members/handover/")
    page.get_by_role("link", name="自分の後任を決める").click()
    form = page.get_by_role("main")
    form.get_by_label("氏名").fill("見本 後任")
    form.get_by_label("メールアドレス").fill(SUCCESSOR)
    form.get_by_role("button", name="後任を招待する").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert accessibility_violations(page) == []


def expect_over(page, mail):
    """The link of an invitation works once."""
    answer = page.goto(link_in(mail))
    assert answer.status == 410
