"""合併 of member bodies, after mergers of local governments or by the secretariat's choice.

The seats of the old body move to the other one with all that hangs on them; the old body stays, as
退会, and its page leads on. Where nobody takes part for the new local government yet, the old body
takes that place itself: the same row under another name.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from board.search import index
from lib.conflicts import StaleError
from members import audit, reorganization
from members.access import is_secretariat
from members.models import (
    FormerName,
    Handover,
    Invitation,
    LocalGovernment,
    Organization,
    Seat,
    User,
)
from members.models.organization import SECTION_LENGTH

Kind, Status = Organization.Kind, Organization.Status

# What hangs on a body directly and moves with it: model and field. People, invitations, hand-overs and
# mails hang on seats. Every other relation to a body stands in STAYING, with the reason.
MOVED = (
    ("members.Seat", "organization"),
    ("members.Introduction", "organization"),
    ("members.CareNote", "organization"),
    ("board.Reply", "organization"),
    ("board.Attachment", "organization"),
)
# Moves but where the other body has its own row for the same thing, named by the last column.
MOVED_WHERE_FREE = (
    ("board.Topic", "organization", "source"),
    ("board.Answer", "organization", "topic"),
    ("board.Acknowledgement", "organization", "topic"),
    ("board.TopicAudience", "organization", "topic"),
)
STAYING = {
    "members.Organization.merged_into": "the way that bodies went which merged into the old one",
    "members.Organization_themes.organization": "the profile of the old body is history",
    "members.FormerName.organization": "copied, so that both bodies tell their own history",
    "board.SearchEntry.organization": "follows the posts, by board.search.index",
    "board.Report.organization": "who told the secretariat then",
    "board.Match.organization": "who wrote it down then; the other body has agreed with that one",
    "board.ApprovalRule.organization": "it was set for the old body; the secretariat decides anew",
    "members.Confirmation.organization": "what the old body confirmed; the other one is asked itself",
    "members.HistoricalOrganization.merged_into": "history",
    "members.HistoricalOrganization_themes.organization": "history",
}


class RefusedError(Exception):
    """The bodies cannot be merged; the message is for the secretariat."""


@dataclass(frozen=True)
class Plan:
    """What would happen, for the page that asks for confirmation."""

    old: Organization
    into: Organization
    sections: list[tuple[Seat, str]]
    people: list[User]
    invitations: int
    handovers: int
    refusal: str

    @classmethod
    def of(cls, old: Organization, into: Organization) -> "Plan":
        seats = Seat.objects.filter(organization=old)
        people = User.objects.filter(seat__organization=old, is_active=True)
        return cls(
            old,
            into,
            sections=_new_sections(old, into),
            people=list(people.select_related("seat")),
            invitations=Invitation.objects.open().filter(seat__in=seats).count(),
            handovers=Handover.objects.open().of_body(old.pk).count(),
            refusal=refusal(old, into),
        )

    @property
    def managers(self) -> int:
        return sum(person.role == User.Role.MANAGER for person in self.people)

    @property
    def leaves_wards(self) -> bool:
        return leaves_wards(self.old, self.into)


def refusal(old: Organization, into: Organization) -> str:
    """Why two bodies cannot be merged; empty when they can."""
    if old.pk == into.pk:
        return "同じ会員団体です。別の会員団体を選んでください。"
    if Kind.SECRETARIAT in (old.kind, into.kind):
        return "事務局は合併できません。"
    if old.merged_into_id == into.pk:
        return f"{old}は、すでに{into}に合併しています。"
    if (old.status, into.status) != (Status.ACTIVE, Status.ACTIVE):
        return "合併できるのは、どちらも利用中の会員団体だけです。"
    if old.is_demo != into.is_demo:
        return "見本の団体と実在の団体は合併できません。"
    return ""


def leaves_wards(old: Organization, into: Organization) -> bool:
    """A ward in another kind of body: to be confirmed apart."""
    return old.kind == Kind.WARD and into.kind != Kind.WARD


@transaction.atomic
def merge(
    old: Organization, into: Organization, *, by: User, leaves_wards_confirmed: bool = False
) -> None:
    """Raises RefusedError, StaleError when somebody else was quicker.

    Roles stay, so that the 管理担当者 of both manage the one body. A ring cannot come about: what has
    merged is 退会 for good, and nothing merges into such a body.
    """
    if not is_secretariat(by):
        raise PermissionDenied
    if reason := refusal(old, into):
        raise RefusedError(reason)
    if leaves_wards(old, into) and not leaves_wards_confirmed:
        raise RefusedError("特別区を特別区でない団体に合併するときは、確認の印を付けてください。")
    old, into = _locked(old, into)
    seats = _move(old, into)
    day = _day_of_merger(old)
    _hand_down_names(old, into, until=day - timedelta(days=1))
    old.status, old.merged_into, old.merged_on = Status.WITHDRAWN, into, day
    old.save(update_fields=["status", "merged_into", "merged_on"])
    into.refold()
    audit.record("merge", old, by=by, into=into.pk, seats=seats)


@transaction.atomic
def succeed(old: Organization, *, by: User) -> None:
    """The body goes on for the local government that its own one was merged into.

    Raises RefusedError where another body takes part for that one already, StaleError when somebody
    else was quicker, ValidationError where another body bears the name.
    """
    if not is_secretariat(by):
        raise PermissionDenied
    now = _with_local_government(old)
    successor = current_successor(now)
    if successor is None or now.status != Status.ACTIVE:
        raise StaleError
    # Of two bodies that become the same one, the second waits here and then sees the first.
    LocalGovernment.objects.select_for_update().order_by().get(pk=successor.pk)
    if Organization.objects.filter(local_government=successor).exists():
        raise StaleError
    before, day = now.local_government_id, _day_of_merger(now)
    now.local_government, now.prefecture = successor, successor.prefecture
    now.save(update_fields=["local_government", "prefecture"])
    reorganization.rename(now, successor.own_name, successor.kana, by=by, from_date=day)
    audit.record("succeed", now, by=by, before=before, after=successor.pk)


def current_successor(organization: Organization) -> LocalGovernment | None:
    """What the body's abolished local government is today, after one merger or several."""
    body = organization.local_government
    seen = set()
    while body and body.is_abolished and body.pk not in seen:
        seen.add(body.pk)
        body = body.successor
    return body if seen and body and not body.is_abolished else None


