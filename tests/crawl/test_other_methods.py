"""HEAD, OPTIONS, TRACE and methods that nobody expects: they change nothing, whoever asks."""

import pytest

from tests import tables
from tests.crawl import addresses, reading

# Which read of a page is asked for every fifth address alone: it is a GET, of which the crawler asks all.
EVERY = {"HEAD": 5, "OPTIONS": 2, "TRACE": 1, "PUT": 3}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["manager", "secretary"])
def test_other_methods_change_nothing(people, browser_of, role):
    client = browser_of(role)
    known = list(dict.fromkeys([*addresses.of_the_portal(people), *addresses.of_the_admin()]))
    before = tables.everything()

    answers = {}
    for method, step in EVERY.items():
        for address in known[::step]:
            response = client.generic(method, address)
            answers[f"{method} {address}"] = response.status_code
            reading.body_of(response)

    assert {address: status for address, status in answers.items() if status >= 500} == {}
    written = tables.changed(before, tables.everything())
    assert written.keys() <= {"members.AuditEntry"}, written
    traced = {
        address for address, status in answers.items() if "TRACE" in address and status == 200
    }
    assert traced == set()
