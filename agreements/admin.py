"""The secretariat's pages for the registers."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from agreements.forms import AgreementFileForm
from agreements.imports import CorporateResource, RegionalResource
from agreements.models import (
    Activity,
    AgreementFile,
    CorporateAgreement,
    Matter,
    Party,
    RegionalAgreement,
)
from lib.admin import IN_ORDER, HistoryAdmin, LabelledTabularInline, PortalModelAdmin
from lib.bulk import Bulk, BulkAdmin
from lib.wareki import format_date
from members import audit
from members.access import MemberRequest
from members.exporting import SheetListAdmin

NOTICE_DAYS = 90


class PartyInline(LabelledTabularInline):
    model = Party
    help_texts = {
        "name": "公開のページに、この表記で載ります。例：群馬県市長会",
        "members": "この種別の市区町村を、都道府県の中で数えます。合併などで数が変わると、算定値に表れます。",
        "position": IN_ORDER,
    }
    extra = 0
    min_num = 1
    validate_min = True


class FileInline(LabelledTabularInline):
    model = AgreementFile
    help_texts = {"title": "公開のページで、ファイルへのリンクになります。例：協定書"}
    form = AgreementFileForm
    fields = ["title", "file"]
    extra = 0


class ActivityInline(LabelledTabularInline):
    model = Activity
    help_texts = {
        "text": "1行に1つの取組を書きます。公開のページに載ります。",
        "position": IN_ORDER,
    }
    extra = 1


class NoticeFilter(admin.SimpleListFilter):
    title = "申出の期限"
    parameter_name = "notice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("soon", f"{NOTICE_DAYS}日以内")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "soon":
            return queryset
        due = RegionalAgreement.objects.notice_due_within(NOTICE_DAYS)
        return queryset.filter(pk__in=[agreement.pk for agreement in due])


class CountFilter(admin.SimpleListFilter):
    title = "公表値と算定値"
    parameter_name = "count"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("different", "違うもの")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() != "different":
            return queryset
        return queryset.exclude(published_count=F("computed_count"))


class InForceFilter(admin.SimpleListFilter):
    title = "状態"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("in_force", "協定継続中"), ("ended", "終了")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() == "in_force":
            return queryset.in_force()
        return queryset.ended() if self.value() == "ended" else queryset


class AgreementAdmin(SheetListAdmin, HistoryAdmin):
    """Both registers: import with preview, export, versions."""

    autocomplete_fields = ["matters"]
    # The inline rows, whose versions stand on the agreement's history page, too.
    inline_model: type[Party] | type[Activity]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        versions = self.inline_model.history.filter(agreement_id=object_id)
        context = {
            "inline_title": self.inline_model._meta.verbose_name,
            "inline_versions": versions.select_related("history_user__seat__organization"),
        }
        return super().history_view(request, object_id, {**context, **(extra_context or {})})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An agreement that ended stays in the history: it gets 終了日."""
        return False


