"""An event that a member proposes."""

from datetime import time
from typing import Any

from django import forms

from lib import prefectures
from lib.forms import LineField, TextField
from lib.moments import ClockField, MomentField
from lib.wareki import WarekiDateField
from news import proposing
from news.forms.article import ArticleForm
from news.models import Event

DAY_EXAMPLES = "例：令和8年12月5日、R8.12.5"
LINES = (
    *("name", "kana", "schedule_note", "venue", "address", "access", "parking"),
    *("organizer", "contact", "target", "fee", "apply_how"),
)


class ProposalForm(ArticleForm):
    starts_on = WarekiDateField(label="開始日", help_text=DAY_EXAMPLES)
    starts_at = ClockField(label="開始時刻", required=False, help_text="例：午後1時30分")
    ends_on = WarekiDateField(
        label="終了日", required=False, help_text="1日だけのときは、空にします。"
    )
    ends_at = ClockField(label="終了時刻", required=False, help_text="例：午後4時")
    prefecture = forms.ChoiceField(
        label="都道府県", choices=[("", "選んでください"), *prefectures.CHOICES], required=False
    )
    online_url = forms.URLField(label="オンライン会場のURL", required=False, assume_scheme="https")
    url = forms.URLField(label="詳しいページ", required=False, assume_scheme="https")
    apply_until = MomentField(
        label="申込みの期限",
        default_time=time(17),
        is_end=True,
        required=False,
        help_text="例：令和8年11月27日 午後5時。時刻がなければ午後5時です。",
    )

    class Meta:
        model = Event
        fields = Event.PROPOSED
        field_classes = {**dict.fromkeys(LINES, LineField), "body": TextField}
        widgets = {"body": forms.Textarea(attrs={"rows": 8})}
        help_texts = {
            "body": "どのようなイベントかを書いてください。空の行で段落を分けます。",
            "wants_introduction": "事務局が公式Xで紹介することがあります。内容が公開されることに同意するときに選んでください。",
            "capacity": "定員がないときは、空にします。",
        }

    def clean_summary(self) -> str:
        """The secretariat's."""
        return self.instance.summary


class ProposalEditForm(ProposalForm):
    """`expected` is the state that the person read."""

    # Empty from a page of before: as one whose state is over.
    expected = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("expected", proposing.mark_of(self.instance))

    def other_than(self, saved: Event) -> list[tuple[str, str]]:
        """Label and saved value, in words, of what was typed differently. Of a form that is valid."""
        shown = ProposalForm(instance=saved)
        return [
            (str(shown[name].label), _said(shown, name))
            for name in Event.PROPOSED
            if getattr(saved, name) != getattr(self.instance, name)
        ]


def _said(form: ProposalForm, name: str) -> str:
    value = form[name].value()
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    words = dict(getattr(form.fields[name], "choices", ()))
    return str(words.get(value, value) or "")
