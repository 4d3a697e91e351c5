"""An application to one of the project's own events: by who comes, or by the secretariat for them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from lib.forms import FormKeyField, LineField, TextField
from members.forms.application import TELEPHONE, WideEmailInput, WideInput, WideTelephoneInput
from news.models import Entry, Event


class BaseEntryForm(forms.ModelForm):
    form_key = FormKeyField()

    class Meta:
        model = Entry
        fields = ["name", "body_name", "email", "telephone", "people", "note"]
        field_classes = {"name": LineField, "body_name": LineField, "note": TextField}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": WideEmailInput(attrs={"autocomplete": "email"}),
            "telephone": WideTelephoneInput(attrs={"autocomplete": "tel"}),
            "people": WideInput(attrs={"inputmode": "numeric", "size": 4}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "body_name": "例：見本市 企画課",
            "email": "受付の結果をお送りします。",
            "people": "ご本人を含む人数",
            "note": "手話通訳や車いすの席など、必要な配慮があればお書きください。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["telephone"].validators.append(TELEPHONE)

    def finish(self) -> Entry:
        """Not saved yet: entering.enter() decides its state."""
        entry = super().save(commit=False)
        entry.form_key = self.cleaned_data["form_key"]
        return entry


class EntryForm(BaseEntryForm):
    consent = forms.BooleanField(
        label="個人情報の取扱いに同意する",
        error_messages={"required": "申し込むには、個人情報の取扱いへの同意が必要です。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True


class EntryForOthersForm(BaseEntryForm):
    """代理入力: by telephone or on paper."""

    class Meta(BaseEntryForm.Meta):
        fields = ["event", *BaseEntryForm.Meta.fields]
        help_texts = {
            **BaseEntryForm.Meta.help_texts,
            "event": "申込みを受け付けるイベントだけを選べます。期限を過ぎていても入力できます。",
            "email": "空のときは、メールは送りません。結果は電話などでお伝えください。",
        }

    def clean_event(self) -> Event:
        event: Event = self.cleaned_data["event"]
        if not event.may_be_entered_for_others:
            raise ValidationError("このイベントは、終わったか、申込みを受け付けていません。")
        return event
