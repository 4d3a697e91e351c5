"""The worker's record, to be read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from lib.admin import PortalModelAdmin
from renkei.models import JobRun


@admin.register(JobRun)
class JobRunAdmin(PortalModelAdmin):
    list_display = ["job", "period", "started_at", "finished_at", "failure"]
    list_filter = ["job", ("failure", admin.EmptyFieldListFilter)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
