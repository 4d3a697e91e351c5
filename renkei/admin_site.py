"""The secretariat's admin: one door with the rest of the portal."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator

from members.access import is_secretariat
from renkei.dashboard import waiting

View = Callable[..., HttpResponseBase]


class PortalAdminSite(admin.AdminSite):
    site_title = site_header = "特別区全国連携プロジェクト 管理"
    index_title = "管理メニュー"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return is_secretariat(request.user)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        return super().index(request, {"waiting": waiting(), **(extra_context or {})})

    def admin_view(self, view: View, cacheable: bool = False) -> Any:
        """A member who is not of the secretariat gets 403 at once, not another log-in page."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
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
            raise PermissionDenied
        return redirect("admin:index")
