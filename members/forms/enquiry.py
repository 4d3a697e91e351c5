"""A message to the 管理担当者 of a member body, from a colleague who is not yet a user."""

from django import forms

from lib.forms import FormKeyField, LineField, TextField
from members.forms.application import WideEmailInput

PROPOSED = (
    "当課も会員専用ホームページを利用したいので、担当部署の追加と利用者の招待をお願いします。"
)


class AskManagersForm(forms.Form):
    form_key = FormKeyField()
    name = LineField(label="氏名", max_length=50)
    section = LineField(label="部署名", max_length=80, help_text="例：観光課 振興担当")
    mailbox = forms.EmailField(
        label="メールアドレス",
        help_text="管理担当者からの返事を受け取るメールアドレス",
        widget=WideEmailInput(attrs={"autocomplete": "email"}),
    )
    message = TextField(
        label="伝えたいこと",
        max_length=1000,
        initial=PROPOSED,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
