"""What a screen reader is told, read from Chromium's tree of accessible things: looks may differ, words may not."""

import pytest
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.checks import HEIGHT, WIDTHS

LANDMARKS = {"banner", "complementary", "contentinfo", "main", "navigation", "region", "search"}
# As many as one steps through before one gives up.
MOST_LANDMARKS = 12


def spoken(page, *roles):
    """Role and name of each thing with one of these roles, in the order in which they are read."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}

    def read(node):
        if not node["ignored"] and node["role"]["value"] in roles:
            yield node["role"]["value"], node.get("name", {}).get("value", "")
        for key in node.get("childIds", []):
            if key in by_id:
                yield from read(by_id[key])

    return list(read(nodes[0]))


@pytest.mark.parametrize(
    "path",
    [
        "/agreements/constituents/?q=まえばし",
        "/agreements/corporate/",
        "/members/?prefecture=26",
        "/members/directory/",
        "/members/organization/",
        "/board/topics/1/roster/",
        "/open-data/",
    ],
)
def test_table_that_looks_like_cards_on_a_phone_is_read_as_the_same_table(look_as, path):
    page = look_as("ward")
    page.goto(path)
    cells = ("table", "row", "columnheader", "rowheader", "cell")
    read_at = {}

    for name in ("desktop", "phone"):
        page.set_viewport_size({"width": WIDTHS[name], "height": HEIGHT})
        read_at[name] = spoken(page, *cells)

    assert "columnheader" in dict(read_at["desktop"])
    assert read_at["phone"] == read_at["desktop"]


@pytest.mark.parametrize("path", ["/", "/board/", "/board/topics/1/", "/members/organization/"])
def test_landmarks_are_few_and_told_apart(look_as, path):
    page = look_as("city")
    page.goto(path)

    found = spoken(page, *LANDMARKS)

    assert len(found) <= MOST_LANDMARKS
    assert len(set(found)) == len(found)


def test_replies_are_headings_that_say_which_and_whose(look_as):
    page = look_as("town")
    page.goto("/board/topics/1/")

    titles = [name for _, name in spoken(page, "heading")]

    assert "返信 1 群馬県見本市 企画課 連携担当 見本 花子" in titles


def test_facts_of_a_topic_are_read_apart(look_as):
    page = look_as("city")
    page.goto("/board/")

    said = "".join(name for _, name in spoken(page, "StaticText"))

    assert "群馬県見本市、返信 0件、" in said


def test_head_of_a_day_is_told_from_a_date(visitor):
    visitor.goto("/events/calendar/")

    assert spoken(visitor, "columnheader")[0] == ("columnheader", "日曜日")


def test_what_was_done_is_where_reading_begins(open_as):
    page = open_as("city")
    page.goto("/members/me/mail/")

    board.press(page, "保存する")

    message = page.locator(".messages")
    expect(message).to_be_focused()
    expect(message).to_have_text("完了 メールの設定を保存しました。")
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").locator(":focus")).to_be_visible()


def test_box_is_invalid_after_the_refusal_and_not_before(page):
    page.goto("/members/register/")
    box = page.get_by_label("利用規約に同意する")
    assert box.get_attribute("aria-invalid") == "false"

    board.press(page, "確認画面へ進む")

    expect(box).to_have_attribute("aria-invalid", "true")
    expect(page).to_have_title("エラー：会員登録の申請｜特別区全国連携プロジェクト")
