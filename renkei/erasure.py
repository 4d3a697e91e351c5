"""消去 of a person: what is the person's goes, what is the body's stays without the person.

Addresses and private telephones are taken out of every text column of every table, histories and the
audit trail among them; the name where the records of the person's bodies hold it. Texts that a body has
published keep a name in them: renkei/mentions.py lists these.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import CharField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import IContains
from django.utils import timezone

from board.models import Reply, SearchEntry, Topic
from board.search import index
from lib.text import fold
from members import audit, people
from members.access import HANDLES_PERSONAL_DATA, is_secretariat, may_change_staff
from members.models import (
    Application,
    ApplicationStep,
    AuditEntry,
    Delivery,
    Handover,
    Invitation,
    MailAddress,
    MailSetting,
    User,
)
from members.sessions import end_sessions
from news.models import Entry
from renkei import personal
from renkei.personal import Subject, any_of, variants

DEPARTED = "前任者"
MARK = "（消去しました）"
SKIPPED = "内容を消去しました。"
# Not searched: rows of Django's own, and the index of words, which is written anew from the posts.
NOT_SEARCHED = {
    "admin.LogEntry": "by name and address, in _forget_log",
    "auth.Permission": "names of rights",
    "board.SearchEntry": "written anew in _index",
    "contenttypes.ContentType": "names of models",
    "sessions.Session": "encoded, and deleted with the person's log-ins",
    "usersessions.UserSession": "deleted with the person's log-ins",
}
# Records in which a name is blotted out where they belong to the person's bodies: model, columns, body.
RECORDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("members.ApplicationStep", ("reason",), "application__invitation__seat__organization"),
    ("members.CareNote", ("spoken_to", "text", "struck_reason"), "organization"),
    ("members.Confirmation", ("note",), "organization"),
    ("members.Delivery", ("subject", "body"), "seat__organization"),
    ("members.Draft", ("title", "data"), "seat__organization"),
    ("members.Notice", ("text",), "to__organization"),
    ("board.Report", ("reason", "result_note"), "organization"),
)
# An address may stand in the name of a file, before its ending.
ENDINGS = "(?:pdf|docx|xlsx|pptx|od[tsp]|txt|csv|png|jpe?g|gif|webp)"
SELF = "自分自身の情報は消去できません。ほかの担当者に頼んでください。"
STAFF = "管理画面を使う人です。先に「事務局での役割」を「管理画面を使わない」にしてください。"
OPEN = "決定していない会員登録申請があります。先に承認、不承認などの決定をしてください。"
ERASED = "この方の情報は、すでに消去しています。"
LAST_MANAGER = "この団体の最後の管理担当者です。先に、ほかの利用者を管理担当者にしてください。"


class RefusedError(Exception):
    """The message is for the secretariat."""


@dataclass(frozen=True)
class Blot:
    """Takes values out of texts, as whole addresses and numbers, in any case of letters."""

    pattern: re.Pattern[str]
    folded: re.Pattern[str]
    mark: str = MARK

    @classmethod
    def of(cls, values: Iterable[str], mark: str = MARK, *, whole: bool = True) -> "Blot":
        values = set(values)
        return cls(
            _pattern(values, whole), _pattern({fold(value) for value in values}, whole), mark
        )

    def out_of(self, value: Any, field: models.Field) -> Any:
        """An address column that holds nothing else becomes empty."""
        pattern = self.folded if field.name == "folded" else self.pattern
        if isinstance(field, models.EmailField) and pattern.fullmatch(value):
            return None if field.null else ""
        blotted = self._walk(value, pattern)
        limit = getattr(field, "max_length", None)
        return blotted[:limit] if isinstance(blotted, str) and limit else blotted

    def _walk(self, value: Any, pattern: re.Pattern[str]) -> Any:
        if isinstance(value, str):
            return pattern.sub(self.mark, value)
        if isinstance(value, list):
            return [self._walk(one, pattern) for one in value]
        if isinstance(value, dict):
            return {key: self._walk(one, pattern) for key, one in value.items()}
        return value


def _pattern(values: set[str], whole: bool) -> re.Pattern[str]:
    """The longest first; b@c.jp within ab@c.jp is another address. Of no values nothing is found."""
    if not values:
        return re.compile(r"(?!)")
    found = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
    if whole:
        found = rf"(?<![0-9A-Za-z._%+\-])(?:{found})(?![0-9A-Za-z\-]|\.(?!{ENDINGS}\b)[0-9A-Za-z])"
    return re.compile(found, re.IGNORECASE)


def refusal(subject: Subject, *, by: User) -> str:
    """Why somebody cannot be erased now; empty where it is possible."""
    if subject.user and subject.user.pk == by.pk:
        return SELF
    if subject.user and (subject.user.is_staff or not may_change_staff(subject.user, by)):
        return STAFF
    if subject.user and subject.user.username == _nobody(subject.user):
        return ERASED
    if subject.user and _is_needed(subject.user):
        return LAST_MANAGER
    applications = Application.objects.filter(pk__in=subject.applications)
    return OPEN if applications.open().exists() else ""


@transaction.atomic
def erase(subject: Subject, *, by: User) -> dict[str, int]:
    """Raises RefusedError. Answers how many rows of each kind were emptied, as the trail keeps it."""
    if not (is_secretariat(by) and by.has_perm(HANDLES_PERSONAL_DATA)):
        raise PermissionDenied
    if reason := refusal(subject, by=by):
        raise RefusedError(reason)
    target = _target(subject)
    done = {
        "applications": _empty_applications(subject),
        "invitations": _empty_invitations(subject),
        "entries": _empty_entries(subject),
        "mails": _empty_mails(subject),
        "seats": subject.own_mailboxes.update(mailbox="", telephone="", extension=""),
    }
    done["names"] = _blot_names(subject)
    _forget_log(subject)
    if subject.user:
        _empty_account(subject.user, by=by)
    done["texts"] = _blot_everywhere(subject)
    audit.record("erase_person", target, by=by, **done)
    return done


def _target(subject: Subject) -> models.Model:
    """What the entry of the trail names: the user, or the row that the person left."""
    if subject.user:
        return subject.user
    for model, keys in (
        (Application, subject.applications),
        (Entry, subject.entries),
        (Invitation, subject.invitations),
    ):
        if keys:
            found: models.Model = model._default_manager.get(pk=min(keys))
            return found
    raise RefusedError("この方の情報は、すでにありません。")


def _empty_applications(subject: Subject) -> int:
    """Decided ones: body, states and days stay. Steps keep the portal's own sentences."""
    found = Application.objects.filter(pk__in=subject.applications)
    found.filter(status=Application.Status.UNVERIFIED).delete()
    return found.update(contact_name="", email="", telephone="", extension="", note="")


