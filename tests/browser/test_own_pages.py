"""Every page of the own account and the own body, found as its manager finds it: by the links."""

import re

from tests.browser.checks import (
    WIDTHS,
    accessibility_violations,
    assert_frame,
    widths_that_scroll_sideways,
)

FIRST = [
    "/",
    "/members/me/",
    "/members/organization/",
    "/members/check/",
    "/members/directory/print/",
    "/accounts/logout/",
]
# What stands there depends on the hour; this is as long as it gets.
LONGEST = """() => document.querySelectorAll("time").forEach(it => {
    if (/午[前後]/.test(it.textContent)) it.textContent = "令和18年12月28日（水）午後12時59分";
})"""
LEADS_ON = re.compile(r"/(members/(?!\d|g\d)|accounts/|events/proposals/)[^?#.]*")


def pages_from(page, addresses):
    """Opens each page once, and whatever pages of this kind its own part leads to."""
    waiting, seen = list(addresses), set(addresses)
    while waiting:
        address = waiting.pop(0)
        page.set_viewport_size({"width": WIDTHS["desktop"], "height": 768})
        page.goto(address)
        yield address
        links = page.locator("main a[href]").evaluate_all(
            "all => all.map(a => a.getAttribute('href'))"
        )
        for link in links:
            if LEADS_ON.fullmatch(link) and link not in seen:
                seen.add(link)
                waiting.append(link)


def test_each_is_framed_accessible_and_fits_every_screen(look_as):
    page, problems, opened = look_as("city"), [], []

    for address in pages_from(page, FIRST):
        opened.append(address)
        assert_frame(page)
        page.evaluate(LONGEST)
        problems += [f"{address} {name}" for name in widths_that_scroll_sideways(page)]
        problems += [f"{address} {rule}" for rule in accessibility_violations(page)]

    assert problems == []
    assert any(address.startswith("/members/handover/new/") for address in opened)
    assert len(opened) > 20
