"""The secretariat's page that shows what a merger would move, and merges."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from lib.conflicts import StaleError
from lib.numbers import whole_number
from lib.text import words
from members.models import Organization
from renkei import merging

MAX_CANDIDATES = 20


@require_http_methods(["GET", "HEAD", "POST"])
def merge_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Without `?into=`: what follows from the merger of the local governments, if there was one."""
    if not request.user.has_perm("members.change_organization"):
        raise PermissionDenied
    old = get_object_or_404(Organization.objects.select_related("local_government"), pk=pk)
    if request.method == "POST":
        return _act(request, old)
    successor = merging.current_successor(old)
    into = _chosen(request.GET.get("into", "")) or getattr(successor, "organization", None)
    context = {
        **admin.site.each_context(request),
        "title": "会員団体の合併",
        "old": old,
        "plan": merging.Plan.of(old, into) if into else None,
        "successor": successor if successor and not into else None,
        "is_active": old.status == Organization.Status.ACTIVE,
        "q": request.GET.get("q", ""),
        "candidates": _candidates(old, request.GET.get("q", "")),
    }
    return render(request, "admin/members/organization/merge.html", context)


def _act(request: Any, old: Organization) -> HttpResponse:
    into = _chosen(request.POST.get("into", ""))
    try:
        if into:
            is_confirmed = "leaves_wards" in request.POST
            merging.merge(old, into, by=request.user, leaves_wards_confirmed=is_confirmed)
        else:
            merging.succeed(old, by=request.user)
    except (StaleError, merging.RefusedError, ValidationError) as error:
        text = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        messages.error(request, text)
        return redirect(request.get_full_path())
    messages.success(request, _told(old, into))
    return redirect("admin:care", into.pk if into else old.pk)


def _told(old: Organization, into: Organization | None) -> str:
    if into:
        return f"{old}を{into}に合併しました。"
    return f"{old}は、新しい名称で会員を続けます。"


def _chosen(key: str) -> Organization | None:
    number = whole_number(key)
    return Organization.objects.filter(pk=number).first() if number else None


def _candidates(old: Organization, query: str) -> list[Organization]:
    """Bodies to merge into, as the search gives them; none before anything is asked for."""
    if not words(query):
        return []
    active = Organization.objects.active().exclude(kind=Organization.Kind.SECRETARIAT)
    return list(active.exclude(pk=old.pk).search(query).in_code_order()[:MAX_CANDIDATES])
