"""What people type: log-in, passwords, application, invitation."""

from members.forms.account import (
    AcceptanceForm,
    AddressForm,
    ForgottenPasswordForm,
    LoginForm,
    NewPasswordForm,
    PasswordChangeForm,
)
from members.forms.application import ApplicationForm

__all__ = [
    "AcceptanceForm",
    "AddressForm",
    "ApplicationForm",
    "ForgottenPasswordForm",
    "LoginForm",
    "NewPasswordForm",
    "PasswordChangeForm",
]
