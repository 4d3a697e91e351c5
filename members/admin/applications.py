"""会員登録申請: the queue, and the decision on each."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from lib.bulk import Bulk, BulkAdmin
from lib.conflicts import StaleError
from lib.forms import form_key_in
from lib.list_filters import filled
from lib.wareki import format_date
from members import people, registration, waves
from members.access import MemberRequest
from members.admin.waves import letter_page
from members.domains import describe_domains
from members.duplicates import possible_duplicates
from members.exporting import ExportingAdmin
from members.forms import DecisionForm, EnteredApplicationForm
from members.forms.application import ALREADY_OPEN
from members.forms.queue import SENTENCES
from members.models import Application, Handover, Invitation
from members.models.application import last_step

OF_HANDOVER = "引継ぎの招待のため（引継ぎのページで取りやめます）"
NOT_SENT_YET = "まだ送っていないため（「招待の送信」から送ります）"

MemberAct = Callable[..., Any]


def _told(application: Application) -> str:
    return f"{application.full_name}の申請を「{application.get_status_display()}」にしました。"


class Queue(ChangeList):
    """Each row of the page with what it was compared with, in a few queries for all."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: list[Application] = list(self.result_list)
        domains = describe_domains(self.result_list)
        duplicates = possible_duplicates(self.result_list)
        for application in self.result_list:
            application.domain = domains[application.pk]  # type: ignore[attr-defined]
            application.duplicates = duplicates.get(application.pk, [])  # type: ignore[attr-defined]


