"""利用者の棚卸し in the admin: on the screen, on paper, as a sheet; for 事務局（管理） alone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from lib import downloads
from lib.forms import ANY
from lib.wareki import format_date
from members import audit, inventory
from members.access import HANDLES_PERSONAL_DATA, MemberRequest
from members.models import User

PER_PAGE = 100


class StateForm(forms.Form):
    state = forms.ChoiceField(
        label="状態", choices=[ANY, *inventory.STATES.items()], required=False
    )

    @property
    def state_or_all(self) -> str:
        """What makes no sense is no condition."""
        return self.cleaned_data["state"] if self.is_valid() else ""


def urls() -> list[URLPattern]:
    wrap = admin.site.admin_view
    return [
        path("inventory/", wrap(page), name="members_user_inventory"),
        path("inventory/print/", wrap(print_sheet), name="members_user_inventory_print"),
        path("inventory.xlsx", wrap(download), name="members_user_inventory_xlsx"),
    ]


@require_safe
def page(request: MemberRequest) -> HttpResponse:
    form = _form(request)
    shown = Paginator(inventory.accounts(form.state_or_all), PER_PAGE)
    accounts = shown.get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": "利用者の棚卸し",
        "opts": User._meta,
        "form": form,
        "page": accounts,
        "lines": list(inventory.lines(accounts)),
        "today": timezone.localdate(),
    }
    return TemplateResponse(request, "admin/members/user/inventory.html", context)


@require_safe
def print_sheet(request: MemberRequest) -> HttpResponse:
    form = _form(request)
    lines = list(inventory.lines(inventory.accounts(form.state_or_all)))
    audit.record_many("print_accounts", User, by=request.user, accounts=len(lines))
    context = {
        "lines": lines,
        "condition": inventory.STATES.get(form.state_or_all, ""),
        "printed_on": format_date(timezone.localdate()),
    }
    return TemplateResponse(request, "admin/members/user/inventory_print.html", context)


@require_safe
def download(request: MemberRequest) -> HttpResponse:
    form = _form(request)
    rows = [line.cells for line in inventory.lines(inventory.accounts(form.state_or_all))]
    audit.record_many("export_accounts", User, by=request.user, accounts=len(rows))
    name = f"riyosha-{timezone.localdate():%Y%m%d}"
    return downloads.sheet("xlsx", inventory.HEADS, rows, name=name, title="利用者の棚卸し")


def _form(request: HttpRequest) -> StateForm:
    user: Any = request.user
    if not user.has_perm(HANDLES_PERSONAL_DATA):
        raise PermissionDenied
    return StateForm(request.GET)
