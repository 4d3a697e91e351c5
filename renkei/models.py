"""Scheduled work that has been done."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef


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
