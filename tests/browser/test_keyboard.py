"""Nobody needs a mouse."""

from playwright.sync_api import expect

from tests.browser.people import MEMBER, PASSWORD, expect_logged_in

PATIENCE = 40


def tab_to(page, target, patience=PATIENCE):
    """Press Tab until the target has the focus, as a person would."""
    # Looked for once: finding it by its role takes longer than the key.
    element = target.element_handle()
    for _ in range(patience):
        page.keyboard.press("Tab")
        if element.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"not reached within {patience} tabs: {target}")


def test_first_tab_shows_the_way_to_the_text(page):
    page.goto("/agreements/regional/")

    page.keyboard.press("Tab")
    skip_link = page.get_by_role("link", name="本文へ")
    expect(skip_link).to_be_focused()
    expect(skip_link).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_focus_is_always_to_be_seen(page):
    """Every stop on the way through the page is drawn with an outline and lies in the window."""
    page.goto("/agreements/regional/")

    for _ in range(PATIENCE):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        expect(focused).to_be_in_viewport()
        assert focused.evaluate("element => parseFloat(getComputedStyle(element).outlineWidth)") > 1


def test_menu_of_a_phone_opens_and_its_links_are_reached(page):
    page.set_viewport_size({"width": 320, "height": 768})
    page.goto("/")

    tab_to(page, page.get_by_text("メニュー", exact=True))
    page.keyboard.press("Enter")
    link = page.get_by_role("navigation", name="主な案内").get_by_role("link", name="広域連携協定")
    tab_to(page, link)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("広域連携協定")


def test_member_logs_in(page):
    page.goto("/")
    tab_to(page, page.get_by_role("link", name="ログイン"))
    page.keyboard.press("Enter")

    tab_to(page, page.get_by_label("メールアドレスまたは利用者ID"))
    page.keyboard.type(MEMBER)
    tab_to(page, page.get_by_label("パスワード"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect_logged_in(page)
