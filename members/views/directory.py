"""Pages of the public directory."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lib.open_data import respond
from lib.trail import from_home
from members.access import public
from members.directory import Directory, cells, counts
from members.exports import MEMBERS, TABLES
from members.forms import DirectorySearch
from members.models import SiteText, Standing

BODIES_PER_PAGE = 50


@require_safe
@public  # who takes part is published information
def member_list(request: HttpRequest) -> HttpResponse:
    form = DirectorySearch(request.GET)
    found, number = form.search(), request.GET.get("page")
    by_prefecture = counts()
    context = {
        "form": form,
        "is_search": form.asks_for_something,
        "directory": None if form.asks_for_something else Directory.current(by_prefecture, number),
        "page": Paginator(found, BODIES_PER_PAGE).get_page(number),
        "found_members": sum(body.standing == Standing.MEMBER for body in found),
        "cells": cells(by_prefecture, current=request.GET.get("prefecture", "")),
        "texts": SiteText.objects.by_slug("membership-figure"),
        "as_of": timezone.localdate(),
        "downloads": MEMBERS.downloads,
        "trail": from_home(("会員", "")),
    }
    return render(request, "members/member_list.html", context)


@require_safe
@public  # open data
def download(request: HttpRequest, name: str, extension: str) -> HttpResponse:
    return respond(request, TABLES[name], extension)
