"""HEAD, OPTIONS, TRACE and methods that nobody expects: they change nothing, whoever asks."""

import pytest

from tests import tables
from tests.crawl import addresses, reading

# Of so many addresses one: a HEAD is a GET, of which the crawler asks all; the others end at the same door.
EVERY = {"HEAD": 5, "OPTIONS": 3, "TRACE": 3, "PUT": 3}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["manager", "secretary"])
def test_other_methods_change_nothing(people, browser_of, role):
    client = browser_of(role)
    known = list(dict.fromkeys([*addresses.of_the_portal(people), *addresses.of_the_admin()]))
    before = tables.everything()

    answers = {}
    for first, (method, step) in enumerate(EVERY.items()):
        for address in known[first::step]:
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
