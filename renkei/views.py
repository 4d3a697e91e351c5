"""Pages that show several apps, and the project's own pages."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, connections
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agreements import exports as agreement_exports
from agreements.models import CorporateAgreement, RegionalAgreement
from agreements.prefecture_map import cells
from agreements.registers import Register
from lib.public_files import respond
from lib.trail import from_home
from lib.wareki import format_date
from members import exports as member_exports
from members import handover
from members.access import MemberRequest, is_member, member_only, public
from members.models import LocalGovernment, Organization, SiteText
from news import exports as news_exports
from news.models import Event, NewsItem, Publication
from renkei import replica
from renkei.handover import sheet
from renkei.jobs import queue
from renkei.member_home import board_news
from renkei.profiles import Profile
from renkei.public_files import find
from renkei.search import SearchForm, groups

NEWEST_AGREEMENTS = 3
NEXT_EVENTS = 3
NEWEST_NEWS = 5
# RFC 9116 asks for less than a year.
SECURITY_TXT_HOLDS = timedelta(days=180)


@require_safe
@public  # the project's purpose, its figures and registers are published information
def home(request: HttpRequest) -> HttpResponse:
    register = Register.of(RegionalAgreement.objects.in_force())
    newest = sorted(register.agreements, key=lambda agreement: agreement.signed_on, reverse=True)
    context = {
        "texts": SiteText.objects.by_slug("purpose", "membership-figure", "member-benefits"),
        "register": register,
        "cells": cells(register),
        "newest": newest[:NEWEST_AGREEMENTS],
        "corporate_agreements": CorporateAgreement.objects.in_force(),
        "search": SearchForm(),
        "board": board_news(request.user) if is_member(request.user) else None,
        **_published(),
    }
    return render(request, "renkei/home.html", context)


def _published() -> dict[str, Any]:
    """The next events, the news, and the newest number of the first series."""
    news = NewsItem.objects.published().select_related("category").pinned_first().defer("folded")
    publications = Publication.objects.published().with_row()
    return {
        "events": Event.objects.published().upcoming()[:NEXT_EVENTS],
        "news": news[:NEWEST_NEWS],
        "publication": publications.order_by("-issued_on", "series__position", "-id").first(),
    }


@require_safe
@public  # the prospectus is published information
def about(request: HttpRequest) -> HttpResponse:
    context = {
        "texts": SiteText.objects.by_slug("purpose", "prospectus"),
        "trail": from_home(("プロジェクトについて", "")),
    }
    return render(request, "renkei/about.html", context)


@require_safe
@public  # everybody may search; each group shows what the visitor may see
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    context = {
        "form": form,
        "asked": bool(form.query),
        "groups": groups(form.text, request.user) if form.query else [],
        "trail": from_home(("検索", "")),
    }
    return render(request, "renkei/search.html", context)


@require_safe
@public  # everybody may ask
def contact(request: HttpRequest) -> HttpResponse:
    texts = SiteText.objects.by_slug("contact-address", "contact-telephone", "contact-hours")
    context = {
        "lines": [(text.title, text.body) for text in texts.values() if text.body],
        "trail": from_home(("お問い合わせ", "")),
    }
    return render(request, "renkei/contact.html", context)


@require_safe
@public  # policies bind visitors, too
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    text = SiteText.objects.current(slug)
    if text is None:
        raise Http404
    return render(
        request, "renkei/policy.html", {"text": text, "trail": from_home((text.title, ""))}
    )


@require_safe
@public  # which local governments there are, and which are members, is published information
def member_profile(request: HttpRequest, code: str) -> HttpResponse:
    bodies = LocalGovernment.objects.select_related("organization", "successor")
    body = get_object_or_404(bodies.prefetch_related("predecessors"), code=code)
    return _profile_page(request, Profile.of_local_government(body))


@require_safe
@public  # who takes part is published information
def group_profile(request: HttpRequest, pk: int) -> HttpResponse:
    """A body without a code, such as an association of towns and villages."""
    body = get_object_or_404(Organization.objects.without_code(), pk=pk)
    return _profile_page(request, Profile.of_group(body))


def _profile_page(request: HttpRequest, profile: Profile) -> HttpResponse:
    trail = from_home(
        ("会員", reverse("members:member_list")),
        (profile.prefecture.name, profile.prefecture_url),
        (str(profile.body), ""),
    )
    return render(request, "renkei/member_profile.html", {"profile": profile, "trail": trail})


@require_safe
@public  # open data
def open_data(request: HttpRequest) -> HttpResponse:
    """What every column of every table means."""
    context = {
        "tables": [
            *agreement_exports.TABLES.values(),
            *member_exports.TABLES.values(),
            *news_exports.TABLES.values(),
        ],
        "license": settings.OPEN_DATA_LICENSE,
        "trail": from_home(("オープンデータ", "")),
    }
    return render(request, "renkei/open_data.html", context)


@require_safe
@public  # what is published has public files; those of drafts are not found
def public_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Under the original name: nothing uploaded runs in our origin."""
    file = find(pk, request.user)
    if file is None:
        raise Http404
    return respond(request, file)


@require_safe
@member_only
def handover_print(request: MemberRequest, pk: int) -> HttpResponse:
    """引継書 for circulation: for those who may see the hand-over."""
    found = handover.visible_to(request.user).select_related(
        "seat__organization__local_government",
        "predecessor__seat__organization",
        "invitation",
    )
    context = sheet(get_object_or_404(found, pk=pk))
    context["printed_on"] = format_date(timezone.localdate())
    return render(request, "renkei/handover_print.html", context)


@require_safe
@public  # crawlers are anonymous
def robots(request: HttpRequest) -> HttpResponse:
    lines = (
        "User-agent: *",
        "Disallow: /accounts/",
        "Disallow: /admin/",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
        "",
    )
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@public  # whoever finds a weakness needs no account
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116. Within a day the same for everybody; nobody has to remember to renew it."""
    expires = timezone.localdate() + SECURITY_TXT_HOLDS
    contact = settings.SITE_URL + reverse("contact")
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires.isoformat()}T00:00:00+09:00",
        "Preferred-Languages: ja, en",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
        f"Policy: {contact}#security",
        "",
    )
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@public  # the process supervisor is anonymous
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"process": "ok"}, headers={"Cache-Control": "no-store"})


@require_safe
@public  # the load balancer is anonymous
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, cache and storage answer; 503 while one does not."""
    checks = {"database": _database_answers(), "storage": _storage_answers()}
    status = 200 if all(checks.values()) else 503
    answer: dict[str, str | int] = {
        name: "ok" if is_ok else "failed" for name, is_ok in checks.items()
    }
    if checks["database"]:
        answer |= queue()
    if replica.REPLICA in connections:
        answer["replica_seconds"] = round(replica.age())
    return JsonResponse(answer, status=status, headers={"Cache-Control": "no-store"})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        cache.get("readyz")
    except DatabaseError:
        return False
    return True


def _storage_answers() -> bool:
    try:
        default_storage.listdir("")
    except OSError:
        return False
    return True
