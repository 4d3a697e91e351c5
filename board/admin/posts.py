"""投稿 and 返信: found, hidden with a reason, restored, moved, pinned. Texts are edited on the board."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse

from board import moderation, posting
from board.models import Category, Reply, SearchEntry, Topic
from board.models.search_entry import SearchEntryQuerySet
from board.search.finding import Search
from lib.admin import PortalModelAdmin
from lib.queries import Query
from lib.text import clean_line
from lib.wareki import WarekiDateField
from members.access import MemberRequest

STALE = "ほかの担当者が、先に操作しました。今の状態を確かめてください。"


class HideForm(forms.Form):
    reason = forms.CharField(
        label="非表示にする理由",
        max_length=200,
        help_text="投稿した団体に表示します。",
        widget=forms.TextInput(attrs={"size": 80}),
    )

    def clean_reason(self) -> str:
        return clean_line(self.cleaned_data["reason"])


class RestoreForm(forms.Form):
    """Nothing to say."""


class MoveForm(forms.Form):
    category = forms.ModelChoiceField(label="移す先の分類", queryset=Category.objects.all())


class PinForm(forms.Form):
    until = WarekiDateField(
        label="先頭に表示する期限", required=False, help_text="空にすると、先頭に表示しません。"
    )


class ApproveForm(forms.Form):
    expected = forms.IntegerField(widget=forms.HiddenInput)


class SendBackForm(ApproveForm):
    reason = forms.CharField(
        label="承認しない理由",
        max_length=500,
        help_text="投稿した団体に表示します。直して保存すると、もう一度ここに届きます。",
        widget=forms.TextInput(attrs={"size": 80}),
    )

    def clean_reason(self) -> str:
        return clean_line(self.cleaned_data["reason"])


class ActAdmin(PortalModelAdmin):
    """Read here; acts stand below the facts, each a form of its own, each the site's own verb."""

    change_form_template = "admin/board/post_change_form.html"
    acts: dict[str, tuple[str, type[forms.Form]]] = {}

    def offers(self, act: str, post: Any) -> bool:
        """Whether the act makes sense in the state of the row."""
        raise NotImplementedError

    def do(self, act: str, post: Any, data: dict[str, Any], request: MemberRequest) -> None:
        """Raises StaleError."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted: 非表示 takes it away from everybody else."""
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.act)
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("<int:pk>/act/<slug:act>/", view, name=name), *super().get_urls()]

    def act(self, request: MemberRequest, pk: int, act: str) -> HttpResponse:
        post = get_object_or_404(self.model, pk=pk)
        is_allowed = request.method == "POST" and self.has_change_permission(request, post)
        if not is_allowed or act not in self.acts:
            raise PermissionDenied
        form = self.acts[act][1](request.POST)
        if form.is_valid():
            self._try(act, post, form.cleaned_data, request)
        else:
            error = "、".join(str(error[0]) for error in form.errors.values())
            self.message_user(request, error, messages.ERROR)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)

    def _try(self, act: str, post: Any, data: dict[str, Any], request: MemberRequest) -> None:
        try:
            self.do(act, post, data, request)
        except posting.StaleError:
            self.message_user(request, STALE, messages.ERROR)
        else:
            self.message_user(request, f"{self.acts[act][0]}：完了しました。", messages.SUCCESS)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {"act_forms": self._forms(object_id), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def _forms(self, object_id: str) -> list[dict[str, Any]]:
        number = object_id if object_id.isascii() and object_id.isdigit() else 0
        post = self.model._default_manager.filter(pk=number).first()
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
        return [
            {
                "title": title,
                "form": form(initial={"expected": getattr(post, "edits", None)}),
                "url": reverse(name, args=[post.pk, act]),
            }
            for act, (title, form) in self.acts.items()
            if post and self.offers(act, post)
        ]


class PostAdmin(ActAdmin):
    # Shows the box; the index of the board answers.
    search_fields = ["pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """By the text, hidden or not, as far as the newest that are counted."""
        found = Search(Query.parse(search_term), self.entries())
        if not found.query:
            return queryset, False
        of_post: dict[str, Any] = {"topic": OuterRef("topic"), "seq": OuterRef("seq")}
        if self.model is Topic:
            of_post = {"topic": OuterRef("pk"), "seq": 0}
        entries = SearchEntry.objects.filter(pk__in=found.newest(found.most), **of_post)
        return queryset.filter(Exists(entries)), False

    def entries(self) -> SearchEntryQuerySet:
        entries = SearchEntry.objects.all()
        return entries.filter(seq=0) if self.model is Topic else entries.filter(seq__gt=0)

    def offers(self, act: str, post: Any) -> bool:
        if act in ("approve", "send_back"):
            return post.status == Topic.Status.WAITING
        if act in ("hide", "restore"):
            return (act == "restore") == bool(post.hidden_at)
        return True

    def do(self, act: str, post: Any, data: dict[str, Any], request: MemberRequest) -> None:
        verbs: dict[str, Callable[..., None]] = {
            "hide": posting.hide,
            "restore": posting.restore,
            "approve": moderation.approve,
            "send_back": moderation.send_back,
            "move": lambda post, category, by: posting.move(post, category, by=by),
            "pin": lambda post, until, by: posting.pin(post, until, by=by),
        }
        verbs[act](post, **data, by=request.user)


@admin.register(Topic)
class TopicAdmin(PostAdmin):
    list_display = ["title", "organization", "category", "status", "hidden_at", "publish_at"]
    list_filter = [
        "category",
        "status",
        ("hidden_at", admin.EmptyFieldListFilter),
        "audience",
        "organization__prefecture",
    ]
    list_select_related = ["organization", "category"]
    date_hierarchy = "publish_at"
    fields = (
        "title",
        "organization",
        "seat",
        "author",
        "category",
        "status",
        "audience",
        "publish_at",
        "deadline",
        "summary",
        "body",
        "outcome_note",
        "reply_count",
        "approval_note",
        "is_locked",
        "pinned_until",
        "hidden_at",
        "hidden_reason",
    )
    readonly_fields = fields
    acts = {
        "approve": ("承認して公開する", ApproveForm),
        "send_back": ("承認しない", SendBackForm),
        "hide": ("非表示にする", HideForm),
        "restore": ("表示に戻す", RestoreForm),
        "move": ("別の分類に移す", MoveForm),
        "pin": ("先頭に表示する", PinForm),
    }


@admin.register(Reply)
class ReplyAdmin(PostAdmin):
    list_display = ["topic", "seq", "organization", "hidden_at", "created_at"]
    list_filter = [("hidden_at", admin.EmptyFieldListFilter), "organization__prefecture"]
    list_select_related = ["topic", "organization"]
    date_hierarchy = "created_at"
    fields = (
        "topic",
        "seq",
        "organization",
        "seat",
        "author",
        "body",
        "created_at",
        "edited_at",
        "hidden_at",
        "hidden_reason",
    )
    readonly_fields = fields
    acts = {"hide": ("非表示にする", HideForm), "restore": ("表示に戻す", RestoreForm)}
