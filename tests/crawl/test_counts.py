"""What nobody may know of changes no list and no number: asked before it is planted, and after."""

import pytest

from tests import html
from tests.crawl import planting

# Lists and figures that would count what is kept from the visitor.
COUNTED = (
    *("/", "/search/?q=市", "/members/", "/events/", "/events/calendar/", "/news/", "/events.ics"),
    *("/publications/", "/sitemap.xml", "/news/feed/", "/events/feed/", "/api/v1/events/"),
    *("/api/v1/publications/", "/api/v1/members/", "/members.csv", "/agreements/"),
)
COUNTED_BY_MEMBERS = (
    *("/board/", "/board/?with_files=on", "/board/ours/", "/board/drafts/", "/board/c/proposal/"),
    *("/board/search/?q=遠い", "/members/directory/", "/members/inbox/", "/members/introductions/"),
    *("/events/proposals/", "/members/check/", "/members/handover/", "/members/organization/"),
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["anonymous", "viewer", "contributor"])
def test_no_list_or_count_tells_that_there_is_something(people, browser_of, role):
    secrets, client = planting.Secrets(), browser_of(role)
    planting.show(secrets, people)
    lists = COUNTED if role == "anonymous" else COUNTED + COUNTED_BY_MEMBERS
    before = {address: _said(client.get(address)) for address in lists}

    planting.plant(people, secrets)

    assert {address: _said(client.get(address)) for address in lists} == before


def _said(response):
    """Visible text, and what caches compare: pages without a log-in are the same to the last byte."""
    return response.status_code, html.text_of(response), response.headers.get("ETag")
