"""The worker's record, to be read; where introductions come from; notices of the site."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from lib.admin import RecordAdmin
from members import introductions
from renkei.introductions import of_events, of_topics
from renkei.jobs import JOBS
from renkei.models import JobRun
from renkei.site_notice_admin import SiteNoticeAdmin

__all__ = ["JobRunAdmin", "SiteNoticeAdmin"]

introductions.register("topic", of_topics)
introductions.register("event", of_events)


class FailureFilter(admin.SimpleListFilter):
    title = "結果"
    parameter_name = "failed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "失敗し、その後まだ成功していないもの"), ("yes", "失敗したもの")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "open":
            return queryset.unsettled()
        return queryset.exclude(failure="") if self.value() == "yes" else queryset


class JobFilter(admin.SimpleListFilter):
    title = "処理"
    parameter_name = "job"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, job.label) for name, job in JOBS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(job=self.value()) if self.value() else queryset


@admin.register(JobRun)
class JobRunAdmin(RecordAdmin):
    list_display = ["label", "period", "started_at", "finished_at", "failure"]
    list_filter = [FailureFilter, JobFilter, "started_at"]
    fields = ["label", "period", "started_at", "finished_at", "failure"]

    @admin.display(description="処理", ordering="job")
    def label(self, run: JobRun) -> str:
        """Of a job that is no more: its name."""
        job = JOBS.get(run.job)
        return job.label if job else run.job
