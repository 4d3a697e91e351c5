"""Forms of the acts on a topic."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from board.forms.topic import END_OF_DAY
from board.models import Topic
from lib.forms import TextField
from lib.moments import MomentField

Status = Topic.Status


class ActForm(forms.Form):
    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topic = topic


class CloseForm(ActForm):
    CHOICES = (
        (Status.CLOSED, "受付終了（結果はあとで入力する）"),
        (Status.MATCHED, "成立（連携する相手や参加団体が決まった）"),
        (Status.UNFULFILLED, "不成立（応募がなかった、中止したなど）"),
    )

    status = forms.ChoiceField(
        label="結果", choices=CHOICES, initial=Status.CLOSED, widget=forms.RadioSelect
    )
    note = TextField(
        label="結果のお知らせ",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="この投稿を見られる会員に表示します。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("note", self.topic.outcome_note)
        if self.topic.status != Status.OPEN:
            status: Any = self.fields["status"]
            status.choices = self.CHOICES[1:]
            self.initial["status"] = self.topic.status


class ExtendForm(ActForm):
    deadline = MomentField(
        is_end=True,
        label="新しい締切",
        default_time=END_OF_DAY,
        help_text="例：令和9年1月15日、R9.1.15 15時。受付を終了した投稿も、また受付中になります。",
    )

    def clean_deadline(self) -> Any:
        deadline = self.cleaned_data["deadline"]
        if deadline <= timezone.now():
            raise ValidationError("締切は、今より後にしてください。")
        if self.topic.is_accepting and self.topic.deadline and deadline <= self.topic.deadline:
            raise ValidationError(
                "今の締切より後にしてください。早めるときは「編集」で変更します。"
            )
        return deadline


class WithdrawForm(ActForm):
    note = TextField(
        label="取下げの理由",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="件名とこの理由だけが残ります。本文、返信、添付ファイルは、ほかの団体には表示しません。"
        "公開する前に取り下げた投稿は、ほかの団体には何も表示しません。",
    )
