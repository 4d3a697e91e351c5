"""Forms for people's accounts."""

from typing import Any

from allauth.account import forms as allauth_forms

from lib.text import half_width


class LoginForm(allauth_forms.LoginForm):
    """allauth's form with labels that say what is asked, and full-width input accepted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label = "メールアドレスまたは利用者ID"
        login.widget.attrs.update(autocomplete="username", autocapitalize="none")
        password.label = "パスワード"
        password.help_text = ""
        for field in (login, password):
            field.widget.attrs.pop("placeholder", None)

    def clean_login(self) -> str:
        return half_width(super().clean_login())
