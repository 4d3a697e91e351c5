"""事務局の中の役割: who at the secretariat may do what in the admin, in words.

What each role may do stands in renkei/groups.py, which knows every model.
"""

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import models, transaction

from members import audit
from members.models import Organization, User
from members.sessions import end_sessions


class Desk(models.TextChoices):
    """The value is the name of the group."""

    ALL = "事務局（管理）", "事務局（管理）"
    EDITOR = "事務局（編集）", "事務局（編集）"
    VIEWER = "事務局（閲覧）", "事務局（閲覧）"


WORDS = {
    Desk.ALL: "すべての操作。会員団体、利用者、事務局の役割、個人情報、文章を含みます。",
    Desk.EDITOR: "お知らせ、刊行物、イベント、公式Xでの紹介、協定、申請、通報、掲示板の管理。"
    "利用者、文章、招待は見るだけです。",
    Desk.VIEWER: "すべて見るだけです。何も変えられず、個人情報を書き出せません。",
}
# On the board, as at every body: whoever only looks writes nothing there, either.
ROLES = {
    Desk.ALL: User.Role.MANAGER,
    Desk.EDITOR: User.Role.CONTRIBUTOR,
    Desk.VIEWER: User.Role.VIEWER,
}


class NotAtSecretariatError(Exception):
    """Only people of a section of the secretariat work in the admin."""


def desk_of(person: User) -> str:
    """The name of the group; empty for whoever does not use the admin, or by single rights."""
    names = set(person.groups.values_list("name", flat=True)) if person.pk else set()
    return next((desk.value for desk in Desk if desk.value in names), "")


@transaction.atomic
def assign(person: User, desk: str, *, by: User) -> None:
    """Puts somebody into one group, or out of the admin (empty); open sessions end.

    Nobody changes the own role, and nobody but a superuser that of a superuser.
    """
    if not may_assign(person, by=by):
        raise PermissionDenied
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if desk and person.seat.organization.kind != Organization.Kind.SECRETARIAT:
        raise NotAtSecretariatError
    before = desk_of(person)
    person.groups.remove(*Group.objects.filter(name__in=Desk.values))
    person.is_staff = bool(desk) or person.is_superuser
    if desk:
        person.groups.add(Group.objects.get_or_create(name=desk)[0])
        person.role = ROLES[Desk(desk)]
    person.save(update_fields=["is_staff", "role"])
    end_sessions(person)
    audit.record("assign_desk", person, by=by, before=before, after=desk)


def may_assign(person: User, *, by: User) -> bool:
    if by.is_superuser:
        return True
    return by.has_perm("members.assign_desk") and by.pk != person.pk and not person.is_superuser
