"""回答: read and exported here; written by the bodies themselves."""

from django.contrib import admin

from board.models import Answer
from lib.admin import RecordAdmin
from members.exporting import ExportingAdmin


@admin.register(Answer)
class AnswerAdmin(ExportingAdmin, RecordAdmin):
    list_display = ["organization", "topic", "said", "quantity", "answered_at", "changed_at"]
    list_filter = ["status", "answered_at", "topic__category", "organization__prefecture"]
    list_select_related = ["topic__category", "organization", "seat"]
    search_fields = ["topic__title", "organization__folded", "message"]
    search_help_text = "投稿の件名、回答した団体の名称とふりがな、メッセージで検索します。"
    ordering = ["-id"]
    fields = (
        *("topic", "organization", "seat", "answered_by", "said", "quantity", "message"),
        *("answered_at", "changed_at"),
    )
    export_columns = {
        "投稿の番号": "topic_id",
        "投稿": "topic",
        "団体名": "organization",
        "部署名": "seat__section",
        "回答": "said",
        "数量": "quantity",
        "メッセージ": "message",
        "回答日時": "answered_at",
        "変更日時": "changed_at",
    }

    @admin.display(description="回答", ordering="status")
    def said(self, answer: Answer) -> str:
        """In the words of the topic: 応募する, 配布できる."""
        return answer.text
