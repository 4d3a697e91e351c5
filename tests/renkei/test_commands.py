"""What the worker does, by hand: each command ends when nothing is due, and says what it did."""

import os

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from lib.uploads import private_name
from renkei.jobs import JOBS
from renkei.models import JobRun, Restoration
from renkei.spreading import spread_due
from tests import factories


@pytest.fixture
def town(db):
    return factories.make_town()


def said(capsys, name):
    call_command(name)
    return capsys.readouterr().out.strip()


def test_worker_ends_when_mail_jobs_and_notices_are_done(town):
    factories.make_topic(requires_acknowledgement=True)

    call_command("run_due")

    assert [message.to for message in mail.outbox] == [[town.seat.mailbox]]
    assert set(JobRun.objects.values_list("job", flat=True)) == set(JOBS)
    assert not spread_due()


def test_due_notices_are_brought_to_inboxes(town, capsys):
    factories.make_topic()

    assert [said(capsys, "send_reminders") for _ in range(2)] == [
        "notices: 1 spread",
        "notices: 0 spread",
    ]


def test_due_digests_are_sent(town, capsys):
    topic = factories.make_topic()
    spread_due()
    town.seat.deliveries.update(due_at=topic.created_at)

    assert said(capsys, "send_digests") == "digests: 1 rows settled"
    assert [message.to for message in mail.outbox] == [[town.seat.mailbox]]


@pytest.mark.parametrize("command", ["send_mail", "send_digests", "run_due"])
def test_restored_portal_mails_nothing_by_any_command(town, command):
    topic = factories.make_topic()
    spread_due()
    town.seat.deliveries.update(due_at=topic.created_at)
    Restoration.objects.create(made_at=timezone.now())

    call_command(command)

    assert mail.outbox == []
    assert town.seat.deliveries.get().state == "waiting"


def test_files_that_no_row_names_are_deleted_after_a_day(db, capsys):
    name = default_storage.save(private_name(None, ""), ContentFile(b"old"))
    os.utime(default_storage.path(name), (0, 0))

    assert said(capsys, "clear_orphan_files").startswith("orphan files: ")
    assert not default_storage.exists(name)
