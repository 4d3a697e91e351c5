"""The form of a reply, new and edited."""

from django import forms

from board.models import MAX_BODY
from lib.forms import LineField, TextField


class ReplyForm(forms.Form):
    body = TextField(
        label="本文",
        max_length=MAX_BODY,
        widget=forms.Textarea(attrs={"rows": 8, "data-count": MAX_BODY}),
        help_text="「>>12」と書くと、返信12へのリンクになります。行の初めの「> 」は引用です。",
    )


class ReplyEditForm(ReplyForm):
    reason = LineField(
        label="変更の理由", required=False, max_length=200, help_text="変更の記録に残ります。"
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)
