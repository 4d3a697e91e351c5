"""What people type: log-in, application, invitation, search, the own body."""

from members.forms.account import AcceptanceForm, LoginForm
from members.forms.application import ApplicationForm
from members.forms.directory import DirectorySearch
from members.forms.organization import HandoverForm, InviteForm, ProfileForm, RoleForm, SeatForm

__all__ = [
    "AcceptanceForm",
    "ApplicationForm",
    "DirectorySearch",
    "HandoverForm",
    "InviteForm",
    "LoginForm",
    "ProfileForm",
    "RoleForm",
    "SeatForm",
]
