"""イベント in the secretariat's admin."""

from datetime import time
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from lib.moments import MomentField
from news.admin.article import MOMENT_EXAMPLES, NewsFileInline, PreviewAdmin, StateFilter
from news.forms.article import ArticleForm
from news.models import Event
from news.views.events import event_context


class EventForm(ArticleForm):
    apply_until = MomentField(
        label="申込みの期限",
        default_time=time(17),
        is_end=True,
        required=False,
        help_text=f"時刻がなければ午後5時です。{MOMENT_EXAMPLES}",
    )


class PeriodFilter(admin.SimpleListFilter):
    title = "期間"
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("upcoming", "これから開催"), ("past", "終了したもの")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet | None:
        if self.value() == "upcoming":
            return queryset.upcoming()
        return queryset.past() if self.value() == "past" else None


@admin.register(Event)
class EventAdmin(PreviewAdmin):
    form = EventForm
    preview_template = "news/event.html"
    list_display = ["name", "period", "place", "status", "state", "page"]
    list_filter = [StateFilter, PeriodFilter, "kind", "status", "prefecture"]
    search_fields = ["folded"]
    inlines = [NewsFileInline]
    fieldsets = [
        (None, {"fields": ["name", "kana", "kind", "status", "summary", "body"]}),
        ("日時", {"fields": ["starts_on", "starts_at", "ends_on", "ends_at", "schedule_note"]}),
        (
            "場所",
            {
                "fields": [
                    "attendance",
                    "prefecture",
                    "venue",
                    "address",
                    "access",
                    "parking",
                    "latitude",
                    "longitude",
                    "online_url",
                ]
            },
        ),
        ("主催・参加", {"fields": ["organizer", "contact", "target", "fee", "url"]}),
        ("申込み", {"fields": ["apply_how", "apply_until", "capacity", "takes_entries"]}),
        ("公開", {"fields": ["is_draft", "publish_at", "expires_at", "wants_introduction"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("folded")

    def preview_context(self, form: ModelForm) -> dict[str, Any]:
        return event_context(form.instance)

    @admin.display(description="日時", ordering="starts_on")
    def period(self, event: Event) -> str:
        return event.period

    @admin.display(description="場所")
    def place(self, event: Event) -> str:
        return event.place or "-"
