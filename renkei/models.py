"""Scheduled work that has been done, and notices above every page."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def unsettled(self) -> Self:
        """Failures of jobs that have not run well since."""
        later = JobRun.objects.filter(
            job=OuterRef("job"), failure="", finished_at__gt=OuterRef("finished_at")
        )
        return self.exclude(failure="").filter(~Exists(later))


class JobRun(models.Model):
    """A job and a period, as ("erase_applications", "2026-11-23"): done once, by whichever process."""

    job = models.CharField("仕事", max_length=50)
    period = models.CharField("期間", max_length=30)
    started_at = models.DateTimeField("開始日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True, blank=True)
    failure = models.TextField("失敗の内容", blank=True)

    objects = JobRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定期の処理"
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["job", "period"], name="one_run_per_job_and_period")
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.period}"


class RestorationQuerySet(models.QuerySet["Restoration"]):
    def frozen(self) -> Self:
        return self.filter(went_live_at=None)


class Restoration(models.Model):
    """A backup that was brought back. No mail goes out before somebody has looked and said so."""

    made_at = models.DateTimeField("バックアップの日時")
    restored_at = models.DateTimeField("復元日時", default=timezone.now)
    went_live_at = models.DateTimeField("送信を再開した日時", null=True, blank=True)

    objects = RestorationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "復元"
        ordering = ["-restored_at"]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class SiteNoticeQuerySet(models.QuerySet["SiteNotice"]):
    def not_over(self, now: datetime) -> Self:
        """Shown now or later."""
        return self.filter(ends_at__gt=now)

    def shown(self, now: datetime) -> Self:
        return self.not_over(now).filter(starts_at__lte=now)


class SiteNotice(models.Model):
    """A band above every page from one moment to another, as of maintenance."""

    class Level(models.TextChoices):
        NOTICE = "notice", "お知らせ"
        URGENT = "urgent", "緊急"

    level = models.CharField("種類", max_length=8, choices=Level, default=Level.NOTICE)
    text = models.TextField("文", max_length=300)
    link = models.URLField("リンク先", blank=True)
    link_text = models.CharField("リンクの文字", max_length=60, blank=True)
    starts_at = models.DateTimeField("開始日時", default=timezone.now)
    ends_at = models.DateTimeField("終了日時")

    objects = SiteNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "サイトのお知らせ"
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="site_notice_ends_after_it_starts",
                violation_error_message="終了日時は、開始日時より後にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(link="", link_text="") | (~Q(link="") & ~Q(link_text="")),
                name="site_notice_link_has_a_text",
                violation_error_message="リンク先とリンクの文字は、両方を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 40 else f"{self.text[:40]}…"

    def is_shown_at(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at

    @property
    def is_urgent(self) -> bool:
        return self.level == self.Level.URGENT

    @property
    def state(self) -> str:
        now = timezone.now()
        if self.starts_at > now:
            return "表示前"
        return "表示中" if self.is_shown_at(now) else "終了"
