"""The inbox, the mail settings, and how an announcement reaches a town hall."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.checks import assert_good, open_and_weigh

MAX_BYTES = 60_000
TOWN = "town-section@demo.example.jp"


def inbox_link(page):
    return page.get_by_role("banner").get_by_role("link", name=re.compile("受信箱"))


@pytest.mark.parametrize(
    "path", ["/members/inbox/", "/members/inbox/?unread=1", "/members/me/mail/"]
)
def test_page_is_accessible_light_and_fits_every_screen(open_as, look_as, newest_message, path):
    board.post(open_as("ward"), "受信箱の見本")
    newest_message("ward-section@demo.example.jp")
    page = look_as("town")

    response, transferred = open_and_weigh(page, path)

    assert response.status == 200
    assert transferred <= MAX_BYTES
    assert_good(page)


def test_announcement_is_previewed_reaches_the_town_and_is_followed(open_as, newest_message):
    desk = open_as("jimukyoku")
    board.begin(desk, "避難所の調査のお願い", slug="notice", body="様式に記入してください。")
    desk.get_by_text("詳しい項目（任意）").first.click()
    desk.get_by_label("確認を求める").check()
    board.press(desk, "プレビュー")
    expect(desk.locator(".preview-reach")).to_contain_text("人が閲覧できます")
    assert_good(desk)
    board.press(desk, "投稿する")
    topic = board.path_of(desk)

    mail = newest_message(TOWN)
    assert mail["Subject"].strip() == "【特別区全国連携】確認のお願い：避難所の調査のお願い"
    assert "様式に記入してください。" in mail.get_content()

    town = open_as("town")
    town.goto("/members/inbox/")
    town.get_by_role("link", name="避難所の調査のお願い").click()
    town.wait_for_url(f"**{topic}")
    board.press(town, "確認しました")
    town.goto("/members/inbox/?unread=1")
    expect(town.get_by_role("link", name="避難所の調査のお願い")).to_have_count(0)

    desk.goto(f"{topic}reach/")
    row = desk.get_by_role("row").filter(has_text="見本町")
    expect(row).to_contain_text("読んだ")
    expect(row).to_contain_text("送信済 1")
    assert_good(desk)
    desk.goto(f"{topic}roster/")
    board.press(desk, "再度のお願いを送る")
    board.expect_said(desk, "再度のお願いを送ります")


def test_mail_is_stopped_by_its_link_without_log_in(open_as, new_context, newest_message):
    town = open_as("town")
    town.goto("/members/me/mail/")
    town.get_by_label("イベント・事業の募集：代表メールアドレス").select_option("at_once")
    board.press(town, "保存する")
    board.post(open_as("ward"), "止めたくなる募集", slug="call", 締切=board.DEADLINE)
    mail = newest_message(TOWN)
    path = urlsplit(mail["List-Unsubscribe"].strip(" <>")).path

    anybody = new_context().new_page()
    anybody.goto(path)
    assert_good(anybody)
    board.press(anybody, "メールを止める")
    expect(anybody.get_by_role("heading", level=1)).to_have_text("メールを止めました")
    town.goto("/members/me/mail/")
    choice = town.get_by_label("イベント・事業の募集：代表メールアドレス")
    expect(choice).to_have_value("never")

    board.press(anybody, "もう一度受け取る")
    town.reload()
    expect(choice).to_have_value("daily")


def test_section_chooses_with_the_keyboard_and_without_scripts(open_as):
    page = open_as("city2", java_script_enabled=False)
    page.goto("/members/me/mail/")

    choice = page.get_by_label("意見交換・相談：代表メールアドレス")
    choice.focus()
    page.keyboard.press("ArrowDown")
    button = page.get_by_role("button", name="保存する")
    button.focus()
    page.keyboard.press("Enter")

    board.expect_said(page, "メールの設定を保存しました。")
    expect(choice).to_have_value("weekly")


def test_everything_is_marked_read_at_once(open_as, newest_message):
    board.post(open_as("ward"), "もうひとつの見本")
    newest_message("ward-section@demo.example.jp")
    page = open_as("city")
    page.goto("/members/inbox/")
    expect(inbox_link(page)).to_contain_text("未読")

    board.press(page, "すべて既読にする")

    board.expect_said(page, "既読にしました。")
    expect(inbox_link(page)).not_to_contain_text("未読")
