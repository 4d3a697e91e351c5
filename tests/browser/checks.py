"""What is asked of every page: WCAG, the frame, the width, the weight."""

import re

from axe_playwright_python.sync_playwright import Axe

PROJECT = "特別区全国連携プロジェクト"
WIDTHS = {
    "desktop": 1366,
    "tablet": 768,
    "desktop at 200 %": 683,
    "phone": 390,
    "small phone": 320,
}
HEIGHT = 768
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# preload would fetch our style sheets again and write them inline, which our CSP reports.
OPTIONS = {
    "runOnly": {"type": "tag", "values": WCAG},
    "resultTypes": ["violations"],
    "preload": False,
}
# Contrast is more work than all other rules together. On phones it is asked of the open menu and of a table
# whose rows are cards (test_public_pages.py): no other colour depends on the width.
WITHOUT_CONTRAST = {**OPTIONS, "rules": {"color-contrast": {"enabled": False}}}
_axe = Axe()
# Half a megabyte is read once by each page, and asked again in each of its widths.
_RUN = "async options => (await axe.run(options)).violations"
_IS_CUT = """[document.documentElement, ...document.querySelectorAll(".table-scroll")].some(
    it => it.scrollWidth > it.clientWidth)"""


def accessibility_violations(page, options=OPTIONS):
    """Each as 'rule: element', read from the page as it is on the screen now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe.axe_script)
    found = page.evaluate(_RUN, options)
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]


def assert_frame(page):
    """Language, one h1, and a title that begins with the page and ends with the project."""
    assert page.locator("html").get_attribute("lang") == "ja"
    assert page.locator("h1").count() == 1
    assert re.fullmatch(rf"([^｜]+｜)?{PROJECT}", page.title())


def widths_that_scroll_sideways(page):
    """Neither the page may, nor a table within its frame: nobody sees that it has more columns."""
    return [name for name, width in WIDTHS.items() if _is_cut_at(page, width)]


def _is_cut_at(page, width):
    page.set_viewport_size({"width": width, "height": HEIGHT})
    return page.evaluate(_IS_CUT)


def assert_good(page):
    """On the desktop and on a phone, whose menu and tables look different."""
    assert_frame(page)
    assert accessibility_violations(page) == []
    assert widths_that_scroll_sideways(page) == []
    page.set_viewport_size({"width": WIDTHS["small phone"], "height": HEIGHT})
    assert accessibility_violations(page, WITHOUT_CONTRAST) == []


def open_and_weigh(page, path):
    """The response, and the bytes that came over the wire for it, images left out."""
    return weigh(page, lambda: page.goto(path))


def weigh(page, act):
    """What `act` answers, and the bytes that came over the wire on a first visit, images left out."""
    sent, tools = [], page.context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def note(request):
        sent.append(request)

    page.on("request", note)
    answer = act()
    page.wait_for_load_state("load")
    page.remove_listener("request", note)
    tools.detach()
    sizes = [request.sizes() for request in sent if request.resource_type != "image"]
    return answer, sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes)
