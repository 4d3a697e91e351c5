"""公式Xでの紹介: the queue, with a text for each."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from lib import prefectures, x_posts
from lib.conflicts import StaleError
from members import introductions
from members.access import MemberRequest
from members.exporting import ExportingAdmin
from members.models import Introduction

ACTS = ("_posted", "_skip", "_send")
INTENT = "https://x.com/intent/post"


class IntroductionForm(forms.ModelForm):
    """One form, several buttons: what must be filled in depends on the one that was pressed."""

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        found = x_posts.weight(text)
        if found > x_posts.MAX_WEIGHT:
            raise forms.ValidationError(
                f"Xの数え方で{found}あります。{x_posts.MAX_WEIGHT}までに縮めてください。"
            )
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "text" not in self.fields:
            # Decided: the page shows it only.
            return data
        if "_posted" in self.data and not data.get("posted_url"):
            self.add_error("posted_url", "Xの投稿のアドレスを入力してください。")
        if "_skip" in self.data and not data.get("reason"):
            self.add_error("reason", "会員に伝える理由を入力してください。")
        return data


@admin.register(Introduction)
class IntroductionAdmin(ExportingAdmin):
    form = IntroductionForm
    change_form_template = "admin/members/introduction/change_form.html"
    change_list_template = "admin/members/introduction/change_list.html"
    list_display = ["title", "state", "organization", "weight", "created_at", "posted_at"]
    list_filter = ["state", "created_at", "posted_at", "organization__prefecture"]
    list_select_related = ["organization"]
    search_fields = ["title", "organization__folded"]
    search_help_text = "件名、団体名、ふりがなで検索します。"
    export_columns = {
        "希望した日時": "created_at",
        "団体名": "organization",
        "件名": "title",
        "元のページ": "url",
        "状態": "state",
        "紹介の文": "text",
        "紹介した日時": "posted_at",
        "Xの投稿": "posted_url",
        "見送りの理由": "reason",
    }
    fields = (
        *("title", "source", "organization", "seat", "state", "text", "weight", "intent"),
        *("posted_url", "reason"),
    )
    DECIDED = ("text", "posted_url", "reason")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A wish comes from a topic or an event."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        facts = ("title", "source", "organization", "seat", "state", "weight", "intent")
        return facts if obj and obj.is_waiting else (*facts, *self.DECIDED)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "members_introduction"
        return [
            path("collect/", view(self.collect), name=f"{name}_collect"),
            path("statistics/", view(self.statistics), name=f"{name}_statistics"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["can_send"] = x_posts.can_send()
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: Any, obj: Introduction, form: Any, change: bool) -> None:
        """Nothing is saved but by a verb: of two secretaries one is told."""
        act = next((name for name in ACTS if name in request.POST), "")
        try:
            self._act(act, obj, request, form.cleaned_data)
        except StaleError:
            text = "ほかの担当者がすでに決定したか、送信の途中です。何も保存していません。"
            self.message_user(request, text, messages.ERROR)
        except x_posts.NotSentError as error:
            self.message_user(request, str(error), messages.ERROR)

    def _act(self, act: str, row: Introduction, request: MemberRequest, data: dict) -> None:
        if "text" not in data:
            raise StaleError
        by, text = request.user, data["text"]
        if act == "_posted":
            introductions.record_post(row, text=text, posted_url=data["posted_url"], by=by)
        elif act == "_skip":
            introductions.skip(row, reason=data["reason"], by=by)
        elif act == "_send" and x_posts.can_send():
            introductions.send(row, text=text, by=by)
        else:
            introductions.save_text(row, text, by=by)

    @method_decorator(require_POST)
    def collect(self, request: HttpRequest) -> HttpResponse:
        """Now; the worker does so by itself, too."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        new = introductions.collect()
        self.message_user(request, f"新しい希望は{new}件です。", messages.SUCCESS)
        return redirect("admin:members_introduction_changelist")

    @method_decorator(require_safe)
    def statistics(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Introduction.objects.by_prefecture()
        empty = {"waiting": 0, "posted": 0, "skipped": 0, "last": None}
        context = {
            **self.admin_site.each_context(request),
            "title": "都道府県別の紹介",
            "opts": self.opts,
            "may_change": self.has_change_permission(request),
            "rows": [
                (prefecture, found.get(prefecture.code, empty))
                for prefecture in prefectures.PREFECTURES
            ],
        }
        return TemplateResponse(request, "admin/members/introduction/statistics.html", context)

    @admin.display(description="Xの数え方での長さ")
    def weight(self, row: Introduction) -> str:
        return f"{row.weight} / {x_posts.MAX_WEIGHT}"

    @admin.display(description="元のページ")
    def source(self, row: Introduction) -> str:
        return format_html('<a href="{}">{}</a>', row.url, row.url)

    @admin.display(description="手で投稿するとき")
    def intent(self, row: Introduction) -> str:
        """X's own page with the saved text in it; no key of an account is needed."""
        address = f"{INTENT}?{urlencode({'text': row.text})}"
        return format_html(
            '<a href="{}" target="_blank" rel="noopener noreferrer">'
            "保存した文で、Xの投稿画面を開く（別の画面で開く外部サイト）</a>",
            address,
        )
