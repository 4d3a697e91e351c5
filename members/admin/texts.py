"""The secretariat's pages for the portal's texts, and who has agreed to the terms."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from lib.admin import HistoryAdmin, RecordAdmin
from lib.text import clean_line
from members import consent
from members.exporting import ExportingAdmin
from members.models import SiteText, TermsConsent


class ConsentFilter(admin.SimpleListFilter):
    """People in use who have, or have not, agreed to the terms in effect."""

    title = "利用規約への同意"
    parameter_name = "terms"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("agreed", "同意した人"), ("missing", "まだの人")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet | None:
        if self.value() not in {"agreed", "missing"}:
            return None
        return queryset.filter(pk__in=consent.people(agreed=self.value() == "agreed"))


@admin.register(SiteText)
class SiteTextAdmin(HistoryAdmin):
    """A published version is not changed: 「新規追加」 makes the next one."""

    help_texts = {
        "version": "同じ種類の、前の版より大きい番号にします。",
        "effective_from": "この日から、前の版に代わってページに出ます。先の日にすると、その日まで出ません。",
        "title": "ページの見出しになります。見出しのない文では空にします。",
    }
    list_display = ["slug", "version", "effective_from", "as_of", "is_draft", "consents"]
    list_filter = ["slug", "is_draft"]
    search_fields = ["title", "body"]
    search_help_text = "見出しと本文で検索します。"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(number_of_consents=Count("consents"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?slug=terms` begins with the newest version of that text."""
        slug = clean_line(request.GET.get("slug", ""))
        newest = self.get_queryset(request).filter(slug=slug).first()
        if newest is None:
            return super().get_changeform_initial_data(request)
        return {
            "slug": newest.slug,
            "version": newest.version + 1,
            "title": newest.title,
            "body": newest.body,
        }

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a page shows, or has shown, stays: the next version takes its place."""
        has_begun = obj is not None and obj.effective_from <= timezone.localdate()
        return not has_begun and super().has_delete_permission(request, obj)

    @admin.display(description="同意した人", ordering="number_of_consents")
    def consents(self, text: Any) -> str:
        """The number leads to the people, with the day of each."""
        if text.slug != SiteText.Slug.TERMS:
            return "-"
        address = reverse("admin:members_termsconsent_changelist")
        return format_html(
            '<a href="{}?text={}">{}人</a>', address, text.pk, text.number_of_consents
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        context = {
            "terms": SiteText.objects.current(SiteText.Slug.TERMS),
            "agreed": consent.people(agreed=True).count(),
            "missing": consent.people(agreed=False).count(),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})


@admin.register(TermsConsent)
class TermsConsentAdmin(ExportingAdmin, RecordAdmin):
    list_display = ["user", "text", "at"]
    list_filter = ["text", "at"]
    list_select_related = ["user__seat__organization", "text"]
    search_fields = ["user__name", "user__seat__organization__folded"]
    search_help_text = "氏名、団体名、ふりがなで検索します。"
    fields = ["user", "text", "at"]
    export_columns = {
        "団体名": "user__seat__organization",
        "氏名": "user__name",
        "文章": "text",
        "同意した日時": "at",
    }
    personal_heads = frozenset({"氏名"})
