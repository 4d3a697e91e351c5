"""Passkeys: allauth's forms in our words. What a browser sends is read as text, and not trusted."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as allauth_forms
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError

from lib.forms import LineField

_MAX_CREDENTIAL = 20_000
_NAME_LENGTH = 50
_NOT_ADDED = "パスキーを追加できませんでした。もう一度お試しください。"
_NOT_RECOGNISED = "パスキーを確かめられませんでした。もう一度試すか、ほかの方法で進んでください。"
_NEEDS_SCRIPT = "パスキーを使うには、ブラウザーのJavaScriptが必要です。ほかの方法で進んでください。"


def _refuse_number(text: str) -> NoReturn:
    raise json.JSONDecodeError("number", text, 0)


class _TextDecoder(json.JSONDecoder):
    """fido2 takes a number for a length and sets so many bytes aside."""

    def __init__(self, **options: Any) -> None:
        numbers = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), _refuse_number)
        super().__init__(**{**options, **numbers})


class CredentialField(forms.JSONField):
    """What the browser's passkey answered, filled in by allauth's script."""

    def __init__(self) -> None:
        super().__init__(
            label="パスキー",
            decoder=_TextDecoder,
            widget=forms.HiddenInput,
            error_messages={"required": _NEEDS_SCRIPT, "invalid": _NOT_RECOGNISED},
        )

    def bound_data(self, data: Any, initial: Any) -> Any:
        """An answer is good for one challenge: the form that is shown again begins without it."""
        return initial

    def to_python(self, value: Any) -> Any:
        if len(value or "") > _MAX_CREDENTIAL or "\\u0000" in (value or ""):
            raise ValidationError(_NOT_RECOGNISED)
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise ValidationError(_NOT_RECOGNISED) from error


@contextmanager
def _refusing(message: str) -> Iterator[None]:
    """allauth and fido2 fail in many ways on an answer that is not one."""
    try:
        yield
    except (
        ValidationError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise ValidationError(message) from error


class AddPasskeyForm(allauth_forms.AddWebAuthnForm):
    name = LineField(
        label="パスキーの名前",
        required=False,
        max_length=_NAME_LENGTH,
        help_text="どの端末のものか、分かるように。例：企画課のパソコン",
    )
    credential = CredentialField()
    passwordless = forms.BooleanField(
        label="パスワードを使わず、このパスキーだけでログインできるようにする",
        required=False,
        initial=True,
        help_text="外すと、パスワードの後の確認だけに使います。",
    )

    def clean(self) -> dict[str, Any]:
        with _refusing(_NOT_ADDED):
            return super().clean()


class RenamePasskeyForm(allauth_forms.EditWebAuthnForm):
    name = LineField(label="パスキーの名前", max_length=_NAME_LENGTH)


class PasskeyStepForm(allauth_forms.AuthenticateWebAuthnForm):
    """After the password."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        """allauth's own counts failures as tries of the authenticator app; a signature is not guessed."""
        answer = self.cleaned_data["credential"]
        with _refusing(_NOT_RECOGNISED):
            auth.parse_authentication_response(answer)
            return auth.complete_authentication(self.user, answer)


class PasskeyAgainForm(PasskeyStepForm):
    """Before a change of the account."""

    reauthenticated = True


class PasskeyLoginForm(allauth_forms.LoginWebAuthnForm):
    """Instead of the password."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        with _refusing(_NOT_RECOGNISED):
            authenticator = super().clean_credential()
        # As for an unknown passkey; and nothing of this person stays in the session.
        if not authenticator.user.is_admitted:
            raise ValidationError(_NOT_RECOGNISED)
        return authenticator
