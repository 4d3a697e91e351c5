"""WCAG 2.2 AA as axe reads it, on a desktop and on a small phone, and whether a page scrolls sideways."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, sync_playwright

from audit import visit
from tests.browser import chromium
from tests.browser.checks import (
    HEIGHT,
    WIDTHS,
    accessibility_violations,
    widths_that_scroll_sideways,
)

COOKIE = "__Host-sessionid"
# Brings the browser where a page leads, once for each state of it; yields how to call that.
Shows = Callable[[Page, visit.Page], Iterator[str]]
ABORTED = "net::ERR_ABORTED"
# Milliseconds for one page, on a machine that does other things, too.
PATIENCE = 300_000
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
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
        browser.close()


def asked(
    session: str, url: str, shows: Shows, pages: Iterable[visit.Page]
) -> dict[str, tuple[list[str], list[str]]]:
    """Of whatever this browser is shown, by its name; told at once, too."""
    found = {}
    with browser_of(session, url) as browser:
        browser.on("requestfailed", _refuse_half_a_page)
        for page in pages:
            for name in shows(browser, page):
                found[name] = violations(browser)
                for fault in (*found[name][0], *found[name][1]):
                    print(f"{name} {fault}", flush=True)
    return found


def _refuse_half_a_page(request: Request) -> None:
    """Without its style every page would do. What a next page breaks off is no loss."""
    if request.resource_type in {"stylesheet", "script"} and request.failure != ABORTED:
        raise RuntimeError(f"{request.url} did not come: {request.failure}")


def opened(browser: Page, page: visit.Page) -> Iterator[str]:
    browser.goto(page.address)
    if urlsplit(browser.url).path != urlsplit(page.address).path:
        raise RuntimeError(f"{page.address} leads the browser to {browser.url}.")
    yield page.address


def violations(page: Page) -> tuple[list[str], list[str]]:
    """What axe says, as 'rule: element', and at which widths the page scrolls sideways."""
    page.set_viewport_size({"width": WIDTHS["desktop"], "height": HEIGHT})
    found = accessibility_violations(page)
    wide = widths_that_scroll_sideways(page)
    page.set_viewport_size({"width": WIDTHS["small phone"], "height": HEIGHT})
    found += [one for one in accessibility_violations(page) if one not in found]
    return found, [f"scrolls sideways: {name}" for name in wide]
