"""Scheduled work: each job once a period, asked for by any process at any time."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from board.models import Attachment
from members import introductions
from members.audit_retention import clear_audit
from members.drafts import clear_closed
from members.handover import finish_due
from members.handover_reminder import send_due
from members.inbox import clear_old
from members.models import Delivery, Notice
from members.retention import erase_abandoned, erase_applications
from members.yearly_check import remind_due, suspend_unused_due
from news import entering
from renkei.agreement_notices import tell_of_notices
from renkei.models import JobRun, Restoration

# A run that has not ended by then belongs to a process that died.
DEAD_AFTER = timedelta(hours=1)

logger = logging.getLogger(__name__)


def _day(now: datetime) -> str:
    return timezone.localtime(now).date().isoformat()


def _hour(now: datetime) -> str:
    return f"{timezone.localtime(now):%Y-%m-%dT%H}"


@dataclass(frozen=True)
class Job:
    """Asks what is due, so that a missed period is made up for by the next one.

    `label` is what the secretariat reads.
    """

    name: str
    label: str
    run: Callable[[], object]
    period: Callable[[datetime], str] = _day


def _read_bounces() -> None:
    if settings.BOUNCE_MAILBOX:
        call_command("read_bounces", verbosity=0)


JOBS = {
    job.name: job
    for job in (
        Job("clear_audit", "3年を過ぎた監査記録の消去", clear_audit),
        Job("clear_closed_drafts", "送信済みの下書きの消去", clear_closed),
        Job("clear_old_notifications", "古い受信箱の消去", clear_old),
        Job(
            "collect_introductions",
            "公式Xでの紹介の希望の取りまとめ",
            introductions.collect,
            _hour,
        ),
        Job("erase_abandoned_applications", "確認されなかった申請の消去", erase_abandoned),
        Job("erase_applications", "保存期間を過ぎた申請の個人情報の消去", erase_applications),
        Job("erase_entries", "保存期間を過ぎた参加申込の消去", entering.erase_due),
        Job("finish_handovers", "引継ぎの完了", finish_due),
        Job("remind_of_handovers", "3月の引継ぎのお知らせ", send_due),
        Job("remind_of_yearly_check", "年次確認の再度のお願い", remind_due),
        Job("suspend_unused", "使われていない利用者の停止", suspend_unused_due),
        Job("tell_of_agreement_notices", "協定の申出期限のお知らせ", tell_of_notices),
        Job("read_bounces", "不達通知の読み取り", _read_bounces, _hour),
    )
}


def run_due_jobs(now: datetime) -> int:
    """Runs what has not run in this period; answers how many jobs this process ran."""
    periods = {job.name: job.period(now) for job in JOBS.values()}
    settled = JobRun.objects.filter(period__in=set(periods.values()), finished_at__isnull=False)
    done = set(settled.values_list("job", "period"))
    return sum(
        run_job(name, period, now=now)
        for name, period in periods.items()
        if (name, period) not in done
    )


def run_job(name: str, period: str, *, now: datetime) -> bool:
    """False when another process has run it or is running it."""
    run, is_ours = JobRun.objects.get_or_create(job=name, period=period)
    if not is_ours and not _take_over(run, now):
        return False
    failure = ""
    try:
        with transaction.atomic():
            JOBS[name].run()
    except Exception as error:
        # Whatever went wrong: the other jobs go on, and the dashboard names this one.
        logger.exception("job %s failed", name)
        failure = repr(error)
    JobRun.objects.filter(pk=run.pk).update(finished_at=timezone.now(), failure=failure)
    return True


def _take_over(run: JobRun, now: datetime) -> bool:
    """From a process that died while it ran; of two that notice it, one."""
    dead = JobRun.objects.filter(
        pk=run.pk, finished_at=None, started_at=run.started_at, started_at__lt=now - DEAD_AFTER
    )
    return bool(dead.update(started_at=now))


def queue() -> dict[str, int]:
    """For /readyz: how old the oldest thing is that should have been done, in seconds, and failures.

    It does not make the web process unready: a worker that stands still is an alarm of its own.
    """
    now = timezone.now()
    mails = Delivery.objects.due(now).order_by("due_at").values_list("due_at", flat=True)
    notices = Notice.objects.due(now).order_by("due_at").values_list("due_at", flat=True)
    files = Attachment.objects.waiting_for_scan().order_by("uploaded_at")
    today = JobRun.objects.filter(started_at__gte=now - timedelta(days=1))
    return {
        "oldest_due_mail_seconds": _age(mails.first(), now),
        "oldest_due_notice_seconds": _age(notices.first(), now),
        "oldest_unscanned_file_seconds": _age(
            files.values_list("uploaded_at", flat=True).first(), now
        ),
        "mail_frozen_after_restore": int(Restoration.objects.frozen().exists()),
        "last_backup_seconds": _age(_last_backup(), now, never=-1),
        "failed_jobs_today": today.exclude(failure="").count(),
    }


def _last_backup() -> datetime | None:
    done = JobRun.objects.filter(job="backup", finished_at__isnull=False, failure="")
    return done.order_by("-finished_at").values_list("finished_at", flat=True).first()


def _age(moment: datetime | None, now: datetime, *, never: int = 0) -> int:
    return int((now - moment).total_seconds()) if moment else never
