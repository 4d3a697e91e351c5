"""Forms of an answer, a consultation and a report."""

from typing import Any

from django import forms

from board import kinds
from board.forms.topic import field_of
from board.models import Answer, Category, Match, Report, Topic
from board.models.answer import status_text
from lib.forms import TextField, WholeNumberField


class AnswerForm(forms.Form):
    """`answer` is what the own body has answered before, or None."""

    status = forms.ChoiceField(label="回答", widget=forms.RadioSelect)
    quantity = WholeNumberField(
        label="数量",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="人数、区画、部数など。例：2",
    )
    message = TextField(
        label="メッセージ",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": 2000}),
    )
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, topic: Topic, answer: Answer | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status: Any = self.fields["status"]
        status.choices = [(value, status_text(topic, value)) for value in Answer.Status.values]
        self.lines = kinds.DELIVERY if topic.category.kind == Category.Kind.PAMPHLET else ()
        for line in self.lines:
            self.fields[line.name] = field_of(line)
        if answer:
            self.initial = {
                **answer.details,
                "status": answer.status,
                "quantity": answer.quantity,
                "message": answer.message,
                "expected": answer.edits,
            }
        self.order_fields(["status", "quantity", *(line.name for line in self.lines), "message"])

    @property
    def values(self) -> dict[str, Any]:
        """The columns of an Answer."""
        data = self.cleaned_data
        details = {line.name: data[line.name] for line in self.lines if data.get(line.name)}
        return {
            "status": data["status"],
            "quantity": data["quantity"],
            "message": data["message"],
            "details": details,
        }


class MatchForm(forms.ModelForm):
    class Meta:
        model = Match
        fields = ["note"]
        field_classes = {"note": TextField}
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "note": "相手の団体が同意すると、もとの提案に、両団体の名前とこの文を表示します。"
        }


class ReportForm(forms.ModelForm):
    class Meta:
        model = Report
        fields = ["reason"]
        field_classes = {"reason": TextField}
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "reason": "個人情報が載っている、内容に誤りがある、など。投稿した団体には、知らせた団体の名前を伝えません。"
        }
