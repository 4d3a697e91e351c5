"""添付ファイル that the virus scanner keeps back: those it has not seen, and those it has emptied."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html

from board.models import Attachment
from lib.admin import RecordAdmin

_MEANS = {
    Attachment.Scan.WAITING: "ウイルス検査のプログラムが応答しなかったため、検査を待っています。検査が済むまで、"
    "だれも開けません。応答するようになると、1分ほどで自動で検査します。"
    "何時間も続くときは、システムの担当者に知らせてください。",
    Attachment.Scan.INFECTED: "ウイルスが見つかったため、ファイルの内容を消去しました。登録した人には、"
    "メールで知らせています。団体には、元のファイルとパソコンの点検をお願いしてください。",
}


class ScanFilter(admin.SimpleListFilter):
    title = "ウイルス検査"
    parameter_name = "scan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(scan.value, scan.label) for scan in _MEANS]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(scan=self.value()) if self.value() else queryset


@admin.register(Attachment)
class AttachmentAdmin(RecordAdmin):
    list_display = ["name", "owner", "organization", "scan", "bytes", "uploaded_by", "uploaded_at"]
    list_filter = [ScanFilter, "uploaded_at"]
    list_select_related = [
        *("topic", "reply__topic", "answer__topic", "organization"),
        "uploaded_by__seat__organization",
    ]
    search_fields = ["name", "organization__folded"]
    search_help_text = "ファイル名、団体名、ふりがなで検索します。"
    ordering = ["-uploaded_at"]
    fields = (
        *("name", "means", "owner", "organization", "uploaded_by", "uploaded_at"),
        "bytes",
    )

    # Until the scanner has passed a file, its address answers nobody.
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        """What everybody may have is on the board, with its post."""
        return super().get_queryset(request).exclude(scan=Attachment.Scan.CLEAN)

    @admin.display(description="添付した先")
    def owner(self, file: Attachment) -> str:
        """A draft's words are its section's."""
        if file.reply:
            return _link("admin:board_reply_change", file.reply.pk, f"返信：{file.reply}")
        if file.answer:
            return _link("admin:board_answer_change", file.answer.pk, f"回答：{file.answer.topic}")
        if file.topic:
            return _link("admin:board_topic_change", file.topic.pk, f"投稿：{file.topic}")
        return "下書き"

    @admin.display(description="大きさ", ordering="size")
    def bytes(self, file: Attachment) -> str:
        return filesizeformat(file.size)

    @admin.display(description="ウイルス検査")
    def means(self, file: Attachment) -> str:
        return f"{file.get_scan_display()}。{_MEANS[Attachment.Scan(file.scan)]}"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": "ウイルス検査で止まっている添付ファイル"}
        return super().changelist_view(request, {**title, **(extra_context or {})})


def _link(page: str, pk: int, text: str) -> str:
    return format_html('<a href="{}">{}</a>', reverse(page, args=[pk]), text)
