"""The secretariat's forms of an event, and of its decision on a member's."""

from datetime import time
from typing import Any

from django import forms
from django.db import transaction

from lib.forms import TextField, UnlabelledInput
from lib.moments import MomentField
from news import proposing
from news.forms.article import MOMENT_EXAMPLES, ArticleForm
from news.forms.proposal import saved_otherwise
from news.models import Event

SAVED_MEANWHILE = "ほかの方が、先に変更を保存しました。あなたの入力は、まだ保存していません。今の内容と見比べて直し、もう一度保存してください。"


class EventForm(ArticleForm):
    """`expected` is the state that the secretary has read; whoever proposed it may have amended it."""

    # What whoever has entered goes by.
    TOLD = (
        *("starts_on", "starts_at", "ends_on", "ends_at", "schedule_note", "attendance"),
        *("prefecture", "venue", "address", "online_url"),
    )

    tells_of_change = forms.BooleanField(
        label="日時・会場を変えたとき、申し込んだ方にメールで知らせる",
        required=False,
        initial=True,
        help_text="誤字を直すだけのときは、印を外してください。",
    )
    apply_until = MomentField(
        label="申込みの期限",
        default_time=time(17),
        is_end=True,
        required=False,
        widget=forms.TextInput(attrs={"size": 30}),
        help_text=f"時刻がなければ午後5時です。{MOMENT_EXAMPLES}",
    )
    expected = forms.CharField(label="読んだ内容の印", required=False, widget=UnlabelledInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["expected"] = proposing.mark_of(self.instance)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance.pk and data.get("expected"):
            self._check_read(data)
        return data

    def _check_read(self, data: dict[str, Any]) -> None:
        """The next press saves over what was shown. Locked, until the admin has saved."""
        with transaction.atomic():
            saved = Event.objects.select_for_update().get(pk=self.instance.pk)
        mark = proposing.mark_of(saved)
        typed = {**data, "ends_on": data.get("ends_on") or data.get("starts_on")}
        if mark == data["expected"] or not (otherwise := saved_otherwise(saved, typed)):
            return
        lines = [f"今の内容　{label}：{value or '（なし）'}" for label, value in otherwise]
        self.add_error(None, [SAVED_MEANWHILE, *lines])
        sent: Any = self.data
        self.data = shown = sent.copy()
        shown["expected"] = mark


class ProposalDecisionForm(forms.Form):
    """`expected` is what the secretary has read."""

    decision = forms.ChoiceField(choices=[("publish", "掲載する"), ("refuse", "掲載しない")])
    reason = TextField(required=False, max_length=2000)
    expected = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == "refuse" and data.get("reason") == "":
            self.add_error("reason", "提案した会員に伝える理由を入力してください。")
        return data
