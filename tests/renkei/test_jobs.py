"""Scheduled work: once a period, whoever asks, and by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from renkei import jobs
from renkei.models import JobRun
from tests.board.test_posting import at_once

# 午前9時 in Japan.
NOW = datetime(2026, 11, 24, 0, tzinfo=UTC)


@pytest.fixture
def calls(db, monkeypatch):
    """What ran: one job a day, and one an hour."""
    made = []
    monkeypatch.setattr(
        jobs,
        "JOBS",
        {
            "daily": jobs.Job("daily", "毎日", lambda: made.append("daily")),
            "hourly": jobs.Job("hourly", "毎時", lambda: made.append("hourly"), jobs._hour),
        },
    )
    return made


def test_job_runs_once_a_period(calls):
    ran = [jobs.run_due_jobs(NOW), jobs.run_due_jobs(NOW)]
    ran += [jobs.run_due_jobs(NOW + timedelta(hours=1)), jobs.run_due_jobs(NOW + timedelta(days=1))]

    assert ran == [2, 0, 1, 2]
    assert (calls.count("daily"), calls.count("hourly")) == (2, 3)


def test_day_begins_at_midnight_in_japan(calls):
    jobs.run_due_jobs(datetime(2026, 11, 23, 14, 59, tzinfo=UTC))
    jobs.run_due_jobs(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))

    assert set(JobRun.objects.filter(job="daily").values_list("period", flat=True)) == {
        "2026-11-23",
        "2026-11-24",
    }


def test_job_that_fails_is_recorded_and_stops_no_other(calls, monkeypatch):
    def fail():
        raise RuntimeError("boom")

    monkeypatch.setitem(jobs.JOBS, "daily", jobs.Job("daily", "毎日", fail))

    jobs.run_due_jobs(NOW)

    assert "boom" in JobRun.objects.get(job="daily").failure
    assert JobRun.objects.get(job="hourly").failure == ""
    assert calls == ["hourly"]


def test_run_of_a_process_that_died_is_taken_over_after_an_hour(calls):
    dead = JobRun.objects.create(job="daily", period="2026-11-24")
    JobRun.objects.filter(pk=dead.pk).update(started_at=NOW)

    too_early = jobs.run_job("daily", "2026-11-24", now=NOW + timedelta(minutes=59))
    later = jobs.run_job("daily", "2026-11-24", now=NOW + timedelta(minutes=61))
    again = jobs.run_job("daily", "2026-11-24", now=NOW + timedelta(minutes=122))

    assert (too_early, later, again) == (False, True, False)
    assert calls == ["daily"]


@pytest.mark.django_db(transaction=True)
def test_of_many_processes_one_runs_it(calls):
    at_once([lambda: jobs.run_due_jobs(NOW)] * 4)

    assert sorted(calls) == ["daily", "hourly"]


def test_each_job_runs_by_hand(db, capsys):
    call_command("run_job", "clear_old_notifications")

    run = JobRun.objects.get()
    assert run.period.startswith("by hand")
    assert (run.failure, run.finished_at is not None) == ("", True)


def test_job_by_hand_that_fails_says_so(db, monkeypatch):
    def fail():
        raise RuntimeError("boom")

    monkeypatch.setitem(
        jobs.JOBS, "clear_old_notifications", jobs.Job("clear_old_notifications", "消去", fail)
    )

    with pytest.raises(CommandError, match="boom"):
        call_command("run_job", "clear_old_notifications")


def test_list_of_jobs_names_them_in_japanese(db, capsys):
    call_command("run_job")

    assert "不達通知の読み取り" in capsys.readouterr().out
