"""Codes of the second factor, in any width."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm
from allauth.mfa.base import forms as base
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms

from lib.text import half_width


class _CodeForm(forms.Form):
    """allauth's check of a code, for full-width digits too."""

    code_label = "コード"
    code_help = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label, code.help_text = self.code_label, self.code_help
        code.widget.attrs = {"autocomplete": "one-time-code", "autocapitalize": "none"}

    def clean_code(self) -> str:
        self.cleaned_data["code"] = half_width(self.cleaned_data["code"]).replace(" ", "")
        return super().clean_code()  # type: ignore[misc]


class LoginCodeForm(_CodeForm, ConfirmLoginCodeForm):
    code_label = "メールで届いたコード"
    code_help = "数字8桁。例：1234-5678"


class SecondFactorForm(_CodeForm, base.AuthenticateForm):
    code_label = "認証コード"
    code_help = "認証アプリの6桁の数字か、控えてある予備コード（8桁）"


class SecondFactorAgainForm(_CodeForm, base.ReauthenticateForm):
    code_label = "認証コード"
    code_help = "認証アプリの6桁の数字か、控えてある予備コード（8桁）"


class ActivateAppForm(_CodeForm, ActivateTOTPForm):
    code_label = "認証アプリに出た6桁の数字"
