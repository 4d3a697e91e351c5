"""二段階認証: who needs it, who has passed it, and where the mailed code goes."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.stages import LoginByCodeStage
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.shortcuts import redirect

from members import audit
from members.access import AnyUser, is_secretariat, manages_people, may_change_staff
from members.mailing import deliver_to_person
from members.models import User
from members.models.account import UserQuerySet
from members.sessions import end_sessions

# What comes before the mailed code.
OWN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
NO_ADDRESS = "確認コードを送る先のメールアドレスがありません。貴団体の管理担当者か事務局に登録を頼んでください。"


def is_required(user: AnyUser) -> bool:
    """For the secretariat; the demonstration's password is public anyway."""
    return not settings.DEMO and is_secretariat(user)


def is_set_up(user: User) -> bool:
    """An authenticator app or a passkey."""
    return Authenticator.objects.filter(user=user, type__in=OWN).exists()


def with_factor(people: UserQuerySet) -> UserQuerySet:
    """Annotates has_factor, for lists: as is_set_up(), in the same query."""
    found = Authenticator.objects.filter(user=OuterRef("pk"), type__in=OWN)
    return people.annotate(has_factor=Exists(found))


def describe(person: Any) -> str:
    """Of a person of with_factor(): what the log-in asks for besides the password."""
    if person.has_factor:
        return "認証アプリ・パスキー"
    return "メールの確認コード" if person.wants_mailed_code or person.is_staff else "なし"


def needs_mailed_code(user: User) -> bool:
    """Required or chosen, and nothing else is set up: nobody needs a telephone to work here."""
    return (is_required(user) or user.wants_mailed_code) and not is_set_up(user)


def has_passed(request: HttpRequest) -> bool:
    """In this session: an app, a passkey or a recovery code, or the password and a mailed code."""
    if not is_required(request.user):
        return True
    methods = {record["method"] for record in get_authentication_records(request, request.user)}
    return "mfa" in methods or {"password", "code"} <= methods


@transaction.atomic
def remove(person: User, *, by: User) -> None:
    """For whoever has lost the telephone, the passkey and the recovery codes. By the secretariat."""
    if not (manages_people(by) and may_change_staff(person, by)):
        raise PermissionDenied
    Authenticator.objects.filter(user=person).delete()
    end_sessions(person)
    audit.record("remove_second_factor", person, by=by)
    deliver_to_person("account_changed", person, what="事務局による二段階認証の登録の取消し")


@transaction.atomic
def choose_mailed_code(person: User, *, wanted: bool) -> None:
    """By the person: a code by mail at every log-in, or no longer."""
    person.wants_mailed_code = wanted
    person.save(update_fields=["wants_mailed_code"])
    audit.record("choose_mailed_code" if wanted else "end_mailed_code", person, by=person)
    what = "ログインの確認コードをメールで受け取る設定"
    deliver_to_person("account_changed", person, what=what if wanted else f"{what}の取消し")


class MailedCodeStage(LoginByCodeStage):
    """allauth's stage, with our address: the person's own or the seat's mailbox."""

    def handle(self) -> Any:
        user = self.login.user
        if not needs_mailed_code(user):
            return None, True
        if not user.mail_address:
            messages.error(self.request, NO_ADDRESS)
            return redirect("account_login"), False
        refused = ratelimit.consume_or_429(
            self.request, action="request_login_code", key=f"user-{user.pk}"
        )
        if refused:
            raise ImmediateHttpResponse(refused)
        self.login.email = user.mail_address
        # As on the page of the code: the adapter names the person in the mail.
        self.request._login_stage = self
        return super().handle()
