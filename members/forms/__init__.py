"""What people type: log-in, passwords, second factor, application, invitation."""

from members.forms.account import (
    AcceptanceForm,
    AddressForm,
    ForgottenPasswordForm,
    LoginForm,
    NewPasswordForm,
    PasswordChangeForm,
    ReauthenticateForm,
)
from members.forms.application import ApplicationForm
from members.forms.second_factor import (
    ActivateAppForm,
    LoginCodeForm,
    SecondFactorAgainForm,
    SecondFactorForm,
)

__all__ = [
    "AcceptanceForm",
    "ActivateAppForm",
    "AddressForm",
    "ApplicationForm",
    "ForgottenPasswordForm",
    "LoginCodeForm",
    "LoginForm",
    "NewPasswordForm",
    "PasswordChangeForm",
    "ReauthenticateForm",
    "SecondFactorAgainForm",
    "SecondFactorForm",
]
