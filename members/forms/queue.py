"""What the secretariat types about an application: a decision, and 代理入力."""

from typing import Any

from django import forms

from lib.forms import TextField
from members.forms.application import ApplicationForm
from members.models import Application

# Sentences to begin a reason with; the secretariat edits them before they are mailed.
SENTENCES = {
    "修正：部署名・担当者名の確認": (
        "部署名と担当者名をご確認ください。正式な部署名と、連絡を担当される方の氏名を入力して、もう一度申請してください。"
    ),
    "修正：公用のメールアドレス": (
        "部署で受信できる公用のメールアドレスに直して、もう一度申請してください。"
    ),
    "修正：利用目的の確認": (
        "会員専用ホームページをどのように使うご予定か、利用目的をもう少し詳しく書いて、もう一度申請してください。"
    ),
    "不承認：対象となる団体ではない": (
        "会員登録は、地方公共団体と、地方公共団体で構成される団体を対象としています。今回の申請は、対象にあたらないと判断しました。"
    ),
    "不承認：すでに会員": (
        "貴団体は、すでに会員です。担当部署の追加は、貴団体の管理担当者へご連絡ください。"
    ),
}


class DecisionForm(forms.Form):
    """A reason that the secretariat edits before it is mailed."""

    NEEDS_REASON = ("return", "refuse")
    INSERT = "insert"
    CHOICES = (
        ("review", "確認中にする"),
        ("approve", "承認する"),
        ("return", "修正を依頼する"),
        ("refuse", "承認しない"),
    )

    decision = forms.ChoiceField(choices=[*CHOICES, (INSERT, "定型文を入れる")])
    sentence = forms.ChoiceField(
        choices=[("", "選んでください"), *[(title, title) for title in SENTENCES]], required=False
    )
    reason = TextField(required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == self.INSERT and not data.get("sentence"):
            self.add_error("sentence", "定型文を選んでください。")
        if data.get("decision") in self.NEEDS_REASON and not data.get("reason"):
            self.add_error("reason", "申請した方に伝える理由を入力してください。")
        return data

    @property
    def reason_with_sentence(self) -> str:
        """The chosen sentence in front of what was typed."""
        sentence = SENTENCES[self.cleaned_data["sentence"]]
        return "\n\n".join(filter(None, [sentence, self.cleaned_data["reason"]]))


class EnteredApplicationForm(ApplicationForm):
    """代理入力: the same questions, and how the body came."""

    field_order = ("form_key", "channel", "note")

    channel = forms.ChoiceField(
        label="申請の方法",
        choices=Application.Channel,
        widget=forms.RadioSelect,
        error_messages={"required": "申請の方法を選んでください。"},
    )
    note = TextField(
        label="受付メモ",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="受けた日時や、電話で話した内容など。申請した方には見えません。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consent = self.fields["consent"]
        version = f"（第{self.terms.version}版）" if self.terms else ""
        consent.label = f"申請する団体が、利用規約{version}に同意している"
        consent.error_messages["required"] = "利用規約への同意を、申請する団体に確かめてください。"
        self.fields[
            "email"
        ].help_text = "部署の代表メールアドレス。申請の状況のページと、承認後の招待を送ります。"
