"""Two people, or one person twice: nothing is lost, nothing is sent twice, nothing goes unread."""

from playwright.sync_api import expect

from tests.browser import board
from tests.browser.checks import assert_good


def test_second_of_two_editors_sees_both_texts_and_saves(open_as):
    city, city2 = open_as("city"), open_as("city2")
    topic = board.post(city, "見本 二人で編集")
    for page in (city, city2):
        page.goto(f"{topic}edit/")
    # Longer than its frame, which keys have to scroll.
    city.get_by_label("本文").fill("花子の本文です。\n" * 30)
    board.press(city, "変更を保存する")
    board.expect_said(city, "変更を保存しました。")

    city2.get_by_label("本文").fill("次郎の本文です。")
    board.press(city2, "変更を保存する")

    conflict = city2.get_by_role("alert")
    expect(conflict).to_contain_text("花子の本文です。")
    expect(city2.get_by_label("本文")).to_have_value("次郎の本文です。")
    assert_good(city2)
    board.press(city2, "変更を保存する")
    board.expect_said(city2, "変更を保存しました。")
    expect(city2.get_by_text("次郎の本文です。")).to_be_visible()
    city2.goto(f"{topic}history/")
    expect(city2.get_by_text("花子の本文です。").first).to_be_visible()


def test_reply_that_comes_while_somebody_reads_is_unread(open_as):
    city, town = open_as("city"), open_as("town")
    topic = board.post(city, "見本 読んでいる間の返信")
    city.goto(topic)

    board.reply(town, topic, "今、届いた返信です。")

    city.goto("/board/c/exchange/?unread=on")
    city.get_by_role("link", name="見本 読んでいる間の返信").click()
    city.get_by_role("link", name="最初の未読の返信（1）へ").click()
    expect(city.get_by_text("今、届いた返信です。")).to_be_in_viewport()
    city.goto("/board/c/exchange/?unread=on")
    expect(city.get_by_role("link", name="見本 読んでいる間の返信")).to_have_count(0)


def test_back_and_once_more_posts_nothing_without_scripts(open_as):
    town = open_as("town", java_script_enabled=False)
    topic = board.post(town, "見本 戻ってもう一度")
    town.go_back()
    expect(town.get_by_label("件名")).to_have_value("見本 戻ってもう一度")

    board.press(town, "投稿する")
    board.expect_said(town, "この内容は、すでに投稿しています。")
    assert board.path_of(town) == topic
    board.reply(town, topic, "戻って、もう一度送る返信です。")
    town.go_back()
    board.press(town, "返信する")

    board.expect_said(town, "この内容は、すでに投稿しています。")
    expect(town.get_by_role("heading", name="返信（1件）")).to_be_visible()


def test_double_click_posts_once_and_back_says_so(open_as):
    ward = open_as("ward")
    board.begin(ward, "見本 二度押し")
    button = ward.get_by_role("button", name="投稿する", exact=True)

    button.dblclick()
    expect(ward.get_by_role("heading", level=1)).to_have_text("見本 二度押し")
    topic = board.path_of(ward)
    ward.go_back()
    expect(button).to_be_enabled()
    ward.get_by_label("本文").fill("戻ってから書き足した本文です。")
    button.click()

    board.expect_said(ward, "すでに投稿しています。今の入力は、別の下書きに保存しました。")
    assert board.path_of(ward) == topic
    assert board.count_on_own_list(ward, "見本 二度押し") == 1
    ward.goto("/board/drafts/")
    ward.get_by_role("link", name="見本 二度押し", exact=True).click()
    expect(ward.get_by_label("本文")).to_have_value("戻ってから書き足した本文です。")


def test_same_words_in_two_forms_are_two_replies_and_back_is_none(open_as):
    city, town = open_as("city"), open_as("town")
    topic = board.post(city, "見本 同じ文の返信")

    for _ in range(2):
        board.reply(town, topic, "承知しました。")
    town.go_back()
    expect(town.get_by_label("本文")).to_have_value("承知しました。")
    board.press(town, "返信する")

    board.expect_said(town, "この内容は、すでに投稿しています。")
    expect(town.get_by_role("heading", name="返信（2件）")).to_be_visible()
