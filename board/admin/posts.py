"""投稿 and 返信: found, hidden with a reason, restored, moved, pinned. Texts are edited on the board."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from board import moderation
from board.admin.acts import ActAdmin
from board.models import Category, Reply, SearchEntry, Topic
from board.models.search_entry import SearchEntryQuerySet
from board.search.finding import Search
from lib.bulk import Bulk
from lib.forms import LineField
from lib.list_filters import filled
from lib.queries import Query
from lib.wareki import WarekiDateField
from members.access import MemberRequest

IS_HIDDEN = filled("hidden_at", "表示", empty="表示している", given="非表示にした")
HIDES = "投稿した団体と事務局のほかには、表示しなくなります。"
SHOWS = "公開範囲の会員が、また読めるようになります。"


def _reason(label: str, help_text: str, max_length: int = 200) -> LineField:
    widget = forms.TextInput(attrs={"size": 80})
    return LineField(label=label, max_length=max_length, help_text=help_text, widget=widget)


class HideForm(forms.Form):
    reason = _reason("非表示にする理由", "投稿した団体に表示します。")


class RestoreForm(forms.Form):
    reason = _reason("表示に戻す理由", "投稿した団体に知らせます。")


class MoveForm(forms.Form):
    category = forms.ModelChoiceField(label="移す先の分類", queryset=Category.objects.all())


class PinForm(forms.Form):
    until = WarekiDateField(
        label="先頭に表示する期限", required=False, help_text="空にすると、先頭に表示しません。"
    )


class ApproveForm(forms.Form):
    expected = forms.IntegerField(widget=forms.HiddenInput)


class SendBackForm(ApproveForm):
    reason = _reason(
        "承認しない理由",
        "投稿した団体に表示します。直して保存すると、もう一度ここに届きます。",
        max_length=500,
    )


class PostAdmin(ActAdmin):
    # Shows the box; the index of the board answers.
    search_fields = ["pk"]
    search_help_text = "件名と本文を、掲示板と同じように検索します。"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """By the text, hidden or not, as far as the newest that are counted."""
        found = Search(Query.parse(search_term), self.entries())
        if not found.query:
            return queryset, False
        of_post: dict[str, Any] = {"topic": OuterRef("topic"), "seq": OuterRef("seq")}
        if self.model is Topic:
            of_post = {"topic": OuterRef("pk"), "seq": 0}
        entries = SearchEntry.objects.filter(pk__in=found.newest(found.most), **of_post)
        return queryset.filter(Exists(entries)), False

    def entries(self) -> SearchEntryQuerySet:
        entries = SearchEntry.objects.all()
        return entries.filter(seq=0) if self.model is Topic else entries.filter(seq__gt=0)

    def offers(self, act: str, post: Any) -> bool:
        if act in ("approve", "send_back"):
            return post.status == Topic.Status.WAITING
        if act in ("hide", "restore"):
            return (act == "restore") == bool(post.hidden_at)
        return True

    def do(self, act: str, post: Any, data: dict[str, Any], request: MemberRequest) -> None:
        verbs: dict[str, Callable[..., None]] = {
            "hide": moderation.hide,
            "restore": moderation.restore,
            "approve": moderation.approve,
            "send_back": moderation.send_back,
            "move": lambda post, category, by: moderation.move(post, category, by=by),
            "pin": lambda post, until, by: moderation.pin(post, until, by=by),
        }
        verbs[act](post, **data, by=request.user)


@admin.register(Topic)
class TopicAdmin(PostAdmin):
    list_display = [
        *("title", "organization", "category", "standing", "publish_at", "deadline"),
        "reply_count",
    ]
    list_filter = [
        "category",
        "status",
        filled("approval_note", "承認しない理由", empty="まだない", given="送った"),
        IS_HIDDEN,
        "publish_at",
        "deadline",
        "audience",
        "organization__prefecture",
    ]
    list_select_related = ["organization", "category"]
    export_columns = {
        "番号": "pk",
        "件名": "title",
        "分類": "category",
        "団体名": "organization",
        "状態": "status",
        "公開範囲": "audience",
        "公開日時": "publish_at",
        "締切": "deadline",
        "返信の数": "reply_count",
        "概要": "summary",
        "非表示にした日時": "hidden_at",
        "非表示の理由": "hidden_reason",
    }
    fields = (
        "title",
        "organization",
        "seat",
        "author",
        "category",
        "status",
        "audience",
        "publish_at",
        "deadline",
        "summary",
        "body",
        "outcome_note",
        "reply_count",
        "approval_note",
        "is_locked",
        "pinned_until",
        "hidden_at",
        "hidden_reason",
    )
    readonly_fields = fields
    acts = {
        "approve": ("承認して公開する", ApproveForm),
        "send_back": ("承認しない", SendBackForm),
        "hide": ("非表示にする", HideForm),
        "restore": ("表示に戻す", RestoreForm),
        "move": ("別の分類に移す", MoveForm),
        "pin": ("先頭に表示する", PinForm),
    }
    bulk = {
        "approve": Bulk(
            "選択した投稿を承認して公開する",
            "承認して公開する",
            "{}件の投稿を承認します。公開範囲の会員が読めるようになります。公開を予約した投稿は、その日時に公開します。",
            form=ApproveForm,
        ),
        "send_back": Bulk(
            "選択した投稿を承認しない",
            "承認しない",
            "{}件の投稿を承認しません。投稿した団体に、同じ理由を表示します。文章は残ります。",
            form=SendBackForm,
        ),
        "hide": Bulk(
            "選択した投稿を非表示にする",
            "非表示にする",
            f"{{}}件の投稿を非表示にします。{HIDES}",
            form=HideForm,
        ),
        "restore": Bulk(
            "選択した投稿を表示に戻す",
            "表示に戻す",
            f"{{}}件の投稿を表示に戻します。{SHOWS}",
            form=RestoreForm,
        ),
        "move": Bulk(
            "選択した投稿を別の分類に移す",
            "別の分類に移す",
            "{}件の投稿を、選んだ分類に移します。",
            form=MoveForm,
        ),
        "pin": Bulk(
            "選択した投稿を先頭に表示する",
            "先頭に表示する",
            "{}件の投稿を、選んだ日まで、分類の先頭に表示します。",
            form=PinForm,
        ),
    }

    @admin.display(description="状態", ordering="status")
    def standing(self, topic: Topic) -> str:
        return f"{topic.get_status_display()}{'・非表示' if topic.hidden_at else ''}"


@admin.register(Reply)
class ReplyAdmin(PostAdmin):
    list_display = ["topic", "seq", "organization", "hidden_at", "created_at"]
    list_display_links = ["topic", "seq"]
    list_filter = [
        IS_HIDDEN,
        "created_at",
        "organization__prefecture",
    ]
    list_select_related = ["topic", "organization"]
    # The newest first, by the key: the order of the topics would sort every reply there is.
    ordering = ["-id"]
    export_columns = {
        "投稿の番号": "topic_id",
        "投稿": "topic",
        "返信の番号": "seq",
        "団体名": "organization",
        "本文": "body",
        "日時": "created_at",
        "非表示にした日時": "hidden_at",
    }
    fields = (
        "topic",
        "seq",
        "organization",
        "seat",
        "author",
        "body",
        "created_at",
        "edited_at",
        "hidden_at",
        "hidden_reason",
    )
    readonly_fields = fields
    acts = {"hide": ("非表示にする", HideForm), "restore": ("表示に戻す", RestoreForm)}
    bulk = {
        "hide": Bulk(
            "選択した返信を非表示にする",
            "非表示にする",
            f"{{}}件の返信を非表示にします。{HIDES}",
            form=HideForm,
        ),
        "restore": Bulk(
            "選択した返信を表示に戻す",
            "表示に戻す",
            f"{{}}件の返信を表示に戻します。{SHOWS}",
            form=RestoreForm,
        ),
    }
