"""What we tell allauth; its hooks are used nowhere else."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest

from members import audit, second_factor
from members.mailing import deliver_to_person

_PORTAL = "特別区全国連携プロジェクト"
_ACTS = {
    "totp_activated": "認証アプリの登録",
    "totp_deactivated": "認証アプリの登録の取消し",
    "webauthn_added": "パスキーの追加",
    "webauthn_removed": "パスキーの削除",
    "recovery_codes_generated": "予備コードの再発行",
}


_MISMATCH = (
    "メールアドレス（または利用者ID）か、パスワードが違います。"
    "大文字と小文字、全角と半角も確かめてください。"
)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _MISMATCH,
        "username_password_mismatch": _MISMATCH,
        "incorrect_code": "コードが違います。",
        "incorrect_password": "パスワードが違います。",
        "too_many_login_attempts": "間違いが続きました。5分ほど待って、もう一度お試しください。",
        "rate_limited": "操作が続いています。少し待って、もう一度お試しください。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by approval and invitation only."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """`next` begins at the root; any other word Django would take for the name of a page."""
        return bool(url and url.startswith("/") and super().is_safe_url(url))

    def add_message(
        self, request: HttpRequest, level: int, *args: Any, message: str = "", **kwargs: Any
    ) -> None:
        """Only what failed: 「ログインしました」 would stand above what the person came for."""
        if level == messages.ERROR and message:
            messages.error(request, message)

    def get_login_stages(self) -> list[str]:
        """The mailed code, or the authenticator app or passkey of whoever has one."""
        return ["members.second_factor.MailedCodeStage", "allauth.mfa.stages.AuthenticateStage"]

    def is_login_by_code_required(self, login: Any) -> bool:
        return second_factor.needs_mailed_code(login.user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The code of the second step, into the outbox like every mail of the portal."""
        person = context["request"]._login_stage.login.user
        deliver_to_person("login_code", person, address=email, code=context["code"])

    def send_notification_mail(
        self, template_prefix: str, user: Any, *args: Any, **kwargs: Any
    ) -> None:
        act = template_prefix.rpartition("/")[2]
        audit.record(act, user, by=user)
        deliver_to_person("account_changed", user, what=_ACTS[act])


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "コードが違います。",
    }

    def get_totp_issuer(self) -> str:
        return _PORTAL

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """allauth's, with the name that the browser shows."""
        return {**super().get_public_key_credential_rp_entity(), "name": _PORTAL}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return f"パスキー{number}"