def _locked(old: Organization, into: Organization) -> tuple[Organization, Organization]:
    """Both as of now, locked in the order of their numbers until the end of the transaction."""
    rows = Organization.objects.select_for_update().order_by("pk")
    now = {row.pk: row for row in rows.filter(pk__in=[old.pk, into.pk])}
    if refusal(now[old.pk], now[into.pk]):
        raise StaleError
    return now[old.pk], now[into.pk]


def _with_local_government(organization: Organization) -> Organization:
    rows = Organization.objects.select_for_update(of=("self",)).order_by()
    return rows.select_related("local_government__successor").get(pk=organization.pk)


def _move(old: Organization, into: Organization) -> list[int]:
    """The keys of the seats that moved."""
    seats = []
    for seat, section in _new_sections(old, into):
        seats.append(seat.pk)
        if seat.section != section:
            seat.section = section
            seat.save(update_fields=["section"])
    for model, field in MOVED:
        apps.get_model(model).objects.filter(**{field: old}).update(**{field: into})
    for model, field, thing in MOVED_WHERE_FREE:
        rows = apps.get_model(model)._default_manager
        there = rows.filter(**{field: into}).exclude(**{thing: None}).values(thing)
        rows.filter(**{field: old}).exclude(**{f"{thing}__in": there}).update(**{field: into})
    index.hand_over(old, into)
    return seats


def _new_sections(old: Organization, into: Organization) -> list[tuple[Seat, str]]:
    """Each seat with the section that it will bear: 旧甲町 企画課, where the other has a 企画課, too."""
    taken = set(Seat.objects.filter(organization=into).values_list("section", flat=True))
    seats = list(Seat.objects.filter(organization=old).order_by("id"))
    own = {seat.section for seat in seats}
    sections = []
    for seat in seats:
        section, number = seat.section, 1
        while section in taken or (section != seat.section and section in own):
            mark = f"（{number}）" if number > 1 else ""
            section = f"旧{old.name} {seat.section}"[: SECTION_LENGTH - len(mark)] + mark
            number += 1
        taken.add(section)
        sections.append((seat, section))
    return sections


def _hand_down_names(old: Organization, into: Organization, *, until: date) -> None:
    """The other body is found under every name that the old one had."""
    merged = FormerName.Reason.MERGED
    for former in old.former_names.all():
        reorganization.keep_name(into, former.name, former.kana, until=former.until, reason=merged)
    reorganization.keep_name(into, old.full_name, old.kana, until=until, reason=merged)


def _day_of_merger(organization: Organization) -> date:
    """That of the local governments; today, where only the bodies merge."""
    body = organization.local_government
    if body and body.is_abolished and body.abolished_on:
        return body.abolished_on
    return timezone.localdate()
