"""The log-in, and the search of the directory."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms

from lib import prefectures
from lib.forms import ANY
from lib.text import half_width, words
from members import directory


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


class DirectorySearch(forms.Form):
    """Search of `/members/`, as an address that can be shared."""

    q = forms.CharField(
        label="検索語",
        required=False,
        max_length=100,
        help_text="自治体・団体の名前、ふりがな、団体コードで探せます。例：まえばし",
    )
    prefecture = forms.ChoiceField(
        label="都道府県", choices=[ANY, *prefectures.CHOICES], required=False
    )

    @property
    def asks_for_something(self) -> bool:
        """False for an address without conditions, and for one that makes no sense."""
        return self.is_valid() and bool(
            words(self.cleaned_data["q"]) or self.cleaned_data["prefecture"]
        )

    @property
    def prefecture_name(self) -> str:
        """Empty when no prefecture has been chosen."""
        return dict(prefectures.CHOICES).get(self.cleaned_data.get("prefecture", ""), "")

    def search(self) -> list[directory.Body]:
        """Empty while nothing is asked for."""
        if not self.asks_for_something:
            return []
        return directory.search(self.cleaned_data["q"], self.cleaned_data["prefecture"])
