"""通報, and the bodies whose posts wait for approval."""

from typing import Any

from django import forms
from django.contrib import admin

from board import moderation
from board.admin.acts import ActAdmin
from board.models import ApprovalRule, Report
from lib.admin import PortalModelAdmin
from lib.bulk import Bulk
from lib.forms import LineField
from lib.list_filters import filled
from members import audit
from members.access import MemberRequest


class SettleForm(forms.Form):
    """非表示にした hides the post in the same act, with this note as the reason."""

    result = forms.ChoiceField(label="結果", choices=Report.Result)
    note = LineField(
        label="説明",
        max_length=200,
        help_text="非表示にしたときは、投稿した団体に理由として表示します。",
        widget=forms.TextInput(attrs={"size": 80}),
    )


@admin.register(Report)
class ReportAdmin(ActAdmin):
    list_display = ["topic", "reply", "organization", "at", "result", "settled_at"]
    list_filter = [
        filled("settled_at", "対応", empty="していない", given="した"),
        "result",
        "at",
    ]
    list_select_related = ["topic", "reply__topic", "organization"]
    search_fields = ["topic__title", "organization__folded", "reason"]
    search_help_text = "投稿の件名、知らせた団体の名称、理由で検索します。"
    export_columns = {
        "日時": "at",
        "投稿": "topic",
        "返信の番号": "reply__seq",
        "知らせた団体": "organization",
        "理由": "reason",
        "結果": "result",
        "説明": "result_note",
        "対応した日時": "settled_at",
    }
    fields = (
        "topic",
        "reply",
        "text",
        "organization",
        "reported_by",
        "reason",
        "at",
        "result",
        "result_note",
        "settled_by",
        "settled_at",
    )
    readonly_fields = fields
    acts = {"settle": ("対応を記録する", SettleForm)}
    bulk = {
        "settle": Bulk(
            "選択した通報に対応を記録する",
            "対応を記録する",
            "{}件の通報に、同じ結果と説明を記録します。「非表示にした」を選ぶと、知らされた投稿や返信を非表示にします。",
            form=SettleForm,
        )
    }

    def offers(self, act: str, report: Report) -> bool:
        return report.settled_at is None

    def do(self, act: str, report: Report, data: dict[str, Any], request: MemberRequest) -> None:
        moderation.settle(report, data["result"], data["note"], by=request.user)

    @admin.display(description="知らされた文")
    def text(self, report: Report) -> str:
        return (report.reply or report.topic).body


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(PortalModelAdmin):
    help_texts = {
        "organization": "この団体の投稿は、どの分類でも、事務局が承認するまで公開されません。",
        "reason": "事務局の控えです。団体には表示しません。",
    }
    list_display = ["organization", "reason", "created_at"]
    list_select_related = ["organization"]
    list_filter = ["created_at"]
    search_fields = ["organization__folded"]
    search_help_text = "団体名、ふりがなで検索します。"
    autocomplete_fields = ["organization"]

    def save_model(self, request: Any, obj: ApprovalRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record("require_approval", obj.organization, by=request.user)

    def delete_model(self, request: Any, obj: ApprovalRule) -> None:
        audit.record("end_approval", obj.organization, by=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        for rule in queryset.select_related("organization"):
            self.delete_model(request, rule)
