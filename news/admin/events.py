"""イベント in the secretariat's admin."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from lib import downloads
from lib.bulk import Bulk, BulkAdmin
from lib.conflicts import EditedMeanwhileError, StaleError
from lib.spreadsheets import Row
from lib.wareki import format_datetime
from members import audit
from members.access import EXPORTS_PERSONAL_DATA, MemberRequest
from members.exporting import ExportingAdmin, SheetListAdmin
from news import entering, proposing
from news.admin.article import NewsFileInline, PreviewAdmin, StateFilter
from news.forms.entry import EntryForOthersForm
from news.forms.event import EventForm, ProposalDecisionForm
from news.imports import EventResource
from news.models import Entry, Event
from news.views.events import event_context

AMENDED = "まだ決めていません。提案した会員が、内容を直しました。今の内容を確かめて、もう一度決めてください。"
DECIDED = {
    "publish": "イベントを掲載しました。提案した会員団体にメールで知らせます。",
    "refuse": "掲載しないことにしました。提案した会員団体に、理由をメールで知らせます。",
}


HAS_ENTRIES = "参加申込を受け付けるため（開催の状況を「中止」にすると、申し込んだ方に知らせます）"
ROSTER_HEADS = (
    *("番号", "状態", "氏名", "所属", "参加人数", "電話番号", "メールアドレス", "連絡事項"),
    "申込日時",
)


def roster_rows(event: Event) -> Iterator[Row]:
    """Who comes first, then who waits, then who has cancelled; in each in the order of entering."""
    order = list(Entry.State.values)
    found = sorted(event.entries.all(), key=lambda entry: (order.index(entry.state), entry.pk))
    for number, entry in enumerate(found, start=1):
        yield (
            number,
            entry.get_state_display(),
            entry.name,
            entry.body_name,
            entry.people,
            entry.telephone,
            entry.email,
            entry.note,
            format_datetime(entry.created_at),
        )


class EventStateFilter(StateFilter):
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("proposed", "会員の提案（確認待ち）"), *super().lookups(request, model_admin)]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet | None:
        if self.value() == "proposed":
            return queryset.proposed()
        return super().queryset(request, queryset)


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
class EventAdmin(SheetListAdmin, PreviewAdmin):
    resource_classes = [EventResource]
    help_texts = {
        "kana": "ひらがなで入力します。検索に使います。",
        "status": "「延期」「中止」にすると公開のページに示し、申し込んだ方にメールで知らせます。",
        "latitude": "会場の位置を十進の度で入力します。例：36.391　カレンダーへの登録とオープンデータに載ります。",
        "longitude": "緯度と一緒に入力します。例：139.06",
        "online_url": "公開のページに載り、だれでも見られます。申し込んだ方だけに知らせるときは空にします。",
        "url": "主催者のページなど。公開のページから、ここへリンクします。",
        "wants_introduction": "印を付けると「公式Xでの紹介」に案が入ります。投稿するかは、そこで決めます。",
    }
    sheet_advice = (
        "1行に1つのイベントを書きます。イベント名と開始日が同じ行は、今の内容を改めます。",
        "書いた列だけを改めます。列があって空のセルは、今の内容を空にします。",
        "画像と配布資料は取り込めません。取り込んだあとに、それぞれのイベントのページで登録してください。",
        "新しいイベントは、下書きになります。一覧の操作「選択したものを公開する」でまとめて公開できます。",
        "会員が提案したイベントと、申込みを受け付けているイベントは、取り込みでは変えられません。",
    )
    form = EventForm
    change_form_template = "admin/news/event/change_form.html"
    preview_template = "news/event.html"
    list_display = ["name", "period", "place", "status", "state", "page"]
    list_filter = [
        *(EventStateFilter, PeriodFilter, "starts_on", "kind", "status", "prefecture"),
    ]
    search_fields = ["folded"]
    search_help_text = "名称、ふりがな、会場、主催、説明で検索します。"
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
        (
            "申込み",
            {
                "fields": [
                    *("apply_how", "apply_until", "capacity", "takes_entries"),
                    "tells_of_change",
                ]
            },
        ),
        ("公開", {"fields": ["is_draft", "publish_at", "expires_at", "wants_introduction"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("folded")

    def refusal(self, act: str, row: Event, request: HttpRequest) -> str:
        if act == "publish" and row.seat_id:
            return "会員の提案のため（イベントのページで、掲載するか決めます）"
        if act == "withdraw" and row.takes_entries:
            return HAS_ENTRIES
        return super().refusal(act, row, request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.roster)
        decide = self.admin_site.admin_view(self.decide)
        return [
            path("<int:pk>/roster.xlsx", view, name="news_event_roster"),
            path("<int:pk>/decide/", decide, name="news_event_decide"),
            *super().get_urls(),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A proposal is published by its decision alone, which tells the member."""
        if obj is None or obj.seat_id is None:
            return []
        return ["proposal", "is_draft", "takes_entries"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or obj.seat_id is None:
            return self.fieldsets
        return [("会員の提案", {"fields": ["proposal"]}), *self.fieldsets]

    @admin.display(description="提案")
    def proposal(self, event: Event) -> str:
        return f"{event.seat}　{event.proposal_state.text}　{event.refusal}"

    def decide(self, request: MemberRequest, pk: int) -> HttpResponse:
        proposals = Event.objects.filter(seat__isnull=False)
        event = get_object_or_404(proposals.select_related("seat__organization"), pk=pk)
        if not self.has_change_permission(request, event):
            raise PermissionDenied
        form = ProposalDecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                self._decide(request, event, **form.cleaned_data)
            except EditedMeanwhileError:
                form.add_error(None, AMENDED)
                event.refresh_from_db()
            else:
                return redirect("admin:news_event_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "掲載するか決める",
            "opts": self.opts,
            "event": event,
            "expected": proposing.mark_of(event),
            "form": form,
        }
        return TemplateResponse(request, "admin/news/event/decide.html", context)

    def _decide(
        self, request: MemberRequest, event: Event, *, decision: str, reason: str, expected: str
    ) -> None:
        read: dict[str, Any] = {"expected": expected, "by": request.user}
        try:
            if decision == "publish":
                proposing.publish(event, **read)
            else:
                proposing.refuse(event, reason=reason, **read)
        except StaleError:
            self.message_user(request, "この提案は、すでに決定しています。", messages.ERROR)
        else:
            self.message_user(request, DECIDED[decision], messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: Event, form: Any, change: bool) -> None:
        """A larger capacity lets those in who wait; whoever comes hears that it is off or has moved."""
        super().save_model(request, obj, form, change)
        changed = set(form.changed_data) if change else set()
        is_on = obj.status == Event.Status.SCHEDULED
        is_off = "status" in changed and not is_on
        has_moved = bool(changed & {*EventForm.TOLD, "status"}) and is_on and not obj.is_over
        tells_of_change = has_moved and form.cleaned_data["tells_of_change"]
        told = entering.tell_of_status(obj) if is_off else 0
        told_of_change = entering.tell_of_change(obj) if tells_of_change else 0
        moved = entering.move_up(obj) if "capacity" in changed else 0
        for number, what in (
            (told, f"申し込んだ方に、{obj.get_status_display()}"),
            (told_of_change, "申し込んだ方に、日時・会場"),
            (moved, "キャンセル待ちの方に、受付済になったこと"),
        ):
            if number:
                text = f"{what}をメールでお知らせします（{number}件）。"
                self.message_user(request, text, messages.SUCCESS)

    @method_decorator(require_safe)
    def roster(self, request: MemberRequest, pk: int) -> HttpResponse:
        event = get_object_or_404(Event, pk=pk)
        if not self._may_take_roster(request):
            raise PermissionDenied
        rows, name = roster_rows(event), f"名簿_{event.name}"
        audit.record("export_entries", event, by=request.user)
        return downloads.sheet("xlsx", ROSTER_HEADS, rows, name=name, title="参加申込")

    def _may_take_roster(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["news.view_entry", EXPORTS_PERSONAL_DATA])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["may_take_roster"] = self._may_take_roster(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def preview_context(self, form: ModelForm) -> dict[str, Any]:
        return event_context(form.instance)

    @admin.display(description="日時", ordering="starts_on")
    def period(self, event: Event) -> str:
        return event.period

    @admin.display(description="場所")
    def place(self, event: Event) -> str:
        return event.place or "-"


@admin.register(Entry)
class EntryAdmin(BulkAdmin, ExportingAdmin):
    """Entered by people themselves, or by the secretariat for who telephones; it cancels on request."""

    # The address of its page is the person's key.
    view_on_site = False
    list_display = ["name", "body_name", "event", "people", "state", "created_at"]
    list_filter = ["state", "created_at", ("event", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["event"]
    search_fields = ["name", "body_name", "email", "event__name"]
    search_help_text = "氏名、所属、メールアドレス、イベントの名称で検索します。"
    personal_heads = frozenset({"氏名", "電話番号", "メールアドレス", "連絡事項"})
    export_columns = {
        "イベント": "event",
        "状態": "state",
        "氏名": "name",
        "所属": "body_name",
        "参加人数": "people",
        "電話番号": "telephone",
        "メールアドレス": "email",
        "連絡事項": "note",
        "申込日時": "created_at",
    }
    fields = (
        *("event", "state", "name", "body_name", "email", "telephone", "people", "note"),
        *("created_at", "entered_by", "cancelled_at"),
    )
    bulk = {
        "cancel": Bulk(
            "申込みを取り消す（メールでお知らせ）",
            "申込みを取り消す",
            "{}件の申込みを取り消し、申し込んだ方にメールで知らせます。空いた席には、キャンセル待ちの方が順に入ります。",
            warning="元に戻せません。参加するときは、もう一度申し込んでいただきます。",
        )
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Entered once; what was typed then stays."""
        return self.fields if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else [*EntryForOthersForm.Meta.fields, "form_key"]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            # Its key is no field of the row that a form may name.
            kwargs |= {"form": EntryForOthersForm, "fields": EntryForOthersForm.Meta.fields}
        return super().get_form(request, obj, change, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "event":
            events = Event.objects.published().upcoming()
            kwargs["queryset"] = events.filter(takes_entries=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: Any, obj: Entry, form: Any, change: bool) -> None:
        """Sent twice, it is the entry of the first time. What was entered is never changed here."""
        if change:
            return
        obj.pk = entering.enter(form.finish(), by=request.user).pk
        obj.refresh_from_db()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Personal data is erased by the worker in its time."""
        return False

    def refusal(self, act: str, row: Entry, request: HttpRequest) -> str:
        return "すでに取り消されたため" if row.state == Entry.State.CANCELLED else ""

    def note(self, row: Entry) -> str:
        return f"{row.event}、{row.people}人、{row.get_state_display()}"

    def do(self, act: str, row: Entry, data: dict[str, Any], request: MemberRequest) -> None:
        entering.cancel(row, by=request.user)
