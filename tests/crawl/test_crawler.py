"""As every role, to every address that exists or is linked: nothing breaks, is told or changes."""

from collections import deque

import pytest

from tests import html, tables
from tests.crawl import addresses, markup, planting, reading
from tests.crawl.conftest import ROLES

# One role of each kind follows links as well: those that differ in numbers or filters only once.
FOLLOWING = {"anonymous", "suspended", "contributor", "VIEWER"}
# Whoever leaves in the midst of the crawl sees nothing any more.
NOT_FOLLOWED = ("/static/", "/accounts/logout/")
# In the admin the superuser reads what ALL reads, on the portal the groups read what the superuser reads.
PORTAL_ALONE, ADMIN_ALONE = {"secretary"}, {"EDITOR", "ALL"}
# The admin is one door: contributor and VIEWER try every address of it, these share them.
SHARING = (("suspended", "viewer", "manager", "ward"), ("EDITOR", "ALL"))


pytestmark = pytest.mark.django_db


def crawl(client, start, *, follows):
    """Every address with its answer."""
    waiting, shapes = deque(dict.fromkeys(start)), {reading.shape_of(one) for one in start}
    while waiting:
        address = waiting.popleft()
        response = client.get(address)
        text = reading.text_of(response)
        yield address, response.status_code, text
        if follows and reading.HTML in response.headers.get("Content-Type", ""):
            for link in reading.links_in(text, address):
                shape = reading.shape_of(link)
                if shape not in shapes and not link.startswith(NOT_FOLLOWED):
                    shapes.add(shape)
                    waiting.append(link)


def share_of_admin(role):
    found = list(addresses.of_the_admin())
    for roles in SHARING:
        if role in roles:
            return found[roles.index(role) :: len(roles)]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_nothing_breaks_or_changes_and_nobody_is_told_a_secret(people, secrets, browser_of, role):
    kept, client = secrets.kept_from(role), browser_of(role)
    portal = [] if role in ADMIN_ALONE else list(addresses.of_the_portal(people))
    start = portal if role in PORTAL_ALONE else [*portal, *share_of_admin(role)]
    told, broken, found, faulty, shapes = {}, [], set(), {}, set()
    before = tables.everything()

    for address, status, text in crawl(client, start, follows=role in FOLLOWING):
        secrets_of_page = planting.found_in(text)
        found |= secrets_of_page
        if leaked := secrets_of_page & kept:
            told[address] = leaked
        if status >= 500:
            broken.append(address)
        if role in FOLLOWING and reading.shape_of(address) not in shapes:
            shapes.add(reading.shape_of(address))
            if faults := markup.faults_in(reading.page_in(text)):
                faulty[address] = faults

    assert (told, broken, faulty) == ({}, [], {})
    written = tables.changed(before, tables.everything())
    # Whoever takes a list away is remembered.
    assert written.keys() - {"members.AuditEntry"} == set(), written
    acts = {entry["act"] for entry in written.get("members.AuditEntry", ())}
    assert {act for act in acts if not act.startswith(("export_", "print_"))} == set()
    # The crawl would have found what there is to find: everything that this role may read.
    if role not in PORTAL_ALONE | ADMIN_ALONE:
        assert secrets.readers.keys() - found - kept == set()


@pytest.mark.parametrize("role", ["anonymous", "contributor"])
@pytest.mark.parametrize("address", ["/search/", "/board/search/", "/board/", "/members/"])
def test_question_for_a_secret_is_answered_as_one_for_nothing(secrets, browser_of, role, address):
    client, answers = browser_of(role), set()
    nothing, kept = "zqnothing", sorted(secrets.kept_from(role))

    for name in (*kept[::6], "topic-hidden", "topic-chosen", "news-draft"):
        word = f"{planting.WORD}-{name}-{planting.WORD}"
        answers.add(html.text_of(client.get(address, {"q": word})).replace(word, nothing))

    assert answers == {html.text_of(client.get(address, {"q": nothing}))}
