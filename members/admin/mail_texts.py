"""メールの文: the secretariat's words for the portal's mails, in versions, with what they look like."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from lib.admin import HistoryAdmin
from lib.columns import wrap
from lib.mail import SUBJECT_PREFIX
from members import audit
from members.mail_words import KINDS, MailKind, fill, shipped
from members.models import MailText

CHOOSE = "メールを選んでください。"


class MailTextForm(forms.ModelForm):
    """The mail and the number of the version are given: they come with the page."""

    class Meta:
        model = MailText
        fields = ("effective_from", "subject", "body")
        widgets = {
            "subject": forms.TextInput(attrs={"size": 80}),
            "body": forms.Textarea(attrs={"rows": 24, "cols": 80}),
        }

    # Of a new version; set by the page.
    slug = ""

    def _post_clean(self) -> None:
        """The version's own rules read the mail: it is set before they are asked."""
        self.instance.slug = self.instance.slug or self.slug
        super()._post_clean()  # type: ignore[misc]


@admin.register(MailText)
class MailTextAdmin(HistoryAdmin):
    help_texts = {
        "effective_from": "この日から送るメールに使います。適用を始めた版は、直せません（次の版を作ります）。"
    }
    form = MailTextForm
    change_form_template = "admin/members/mailtext/change_form.html"
    change_list_template = "admin/members/mailtext/change_list.html"
    list_display = ["slug", "version", "effective_from", "state", "subject"]
    list_display_links = ["slug", "version"]
    list_filter = ["slug", "effective_from"]
    search_fields = ["subject", "body"]
    search_help_text = "件名と本文で検索します。"
    fields = ("effective_from", "subject", "body")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has been mailed stays as it was: the next version changes it."""
        is_fixed = obj is not None and self._is_in_effect(obj)
        return not is_fixed and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_fixed = obj is not None and self._is_in_effect(obj)
        return not is_fixed and super().has_delete_permission(request, obj)

    def _is_in_effect(self, text: MailText) -> bool:
        """As it is stored: a form may have another day in it."""
        return MailText.objects.in_effect().filter(pk=text.pk).exists()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None: deleting many would not ask for each whether it is in effect."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "members_mailtext"
        return [
            path("shipped/<slug:slug>/", view(self.shipped_text), name=f"{name}_shipped"),
            path("preview/<slug:slug>/", view(self.preview), name=f"{name}_preview"),
            *super().get_urls(),
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.slug = obj.slug if obj else request.GET.get("slug", "")
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?slug=invitation` begins with the version in effect; `&shipped=1` with the shipped text."""
        slug = request.GET["slug"]
        current = None if request.GET.get("shipped") else MailText.objects.current(slug)
        subject, body = (current.subject, current.body) if current else shipped(slug)
        return {"subject": subject, "body": body, "effective_from": timezone.localdate()}

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.GET.get("slug") not in KINDS:
            self.message_user(request, CHOOSE, messages.WARNING)
            return redirect("admin:members_mailtext_changelist")
        return super().add_view(request, form_url, extra_context)

    def save_model(self, request: Any, obj: MailText, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.save_as_next()
        act = "change_mail_text" if change else "add_mail_text"
        audit.record(act, obj, by=request.user, mail=obj.slug, version=obj.version)

    def delete_model(self, request: Any, obj: MailText) -> None:
        audit.record("delete_mail_text", obj, by=request.user, mail=obj.slug, version=obj.version)
        super().delete_model(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        text = kwargs.get("obj")
        slug = text.slug if text else request.GET["slug"]
        context |= {
            "kind": KINDS[slug],
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
            "shipped_url": reverse("admin:members_mailtext_shipped", args=[slug]),
            "preview_url": reverse("admin:members_mailtext_preview", args=[slug]),
            "next_url": f"{reverse('admin:members_mailtext_add')}?slug={slug}",
            "title": f"{KINDS[slug].label}（第{text.version}版）" if text else KINDS[slug].label,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        current = MailText.objects.current_by_slug()
        mails = [(slug, kind, current.get(slug)) for slug, kind in KINDS.items()]
        return super().changelist_view(request, {"mails": mails, **(extra_context or {})})

    @method_decorator(require_safe)
    def shipped_text(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The default, to be read and copied."""
        kind = self._kind(request, slug)
        subject, body = shipped(slug)
        return self._page(request, f"標準の文：{kind.label}", subject, body)

    @method_decorator(require_POST)
    def preview(self, request: HttpRequest, slug: str) -> HttpResponse:
        """What stands in the form, with values of an example; nothing is saved."""
        kind = self._kind(request, slug)
        form = self.get_form(request)(request.POST)
        form.instance.slug = slug
        title = f"表示の確認：{kind.label}"
        if not form.is_valid():
            return self._page(request, title, "", "", form=form)
        samples = {word.name: word.sample for word in kind.words}
        subject, body = fill(form.instance.subject, form.instance.body, samples)
        return self._page(request, title, subject, body)

    def _kind(self, request: HttpRequest, slug: str) -> MailKind:
        if slug not in KINDS or not self.has_view_permission(request):
            raise PermissionDenied
        return KINDS[slug]

    def _page(
        self, request: HttpRequest, title: str, subject: str, body: str, **context: Any
    ) -> HttpResponse:
        page = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "subject": f"{SUBJECT_PREFIX}{subject}",
            "body": wrap(body),
        }
        return TemplateResponse(request, "admin/members/mailtext/mail.html", {**page, **context})

    @admin.display(description="状態")
    def state(self, text: MailText) -> str:
        return "適用中または以前の版" if text.is_in_effect else "適用開始前"
