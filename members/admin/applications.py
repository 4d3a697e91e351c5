"""会員登録申請: the queue, and the decision on each."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse

from lib.admin import PortalModelAdmin
from lib.text import clean_text
from members import people, registration, waves
from members.access import MemberRequest
from members.admin.waves import letter_page
from members.models import Application, Invitation

MemberAct = Callable[..., Any]


class DecisionForm(forms.Form):
    """A reason that the secretariat edits before it is mailed."""

    NEEDS_REASON = ("return", "refuse")
    CHOICES = (
        ("review", "確認中にする"),
        ("approve", "承認する"),
        ("return", "修正を依頼する"),
        ("refuse", "承認しない"),
    )

    decision = forms.ChoiceField(choices=CHOICES)
    reason = forms.CharField(required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["reason"] = clean_text(data.get("reason", ""))
        if data.get("decision") in self.NEEDS_REASON and not data["reason"].strip():
            self.add_error("reason", "申請した方に伝える理由を入力してください。")
        return data


@admin.register(Application)
class ApplicationAdmin(PortalModelAdmin):
    """Nothing is edited here: the applicant corrects, the secretariat decides."""

    change_form_template = "admin/members/application/change_form.html"
    # The address of its page is the applicant's key.
    view_on_site = False
    list_display = ["full_name", "section", "status", "created_at", "telephone", "domain"]
    list_filter = ["status", "prefecture"]
    list_select_related = ["local_government"]
    search_fields = ["folded_name", "section", "contact_name", "email"]
    fields = (
        "full_name",
        "status",
        "created_at",
        "domain",
        "section",
        "contact_name",
        "email",
        "telephone",
        "extension",
        "purpose",
        "wish_list",
        "theme_list",
        "website",
        "x_account",
        "magazine_url",
        "history",
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A decision never deletes; abandoned ones are erased by the worker."""
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decide)
        return [
            path("<int:pk>/decide/", view, name="members_application_decide"),
            *super().get_urls(),
        ]

    @admin.display(description="団体名", ordering="folded_name")
    def full_name(self, application: Application) -> str:
        return application.full_name

    @admin.display(description="メールアドレスのドメイン")
    def domain(self, application: Application) -> str:
        """Beside the body's own website: a difference is a reason to call back."""
        domain = application.email.rpartition("@")[2]
        body = application.local_government
        host = (urlsplit(body.website).hostname or "") if body else ""
        if not host:
            return domain
        same = (
            host == domain
            or host.endswith(f".{domain}")
            or domain.endswith(f".{host.removeprefix('www.')}")
        )
        return f"{domain}（ウェブサイトと同じ）" if same else f"{domain} ⚠ ウェブサイトは {host}"

    @admin.display(description="活用したいこと")
    def wish_list(self, application: Application) -> str:
        return "、".join(application.wish_labels) or "-"

    @admin.display(description="関心のあるテーマ")
    def theme_list(self, application: Application) -> str:
        return "、".join(theme.name for theme in application.themes.all()) or "-"

    @admin.display(description="経過")
    def history(self, application: Application) -> str:
        return "\n".join(
            f"{step} {step.by or ''} {step.reason}".strip() for step in application.steps.all()
        )

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = get_object_or_404(Application, pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, application):
            raise PermissionDenied
        form = DecisionForm(request.POST)
        if not form.is_valid():
            for error in form.errors.values():
                self.message_user(request, str(error[0]), messages.ERROR)
            return self._back_to(request, application)
        try:
            self._act(form.cleaned_data, application, request)
        except registration.AlreadyDecidedError:
            self.message_user(
                request,
                "この申請は、ほかの担当者がすでに決定したか、申請した方が取り下げました。",
                messages.ERROR,
            )
        else:
            self.message_user(request, f"{application}にしました。", messages.SUCCESS)
        return redirect("admin:members_application_change", pk)

    def _act(self, data: dict[str, Any], application: Application, request: HttpRequest) -> None:
        acts: dict[str, MemberAct] = {
            "review": registration.start_review,
            "approve": registration.approve,
            "return": registration.return_to_applicant,
            "refuse": registration.refuse,
        }
        reason = {"reason": data["reason"]} if data["decision"] in DecisionForm.NEEDS_REASON else {}
        acts[data["decision"]](application, by=request.user, **reason)

    def _back_to(self, request: HttpRequest, application: Application) -> HttpResponse:
        """The reason that was typed stays in the form."""
        request.session["reason"] = request.POST.get("reason", "")
        return redirect(reverse("admin:members_application_change", args=[application.pk]))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {
            "reason": request.session.pop("reason", ""),
            "choices": DecisionForm.CHOICES,
            "decidable": Application.DECIDABLE,
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)


@admin.register(Invitation)
class InvitationAdmin(PortalModelAdmin):
    """Read here; sent by approving an application or in a wave, and sent again by the action."""

    # The address of its page is the invited person's key.
    view_on_site = False
    list_display = ["name", "seat", "role", "address", "sent_at", "expires_at", "accepted_at"]
    list_filter = [
        "role",
        ("sent_at", admin.EmptyFieldListFilter),
        ("accepted_at", admin.EmptyFieldListFilter),
        ("withdrawn_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["seat__organization"]
    search_fields = ["name", "address", "seat__organization__folded"]
    fields = (
        "name",
        "seat",
        "role",
        "address",
        "wave",
        "sent_at",
        "expires_at",
        "accepted_at",
        "withdrawn_at",
    )
    readonly_fields = fields
    actions = ["send_again", "withdraw", "print_letters"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="招待をもう一度送る（新しい14日の期限）", permissions=["change"])
    def send_again(self, request: MemberRequest, queryset: Any) -> None:
        again = [people.resend(invitation, by=request.user) for invitation in queryset]
        count = sum(1 for invitation in again if invitation)
        self.message_user(request, f"{count}件の招待を送ります。", messages.SUCCESS)

    @admin.action(description="招待を取り消す", permissions=["change"])
    def withdraw(self, request: MemberRequest, queryset: Any) -> None:
        """Not those of a hand-over, which is cancelled on its own page."""
        done = 0
        for invitation in queryset:
            try:
                people.withdraw(invitation, by=request.user)
            except people.StaleError:
                continue
            done += 1
        self.message_user(request, f"{done}件の招待を取り消しました。", messages.SUCCESS)

    @admin.action(description="依頼文を印刷する（送った招待）", permissions=["change"])
    def print_letters(self, request: MemberRequest, queryset: Any) -> HttpResponse:
        back = reverse("admin:members_invitation_changelist")
        return letter_page(request, waves.in_order(queryset.waiting()), back=back)