@admin.register(RegionalAgreement)
class RegionalAgreementAdmin(BulkAdmin, AgreementAdmin):
    resource_classes = [RegionalResource]
    inline_model = Party
    help_texts = {
        "prefecture": "公開の地図で、この都道府県の協定になります。",
        "matters": "公開のページに載ります。一覧にないものは「＋」で加えます。",
        "renews_automatically": "印を付けると、満了のあとも同じ期間ずつ続くものとして、次の期限を計算します。",
        "notice_months": "「満了の3か月前までに申し出る」なら3。期限が近づくと、はじめのページでお知らせします。公表しません。",
    }
    list_display = [
        "number",
        "party_names",
        "signed_on",
        "published_count",
        "computed_count",
        "notice",
        "needs_confirmation",
        "ended_on",
    ]
    list_display_links = ["number", "party_names"]
    list_filter = [
        *(NoticeFilter, CountFilter, "needs_confirmation", InForceFilter, "signed_on"),
        "prefecture",
    ]
    search_fields = ["parties__name"]
    search_help_text = "締結団体の名称で検索します。"
    inlines = [PartyInline, FileInline]
    bulk = {
        "confirm_computed_count": Bulk(
            "算定値を公表値にする（本日現在）",
            "算定値を公表値にする",
            "{}件の協定の構成自治体数を、本日現在の算定値に改めます。公開ページとオープンデータの数が変わります。",
            warning="合併などで数が変わったことを、先に確かめてください。前の数は変更履歴に残ります。",
        )
    }
    readonly_fields = ["computed_count", "term_ends", "notice"]
    fieldsets = [
        (None, {"fields": ["number", "prefecture", "signed_on", "matters", "ended_on"]}),
        (
            "構成自治体数",
            {
                "fields": ["published_count", "published_on", "computed_count"],
                "description": "公表値と算定値が違うときは、合併などを確かめてから、"
                "一覧の操作「算定値を公表値にする」で改めます。",
            },
        ),
        (
            "有効期間と申出の期限（公表しません）",
            {
                "fields": [
                    "term_months",
                    "term_starts_on",
                    "renews_automatically",
                    "notice_months",
                    "needs_confirmation",
                    "term_ends",
                    "notice",
                ]
            },
        ),
        ("事務局のメモ", {"fields": ["note"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return RegionalAgreement.objects.with_parties().with_computed_count()

    def get_export_queryset(self, request: HttpRequest) -> QuerySet:
        """The sheet has a row per party of the agreements that the list shows."""
        shown = super().get_export_queryset(request)
        return Party.objects.filter(agreement__in=shown).select_related("agreement")

    @admin.display(description="締結団体")
    def party_names(self, agreement: RegionalAgreement) -> str:
        return agreement.party_names

    @admin.display(description="構成自治体数（算定値）")
    def computed_count(self, agreement: RegionalAgreement) -> str:
        if agreement.pk is None:
            return "-"
        if agreement.computed_count == agreement.published_count:
            return str(agreement.computed_count)
        return format_html("<strong>{} ⚠ 公表値と違います</strong>", agreement.computed_count)

    @admin.display(description="現在の期間の満了日")
    def term_ends(self, agreement: RegionalAgreement) -> str:
        term = agreement.current_term if agreement.pk else None
        return format_date(term.ends_on) if term else "-"

    @admin.display(description="次の申出の期限")
    def notice(self, agreement: RegionalAgreement) -> str:
        term = agreement.current_term if agreement.pk else None
        return format_date(term.notice_on) if term and term.notice_on else "-"

    def refusal(self, act: str, row: RegionalAgreement, request: HttpRequest) -> str:
        return "公表値と算定値が同じため" if row.computed_count == row.published_count else ""

    def note(self, row: RegionalAgreement) -> str:
        return f"公表値{row.published_count}、算定値{row.computed_count}"

    def do(
        self, act: str, row: RegionalAgreement, data: dict[str, Any], request: MemberRequest
    ) -> None:
        before = row.published_count
        with transaction.atomic():
            if row.confirm_computed_count():
                after = row.published_count
                audit.record("confirm_count", row, by=request.user, before=before, after=after)


@admin.register(CorporateAgreement)
class CorporateAgreementAdmin(AgreementAdmin):
    resource_classes = [CorporateResource]
    inline_model = Activity
    help_texts = {
        "company": "公開のページに、この表記で載ります。",
        "matters": "公開のページに載ります。一覧にないものは「＋」で加えます。",
        "website": "公開のページから、ここへリンクします。",
    }
    list_display = ["company", "signed_on", "website", "ended_on"]
    list_filter = [InForceFilter, "matters", "signed_on"]
    search_fields = ["company", "activities__text"]
    search_help_text = "企業の名称と主な取組で検索します。"
    inlines = [ActivityInline, FileInline]
    fields = ["company", "signed_on", "matters", "website", "published_on", "ended_on", "note"]


@admin.register(Matter)
class MatterAdmin(PortalModelAdmin):
    help_texts = {
        "name": "協定のページで選べるようになります。改めると、この項目を選んだすべての協定の表示が変わります。",
        "position": IN_ORDER,
    }
    list_display = ["name", "position"]
    list_editable = ["position"]
    search_fields = ["name"]
