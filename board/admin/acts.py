"""What the secretariat does to a row of the admin, and to many at once: each the site's own verb."""

from functools import partial
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from board import posting
from members.access import MemberRequest
from members.exporting import ExportingAdmin

STALE = "ほかの担当者が、先に操作しました。今の状態を確かめてください。"
MOST = 200
TOO_MANY = f"一度に操作できるのは{MOST}件までです。絞り込んでから選んでください。"


class Bulk(NamedTuple):
    """An act on all chosen rows: its name in the menu, and what will happen to how many."""

    label: str
    sentence: str


class ActAdmin(ExportingAdmin):
    """Read here; acts stand below the facts, each a form of its own, each the site's own verb."""

    change_form_template = "admin/board/post_change_form.html"
    acts: dict[str, tuple[str, type[forms.Form]]] = {}
    # Which of the acts may be done to many rows.
    bulk: dict[str, Bulk] = {}

    def offers(self, act: str, post: Any) -> bool:
        """Whether the act makes sense in the state of the row."""
        # Each kind of post has its own.
        raise NotImplementedError

    def do(self, act: str, post: Any, data: dict[str, Any], request: MemberRequest) -> None:
        """Raises StaleError."""
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

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        if self.has_change_permission(request):
            for act, (label, _) in self.bulk.items():
                name = f"bulk_{act}"
                actions[name] = (partial(_on_many, act=act), name, label)
        return actions

    def do_to_many(self, act: str, form: forms.Form, request: MemberRequest) -> None:
        """Each in a transaction of its own; what somebody else was quicker with is named."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        rows = list(self.model._default_manager.filter(pk__in=chosen))
        left = [row for row in rows if not self._is_done(act, row, form, request)]
        if len(left) < len(rows):
            done = f"{self.acts[act][0]}：{len(rows) - len(left)}件を完了しました。"
            self.message_user(request, done, messages.SUCCESS)
        if left:
            names = "、".join(f"「{row}」" for row in left)
            self.message_user(
                request,
                f"次の{len(left)}件は、先に変わっていたため、そのままです。{names}",
                messages.WARNING,
            )

    def _is_done(self, act: str, row: Any, form: forms.Form, request: MemberRequest) -> bool:
        data = form.cleaned_data
        if takes_edits(self.acts[act][1]):
            seen = request.POST.get(f"expected-{row.pk}", "")
            data = {**data, "expected": int(seen) if seen.isdecimal() else -1}
        if not self.offers(act, row):
            return False
        try:
            self.do(act, row, data, request)
        except posting.StaleError:
            return False
        return True


def takes_edits(form_class: type[forms.Form]) -> bool:
    """Whether the act is bound to the text as it was read."""
    return "expected" in form_class.base_fields


def _on_many(
    model_admin: ActAdmin, request: MemberRequest, queryset: QuerySet[Any], *, act: str
) -> HttpResponse | None:
    """First a page that says what will happen; it posts the rows that it has shown."""
    form_class = model_admin.acts[act][1]
    is_confirmed = "confirmed" in request.POST
    form = form_class(request.POST if is_confirmed else None)
    form.fields.pop("expected", None)
    if is_confirmed and form.is_valid():
        model_admin.do_to_many(act, form, request)
        return None
    if is_confirmed:
        # A filter of the list no longer finds what was decided meanwhile.
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        queryset = model_admin.get_queryset(request).filter(pk__in=chosen)
    related: Any = model_admin.list_select_related
    rows = list(queryset.select_related(*related)[: MOST + 1])
    if len(rows) > MOST:
        model_admin.message_user(request, TOO_MANY, messages.ERROR)
        return None
    if is_confirmed:
        for row in rows:
            # As it was read, not as it stands now.
            row.edits = request.POST.get(f"expected-{row.pk}", "")
    return _confirmation(model_admin, request, act, form, rows)


def _confirmation(
    model_admin: ActAdmin, request: MemberRequest, act: str, form: forms.Form, rows: list[Any]
) -> HttpResponse:
    fitting = [row for row in rows if model_admin.offers(act, row)]
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": model_admin.acts[act][0],
        "sentence": model_admin.bulk[act].sentence.format(len(fitting)),
        "rows": fitting,
        "left": [row for row in rows if row not in fitting],
        "form": form,
        "action": f"bulk_{act}",
        "checkbox": ACTION_CHECKBOX_NAME,
        "takes_edits": takes_edits(model_admin.acts[act][1]),
    }
    return TemplateResponse(request, "admin/board/bulk.html", context)
