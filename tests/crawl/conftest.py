"""The cast of the crawl, and a body of strangers with everything that it has."""

import logging
import socket

import pytest

from board.models import Topic
from members.models import Organization, User
from members.staff import Desk
from tests import factories
from tests.conftest import MEMBERS
from tests.crawl import addresses, planting

ROLES = (
    *("anonymous", "suspended", "viewer", "contributor", "manager", "ward"),
    *("secretary", *(desk.name for desk in Desk)),
)


@pytest.fixture(scope="module")
def people(rows_for_module):
    """By role; what everybody may see stands there before anything is planted."""
    found = {role: factories.make_member(*MEMBERS[role]) for role in MEMBERS}
    found |= {"secretary": factories.make_secretary()} | {
        desk.name: factories.make_staff(desk) for desk in Desk
    }
    found |= {name: _far_away(name) for name in ("author", "other", "suspended")}
    author = found["author"]
    found["town"] = factories.make_local_government()
    found["outside"] = factories.make_organization(name="停止中の市", status="suspended")
    found["arguments"] = addresses.kits(found["manager"], author)
    found["open"] = Topic.objects.get(author=author)
    factories.make_answer(found["open"], author=found["other"])
    found["proposal"] = factories.make_topic(
        author=author, category=factories.make_category("proposal")
    )
    found["event"] = factories.make_open_event()
    found["regional"] = factories.make_regional_agreement()
    found["corporate"] = factories.make_corporate_agreement()
    return found


@pytest.fixture(scope="module")
def secrets(people):
    """All that could leak, planted for every test of the module."""
    planted = planting.Secrets()
    planting.show(planted, people)
    planting.plant(people, planted)
    return planted


def _far_away(name):
    body = factories.make_organization(prefecture="01", name=f"遠い市{name}")
    return factories.make_user(seat=factories.make_seat(organization=body), role=User.Role.MANAGER)


@pytest.fixture(autouse=True)
def quiet(caplog):
    """Thousands of refusals, each with its traceback, take longer than the pages."""
    caplog.set_level(logging.CRITICAL, "django.request")


@pytest.fixture(autouse=True)
def no_calls(monkeypatch):
    """No page fetches anything from anywhere (SSRF)."""

    def refuse(_socket, address):
        raise AssertionError(f"a page connects to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def browser_of(client_factory, people):
    def opened(role):
        client = client_factory(raise_request_exception=False)
        if role != "anonymous":
            client.force_login(people[role])
        if role == "suspended":
            Organization.objects.filter(seats__users=people[role]).update(status="suspended")
        return client

    return opened