def _empty_invitations(subject: Subject) -> int:
    found = Invitation.objects.filter(pk__in=subject.invitations)
    Handover.objects.open().filter(invitation__in=found.open()).update(cancelled_at=timezone.now())
    found.open().update(withdrawn_at=timezone.now())
    found.exclude(address="").update(address=_nowhere())
    return found.update(name=MARK)


def _empty_entries(subject: Subject) -> int:
    found = Entry.objects.filter(pk__in=subject.entries)
    return found.update(erased_at=timezone.now(), **dict.fromkeys(Entry.PERSONAL, ""))


def _empty_mails(subject: Subject) -> int:
    """Subject, state and days stay: that something was sent."""
    mails = Delivery.objects.filter(subject.mails)
    waiting = mails.filter(state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.SKIPPED, reason=SKIPPED, leased_until=None)
    MailAddress.objects.filter(any_of("address", subject.addresses)).delete()
    return mails.update(address=_nowhere(), body="")


def _nowhere() -> Concat:
    """An address that leads nowhere, for columns that must hold one; another for each row."""
    return Concat(Value("erased-"), Cast("pk", CharField()), Value("@invalid"))


def _empty_account(user: User, *, by: User) -> None:
    """Authorship, acknowledgements and the trail keep pointing at the row."""
    if user.left_at is None:
        _let_go(user, by=by)
    end_sessions(user)
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    MailSetting.objects.filter(user=user).delete()
    AuditEntry._base_manager.filter(actor=user).update(ip=None)
    user.refresh_from_db()
    user.name, user.email, user.username = DEPARTED, None, _nobody(user)
    user.shows_name = user.gets_mail = user.wants_mailed_code = False
    user.groups.clear()
    user.user_permissions.clear()
    user.set_unusable_password()
    user.save()


def _nobody(user: User) -> str:
    """The 利用者ID of whoever has been erased."""
    return f"erased-{user.pk}"


def _let_go(user: User, *, by: User) -> None:
    """As whoever leaves; the last manager only where no colleague stays behind."""
    try:
        people.let_go(user, by=by)
    except people.LastManagerError as error:
        if _colleagues(user).exists():
            raise RefusedError(LAST_MANAGER) from error
        user.left_at, user.is_active = timezone.now(), False
        user.save(update_fields=["left_at", "is_active"])
        audit.record("remove", user, by=by, seat=user.seat_id)


def _colleagues(user: User) -> QuerySet[User]:
    others = User.objects.filter(seat__organization=user.seat.organization_id, is_active=True)
    return others.exclude(pk=user.pk)


def _is_needed(user: User) -> bool:
    """Colleagues would stay behind without a 管理担当者."""
    is_manager = user.is_active and user.role == User.Role.MANAGER
    colleagues = _colleagues(user)
    managers = colleagues.filter(role=User.Role.MANAGER)
    return is_manager and colleagues.exists() and not managers.exists()


