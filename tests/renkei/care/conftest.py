"""A body that the secretariat cares for, its section and its manager; the secretary's browser."""

import pytest

from members.models import User
from tests import factories


@pytest.fixture
def body(db):
    return factories.make_organization(name="世話市", prefecture="10")


@pytest.fixture
def seat(body):
    return factories.make_seat(
        organization=body,
        section="企画課",
        mailbox="kikaku@sewa.example.jp",
        telephone="00-1111-2222",
    )


@pytest.fixture
def boss(seat):
    return factories.make_user(seat=seat, name="世話 一郎", role=User.Role.MANAGER)


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client
