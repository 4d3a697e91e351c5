"""監査記録 are kept for three years; that older ones were cleared is an entry itself."""

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from members import audit, audit_retention
from members.models import AuditEntry
from renkei import jobs
from tests import factories

NOW = "2029-11-26 10:00+09:00"


@pytest.fixture(autouse=True)
def trail(secretary):
    body = factories.make_organization()
    for moment in (
        "2026-11-25 10:00+09:00",
        "2026-11-26 09:59:59+09:00",
        "2026-11-26 10:00+09:00",
        "2029-11-25 10:00+09:00",
    ):
        with time_machine.travel(moment, tick=False):
            audit.record("rename", body, by=secretary)


def test_older_than_three_years_is_cleared_and_leaves_an_entry(capsys):
    with time_machine.travel(NOW, tick=False):
        call_command("clear_audit")
        call_command("clear_audit")

    assert AuditEntry.objects.filter(act="rename").count() == 2
    entry = AuditEntry.objects.get(act="clear_audit")
    assert (entry.actor, entry.detail) == (None, {"entries": 2, "older_than": "2026-11-26"})
    assert "2 cleared" in capsys.readouterr().out


def test_batches_each_leave_an_entry(monkeypatch):
    monkeypatch.setattr(audit_retention, "BATCH", 1)

    with time_machine.travel(NOW, tick=False):
        cleared = audit_retention.clear_audit()

    assert cleared == 2
    assert AuditEntry.objects.filter(act="clear_audit").count() == 2


def test_worker_clears_it_daily():
    with time_machine.travel(NOW, tick=False):
        jobs.run_job("clear_audit", "2029-11-26", now=timezone.now())

    assert AuditEntry.objects.filter(act="rename").count() == 2
