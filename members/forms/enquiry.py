"""A message to the 管理担当者 of a member body, from a colleague who is not yet a user."""

from django import forms

from lib.forms import FormKeyField
from lib.text import clean_line, clean_text
from members.forms.application import WideEmailInput

PROPOSED = (
    "当課も会員専用ホームページを利用したいので、担当部署の追加と利用者の招待をお願いします。"
)


class AskManagersForm(forms.Form):
    form_key = FormKeyField()
    name = forms.CharField(label="氏名", max_length=50)
    section = forms.CharField(label="部署名", max_length=80, help_text="例：観光課 振興担当")
    mailbox = forms.EmailField(
        label="メールアドレス",
        help_text="管理担当者からの返事を受け取るメールアドレス",
        widget=WideEmailInput(attrs={"autocomplete": "email"}),
    )
    message = forms.CharField(
        label="伝えたいこと",
        max_length=1000,
        initial=PROPOSED,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])

    def clean_section(self) -> str:
        return clean_line(self.cleaned_data["section"])

    def clean_message(self) -> str:
        return clean_text(self.cleaned_data["message"])
