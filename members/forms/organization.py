"""Forms of a body's own page: profile, seats, people, hand-over, yearly check."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from lib.forms import LineField, TextField
from lib.wareki import WarekiDateField
from members.forms.application import (
    TELEPHONE,
    X_ACCOUNT,
    WideEmailInput,
    WideInput,
    WideTelephoneInput,
    WideURLField,
)
from members.models import Confirmation, Invitation, Organization, Seat, Theme, User
from members.profile import FIELDS

SECTION_TAKEN = "同じ名前の担当部署があります。"
ALREADY_INVITED = (
    "この方への招待は、すでに送っています。届かないときや期限が過ぎたときは、"
    "管理担当者が「自団体の管理」で「もう一度送る」を押してください。"
)


class ProfileForm(forms.ModelForm):
    """What everybody may read of a body."""

    website = WideURLField(label="ウェブサイト")
    magazine_url = WideURLField(label="広報誌のURL")
    themes = forms.ModelMultipleChoiceField(
        label="関心のあるテーマ",
        queryset=Theme.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Organization
        fields = [*FIELDS, "themes"]
        field_classes = {"introduction": TextField}
        widgets = {"introduction": forms.Textarea(attrs={"rows": 6}), "x_account": WideInput}
        labels = {"x_account": "Xアカウント"}
        help_texts = {
            "introduction": "どなたでも読めるページに載ります。2,000字まで。",
            "x_account": "例：@Zenkoku_Renkei",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["x_account"].validators.append(X_ACCOUNT)

    def clean_x_account(self) -> str:
        return self.cleaned_data["x_account"].removeprefix("@")


class SeatForm(forms.ModelForm):
    class Meta:
        model = Seat
        fields = ["section", "mailbox", "telephone", "extension"]
        field_classes = {"section": LineField}
        widgets = {
            "mailbox": WideEmailInput,
            "telephone": WideTelephoneInput,
            "extension": WideInput,
        }
        help_texts = {
            "section": "例：企画課 連携担当",
            "mailbox": "部署で受け取る共有のメールアドレス。お知らせの送り先です。",
            "telephone": "例：03-1234-5678",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["telephone"].validators.append(TELEPHONE)

    def clean_section(self) -> str:
        section: str = self.cleaned_data["section"]
        same = Seat.objects.filter(organization=self.instance.organization_id, section=section)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(SECTION_TAKEN)
        return section

    def clean_mailbox(self) -> str:
        return self.cleaned_data["mailbox"].lower()


class NewPersonForm(forms.Form):
    """Somebody who gets a mail with a link; colleagues may share one mailbox."""

    name = LineField(label="氏名", max_length=50)
    address = forms.EmailField(
        label="メールアドレス",
        help_text="招待のメールを送ります。部署で共有するアドレスでもかまいません。",
        widget=WideEmailInput,
    )

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seat = seat
        self.initial.setdefault("address", seat.mailbox)

    def clean_address(self) -> str:
        return self.cleaned_data["address"].lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        same = Invitation.objects.open().filter(seat=self.seat, name=data.get("name"))
        if same.planned().exists():
            self.add_error("name", "この方への招待は、事務局が準備しています。")
        elif same.filter(address=data.get("address")).exists():
            self.add_error("name", ALREADY_INVITED)
        return data


class InviteForm(NewPersonForm):
    role = forms.ChoiceField(label="役割", choices=User.Role, initial=User.Role.CONTRIBUTOR)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="役割", choices=User.Role)


class RemovalForm(forms.Form):
    """One wrong press must not end what nobody can begin again."""

    sure = forms.BooleanField(label="元に戻せないことを確かめました")


class HandoverForm(NewPersonForm):
    leaves_on = WarekiDateField(
        label="前任者が使えなくなる日",
        required=False,
        help_text="空のときは、後任の方が登録した時に使えなくなります。例：令和9年4月1日",
    )

    def clean_leaves_on(self) -> date | None:
        day = self.cleaned_data["leaves_on"]
        if day and day <= timezone.localdate():
            raise ValidationError("明日以後の日を入力するか、空にしてください。")
        return day


class ConfirmationForm(forms.ModelForm):
    class Meta:
        model = Confirmation
        fields = ["note"]
        field_classes = {"note": TextField}
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"note": "年次確認の結果と一緒に、事務局が読みます。1,000字まで。"}
