"""Pages of the registers. All are public: the register is published information."""

from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agreements.exports import CONSTITUENTS, CORPORATE, REGIONAL, TABLES, constituent_rows
from agreements.forms import ConstituentSearch, RegionalFilter
from agreements.models import CorporateAgreement, RegionalAgreement
from agreements.models.agreement import newest_publication
from agreements.prefecture_map import cells
from agreements.registers import Register
from lib.open_data import respond
from lib.text import fold, words
from lib.trail import Trail, from_home
from lib.wareki import format_date
from members.access import public
from members.models import LocalGovernment, SiteText

CONSTITUENTS_PER_PAGE = 50


def trail(*steps: tuple[str, str]) -> Trail:
    """Breadcrumbs below the register's own page."""
    return from_home(("協定", reverse("agreements:index")), *steps)


@require_safe
@public  # the register of agreements is published information
def index(request: HttpRequest) -> HttpResponse:
    corporate_agreements = CorporateAgreement.objects.in_force().with_activities()
    context = {
        "register": Register.of(RegionalAgreement.objects.in_force()),
        "corporate_agreements": corporate_agreements,
        "as_of": newest_publication(corporate_agreements),
        "trail": trail(),
    }
    return render(request, "agreements/index.html", context)


@require_safe
@public  # the register of agreements is published information
def regional_list(request: HttpRequest) -> HttpResponse:
    register = Register.of(RegionalAgreement.objects.in_force())
    form = RegionalFilter(request.GET)
    context = {
        "register": register,
        "shown": form.apply(register),
        "form": form,
        "is_filtered": any(request.GET.get(name) for name in ("prefecture", "kind")),
        "ended": RegionalAgreement.objects.ended().with_parties(),
        "cells": cells(register, current=request.GET.get("prefecture", "")),
        "downloads": REGIONAL.downloads,
        "trail": trail(("広域連携協定", "")),
    }
    return render(request, "agreements/regional_list.html", context)


@require_safe
@public  # the register of agreements is published information
def regional_detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = regional_context(pk)
    steps = (
        ("広域連携協定", reverse("agreements:regional_list")),
        (context["agreement"].party_names, ""),
    )
    return render(request, "agreements/regional_detail.html", {**context, "trail": trail(*steps)})


@require_safe
@public  # the register of agreements is published information
def regional_print(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet for circulation (回覧・決裁)."""
    context = {**regional_context(pk), "printed_on": format_date(timezone.localdate())}
    return render(request, "agreements/regional_print.html", context)


def regional_context(pk: int) -> dict[str, Any]:
    """What the page of an agreement and its sheet show; Http404 for an unknown one."""
    agreements = RegionalAgreement.objects.prefetch_related("parties", "matters", "files")
    agreement = get_object_or_404(agreements, pk=pk)
    return {
        "agreement": agreement,
        "is_in_force": agreement.is_in_force(),
        "as_of": agreement.constituents_as_of,
        "constituents": by_kind(agreement.constituents().select_related("organization")),
    }


def by_kind(local_governments: Any) -> list[tuple[str, list[LocalGovernment]]]:
    """市, 町, 村 in this order, each with its bodies in the order of their codes."""
    order = list(LocalGovernment.Kind)
    found = sorted(local_governments, key=lambda body: (order.index(body.kind), body.code))
    grouped = groupby(found, key=lambda body: body.get_kind_display())
    return [(kind, list(bodies)) for kind, bodies in grouped]


@require_safe
@public  # the register of agreements is published information
def corporate_list(request: HttpRequest) -> HttpResponse:
    agreements = CorporateAgreement.objects.in_force().with_activities()
    context = {
        "agreements": agreements,
        "as_of": newest_publication(agreements),
        "ended": CorporateAgreement.objects.ended().with_activities(),
        "purpose": SiteText.objects.current("corporate-purpose"),
        "downloads": CORPORATE.downloads,
        "trail": trail(("企業との包括連携協定", "")),
    }
    return render(request, "agreements/corporate_list.html", context)


@require_safe
@public  # the register of agreements is published information
def corporate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    agreements = CorporateAgreement.objects.prefetch_related("activities", "matters", "files")
    agreement = get_object_or_404(agreements, pk=pk)
    context = {
        "agreement": agreement,
        "is_in_force": agreement.is_in_force(),
        "trail": trail(
            ("企業との包括連携協定", reverse("agreements:corporate_list")), (agreement.company, "")
        ),
    }
    return render(request, "agreements/corporate_detail.html", context)


@require_safe
@public  # the constituents follow from the register
def constituent_list(request: HttpRequest) -> HttpResponse:
    form = ConstituentSearch(request.GET)
    wanted = words(form.cleaned_data["q"]) if form.is_valid() else []
    rows = [
        row
        for row in constituent_rows()
        if all(word in f"{row.local_government.folded} {fold(row.party.name)}" for word in wanted)
    ]
    context = {
        "form": form,
        "page": Paginator(rows, CONSTITUENTS_PER_PAGE).get_page(request.GET.get("page")),
        "as_of": timezone.localdate(),
        "downloads": CONSTITUENTS.downloads,
        "trail": trail(("広域連携協定", reverse("agreements:regional_list")), ("構成自治体", "")),
    }
    return render(request, "agreements/constituent_list.html", context)


@require_safe
@public  # open data
def download(request: HttpRequest, name: str, extension: str) -> HttpResponse:
    if name not in TABLES:
        raise Http404
    return respond(request, TABLES[name], extension)
