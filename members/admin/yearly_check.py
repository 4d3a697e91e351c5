"""年次確認: planned, started and closed by the secretariat, with the table of the result."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from lib import downloads, prefectures
from lib.admin import PortalModelAdmin
from lib.conflicts import StaleError
from lib.forms import ANY
from lib.wareki import fiscal_year, format_date
from members import audit
from members import yearly_check as verbs
from members import yearly_check_result as table
from members.access import EXPORTS_PERSONAL_DATA, MemberRequest
from members.models import YearlyCheck

Page = Callable[..., HttpResponse]

BODIES_PER_PAGE = 100
DOWNLOADS = {"xlsx": "Excel（xlsx）", "csv": "CSV"}
ANOTHER_RUNNING = "ほかの年度の年次確認が実施中です。先に終了してください。"
ONE_ONLY = "年次確認を1つだけ選んでください。"


class UnusedFilter(admin.SimpleListFilter):
    """Of the list of people; the number of days is that of the newest check."""

    title = "使っていない利用者"
    parameter_name = "unused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "使っていない"), ("last", "使っていない最後の管理担当者")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ("yes", "last"):
            return queryset
        checks = YearlyCheck.objects
        found = verbs.unused(checks.running() or checks.first() or YearlyCheck())
        if self.value() == "last":
            found = found.last_managers()
        return queryset.filter(pk__in=found.values("pk"))


class ResultFilter(forms.Form):
    prefecture = forms.ChoiceField(
        label="都道府県", choices=[ANY, *prefectures.CHOICES], required=False
    )
    state = forms.ChoiceField(label="状態", choices=[ANY, *table.STATES], required=False)

    @property
    def conditions(self) -> dict[str, str]:
        """What makes no sense is no condition."""
        return self.cleaned_data if self.is_valid() else {}

    @property
    def words(self) -> str:
        """群馬県、未確認; empty without conditions."""
        names = {**dict(prefectures.CHOICES), **dict(table.STATES)}
        return "、".join(names[value] for value in self.conditions.values() if value)


@admin.register(YearlyCheck)
class YearlyCheckAdmin(PortalModelAdmin):
    change_form_template = "admin/members/yearlycheck/change_form.html"
    list_display = ["__str__", "state", "starts_on", "due_on", "suspend_on", "started_at"]
    fields = (
        "fiscal_year",
        "starts_on",
        "due_on",
        "text",
        "remind_every_days",
        "unused_days",
        "suspend_on",
        "state",
        "started_at",
        "started_by",
        "closed_at",
    )
    actions = ["start_selected"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["state", "started_at", "started_by", "closed_at"]
        return ["fiscal_year", "starts_on", *fixed] if obj and obj.started_at else fixed

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_closed = obj is not None and obj.state == YearlyCheck.State.CLOSED
        return not is_closed and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One that was started has been mailed: it stays."""
        is_planned = obj is not None and obj.state == YearlyCheck.State.PLANNED
        return is_planned and super().has_delete_permission(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The next campaign, mid-April to the end of May, with the words of the last one."""
        today, newest = timezone.localdate(), YearlyCheck.objects.first()
        year = fiscal_year(today) + (today.month < 4)
        if newest:
            year = max(year, newest.fiscal_year + 1)
        words = {"text": newest.text} if newest else {}
        days = {"starts_on": date(year, 4, 15), "due_on": date(year, 5, 31)}
        return {"fiscal_year": year, **days, **words}

    def save_model(self, request: Any, obj: YearlyCheck, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        act = "change_yearly_check" if change else "add_yearly_check"
        audit.record(act, obj, by=request.user, fields=form.changed_data)

    def get_urls(self) -> list[URLPattern]:
        pages: tuple[tuple[str, str, Page], ...] = (
            ("start/", "start", self.start),
            ("close/", "close", self.close),
            ("result/", "result", self.result),
            ("result.<slug:extension>", "download", self.download),
            ("print/", "print", self.print_sheet),
        )
        wrap = self.admin_site.admin_view
        own = [
            path(f"<int:pk>/{address}", wrap(view), name=f"members_yearlycheck_{name}")
            for address, name, view in pages
        ]
        return [*own, *super().get_urls()]

    @admin.action(description="開始する（件数を確かめるページへ）", permissions=["change"])
    def start_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        chosen = list(queryset[:2])
        if len(chosen) == 1:
            return redirect("admin:members_yearlycheck_start", chosen[0].pk)
        self.message_user(request, ONE_ONLY, messages.ERROR)
        return None

    def start(self, request: MemberRequest, pk: int) -> HttpResponse:
        """How many bodies and mails, then the button."""
        check = self._check(request, pk, to_change=True)
        if request.method == "POST":
            return self._act(request, check, verbs.start, f"{check}を開始しました。")
        seats = verbs.mailboxes(check.asked())
        reached = len({seat.organization_id for seat in seats})
        asked = check.asked().count()
        context = {"asked": asked, "mails": len(seats), "unreached": asked - reached}
        return self._page(request, "start", check, "年次確認の開始", **context)

    def close(self, request: MemberRequest, pk: int) -> HttpResponse:
        check = self._check(request, pk, to_change=True)
        if request.method == "POST":
            return self._act(request, check, verbs.close, f"{check}を終了しました。")
        unconfirmed = check.unconfirmed().count()
        return self._page(request, "close", check, "年次確認の終了", unconfirmed=unconfirmed)

    def result(self, request: MemberRequest, pk: int) -> HttpResponse:
        check, form = self._check(request, pk), ResultFilter(request.GET)
        found = table.with_numbers(table.bodies(check, **form.conditions), check)
        page = Paginator(found, BODIES_PER_PAGE).get_page(request.GET.get("page"))
        people = verbs.unused(check)
        context = {
            "form": form,
            "page": page,
            "results": list(table.results(page)),
            "total": table.totals(check)[-1],
            "unused": people.count(),
            "last_managers": people.last_managers().count(),
            "warned": check.warnings.count(),
            "suspended": check.warnings.exclude(suspended_at=None).count(),
            "downloads": DOWNLOADS,
        }
        return self._page(request, "result", check, f"{check}の結果", **context)

    def download(self, request: MemberRequest, pk: int, extension: str) -> HttpResponse:
        check, form = self._check(request, pk), ResultFilter(request.GET)
        if extension not in DOWNLOADS:
            raise Http404
        if not request.user.has_perm(EXPORTS_PERSONAL_DATA):
            raise PermissionDenied
        rows = [line.cells for line in _lines(check, form)]
        audit.record("export_list", check, by=request.user, rows=len(rows))
        name = f"nenji-kakunin-{check.fiscal_year}"
        return downloads.sheet(extension, table.HEADS, rows, name=name, title="年次確認")

    def print_sheet(self, request: MemberRequest, pk: int) -> HttpResponse:
        check, form = self._check(request, pk), ResultFilter(request.GET)
        today = timezone.localdate()
        context = {
            "check": check,
            "totals": table.totals(check),
            "results": list(_lines(check, form)),
            "conditions": form.words,
            "printed_on": format_date(today),
            "as_of": today,
        }
        return TemplateResponse(request, "admin/members/yearlycheck/print.html", context)

    def _check(self, request: HttpRequest, pk: int, *, to_change: bool = False) -> YearlyCheck:
        check = get_object_or_404(YearlyCheck, pk=pk)
        may = super().has_change_permission if to_change else self.has_view_permission
        if not may(request, check):
            raise PermissionDenied
        return check

    def _act(
        self, request: MemberRequest, check: YearlyCheck, verb: Callable[..., Any], done: str
    ) -> HttpResponse:
        try:
            verb(check, by=request.user)
        except StaleError as error:
            self.message_user(request, str(error), messages.ERROR)
        except verbs.AnotherRunningError:
            self.message_user(request, ANOTHER_RUNNING, messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:members_yearlycheck_result", check.pk)

    def _page(
        self, request: HttpRequest, name: str, check: YearlyCheck, title: str, **context: Any
    ) -> HttpResponse:
        frame = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "check": check,
            "may_change": super().has_change_permission(request, check),
            "may_export": request.user.has_perm(EXPORTS_PERSONAL_DATA),
        }
        return TemplateResponse(
            request, f"admin/members/yearlycheck/{name}.html", {**frame, **context}
        )


def _lines(check: YearlyCheck, form: ResultFilter) -> Any:
    return table.results(table.with_numbers(table.bodies(check, **form.conditions), check))
