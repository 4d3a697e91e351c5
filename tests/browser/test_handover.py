"""A section over a change of staff: second step, a colleague, hand-over, and the locked door."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import accessibility_violations
from tests.browser.people import PASSWORD as DEMO_PASSWORD
from tests.browser.people import expect_logged_in, expect_logged_out, log_in, log_out
from tests.browser.test_registration import link_in

PASSWORD = "yama-no-usagi-9"
COLLEAGUE = "doryo@city.example.jp"
SUCCESSOR = "kounin@city.example.jp"


@pytest.fixture
def new_page(new_context):
    return lambda: new_context().new_page()


def accept(page, mail, username):
    """From the mailed link to a person of one's own."""
    page.goto(link_in(mail))
    page.get_by_label("利用者ID").fill(username)
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_label("パスワード（確認）").fill(PASSWORD)
    page.get_by_label("利用規約に同意する").check()
    page.get_by_role("button", name="登録する").click()


def invite_colleague(page):
    """As the manager of the demo city."""
    page.goto("/members/organization/")
    page.get_by_role("link", name=re.compile("^利用者を招待する")).first.click()
    form = page.get_by_role("main")
    form.get_by_label("氏名").fill("見本 同僚")
    form.get_by_label("メールアドレス").fill(COLLEAGUE)
    form.get_by_role("button", name="招待する").click()
    expect(page.get_by_role("status")).to_contain_text("招待を送ります")


def test_colleague_joins_with_a_mailed_code_and_hands_over(new_page, newest_mail):
    manager, colleague, successor = new_page(), new_page(), new_page()
    log_in(manager, "city@demo.example.jp", DEMO_PASSWORD)
    invite_colleague(manager)

    accept(colleague, newest_mail(COLLEAGUE), "doryo-01")
    log_in(colleague, "doryo-01", PASSWORD)
    ask_for_mailed_code(colleague)
    log_out(colleague)
    log_in(colleague, "doryo-01", PASSWORD)
    code = re.search(r"[0-9]{4}-?[0-9]{4}", newest_mail("city-section@demo.example.jp"))[0]
    assert accessibility_violations(colleague) == []
    colleague.get_by_label("メールで届いたコード").fill(code)
    colleague.get_by_role("button", name="確認する").click()
    expect_logged_in(colleague)

    hand_over(colleague)
    accept(successor, newest_mail(SUCCESSOR), "kounin-01")
    log_in(successor, "kounin-01", PASSWORD)
    expect_logged_in(successor)
    colleague.goto("/members/me/")
    expect_logged_out(colleague)
    log_in(colleague, "doryo-01", PASSWORD)
    expect_logged_out(colleague)


def ask_for_mailed_code(page):
    expect_logged_in(page)
    page.goto("/accounts/2fa/")
    page.get_by_role("button", name="ログインのたびに、メールで確認コードを受け取る").click()
    if page.get_by_label("パスワード").count():
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("main")).to_contain_text("受け取る設定です")


def hand_over(page):
    page.goto("/members/handover/")
    page.get_by_role("link", name="自分の後任を決める").click()
    form = page.get_by_role("main")
    form.get_by_label("氏名").fill("見本 後任")
    form.get_by_label("メールアドレス").fill(SUCCESSOR)
    form.get_by_role("button", name="後任を招待する").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert accessibility_violations(page) == []
