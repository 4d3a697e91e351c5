"""Forms for people's accounts."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from lib.forms import LineField
from lib.text import half_width
from members.forms.application import WideEmailInput, WideInput
from members.models import Invitation, User
from members.models.account import validate_username


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

    def user_credentials(self) -> dict[str, str]:
        """An address is never tried as a 利用者ID, too: a second comparison takes time, and tells that it is known."""
        credentials = super().user_credentials()
        if "email" in credentials:
            credentials.pop("username", None)
        return credentials


class ReauthenticateForm(allauth_forms.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""


class _PasswordTwice(forms.Form):
    """A new password, typed twice."""

    password = forms.CharField(
        label="新しいパスワード",
        strip=False,
        max_length=200,
        help_text="8文字以上。日本語や空白も使えます。推測されやすいものは使えません。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="新しいパスワード（確認）",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def person(self) -> User:
        """Whom the password must not resemble: nobody, where the form does not say."""
        return User()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "パスワードが一致しません。もう一度入力してください。")
        elif data.get("password"):
            self._validate_password(data["password"])
        return data

    def _validate_password(self, password: str) -> None:
        try:
            validate_password(password, user=self.person())
        except ValidationError as error:
            self.add_error("password", error)


class AcceptanceForm(_PasswordTwice):
    """The person of an invitation: name, how to log in, password."""

    name = LineField(label="氏名", max_length=50)
    username = forms.CharField(
        label="利用者ID",
        min_length=4,
        max_length=40,
        validators=[validate_username],
        help_text="ログインに使います。4文字以上の英数字。例：kikaku-01",
        widget=WideInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    email = forms.EmailField(
        label="自分のメールアドレス",
        required=False,
        help_text="ログインに使えます。招待の送り先と違うときは、確認のメールを送ります。部署の共有メールしかないときは、空のままにしてください。",
        widget=WideEmailInput(attrs={"autocomplete": "email"}),
    )

    consent = forms.BooleanField(
        label="利用規約に同意する",
        error_messages={"required": "登録するには、利用規約への同意が必要です。"},
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.initial = {"name": invitation.name}
        self.fields["password"].label = "パスワード"
        self.fields["again"].label = "パスワード（確認）"
        self.order_fields(["name", "username", "email"])

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError("この利用者IDは使われています。別のものにしてください。")
        return username

    def clean_email(self) -> str | None:
        """Who has another address is told to nobody but whoever reads its mail."""
        email = self.cleaned_data["email"].lower()
        is_taken = User.objects.filter(email__iexact=email).exists()
        if email and is_taken and self.invitation.is_to(email):
            raise ValidationError(
                "このメールアドレスは、ほかの方がログインに使っています。空にして続けてください。"
            )
        return email or None

    @property
    def is_address_to_prove(self) -> bool:
        email = self.cleaned_data["email"]
        return bool(email) and not self.invitation.is_to(email)

    def person(self) -> User:
        names = ("username", "email")
        return User(**{name: self.cleaned_data.get(name) or "" for name in names})


class NewPasswordForm(_PasswordTwice):
    """Behind the mailed link."""

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person

    def person(self) -> User:
        return self._person


class PasswordChangeForm(NewPasswordForm):
    current = forms.CharField(
        label="今のパスワード",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current"]

    def clean_current(self) -> str:
        return _checked(self._person, self.cleaned_data["current"])


class ForgottenPasswordForm(forms.Form):
    login = forms.CharField(
        label="メールアドレスまたは利用者ID",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )

    def clean_login(self) -> str:
        return half_width(self.cleaned_data["login"]).strip()


def _checked(person: User, password: str) -> str:
    if not person.check_password(password):
        raise ValidationError("今のパスワードが違います。もう一度入力してください。")
    return password


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="新しいメールアドレス",
        help_text="このアドレスに、確認のメールを送ります。",
        widget=WideEmailInput(attrs={"autocomplete": "email"}),
    )
    current = forms.CharField(
        label="今のパスワード",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean_current(self) -> str:
        return _checked(self._person, self.cleaned_data["current"])
