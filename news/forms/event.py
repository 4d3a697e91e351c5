"""The secretariat's forms of an event, and of its decision on a member's."""

from datetime import time
from typing import Any

from django import forms

from lib.forms import TextField
from lib.moments import MomentField
from news.forms.article import MOMENT_EXAMPLES, ArticleForm


class EventForm(ArticleForm):
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
