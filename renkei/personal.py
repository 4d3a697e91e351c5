"""個人情報: who somebody is across all apps, and where the person is written about.

A person is a user, or an address that applied or entered without an account. The mailbox of a section
is the section's, not the person's, unless it is the own address of the only person there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db.models import Q, QuerySet

from members.models import (
    Application,
    AuditEntry,
    CareNote,
    Delivery,
    Invitation,
    Seat,
    User,
)
from news.models import Entry


def any_of(column: str, values: Iterable[str], lookup: str = "iexact") -> Q:
    """Nothing where there are no values."""
    return reduce(or_, (Q(**{f"{column}__{lookup}": value}) for value in values), Q(pk__in=[]))


@dataclass(frozen=True)
class Subject:
    """The person, with every key that leads to something of the person's."""

    user: User | None
    names: frozenset[str]
    addresses: frozenset[str]
    of_sections: frozenset[str]
    telephones: frozenset[str]
    applications: frozenset[int]
    invitations: frozenset[int]
    entries: frozenset[int]

    @classmethod
    def of_user(cls, user: User) -> Self:
        accepted = AuditEntry.objects.filter(act="accept_invitation", actor=user)
        numbers = [int(key) for key in accepted.values_list("target_id", flat=True)]
        own = {user.email} if user.email else set()
        own |= set(_mails_to(user).values_list("address", flat=True))
        invitations = Invitation.objects.filter(
            Q(pk__in=numbers) | any_of("address", own) | Q(seat=user.seat_id, name=user.name)
        )
        applications = Application.objects.filter(
            Q(invitation__in=invitations) | any_of("email", own)
        )
        return cls._of(user, own, invitations, applications, Entry.objects.none())

    @classmethod
    def of_row(cls, row: "Application | Entry | Invitation") -> Self:
        """The user with that address, where there is one."""
        address = row.address if isinstance(row, Invitation) else row.email
        own = {address} - {""}
        user = (
            User.objects.filter(any_of("email", own)).select_related("seat__organization").first()
        )
        if user:
            return cls.of_user(user)
        found: dict[type, Any] = {
            model: model._default_manager.filter(any_of(column, own - _of_sections(own, None)))
            for model, column in ((Invitation, "address"), (Application, "email"), (Entry, "email"))
        }
        found[type(row)] = found[type(row)] | type(row)._default_manager.filter(pk=row.pk)
        return cls._of(None, own, found[Invitation], found[Application], found[Entry])

    @classmethod
    def _of(
        cls,
        user: User | None,
        own: set[str],
        invitations: QuerySet[Invitation],
        applications: QuerySet[Application],
        entries: QuerySet[Entry],
    ) -> Self:
        addresses = {
            *own,
            *invitations.values_list("address", flat=True),
            *applications.values_list("email", flat=True),
        } - {""}
        of_sections = _of_sections(addresses, user)
        addresses -= of_sections
        entries = entries | Entry.objects.filter(any_of("email", addresses))
        telephones = {
            *applications.values_list("telephone", flat=True),
            *entries.values_list("telephone", flat=True),
        }
        kept = _sections_kept(addresses).exclude(telephone="")
        return cls(
            user=user,
            names=frozenset(
                {
                    *([user.name] if user else []),
                    *invitations.values_list("name", flat=True),
                    *applications.values_list("contact_name", flat=True),
                    *entries.values_list("name", flat=True),
                }
                - {""}
            ),
            addresses=frozenset(addresses),
            of_sections=frozenset(of_sections),
            telephones=frozenset(telephones - {""} - set(kept.values_list("telephone", flat=True))),
            applications=frozenset(applications.values_list("pk", flat=True)),
            invitations=frozenset(invitations.values_list("pk", flat=True)),
            entries=frozenset(entries.values_list("pk", flat=True)),
        )

    @property
    def bodies(self) -> set[int]:
        """Where the name of the person is meant when it is written."""
        of_invitations = Invitation.objects.filter(pk__in=self.invitations)
        found = set(of_invitations.values_list("seat__organization", flat=True))
        return found | (_bodies_of(self.user) if self.user else set())

    @property
    def own_mailboxes(self) -> QuerySet[Seat]:
        """Sections whose mailbox is the person's own address, which nobody else uses."""
        return Seat.objects.filter(any_of("mailbox", self.addresses))

    @property
    def mails(self) -> Q:
        """To the person: by address, and about the person's applications and entries."""
        found = any_of("address", self.addresses)
        for kind, keys in (("application", self.applications), ("entry", self.entries)):
            for key in keys:
                found |= Q(key__startswith=f"{kind}-{key}-")
        return found & ~Q(key__endswith="-secretariat")


def _mails_to(user: User) -> QuerySet[Delivery]:
    """By name: also to addresses that the person had before."""
    return Delivery.objects.filter(
        Q(user=user) | Q(key__regex=rf"^[a-z_]+-{user.pk}-[0-9a-f]{{16}}$")
    )


def _bodies_of(user: User) -> set[int]:
    """Today's, those that the person has left for another, and those written for."""
    moves = AuditEntry.objects.filter(act="move", target_type="members.user", target_id=user.pk)
    seats = [entry.detail["before"] for entry in moves]
    found = set(Seat.objects.filter(pk__in=seats).values_list("organization", flat=True))
    for written in (user.topics, user.replies):
        found |= set(written.order_by().values_list("organization", flat=True).distinct())
    return found | {user.seat.organization_id}


def _of_sections(addresses: set[str], user: User | None) -> set[str]:
    """Compared as they are typed; whether the section has colleagues decides about an own one."""
    own = (user.email or "").lower() if user else ""
    active = User.objects.filter(is_active=True)
    colleagues = active.exclude(pk=user.pk) if user else active
    seats = Seat.objects.filter(any_of("mailbox", addresses))
    shared = set(seats.filter(users__in=colleagues).values_list("mailbox", flat=True))
    found = {
        mailbox.lower()
        for mailbox in seats.values_list("mailbox", flat=True)
        if mailbox.lower() != own or mailbox in shared
    }
    return {address for address in addresses if address.lower() in found}


def _sections_kept(addresses: set[str]) -> QuerySet[Seat]:
    """A section's telephone is its own, unless its mailbox is the person's."""
    return Seat.objects.exclude(any_of("mailbox", addresses))


def notes_about(subject: Subject) -> QuerySet[CareNote]:
    written = Q(pk__in=[])
    for column in ("spoken_to", "text", "struck_reason"):
        written |= any_of(column, variants(subject.names), "contains") & Q(
            organization__in=subject.bodies
        )
        written |= any_of(column, subject.addresses | subject.telephones, "icontains")
    return CareNote.objects.filter(written)


def variants(names: Iterable[str]) -> set[str]:
    """見本 花子, 見本　花子 and 見本花子; what is shorter than two letters is no name."""
    found = set()
    for name in names:
        parts = name.split()
        found |= {joint.join(parts) for joint in ("", " ", "　")}
    return {name for name in found if len(name) > 1}


def in_columns(columns: Iterable[str], values: Iterable[str], lookup: str = "contains") -> Q:
    values = set(values)
    return reduce(or_, (any_of(column, values, lookup) for column in columns))
