"""What we tell allauth; its hooks are used nowhere else."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by approval and invitation only."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """「ログインしました」 would stand above what the person came for."""
