"""Scheduled work: once a period, whoever asks, and by hand."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from lib.wareki import format_date
from members.models import Notification
from renkei import jobs
from renkei.models import JobRun
from renkei.spreading import spread_due
from tests import factories
from tests.racing import at_once

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
    at_once(*[lambda: jobs.run_due_jobs(NOW)] * 4)

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


@pytest.mark.django_db
def test_mailbox_of_delivery_reports_is_read_where_there_is_one(settings):
    settings.BOUNCE_MAILBOX = "imap://user:secret@127.0.0.1:1/INBOX"

    jobs.run_job("read_bounces", "2026-11-24T09", now=NOW)

    assert "CommandError" in JobRun.objects.get().failure


@pytest.mark.django_db
def test_secretariat_hears_of_a_notice_day_once_for_each_time_ahead():
    desk = factories.make_seat(
        organization=factories.make_secretariat(), mailbox="desk@secretariat.example.jp"
    )
    # One year from 2026-04-16 on; notice one month before its end.
    agreement = factories.make_regional_agreement(
        signed_on=date(2025, 4, 16), term_months=12, notice_months=1
    )
    notice_on = agreement.term_on(date(2026, 1, 1)).notice_on

    for days in (91, 90, 60, 30, 1):
        with time_machine.travel(datetime.combine(notice_on - timedelta(days), time(3), UTC)):
            jobs.run_job("tell_of_agreement_notices", f"{days}", now=timezone.now())
            while spread_due():
                continue

    told = Notification.objects.filter(seat=desk).select_related("notice")
    assert [one.notice.key[-3:] for one in told.order_by("pk")] == ["-90", "-30"]
    assert {one.notice.text for one in told} == {
        f"第一町村会との協定：申出の期限は{format_date(notice_on)}です。"
    }
