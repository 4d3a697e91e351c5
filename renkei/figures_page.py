"""統計: the figures of a period with charts, and everything of it as sheets for the yearly report."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agreements.prefecture_map import Cell
from lib.downloads import attachment
from lib.prefectures import PREFECTURES
from lib.spreadsheets import write_book, write_csv
from lib.wareki import WarekiDateField, fiscal_year, format_fiscal_year
from members import audit
from members.access import MemberRequest
from members.models import Organization
from renkei.charts import Chart, bars, columns
from renkei.figures.period import Period
from renkei.figures.tables import TOTAL, Figures, Table

YEARS = 10
LONGEST = timedelta(days=2 * 366)
DEMO_NOTE = "見本データを含む"

_CHARTS = {
    "registrations": columns,
    "categories": bars,
    "matches": columns,
    "use": bars,
    "mails": bars,
}


def _years() -> list[tuple[int, str]]:
    now = fiscal_year(timezone.localdate())
    return [(year, format_fiscal_year(date(year, 4, 1))) for year in range(now, now - YEARS, -1)]


class FiguresForm(forms.Form):
    """A 年度, or any days; without either the 年度 of today."""

    year = forms.TypedChoiceField(label="年度", choices=_years, coerce=int, required=False)
    since = WarekiDateField(label="開始日", required=False)
    until = WarekiDateField(label="終了日", required=False)
    demo = forms.BooleanField(label="見本データを含めて表示する", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if self.errors or not (since or until):
            return data
        if not (since and until):
            raise forms.ValidationError("開始日と終了日は、両方を入力してください。")
        if since > until:
            raise forms.ValidationError("終了日は、開始日以後の日にしてください。")
        if until - since > LONGEST:
            raise forms.ValidationError("期間は、2年以内にしてください。")
        return data

    @property
    def period(self) -> Period:
        """Of a form that is wrong: the 年度 of today."""
        data = self.cleaned_data if self.is_valid() else {}
        if data.get("since"):
            return Period(data["since"], data["until"])
        return Period.of_fiscal_year(data.get("year") or fiscal_year(timezone.localdate()))

    @property
    def with_demo(self) -> bool:
        """Where there are demo bodies, and only for looking at the page."""
        return settings.DEMO and self.is_valid() and self.cleaned_data["demo"]


@dataclass(frozen=True)
class MemberCell(Cell):
    """A prefecture on the map; it leads to its member bodies in the admin."""

    @property
    def url(self) -> str:
        query = urlencode({"prefecture__exact": self.prefecture.code, "status__exact": "active"})
        return f"{reverse('admin:members_organization_changelist')}?{query}"


@dataclass(frozen=True)
class Section:
    table: Table
    chart: Chart | None
    csv_url: str


@require_safe
def figures_page(request: HttpRequest) -> HttpResponse:
    _check(request)
    form = FiguresForm(request.GET or None)
    figures = Figures(form.period, with_demo=form.with_demo)
    query = f"?{request.GET.urlencode()}" if request.GET and form.is_valid() else ""
    context = {
        **admin.site.each_context(request),
        "title": "統計",
        "form": form,
        "figures": figures,
        "cells": _cells(figures),
        "has_demo": settings.DEMO,
        "book_url": reverse("admin:figures_book") + query,
        "sections": {
            name: Section(table, _chart(table), reverse("admin:figures_sheet", args=[name]) + query)
            for name, table in figures.tables().items()
        },
    }
    return render(request, "admin/figures.html", context)


@require_safe
def figures_book(request: MemberRequest) -> HttpResponse:
    figures, mark = _asked(request)
    sheets = [(table.title, table.head, table.rows) for table in figures.tables().values()]
    name = f"統計_{figures.period.label}{mark}.xlsx"
    _record(request, figures)
    return attachment(write_book(sheets), name)


@require_safe
def figures_sheet(request: MemberRequest, name: str) -> HttpResponse:
    figures, mark = _asked(request)
    table = figures.tables().get(name)
    if table is None:
        raise Http404
    file_name = f"{table.title}_{figures.period.label}{mark}.csv"
    _record(request, figures, table=table.title)
    return attachment(write_csv(table.head, table.rows), file_name)


def _asked(request: HttpRequest) -> tuple[Figures, str]:
    """And what the name of a file says of demo data in it."""
    _check(request)
    form = FiguresForm(request.GET)
    if not form.is_valid():
        raise Http404
    figures = Figures(form.period, with_demo=form.with_demo)
    return figures, f"（{DEMO_NOTE}）" if figures.with_demo else ""


def _record(request: MemberRequest, figures: Figures, **detail: str) -> None:
    period = figures.period.label
    audit.record_many("export_figures", Organization, by=request.user, period=period, **detail)


def _check(request: HttpRequest) -> None:
    """Bodies that nobody uses are named among the figures."""
    if not request.user.has_perm("members.view_organization"):
        raise PermissionDenied


def _cells(figures: Figures) -> list[Cell]:
    register = figures.register_on(figures.day)
    agreements = Counter(row.prefecture for row in register.agreements)
    constituents, members = register.constituent_counts(), figures.members_by_prefecture()
    return [
        MemberCell(
            prefecture,
            agreements=agreements[prefecture.code],
            constituents=constituents.get(prefecture.code, 0),
            members=members[prefecture.code],
            is_current=False,
        )
        for prefecture in PREFECTURES
    ]


def _chart(table: Table) -> Chart | None:
    """A total would dwarf the other bars."""
    draw = _CHARTS.get(table.name)
    if draw is None:
        return None
    rows: Any = [(_short(row[0]), row[1:]) for row in table.rows if row[0] != TOTAL]
    return draw(table.name, table.title, table.head[1:], rows)


def _short(label: Any) -> str:
    """2026年4月 as 4月: under a column the year has no room, and the table says it."""
    return re.sub(r"^\d{4}年", "", str(label))
