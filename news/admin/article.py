"""What the pages of news, publications and events in the admin have in common."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from lib.admin import HistoryAdmin, LabelledTabularInline, PortalModelAdmin
from lib.bulk import Bulk, BulkAdmin
from lib.moments import ClockField, MomentField
from members.access import MemberRequest
from members.exporting import ExportingAdmin
from news import releasing
from news.forms.article import MOMENT_EXAMPLES, NewsFileForm
from news.models import NewsFile
from news.models.publishing import Published

RELEASING = {
    "publish": Bulk(
        "選択したものを公開する",
        "公開する",
        "{}件の下書きを公開します。公開日時を過ぎているものはすぐに、先の日時のものはその日時に、だれでも読めるようになります。",
    ),
    "withdraw": Bulk(
        "選択したものの公開をやめる（下書きに戻す）",
        "公開をやめる",
        "{}件を下書きに戻します。公開ページは、すぐに見られなくなります。文章とファイルは残ります。",
        warning="ほかのサイトやメールからのリンクも、開けなくなります。",
    ),
}


class StateFilter(admin.SimpleListFilter):
    title = "状態"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("published", "公開中"),
            ("scheduled", "公開予定"),
            ("draft", "下書き"),
            ("over", "公開終了"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet | None:
        if self.value() == "published":
            return queryset.published()
        if self.value() == "scheduled":
            return queryset.scheduled()
        if self.value() == "draft":
            return queryset.filter(is_draft=True)
        if self.value() == "over":
            return queryset.filter(is_draft=False, expires_at__lte=timezone.now())
        return None


class PublishedAdmin(BulkAdmin, ExportingAdmin, HistoryAdmin):
    """Moments are typed as one text; a state is shown instead of three columns."""

    formfield_overrides = {
        **PortalModelAdmin.formfield_overrides,
        models.DateTimeField: {
            "form_class": MomentField,
            "widget": forms.TextInput(attrs={"size": 30}),
        },
        models.TimeField: {"form_class": ClockField, "widget": forms.TextInput},
    }
    bulk = RELEASING
    # Its page is public once it is published; before, the preview shows it.
    view_on_site = False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, MomentField):
            field.help_text = " ".join(filter(None, [str(field.help_text), MOMENT_EXAMPLES]))
        return field

    def refusal(self, act: str, row: Any, request: HttpRequest) -> str:
        if act == "publish" and not row.is_draft:
            return "下書きではないため"
        return "すでに下書きのため" if act == "withdraw" and row.is_draft else ""

    def note(self, row: Any) -> str:
        return row.state

    def do(self, act: str, row: Any, data: dict[str, Any], request: MemberRequest) -> None:
        verbs: dict[str, Callable[..., None]] = {
            "publish": releasing.publish,
            "withdraw": releasing.withdraw,
            "pin": releasing.pin,
        }
        verbs[act](row, **data, by=request.user)

    def delete_model(self, request: Any, obj: Published) -> None:
        releasing.delete(obj, by=request.user)

    def delete_queryset(self, request: Any, queryset: QuerySet) -> None:
        for row in queryset:
            self.delete_model(request, row)

    @admin.display(description="状態")
    def state(self, row: Published) -> str:
        return row.state

    @admin.display(description="公開ページ")
    def page(self, row: Any) -> str:
        if row.pk is None or not row.is_published:
            return "-"
        return format_html('<a href="{}">公開ページを見る</a>', row.get_absolute_url())


class PreviewAdmin(PublishedAdmin):
    """「表示を確かめる」 shows what stands in the form as its page will look, and saves nothing."""

    change_form_template = "admin/form_with_preview.html"
    preview_template = ""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        return [
            path("add/preview/", view, name=f"{name}_new"),
            path("<int:pk>/change/preview/", view, name=name),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_preview"
        context["preview_url"] = reverse(name, args=[row.pk]) if row else reverse(f"{name}_new")
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(require_POST)
    def preview(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        row = self.get_object(request, str(pk)) if pk else None
        if not self._may_preview(request, row):
            raise PermissionDenied
        # Not as a change: a preview saves over nothing.
        form = self.get_form(request, row)(request.POST, instance=row)
        if not form.is_valid():
            return TemplateResponse(request, "admin/preview_errors.html", {"form": form})
        context = {"is_preview": True, **self.preview_context(form)}
        return TemplateResponse(request, self.preview_template, context)

    def _may_preview(self, request: HttpRequest, row: Any) -> bool:
        if row is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, row)

    def preview_context(self, form: ModelForm) -> dict[str, Any]:
        """Of the row as the form has filled it; it is not saved."""
        # Each kind of article has a page of its own.
        raise NotImplementedError


class NewsFileInline(LabelledTabularInline):
    model = NewsFile
    form = NewsFileForm
    fields = ["title", "file", "reference"]
    readonly_fields = ["reference"]
    extra = 1

    @admin.display(description="本文に入れるときの書き方")
    def reference(self, file: NewsFile) -> str:
        return file.markdown if file.pk and file.file else "保存すると表示します。"
