"""WCAG 2.2 AA as axe reads it, on a desktop and on a small phone, and whether a page scrolls sideways."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium
from tests.browser.checks import (
    HEIGHT,
    WIDTHS,
    accessibility_violations,
    widths_that_scroll_sideways,
)

COOKIE = "__Host-sessionid"
# Colours that fade in would be measured half-way.
CONTEXT: dict[str, Any] = {
    "locale": "ja-JP",
    "timezone_id": "Asia/Tokyo",
    "reduced_motion": "reduce",
    "extra_http_headers": {"X-Forwarded-Proto": "https"},
}


@contextmanager
def browser_of(session: str, url: str) -> Iterator[Page]:
    """A page of somebody with this session; of nobody when it is empty."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.installed(), args=chromium.ARGUMENTS
        )
        context = browser.new_context(**CONTEXT, base_url=url)
        if session:
            secure = url.replace("http://", "https://")
            context.add_cookies([{"name": COOKIE, "value": session, "url": secure, "secure": True}])
        yield context.new_page()
        browser.close()


def violations(page: Page, addresses: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Of each address, as 'rule: element'."""
    for address in addresses:
        page.set_viewport_size({"width": WIDTHS["desktop"], "height": HEIGHT})
        page.goto(address)
        if urlsplit(page.url).path != urlsplit(address).path:
            raise RuntimeError(f"{address} leads the browser to {page.url}.")
        found = accessibility_violations(page)
        wide = widths_that_scroll_sideways(page)
        page.set_viewport_size({"width": WIDTHS["small phone"], "height": HEIGHT})
        found += [one for one in accessibility_violations(page) if one not in found]
        yield address, found + [f"scrolls sideways: {name}" for name in wide]
