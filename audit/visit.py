"""Goes through every page that a role can reach by links, and keeps what was answered."""

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from tests.crawl.reading import Links

TIMEOUT = 60
START = ("/", "/sitemap.xml")
# Whoever leaves in the midst of the walk sees nothing any more; data and files are no pages.
NOT_FOLLOWED = re.compile(
    r"/static/|/accounts/logout/|/admin/(logout|jsi18n)|.*/(files|thumbnails)/[0-9a-f-]{36}|"
    r".*\.(csv|xlsx|json|zip|ics|png|xml)$|.*/(export|feed)/|/api/"
)
# Pages that differ in numbers or in a filter alone: so many of each are looked at.
EACH, EACH_OF_ADMIN = 3, 1


@dataclass(frozen=True)
class Page:
    address: str
    status: int
    html: bytes


def pages(
    port: int, headers: Mapping[str, str], start: list[str], *, leads_on: bool = True
) -> Iterator[Page]:
    """Each once; `headers` may carry the cookie of a session."""
    waiting, seen, shapes = deque(start), set(start), Counter[tuple[str, bool]]()
    while waiting:
        address = waiting.popleft()
        page, is_html = _get(port, address, headers)
        if is_html:
            yield page
        for link in _links(page) if leads_on else ():
            if link in seen or NOT_FOLLOWED.match(link):
                continue
            shape = shape_of(link)
            if shapes[shape] < (EACH_OF_ADMIN if link.startswith("/admin/") else EACH):
                shapes[shape] += 1
                seen.add(link)
                waiting.append(link)


def save(found: list[Page], folder: Path) -> dict[str, Page]:
    """For programs that read files; answers which file holds which page."""
    files = {}
    for number, page in enumerate(found):
        name = f"{number}.html"
        (folder / name).write_bytes(page.html)
        files[name] = page
    return files


def _get(port: int, address: str, headers: Mapping[str, str]) -> tuple[Page, bool]:
    """With its address after redirects within the portal."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", address, headers=dict(headers))
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    kind = response.headers.get("Content-Type", "")
    if target := response.headers.get("Location"):
        body = f'<a href="{target}">'.encode()
        return Page(address, response.status, body), False
    return Page(address, response.status, body), kind.startswith("text/html")


def _links(page: Page) -> Iterator[str]:
    """Pages of the portal, also those that its map for search engines names."""
    text = page.html.decode("utf-8", "replace")
    named = re.findall(r"<loc>(.*?)</loc>", text)
    for link in [*Links(text).found, *named]:
        parts = urlsplit(urljoin(f"https://portal{page.address}", link))
        if parts.scheme in {"http", "https"} and parts.netloc.startswith(("portal", "127.0.0.1")):
            yield f"{parts.path}?{parts.query}" if parts.query else parts.path


def shape_of(address: str) -> tuple[str, bool]:
    """Its path and whether it is filtered. Which list led to a page of the admin changes its way back alone."""
    parts = urlsplit(address)
    query = [one for one in parts.query.split("&") if not one.startswith("_changelist_filters=")]
    return re.sub(r"[0-9a-f-]{36}|[0-9]+", "#", parts.path), any(query)