def _blot_names(subject: Subject) -> int:
    """Also the 利用者ID, which stands in mails to the section."""
    names = variants(subject.names)
    user = subject.user
    own_id = {user.username} if user and len(user.username) > 3 else set()
    bodies, blotted = subject.bodies, 0
    for label, columns, body in RECORDS:
        rows = apps.get_model(label)._base_manager.filter(**{f"{body}__in": bodies})
        values = names | own_id if label == "members.Delivery" else names
        blotted += _blot(rows, columns, Blot.of(values, DEPARTED, whole=False), values)
    named = Blot.of(names, DEPARTED, whole=False)
    applications = Application.objects.filter(pk__in=subject.applications)
    steps = ApplicationStep.objects.filter(application__in=applications)
    blotted += _blot(applications, ("purpose",), named, names)
    blotted += _blot(steps, ("reason",), named, names)
    about = personal.in_columns(("body",), subject.addresses | subject.telephones, "icontains")
    mails = Delivery._base_manager.filter(about)
    return blotted + _blot(mails, ("subject", "body"), named, names)


def _forget_log(subject: Subject) -> None:
    """Django's own log of the admin: what it calls a row, and what was changed in it."""
    own = {
        User: {subject.user.pk} if subject.user else set(),
        Application: subject.applications,
        Invitation: subject.invitations,
        Entry: subject.entries,
    }
    for model, keys in own.items():
        kind = ContentType.objects.get_for_model(model)
        rows = LogEntry.objects.filter(content_type=kind, object_id__in=[str(key) for key in keys])
        rows.update(object_repr=MARK)
    names = variants(subject.names)
    # What was changed is JSON in a text column, with Japanese letters as \\u….
    names |= {json.dumps(name)[1:-1] for name in names}
    columns = ("object_repr", "change_message")
    _blot(LogEntry.objects.all(), columns, Blot.of(names, DEPARTED, whole=False), names)
    strong = subject.addresses | subject.telephones
    _blot(LogEntry.objects.all(), columns, Blot.of(strong), strong)


def _blot_everywhere(subject: Subject) -> int:
    """Addresses and telephones, in every table."""
    values = subject.addresses | subject.telephones
    if not values:
        return 0
    blot, blotted = Blot.of(values), 0
    for model in apps.get_models(include_auto_created=True):
        columns = [field.name for field in text_columns(model)]
        if columns and model._meta.label not in NOT_SEARCHED and not model._meta.proxy:
            blotted += _blot(model._base_manager.all(), columns, blot, values)
    _index(values)
    return blotted


def text_columns(model: type[models.Model]) -> list[models.Field]:
    """Where people may have written something."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    return [
        field
        for field in model._meta.local_concrete_fields
        if isinstance(field, kinds) and not field.choices and not field.primary_key
    ]


def _blot(rows: Any, columns: Iterable[str], blot: Blot, values: set[str] | frozenset[str]) -> int:
    """Rows are found by the database and rewritten one by one: of one person there are few."""
    blotted = 0
    columns = list(columns)
    for row in rows.filter(_containing(rows.model, columns, values)).iterator():
        changed = {}
        for name in columns:
            before = getattr(row, name)
            after = blot.out_of(before, row._meta.get_field(name)) if before else before
            if after != before:
                changed[name] = after
        if changed:
            blotted += rows.model._base_manager.filter(pk=row.pk).update(**changed)
    return blotted


def _containing(model: type[models.Model], columns: Iterable[str], values: Iterable[str]) -> Q:
    """JSON may be stored with Japanese letters as \\u…: then all its rows are looked through."""
    found = Q(pk__in=[])
    for name in columns:
        if isinstance(model._meta.get_field(name), models.JSONField):
            found |= _in_json(name, values)
            continue
        wanted = {fold(value) for value in values} if name == "folded" else set(values)
        found |= any_of(name, wanted, "icontains")
    return found


def _in_json(name: str, values: Iterable[str]) -> Q:
    if all(value.isascii() for value in values):
        text = Cast(name, TextField())
        return reduce(or_, (Q(IContains(text, value)) for value in values), Q(pk__in=[]))
    return ~Q(**{name: {}}) & ~Q(**{name: []})


def _index(values: frozenset[str]) -> None:
    """Posts whose words have changed are found by their new words."""
    folded = {fold(value) for value in values}
    entries = list(SearchEntry.objects.filter(personal.in_columns(("title", "folded"), folded)))
    index.hold({entry.topic_id for entry in entries})
    for entry in entries:
        if entry.seq == 0:
            index.write(Topic.objects.get(pk=entry.topic_id))
        else:
            index.write_reply(
                Reply.objects.select_related("topic").get(topic=entry.topic_id, seq=entry.seq)
            )
