"""Whatever a mail scanner opens, nothing changes (check 15)."""

import re

import pytest
from django.core import mail

from members import registration
from members.models import Organization, User
from renkei.sender import send_due_mail
from renkei.spreading import spread_due
from tests import factories
from tests.conftest import HttpsClient
from tests.tables import everything

ADDRESS = re.compile(r"https://portal\.example\.jp(/[^\s<>]*)")


@pytest.fixture
def paths(db):
    """Every address in every mail of a busy day, headers too."""
    asker = factories.make_town(kind=Organization.Kind.WARD, prefecture="13")
    town = factories.make_town()
    User.objects.filter(pk=town.pk).update(gets_mail=True, role="manager")
    factories.make_application()
    registration.invite(
        town.seat, name="新人", address="new@town.example.jp", role="viewer", by=town
    )
    topic = factories.make_topic(author=asker, requires_acknowledgement=True, asks="apply")
    factories.make_reply(topic, author=town)
    factories.make_answer(topic, author=town)
    factories.make_topic(author=asker, audience="chosen", organizations=[town.seat.organization])
    while spread_due():
        continue
    while send_due_mail():
        continue
    found = set()
    for message in mail.outbox:
        text = message.body + " ".join(message.extra_headers.values())
        found |= set(ADDRESS.findall(text))
    return sorted(found)


def test_opening_every_link_of_every_mail_changes_nothing(paths):
    stranger = factories.make_town()
    visitor, member = HttpsClient(), HttpsClient()
    member.force_login(stranger)
    before = everything()

    for path in paths:
        for client in (visitor, member):
            for method in (client.get, client.head):
                assert method(path).status_code in {200, 302, 403, 404}

    assert everything() == before
    assert len(paths) > 5
