"""What a list of the admin shows, filtered as it is, as a sheet: every list has the same two links."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import lookup_field
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from lib import downloads
from lib.admin import PortalModelAdmin, SheetAdmin
from lib.spreadsheets import Row
from members import audit
from members.access import EXPORTS_PERSONAL_DATA, MemberRequest

MOST = 20_000
CHUNK = 2000
TOO_MANY = f"書き出せるのは{MOST:,}件までです。期間などで絞り込んでから、もう一度お試しください。"


class ExportingAdmin(PortalModelAdmin):
    """`export_columns` are heads of the sheet and names as in list_display.

    What stands in `personal_heads` is left out for those who may not export personal data.
    """

    personal_heads: frozenset[str] = frozenset()

    def get_urls(self) -> list[URLPattern]:
        if not self.export_columns:
            return super().get_urls()
        view = self.admin_site.admin_view(self.export_list)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export_list"
        return [path("export.<slug:extension>", view, name=name), *super().get_urls()]

    @method_decorator(require_safe)
    def export_list(self, request: MemberRequest, extension: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if extension not in downloads.SHEETS:
            raise Http404
        rows = self.get_changelist_instance(request).queryset
        count = _count(rows)
        if count > MOST:
            return _refused(self, request)
        columns = self._exported_columns(request)
        audit.record_many(
            "export_list", self.model, by=request.user, rows=count, columns=[*columns]
        )
        title = str(self.opts.verbose_name_plural)
        name = f"{title}_{timezone.localdate():%Y%m%d}"
        lines = self._lines(rows[:MOST], columns)
        return downloads.sheet(extension, [*columns], lines, name=name, title=title)

    def _exported_columns(self, request: HttpRequest) -> dict[str, str]:
        sees_people = request.user.has_perm(EXPORTS_PERSONAL_DATA)
        hidden = frozenset() if sees_people else self.personal_heads
        return {head: name for head, name in self.export_columns.items() if head not in hidden}

    def _lines(self, rows: Any, columns: dict[str, str]) -> Iterator[Row]:
        for row in rows.iterator(chunk_size=CHUNK):
            yield [_cell(*lookup_field(name, row, self)) for name in columns.values()]


class SheetListAdmin(SheetAdmin):
    """A list that leaves as a sheet and comes back as one: who takes it away is recorded here, too."""

    def _do_file_export(
        self, file_format: Any, request: Any, queryset: QuerySet, export_form: Any = None
    ) -> HttpResponse:
        count = _count(queryset)
        if count > MOST:
            return _refused(self, request)
        audit.record_many("export_list", self.model, by=request.user, rows=count)
        return super()._do_file_export(file_format, request, queryset, export_form)


def _count(rows: QuerySet) -> int:
    return rows.order_by().values("pk")[: MOST + 1].count()


def _refused(model_admin: PortalModelAdmin, request: HttpRequest) -> HttpResponse:
    """Back to the list as it was filtered."""
    opts = model_admin.opts
    model_admin.message_user(request, TOO_MANY, messages.ERROR)
    name = f"admin:{opts.app_label}_{opts.model_name}_changelist"
    return redirect(reverse(name, query=request.GET))


def _cell(field: models.Field | None, _attribute: Any, value: Any) -> str | int:
    """西暦, so that Excel sorts it; choices by their labels."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    labels = dict(getattr(field, "flatchoices", None) or [])
    return str(labels.get(value, value))
