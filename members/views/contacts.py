"""Pages of 会員名簿, the members' own directory."""

from allauth.core import ratelimit
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from lib.trail import Trail, from_home
from lib.wareki import format_date
from members import contacts
from members.access import MemberRequest, member_only
from members.forms import ContactSearch, NameChoiceForm

BODIES_PER_PAGE = 20


def trail(*steps: tuple[str, str]) -> Trail:
    return from_home(("会員名簿", reverse("members:directory")), *steps)


@require_safe
@member_only
def directory(request: MemberRequest) -> HttpResponse:
    form = ContactSearch(request.GET)
    context = {
        "form": form,
        "page": Paginator(form.search(), BODIES_PER_PAGE).get_page(request.GET.get("page")),
        "max_printed": contacts.MAX_PRINTED,
        "trail": trail(),
    }
    return render(request, "members/directory.html", context)


@require_safe
@member_only
def directory_print(request: MemberRequest) -> HttpResponse:
    """All that the conditions find, up to a limit that the sheet names."""
    form = ContactSearch(request.GET)
    found = form.search()
    context = {
        "form": form,
        "bodies": found[: contacts.MAX_PRINTED],
        "count": found.count(),
        "max_printed": contacts.MAX_PRINTED,
        "printed_on": format_date(timezone.localdate()),
    }
    return render(request, "members/directory_print.html", context)


@require_POST
@member_only
def directory_names(request: MemberRequest, pk: int) -> HttpResponse:
    """Names are shown on request only: a GET shows none, and every request is recorded."""
    organization = get_object_or_404(contacts.bodies(), pk=pk)
    refused = ratelimit.consume_or_429(request, action="show_names", user=request.user)
    if refused:
        return refused
    context = {
        "organization": organization,
        "people": contacts.show_names(organization, by=request.user),
        "trail": trail((organization.full_name, "")),
    }
    return render(request, "members/directory_names.html", context)


@require_POST
@member_only
def name_choice(request: MemberRequest) -> HttpResponse:
    form = NameChoiceForm(request.POST)
    if form.is_valid():
        contacts.choose(request.user, shows_name=form.cleaned_data["shows_name"])
        shown = "載せます" if request.user.shows_name else "載せません"
        messages.success(request, f"会員名簿に氏名を{shown}。")
    return redirect("members:me")