@admin.register(Application)
class ApplicationAdmin(ExportingAdmin):
    """Nothing is edited here: the applicant corrects, the secretariat decides.

    What is added by hand is 代理入力: what a body has telephoned or faxed.
    """

    add_form_template = "admin/members/application/add_form.html"
    change_form_template = "admin/members/application/change_form.html"
    # The address of its page is the applicant's key.
    view_on_site = False
    list_display = [
        "body",
        "status",
        "waiting_days",
        "possible_duplicates",
        "domain",
        "applied",
    ]
    list_filter = ["status", "channel", "created_at", "decided_at", "prefecture"]
    list_select_related = ["local_government"]
    search_fields = ["folded_name", "section", "contact_name", "email"]
    search_help_text = "団体名、部署名、担当者名、メールアドレスで検索します。"
    export_columns = {
        "申請日時": "created_at",
        "状態": "status",
        "申請の方法": "channel",
        "都道府県": "prefecture",
        "団体名": "body_name",
        "部署名": "section",
        "担当者名": "contact_name",
        "メールアドレス": "email",
        "電話番号": "telephone",
        "内線": "extension",
        "利用目的": "purpose",
        "決定日時": "decided_at",
    }
    personal_heads = frozenset({"担当者名", "メールアドレス", "電話番号", "内線"})
    fields = readonly_fields = ("status",)
    # What waits for a decision first, the longest wait on top; the rest by the day it came.
    ordering = [
        Case(
            When(status__in=Application.DECIDABLE, then=last_step(Application.Status.RECEIVED))
        ).asc(nulls_last=True),
        "-created_at",
        "-id",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        applications: Any = super().get_queryset(request)
        return applications.with_received_at()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Queue

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A decision never deletes; personal data is erased by the worker in its time."""
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decide)
        return [
            path("<int:pk>/decide/", view, name="members_application_decide"),
            *super().get_urls(),
        ]

    @admin.display(description="団体名・部署名", ordering="folded_name")
    def body(self, application: Application) -> str:
        return f"{application.full_name} {application.section}".strip()

    @admin.display(description="受付からの日数", ordering="received_at")
    def waiting_days(self, application: Any) -> str:
        """Counted anew when a correction comes; nothing where nobody waits for the secretariat."""
        if application.status not in Application.DECIDABLE or not application.received_at:
            return "-"
        days = (timezone.localdate() - timezone.localdate(application.received_at)).days
        return f"{days}日" if days else "今日"

    @admin.display(description="重複の可能性")
    def possible_duplicates(self, application: Any) -> str:
        return f"⚠ {len(application.duplicates)}件" if application.duplicates else "-"

    @admin.display(description="メールアドレスのドメイン")
    def domain(self, application: Any) -> str:
        return application.domain

    @admin.display(description="申請日", ordering="created_at")
    def applied(self, application: Application) -> str:
        day = format_date(timezone.localdate(application.created_at))
        return f"{day} {application.channel_label}" if application.channel else day

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """代理入力."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        key = form_key_in(request.POST)
        before = Application.objects.filter(form_key=key).first() if key else None
        form = EnteredApplicationForm(request.POST or None)
        if not before and request.method == "POST" and form.is_valid():
            before = self._enter(request, form)
        if before:
            return redirect("admin:members_application_change", before.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "代理入力",
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, self.add_form_template, context)

    def _enter(self, request: Any, form: EnteredApplicationForm) -> Application | None:
        data = form.cleaned_data
        try:
            application = registration.enter(
                form.finish(),
                channel=data["channel"],
                note=data["note"],
                themes=data["themes"],
                by=request.user,
            )
        except registration.AlreadyOpenError:
            form.add_error("body_name", ALREADY_OPEN)
            return None
        text = f"{application.full_name}の申請を受け付けました。申請した方に、状況のページを知らせるメールを送ります。"
        self.message_user(request, text, messages.SUCCESS)
        return application

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        application = get_object_or_404(Application, pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, application):
            raise PermissionDenied
        form = DecisionForm(request.POST)
        if not form.is_valid():
            for error in form.errors.values():
                self.message_user(request, str(error[0]), messages.ERROR)
            return self._back_to(request, application, request.POST.get("reason", ""))
        if form.cleaned_data["decision"] == DecisionForm.INSERT:
            return self._back_to(request, application, form.reason_with_sentence)
        try:
            self._act(form.cleaned_data, application, request)
        except StaleError:
            self.message_user(
                request,
                "この申請は、ほかの担当者がすでに決定したか、申請した方が取り下げました。",
                messages.ERROR,
            )
        else:
            self.message_user(request, _told(application), messages.SUCCESS)
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

    def _back_to(self, request: HttpRequest, application: Application, reason: str) -> HttpResponse:
        """The reason that was typed, or begun with a sentence, stands in the form."""
        request.session["reason"] = {"pk": application.pk, "text": reason}
        page = reverse("admin:members_application_change", args=[application.pk])
        return redirect(f"{page}#decision")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**self._facts(request, object_id), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def _facts(self, request: HttpRequest, object_id: str) -> dict[str, Any]:
        """What the page shows beside the application itself; nothing for one that is not there."""
        application = self.get_object(request, object_id)
        if application is None:
            return {}
        reason = request.session.pop("reason", {})
        invitation = Invitation.objects.select_related("seat__organization")
        is_decidable = application.status in Application.DECIDABLE
        return {
            **({} if is_decidable else self._following(request)),
            "title": "会員登録申請の確認",
            "reason": reason.get("text", "") if reason.get("pk") == application.pk else "",
            "choices": DecisionForm.CHOICES,
            "insert": DecisionForm.INSERT,
            "sentences": SENTENCES,
            "is_decidable": is_decidable,
            "waiting_days": self.waiting_days(application),
            "domain": describe_domains([application])[application.pk],
            "duplicates": possible_duplicates([application]).get(application.pk, []),
            "steps": application.steps.select_related("by"),
            "themes": application.themes.all(),
            "invitation": invitation.filter(application=application).first(),
        }

    def _following(self, request: HttpRequest) -> dict[str, Any]:
        """After a decision: the one that has waited longest, and how many wait."""
        waiting = self.get_queryset(request).filter(status__in=Application.DECIDABLE)
        first = waiting.select_related("local_government").order_by(*self.ordering).first()
        return {"waiting": waiting.count(), "following": first}


@admin.register(Invitation)
class InvitationAdmin(BulkAdmin, ExportingAdmin):
    """Read here; sent by approving an application or in a wave, and sent again by the action."""

    # The address of its page is the invited person's key.
    view_on_site = False
    list_display = ["name", "seat", "role", "address", "sent_at", "expires_at", "accepted_at"]
    list_filter = [
        "role",
        "sent_at",
        filled("sent_at", "送信", empty="まだ送っていない", given="送った"),
        filled("accepted_at", "登録", empty="まだ登録していない", given="登録した"),
        filled("withdrawn_at", "取消し", empty="取り消していない", given="取り消した"),
    ]
    list_select_related = ["seat__organization"]
    search_fields = ["name", "address", "seat__organization__folded"]
    search_help_text = "氏名、送り先、団体名、ふりがなで検索します。"
    export_columns = {
        "団体名": "seat__organization",
        "部署名": "seat__section",
        "氏名": "name",
        "役割": "role",
        "送り先": "address",
        "送信日時": "sent_at",
        "期限": "expires_at",
        "登録日時": "accepted_at",
        "取消日時": "withdrawn_at",
    }
    personal_heads = frozenset({"氏名", "送り先"})
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
    actions = ["print_letters"]
    bulk = {
        "send_again": Bulk(
            "招待をもう一度送る（新しい14日の期限）",
            "もう一度送る",
            "{}件の招待を、同じ送り先にもう一度メールで送ります。登録の期限は、今日から14日になります。",
            warning="前のメールのアドレスは、使えなくなります。",
        ),
        "withdraw": Bulk(
            "招待を取り消す",
            "招待を取り消す",
            "{}件の招待を取り消します。メールのアドレスから登録できなくなります。",
            warning="元に戻せません。相手には知らせません。もう一度招くときは、新しく招待します。",
        ),
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def refusals(
        self, act: str, rows: list[Invitation], request: HttpRequest
    ) -> dict[Invitation, str]:
        """One of a hand-over is cancelled on that one's page."""
        found = super().refusals(act, rows, request)
        if act == "withdraw":
            handed_over = Handover.objects.open().filter(invitation__in=rows)
            keys = set(handed_over.values_list("invitation", flat=True))
            found |= {row: OF_HANDOVER for row in rows if row.pk in keys}
        return found

    def refusal(self, act: str, row: Invitation, request: HttpRequest) -> str:
        if row.accepted_at:
            return "すでに登録に使われたため"
        if row.withdrawn_at:
            return "すでに取り消されたため"
        return NOT_SENT_YET if act == "send_again" and not row.sent_at else ""

    def note(self, row: Invitation) -> str:
        return row.address or "まだ送っていません"

    def do(self, act: str, row: Invitation, data: dict[str, Any], request: MemberRequest) -> None:
        if act == "withdraw":
            people.withdraw(row, by=request.user)
        elif people.resend(row, by=request.user) is None:
            raise StaleError

    @admin.action(description="依頼文を印刷する（送った招待）", permissions=["change"])
    def print_letters(self, request: MemberRequest, queryset: Any) -> HttpResponse:
        back = reverse("admin:members_invitation_changelist")
        return letter_page(request, waves.in_order(queryset.waiting()), back=back)
