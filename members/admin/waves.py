"""招待の送信: prefectures are chosen, a preview is read, and just that is sent."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from lib import prefectures
from lib.admin import RecordAdmin
from members import letters, waves
from members.access import MemberRequest
from members.models import InvitationWave, SiteText

CHANGED = "送っていません。確認のあとに、ほかの担当者が送ったか、内容が変わりました。今の内容を確かめてください。"
NO_LETTERS = "印刷する依頼文がありません。送った招待だけを印刷できます。文は「文章」の「手紙：利用者登録のお願い」です。"
NONE_CHOSEN = "都道府県を1つ以上選んでください。"


class AgainForm(forms.Form):
    """Whom to send to once more: by how long ago the mail went out."""

    days = forms.IntegerField(label="送ってからの日数", min_value=0, max_value=365, initial=7)


@admin.register(InvitationWave)
class InvitationWaveAdmin(RecordAdmin):
    """Sent by those who may change bodies: an invitation lets somebody act for one."""

    list_display = ["name", "started_at", "started_by", "sent", "accepted"]

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.change_organization")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_send_permission(request) or super().has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvitationWave]:
        open_or_used = Q(invitations__withdrawn_at=None)
        return (
            super()
            .get_queryset(request)
            .select_related("started_by__seat__organization")
            .annotate(
                sent_count=Count("invitations", filter=open_or_used),
                accepted_count=Count("invitations", filter=~Q(invitations__accepted_at=None)),
            )
        )

    @admin.display(description="招待", ordering="sent_count")
    def sent(self, wave: Any) -> int:
        return wave.sent_count

    @admin.display(description="登録済み", ordering="accepted_count")
    def accepted(self, wave: Any) -> int:
        return wave.accepted_count

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, tuple[str, Any]] = {
            "choose": ("choose/", self.choose),
            "preview": ("preview/", self.preview),
            "send": ("send/", self.send),
            "again": ("<int:pk>/again/", self.again),
            "send_again": ("<int:pk>/send-again/", self.send_again),
            "letters": ("<int:pk>/letters/", self.letters),
        }
        own = [
            path(route, self.admin_site.admin_view(view), name=f"members_invitationwave_{name}")
            for name, (route, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_safe)
    def choose(self, request: HttpRequest) -> HttpResponse:
        """The prefectures with what waits in each, by region."""
        self._check(request)
        unsent = waves.unsent_by_prefecture()
        regions: dict[str, list[Any]] = {}
        for prefecture in prefectures.PREFECTURES:
            if prefecture.code in unsent:
                waiting = (prefecture, unsent[prefecture.code])
                regions.setdefault(prefecture.region, []).append(waiting)
        return self._page(request, "choose", title="招待を送る", regions=regions)

    @method_decorator(require_safe)
    def preview(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        codes = _codes(request.GET.getlist("prefecture"))
        if not codes:
            self.message_user(request, NONE_CHOSEN, messages.ERROR)
            return redirect("admin:members_invitationwave_choose")
        return self._page(
            request,
            "preview",
            title="送る内容の確認",
            names=[prefectures.by_code(code).name for code in codes],
            codes=codes,
            plan=waves.plan(codes),
        )

    @method_decorator(require_POST)
    def send(self, request: MemberRequest) -> HttpResponse:
        self._check_sends(request)
        codes = _codes(request.POST.getlist("prefecture"))
        fingerprint = request.POST.get("fingerprint", "")
        try:
            wave = waves.send(codes, fingerprint=fingerprint, by=request.user)
        except waves.ChangedError:
            self.message_user(request, CHANGED, messages.ERROR)
            address = reverse("admin:members_invitationwave_preview")
            return redirect(f"{address}?{urlencode({'prefecture': codes}, doseq=True)}")
        self.message_user(request, f"{wave}の招待を送ります。", messages.SUCCESS)
        return redirect("admin:members_invitationwave_change", wave.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How far a wave has come: nothing of it is edited."""
        self._check(request)
        wave = self.get_object(request, object_id)
        if wave is None:
            raise Http404
        rows = waves.progress(wave)
        counts = Counter(state for _, state in rows)
        shown = request.GET.get("state", "")
        return self._page(
            request,
            "progress",
            title=str(wave),
            original=wave,
            counts=[(state, counts[state]) for state in waves.Progress],
            rows=[(row, state) for row, state in rows if shown in ("", state)],
            total=len(rows),
            shown=shown,
            form=AgainForm(),
        )

    @method_decorator(require_safe)
    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        self._check_sends(request)
        wave, form = get_object_or_404(InvitationWave, pk=pk), AgainForm(request.GET)
        if not form.is_valid():
            self.message_user(request, "日数は0から365までの数で入力してください。", messages.ERROR)
            return redirect("admin:members_invitationwave_change", pk)
        days = form.cleaned_data["days"]
        return self._page(
            request,
            "again",
            title="もう一度送る内容の確認",
            wave=wave,
            days=days,
            plan=waves.plan_again(wave, days=days),
        )

    @method_decorator(require_POST)
    def send_again(self, request: MemberRequest, pk: int) -> HttpResponse:
        self._check_sends(request)
        wave, form = get_object_or_404(InvitationWave, pk=pk), AgainForm(request.POST)
        fingerprint = request.POST.get("fingerprint", "")
        try:
            if not form.is_valid():
                raise waves.ChangedError
            days = form.cleaned_data["days"]
            count = waves.send_again(wave, days=days, fingerprint=fingerprint, by=request.user)
        except waves.ChangedError:
            self.message_user(request, CHANGED, messages.ERROR)
        else:
            self.message_user(request, f"{count}件の招待をもう一度送ります。", messages.SUCCESS)
        return redirect("admin:members_invitationwave_change", pk)

    @method_decorator(require_safe)
    def letters(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Of the whole wave, but for those who have come already."""
        self._check_sends(request)
        wave = get_object_or_404(InvitationWave, pk=pk)
        waiting = waves.in_order(wave.invitations.waiting())
        back = reverse("admin:members_invitationwave_change", args=[pk])
        return letter_page(request, waiting, back=back)

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _check_sends(self, request: HttpRequest) -> None:
        if not self.has_send_permission(request):
            raise PermissionDenied

    def _page(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        return TemplateResponse(
            request,
            f"admin/members/invitationwave/{template}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "may_send": self.has_send_permission(request),
                **context,
            },
        )


def letter_page(request: HttpRequest, invitations: Any, *, back: str) -> HttpResponse:
    """A page of paper for each invitation that was sent; tells when there is nothing to print."""
    text = SiteText.objects.current(SiteText.Slug.INVITATION_LETTER)
    written = letters.write(invitations, text) if text else []
    if not written:
        messages.error(request, NO_LETTERS)
        return redirect(back)
    context = {
        "text": text,
        "letters": written,
        "subject": letters.subject_of(written[0].invitation),
        "contact": letters.contact(),
        "today": timezone.localdate(),
        "back": back,
    }
    return TemplateResponse(request, "members/letters.html", context)


def _codes(typed: list[str]) -> list[str]:
    """Those that are prefectures, each once, in order."""
    return [prefecture.code for prefecture in prefectures.PREFECTURES if prefecture.code in typed]
