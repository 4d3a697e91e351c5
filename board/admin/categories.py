"""分類: name, guidance, who may post, order."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from board.models import Category
from lib.admin import IN_ORDER, PortalModelAdmin
from members import audit


@admin.register(Category)
class CategoryAdmin(PortalModelAdmin):
    help_texts = {
        "name": "掲示板の見出しと、投稿の画面に出ます。",
        "slug": "ページのアドレスになる半角の英小文字とハイフン。例：renkei-teian　投稿があると変えられません。",
        "writers": "投稿できる団体だけを限ります。閲覧と返信は、投稿ごとの公開範囲で決まります。",
        "position": IN_ORDER,
    }
    list_display = [
        "name",
        "kind",
        "writers",
        "needs_approval",
        "position",
        "is_active",
        "topic_count",
    ]
    list_editable = ["position"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(topic_count=Count("topics"))

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> list[str]:
        """Posts hold what their kind asked for; their addresses stay."""
        return ["kind", "slug"] if obj and obj.topics.exists() else []

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        """One with posts is taken out of use instead."""
        is_empty = obj is None or not obj.topics.exists()
        return is_empty and super().has_delete_permission(request, obj)

    def save_model(self, request: Any, obj: Category, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        act = "change_category" if change else "add_category"
        audit.record(act, obj, by=request.user, fields=form.changed_data)

    @admin.display(description="投稿数", ordering="topic_count")
    def topic_count(self, category: Any) -> int:
        return category.topic_count
