"""Who asks, and who is asked: each of a body of its own, whose section has a mailbox."""

import pytest

from members.models import Organization
from tests import factories


@pytest.fixture
def writer(client, contributor):
    """Is logged in."""
    client.force_login(contributor)
    return contributor


@pytest.fixture
def asker(db):
    return factories.make_town(kind=Organization.Kind.WARD, prefecture="13")


@pytest.fixture
def town(db):
    return factories.make_town()


@pytest.fixture
def other(db):
    return factories.make_town()
