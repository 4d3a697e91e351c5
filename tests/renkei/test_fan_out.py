"""An announcement to all of Japan: 1,788 bodies with a mailbox each, and 600 people who asked."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from board.reach import reach
from members.models import Delivery, Notice, Notification, Organization, Seat, User
from renkei.spreading import spread_due
from tests import factories
from tests.smtp import mail_server

BODIES, PEOPLE = 1788, 600
# Enough for two senders to be in the midst of it.
REGION, OF_REGION = 300, 100


@pytest.fixture
def secretary(db):
    seat = factories.make_seat(organization=factories.make_secretariat())
    return factories.make_user(seat=seat, is_staff=True)


@pytest.fixture
def japan(secretary):
    make_towns(BODIES, PEOPLE)


@pytest.fixture
def region(secretary):
    make_towns(REGION, OF_REGION)


def make_towns(number, people):
    """Without the verbs' cost: a mailbox each, and so many people who want mails of their own."""
    bodies = Organization.objects.bulk_create(
        Organization(kind="municipality", prefecture="01", name=f"第{n}町", folded=f"{n}")
        for n in range(number)
    )
    seats = Seat.objects.bulk_create(
        Seat(organization=body, section="企画課", mailbox=f"town{body.pk}@town.example.jp")
        for body in bodies
    )
    User.objects.bulk_create(
        User(
            seat=seat,
            name="見本",
            username=f"fan-{seat.pk}",
            password="!",
            email=f"person{seat.pk}@town.example.jp",
            gets_mail=place < people,
        )
        for place, seat in enumerate(seats)
    )
    factories.refresh_statistics()


def announce(secretary):
    category = factories.make_category("notice")
    return factories.make_topic(
        author=secretary, category=category, requires_acknowledgement=True, title="重要なお知らせ"
    )


def test_publishing_writes_one_notice_and_the_worker_does_the_rest(japan, secretary):
    topic = announce(secretary)
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 0)
    told = reach(topic, topic.addressed_organizations())

    with CaptureQueriesContext(connection) as queries:
        assert spread_due() == 1

    assert (told.bodies, told.mailboxes, told.people) == (BODIES, BODIES, PEOPLE)
    assert Notification.objects.count() == BODIES
    assert Delivery.objects.count() == BODIES + PEOPLE
    # Settings, people and dead addresses; the rest are INSERTs of many rows each.
    assert len([one for one in queries if one["sql"].startswith("SELECT")]) < 12


@pytest.mark.django_db(transaction=True)
def test_two_senders_of_which_one_is_killed_reach_each_address_once(region, secretary):
    """The mail that is on its way at the kill comes twice, with the same Message-ID."""
    announce(secretary)
    spread_due()
    with mail_server() as box:
        box.trouble = [*[""] * 10, "stuck"]
        killed = sender(box.port)
        wait_until(lambda: not box.trouble)
        other = sender(box.port)
        wait_until(lambda: len(box.envelopes) > 150)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert other.wait(timeout=120) == 0
        left = Delivery.objects.filter(state=Delivery.State.WAITING)
        in_flight = left.count()
        left.update(leased_until=None)
        assert sender(box.port).wait(timeout=120) == 0

    numbers = Counter(envelope.rcpt_tos[0] for envelope in box.envelopes)
    assert len(numbers) == REGION + OF_REGION
    (twice,) = [address for address, number in numbers.items() if number > 1]
    assert len({mail["Message-ID"] for mail in box.messages if mail["To"] == twice}) == 1
    assert in_flight > 0


def sender(port):
    """A process of its own on the test's database, which sends until nothing is due."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
    }
    command = [sys.executable, "manage.py", "send_mail"]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)


def database_url():
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    user, host = values["USER"], values["HOST"].replace("/", "%2F")
    return f"postgres://{user}@{host}/{values['NAME']}"


def wait_until(is_true):
    end = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < end, "the senders send nothing"
        time.sleep(0.02)
