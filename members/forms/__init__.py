"""What people type: log-in, application, invitation."""

from members.forms.account import AcceptanceForm, LoginForm
from members.forms.application import ApplicationForm

__all__ = ["AcceptanceForm", "ApplicationForm", "LoginForm"]
