"""What people type: log-in, passwords, second factor, application, search, the own body."""

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
from members.forms.directory import DirectorySearch
from members.forms.organization import HandoverForm, InviteForm, ProfileForm, RoleForm, SeatForm
from members.forms.passkeys import (
    AddPasskeyForm,
    PasskeyAgainForm,
    PasskeyLoginForm,
    PasskeyStepForm,
    RenamePasskeyForm,
)
from members.forms.second_factor import (
    ActivateAppForm,
    LoginCodeForm,
    SecondFactorAgainForm,
    SecondFactorForm,
)

__all__ = [
    "AcceptanceForm",
    "ActivateAppForm",
    "AddPasskeyForm",
    "AddressForm",
    "ApplicationForm",
    "DirectorySearch",
    "ForgottenPasswordForm",
    "HandoverForm",
    "InviteForm",
    "LoginCodeForm",
    "LoginForm",
    "NewPasswordForm",
    "PasskeyAgainForm",
    "PasskeyLoginForm",
    "PasskeyStepForm",
    "PasswordChangeForm",
    "ProfileForm",
    "ReauthenticateForm",
    "RenamePasskeyForm",
    "RoleForm",
    "SeatForm",
    "SecondFactorAgainForm",
    "SecondFactorForm",
]
