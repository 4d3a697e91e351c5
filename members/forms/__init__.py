"""What people type: log-in, application, invitation, search."""

from members.forms.account import AcceptanceForm, LoginForm
from members.forms.application import ApplicationForm
from members.forms.directory import DirectorySearch

__all__ = ["AcceptanceForm", "ApplicationForm", "DirectorySearch", "LoginForm"]
