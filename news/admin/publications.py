"""刊行物 in the secretariat's admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html

from lib.admin import IN_ORDER, SLUG, LabelledTabularInline, PortalModelAdmin
from members.exporting import SheetListAdmin
from news.admin.article import PublishedAdmin, StateFilter
from news.forms.publication import EditionForm
from news.imports import PublicationResource
from news.models import Edition, Publication, Series


class EditionInline(LabelledTabularInline):
    model = Edition
    form = EditionForm
    fields = ["note", "file", "facts", "downloads"]
    readonly_fields = ["facts", "downloads"]
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("text")

    @admin.display(description="PDFから取り出したもの")
    def facts(self, edition: Edition) -> str:
        if not edition.sha256:
            return "保存すると表示します。"
        return format_html(
            '<a href="{}">{}</a>（{}ページ）　<a href="{}">表紙の画像</a>',
            edition.get_absolute_url(),
            edition.name,
            edition.pages,
            edition.cover_url,
        )


@admin.register(Publication)
class PublicationAdmin(SheetListAdmin, PublishedAdmin):
    resource_classes = [PublicationResource]
    help_texts = {"summary": "公開の一覧と刊行物のページに載ります。"}
    sheet_advice = (
        "1行に1つの号を書きます。種類と号が同じ行（号がなければ種類と表題）は、今の内容を改めます。",
        "PDFは取り込めません。取り込んだあとに、それぞれの刊行物のページでPDFを登録してください。",
        "新しい刊行物は、下書きになります。一覧の操作「選択したものを公開する」でまとめて公開できます。",
    )
    list_display = ["title", "series", "number", "issued_on", "state", "downloads", "page"]
    list_filter = [StateFilter, "series", "issued_on"]
    list_select_related = ["series"]
    search_fields = ["folded"]
    search_help_text = "表題、概要、目次、PDFの中の文で検索します。"
    inlines = [EditionInline]
    fieldsets = [
        (
            None,
            {"fields": ["series", "number", "title", "issued_on", "summary", "contents"]},
        ),
        ("公開", {"fields": ["is_draft", "publish_at", "expires_at"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).defer("folded")
        return rows.annotate(all_downloads=Sum("editions__downloads"))

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        """Once more, with the text of the PDF to be found by and its bookmarks as contents."""
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            form.instance.save(update_fields=["contents"])

    @admin.display(description="ダウンロード数", ordering="all_downloads")
    def downloads(self, publication: Any) -> int:
        return publication.all_downloads or 0


@admin.register(Series)
class SeriesAdmin(PortalModelAdmin):
    help_texts = {
        "name": "公開の刊行物の一覧の見出しになります。",
        "slug": SLUG,
        "position": IN_ORDER,
    }
    list_display = ["name", "slug", "position"]
    list_editable = ["position"]
    search_fields = ["name"]
