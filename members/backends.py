"""Authentication: one query for a person with seat and body, and none for the suspended."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from members.models import User


class MemberBackend(AuthenticationBackend):
    """allauth's log-in by e-mail or username, closed to suspended people and bodies."""

    def get_user(self, user_id: Any) -> User | None:
        """Asked on every request: whoever is suspended is out on the next one."""
        # Without order_by() the default order joins the table of local governments to find one row.
        found = User.objects.select_related("seat__organization").filter(pk=user_id)
        user = found.order_by("pk").first()
        return user if user and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        return user.is_admitted
