"""サイトのお知らせ in the admin, with a look at the band before it is saved."""

from datetime import time
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from lib.admin import PortalModelAdmin
from lib.moments import MomentField
from members import audit
from renkei import site_notices
from renkei.models import SiteNotice

EXAMPLES = "例：令和8年12月25日 午前9時、2026-12-25 9:00"


class StateFilter(admin.SimpleListFilter):
    title = "状態"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("shown", "表示中"), ("scheduled", "表示前"), ("over", "終了")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        now = timezone.now()
        if self.value() == "shown":
            return queryset.shown(now)
        if self.value() == "scheduled":
            return queryset.filter(starts_at__gt=now)
        return queryset.filter(ends_at__lte=now) if self.value() == "over" else queryset


class SiteNoticeForm(forms.ModelForm):
    link = forms.URLField(
        label="リンク先",
        required=False,
        max_length=200,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"size": 60}),
        help_text="詳しいページがあるときに入力します。",
    )
    starts_at = MomentField(
        label="開始日時",
        initial=timezone.now,
        widget=forms.TextInput(attrs={"size": 30}),
        help_text=f"{EXAMPLES}。時刻がなければ午前0時です。",
    )
    ends_at = MomentField(
        label="終了日時",
        default_time=time(23, 59),
        widget=forms.TextInput(attrs={"size": 30}),
        help_text=f"{EXAMPLES}。時刻がなければ午後11時59分です。",
    )

    class Meta:
        model = SiteNotice
        fields = ("level", "text", "link", "link_text", "starts_at", "ends_at")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 4, "cols": 60}),
            "link_text": forms.TextInput(attrs={"size": 40}),
        }
        help_texts = {
            "level": "緊急は、いちばん上に赤い枠で表示します。",
            "text": "300字まで。すべてのページの上に表示します。",
        }


@admin.register(SiteNotice)
class SiteNoticeAdmin(PortalModelAdmin):
    form = SiteNoticeForm
    change_form_template = "admin/form_with_preview.html"
    list_display = ["__str__", "level", "state", "starts_at", "ends_at"]
    list_filter = [StateFilter, "level"]
    search_fields = ["text"]
    fields = SiteNoticeForm.Meta.fields

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        address = path("preview/", view, name="renkei_sitenotice_preview")
        return [address, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["preview_url"] = reverse("admin:renkei_sitenotice_preview")
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(require_POST)
    def preview(self, request: HttpRequest) -> HttpResponse:
        """What stands in the form, as it will look; nothing is saved."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        form = SiteNoticeForm(request.POST)
        if not form.is_valid():
            return TemplateResponse(request, "admin/preview_errors.html", {"form": form})
        context = {"notices": [form.instance]}
        return TemplateResponse(request, "renkei/site_notice_preview.html", context)

    def save_model(self, request: Any, obj: SiteNotice, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        act = "change_site_notice" if change else "add_site_notice"
        audit.record(act, obj, by=request.user, fields=form.changed_data)
        transaction.on_commit(site_notices.forget)

    def delete_model(self, request: Any, obj: SiteNotice) -> None:
        audit.record("delete_site_notice", obj, by=request.user)
        super().delete_model(request, obj)
        transaction.on_commit(site_notices.forget)

    def delete_queryset(self, request: Any, queryset: QuerySet) -> None:
        for notice in queryset:
            self.delete_model(request, notice)

    @admin.display(description="状態")
    def state(self, notice: SiteNotice) -> str:
        return notice.state
