"""What the secretariat does to a post in the admin, and to many at once: each the site's own verb."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse

from lib.bulk import BulkAdmin
from lib.conflicts import StaleError
from lib.numbers import whole_number
from members.access import MemberRequest
from members.exporting import ExportingAdmin

NOT_OFFERED = "すでに対応が済んでいるなど、この操作ができない状態のため"


class ActAdmin(BulkAdmin, ExportingAdmin):
    """Read here; acts stand below the facts, each a form of its own, each the site's own verb."""

    change_form_template = "admin/board/post_change_form.html"
    acts: dict[str, tuple[str, type[forms.Form]]] = {}

    def offers(self, act: str, post: Any) -> bool:
        """Whether the act makes sense in the state of the row."""
        # Each kind of post has its own.
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
        except StaleError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"{self.acts[act][0]}：完了しました。", messages.SUCCESS)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # What stands here is read: no 「変更」.
        title = {"title": self.opts.verbose_name}
        context = {"act_forms": self._forms(object_id), **title, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def _forms(self, object_id: str) -> list[dict[str, Any]]:
        post = self.model._default_manager.filter(pk=whole_number(object_id)).first()
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_act"
        return [
            {
                "name": act,
                "title": title,
                "form": form(
                    auto_id=f"id_{act}_%s", initial={"expected": getattr(post, "edits", None)}
                ),
                "url": reverse(name, args=[post.pk, act]),
            }
            for act, (title, form) in self.acts.items()
            if post and self.offers(act, post)
        ]

    def refusal(self, act: str, row: Any, request: HttpRequest) -> str:
        return "" if self.offers(act, row) else NOT_OFFERED

    def note(self, row: Any) -> str:
        return row.organization.full_name
