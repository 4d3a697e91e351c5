"""Every page that a visitor can open, as the visitor's browser sees it."""

import pytest

from tests.browser.checks import (
    WIDTHS,
    accessibility_violations,
    assert_good,
    open_and_weigh,
)

MAX_BYTES = 60_000
PATHS = [
    "/",
    "/about/",
    "/contact/",
    "/terms/",
    "/privacy/",
    "/accessibility/",
    "/service-sheet/",
    "/agreements/",
    "/agreements/regional/",
    "/agreements/regional/?prefecture=26",
    "/agreements/regional/?prefecture=13",
    "/agreements/regional/1/",
    "/agreements/regional/2/",
    "/agreements/regional/2/print/",
    "/agreements/corporate/",
    "/agreements/corporate/1/",
    "/agreements/constituents/",
    "/agreements/constituents/?q=まえばし",
    "/agreements/constituents/?q=zzzz",
    "/members/register/",
    "/members/",
    "/members/?prefecture=01",
    "/members/?q=府中市",
    "/members/?q=zzzz&prefecture=26",
    "/members/102016/",
    "/members/131016/",
    "/members/100005/",
    "/news/",
    "/news/?category=call&year=1999",
    "/news/1/",
    "/publications/",
    "/publications/?series=pamphlet",
    "/publications/1/",
    "/publications/1/text/",
    "/events/",
    "/events/?when=past",
    "/events/?prefecture=47",
    "/events/calendar/",
    "/events/calendar/?month=2026-03",
    "/events/1/",
    "/events/2/",
    "/events/2/apply/",
    "/open-data/",
    "/accounts/login/",
]


@pytest.mark.parametrize("path", PATHS)
def test_page_is_accessible_light_and_fits_every_screen(visitor, path):
    response, transferred = open_and_weigh(visitor, path)

    assert response.status == 200
    assert transferred <= MAX_BYTES
    assert_good(visitor)


def test_missing_page_is_as_good(visitor):
    response, transferred = open_and_weigh(visitor, "/not-here/")

    assert response.status == 404
    assert transferred <= MAX_BYTES
    assert_good(visitor)


@pytest.mark.parametrize("path", ["/", "/agreements/corporate/"])
def test_open_menu_on_a_phone_is_accessible_and_fits(visitor, path):
    visitor.set_viewport_size({"width": WIDTHS["small phone"], "height": 768})
    visitor.goto(path)

    visitor.get_by_text("メニュー", exact=True).click()

    assert visitor.get_by_role("navigation", name="主な案内").is_visible()
    assert accessibility_violations(visitor) == []
    assert visitor.evaluate("document.documentElement.scrollWidth") == WIDTHS["small phone"]
