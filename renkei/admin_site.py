"""The secretariat's admin: one door with the rest of the portal."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator

from members import second_factor
from members.access import is_secretariat
from renkei import figures_page
from renkei.care_pages import act_page, care_page, note_page, strike_page
from renkei.dashboard import by_what_they_ask, waiting
from renkei.figures.week import week
from renkei.merge_page import merge_page
from renkei.personal_pages import erase_page, export, person_page, search_page

View = Callable[..., HttpResponseBase]

# The menu, with what is opened daily on top; Django would sort by the code of the first letter.
_MENU = (
    *("Application", "Organization", "Seat", "User", "Invitation", "InvitationWave", "Handover"),
    *("YearlyCheck", "CareNote", "Introduction", "Delivery", "MailAddress", "Notice", "MailText"),
    *("SiteText", "TermsConsent", "AuditEntry", "LocalGovernment", "Theme"),
    *("Topic", "Reply", "Answer", "Report", "Attachment", "ApprovalRule", "Category"),
    *("NewsItem", "Event", "Entry", "Publication", "NewsCategory", "Series"),
    *("RegionalAgreement", "CorporateAgreement", "Matter"),
    *("SiteNotice", "JobRun", "Group"),
)
_METHODS = ("GET", "HEAD", "POST")
_NOT_SHOWN = {"account", "mfa", "usersessions"}
_SECOND_FACTOR_MISSING = (
    "管理画面には二段階認証が必要です。いったんログアウトし、もう一度ログインしてください。"
)


class PortalAdminSite(admin.AdminSite):
    site_title = site_header = "特別区全国連携プロジェクト 管理"
    index_title = "管理メニュー"
    site_url = "/"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Not what allauth registers of itself: addresses, keys of authenticator apps, sessions."""
        one = isinstance(model_or_iterable, type)
        models: Any = [model_or_iterable] if one else model_or_iterable
        shown = [model for model in models if model._meta.app_label not in _NOT_SHOWN]
        super().register(shown, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_secretariat(request.user) and second_factor.has_passed(request)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Pages that need what only renkei/ may see."""
        pages = (
            ("figures/", figures_page.figures_page, "figures"),
            ("figures/figures.xlsx", figures_page.figures_book, "figures_book"),
            ("figures/<slug:name>.csv", figures_page.figures_sheet, "figures_sheet"),
            ("members/organization/<int:pk>/merge/", merge_page, "merge"),
            ("members/organization/<int:pk>/care/", care_page, "care"),
            ("members/organization/<int:pk>/care/note/", note_page, "care_note"),
            ("members/organization/<int:pk>/care/note/<int:note>/", strike_page, "care_strike"),
            ("members/organization/<int:pk>/care/<slug:name>/", act_page, "care_act"),
            ("personal/", search_page, "personal"),
            ("personal/<slug:kind>/<int:pk>/", person_page, "personal_person"),
            ("personal/<slug:kind>/<int:pk>/export.xlsx", export, "personal_export"),
            ("personal/<slug:kind>/<int:pk>/erase/", erase_page, "personal_erase"),
        )
        own = [path(address, self.admin_view(page), name=name) for address, page, name in pages]
        return [*own, *super().get_urls()]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        user: Any = request.user
        lines = waiting(user)
        context = {
            "waiting": lines,
            "asked": by_what_they_ask(lines),
            "week": week(),
            "has_demo": settings.DEMO,
        }
        return super().index(request, {**context, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        found: Any = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=_place)
        return sorted(found, key=lambda app: min(map(_place, app["models"])))

    def admin_view(self, view: View, cacheable: bool = False) -> Any:
        """Who is logged in never meets another log-in page: 403, or what is missing."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                return self._refuse(request)
            # Django's own pages answer whatever they are asked with.
            if request.method not in _METHODS:
                return HttpResponseNotAllowed(_METHODS)
            return inner(request, *args, **kwargs)

        return guarded

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Log in at the portal's own page, with its limits; whoever is not of the secretariat: 403."""
        target = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        if not self.has_permission(request):
            return self._refuse(request)
        return redirect("admin:index")

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        """A secretary whose session lacks the second factor is told how to get it; others: 403."""
        if not is_secretariat(request.user):
            raise PermissionDenied
        messages.error(request, _SECOND_FACTOR_MISSING)
        return redirect("mfa_index")


def _place(model: dict[str, Any]) -> int:
    name = model["object_name"]
    return _MENU.index(name) if name in _MENU else len(_MENU)
