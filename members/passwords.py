"""Forgotten and changed passwords: a mailed link that works once, and the end of open sessions."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from lib.text import half_width
from members import audit
from members.mailing import deliver_to_person
from members.models import User
from members.sessions import end_sessions


class LinkOverError(Exception):
    """The link was used, is too old, or never was."""


def mail_link(login: str) -> None:
    """Mail a link to whoever logs in so; nobody is told whether there is such a person."""
    person = _find(half_width(login).strip())
    known = person is not None and person.is_admitted
    # For nobody the same work is done with whoever, and undone: the time of the answer tells nothing.
    someone = person or User.objects.select_related("seat__organization").first()
    if someone is None:
        return
    path = reverse("account_reset_password_link", args=[_key_of(someone)])
    with transaction.atomic():
        deliver_to_person("password_reset", someone, link=settings.SITE_URL + path)
        transaction.set_rollback(not known)


def holder(key: str) -> User:
    """Whose link it is. Raises LinkOverError."""
    number, _, token = key.partition("-")
    try:
        person = User.objects.select_related("seat__organization").get(pk=base36_to_int(number))
    except (ValueError, OverflowError, User.DoesNotExist) as error:
        raise LinkOverError from error
    if not person.is_admitted or not default_token_generator.check_token(person, token):
        raise LinkOverError
    return person


@transaction.atomic
def reset(key: str, *, password: str) -> None:
    """A new password behind a mailed link; logs nobody in. Raises LinkOverError."""
    # The lock makes the second of two simultaneous uses see a token that is over.
    User.objects.select_for_update().order_by().get(pk=holder(key).pk)
    person = holder(key)
    _set(person, password)
    end_sessions(person)
    audit.record("reset_password", person, by=person)


@transaction.atomic
def change(user: User, *, password: str) -> None:
    """By the person, who knew the old one. The caller keeps the own session alive."""
    _set(user, password)
    audit.record("change_password", user, by=user)


@transaction.atomic
def give(person: User, *, password: str, by: User | None) -> None:
    """By the secretariat, to somebody whom no link reaches. Open sessions end."""
    _set(person, password)
    end_sessions(person)
    audit.record("change_password", person, by=by)


def _set(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    deliver_to_person("account_changed", user, what="パスワードの変更")


def _find(login: str) -> User | None:
    field = "email__iexact" if "@" in login else "username__iexact"
    return User.objects.select_related("seat__organization").filter(**{field: login}).first()


def _key_of(person: User) -> str:
    return f"{int_to_base36(person.pk)}-{default_token_generator.make_token(person)}"
