"""What people type: log-in, passwords, second factor, applications, search, the own body."""

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
from members.forms.directory import ContactSearch, DirectorySearch, NameChoiceForm
from members.forms.enquiry import AskManagersForm
from members.forms.organization import (
    ConfirmationForm,
    HandoverForm,
    InviteForm,
    ProfileForm,
    RemovalForm,
    RoleForm,
    SeatForm,
)
from members.forms.passkeys import (
    AddPasskeyForm,
    PasskeyAgainForm,
    PasskeyLoginForm,
    PasskeyStepForm,
    RenamePasskeyForm,
)
from members.forms.queue import DecisionForm, EnteredApplicationForm
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
    "ContactSearch",
    "ConfirmationForm",
    "AskManagersForm",
    "DecisionForm",
    "DirectorySearch",
    "EnteredApplicationForm",
    "ForgottenPasswordForm",
    "HandoverForm",
    "InviteForm",
    "LoginCodeForm",
    "LoginForm",
    "NameChoiceForm",
    "NewPasswordForm",
    "PasskeyAgainForm",
    "PasskeyLoginForm",
    "PasskeyStepForm",
    "PasswordChangeForm",
    "ProfileForm",
    "ReauthenticateForm",
    "RemovalForm",
    "RenamePasskeyForm",
    "RoleForm",
    "SeatForm",
    "SecondFactorAgainForm",
    "SecondFactorForm",
]
