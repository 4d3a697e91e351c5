"""届いた状況: whom a topic reaches, before it is sent, and how far it has come since."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from board.models import Topic
from members.models import Delivery, Organization, Seat, User


@dataclass(frozen=True)
class Reach:
    """Bodies, people who can read it there, and addresses that are mailed."""

    bodies: int
    readers: int
    mailboxes: int
    people: int

    @property
    def addresses(self) -> int:
        return self.mailboxes + self.people


def asked_bodies(topic: Topic, bodies: Any) -> Any:
    """Without the own body and the secretariat."""
    others = bodies.exclude(pk=topic.organization_id)
    return others.exclude(kind=Organization.Kind.SECRETARIAT)


def reach(topic: Topic, bodies: Any) -> Reach:
    """`bodies` are those that it is addressed to; four counts, however many there are."""
    keys = asked_bodies(topic, bodies).order_by().values("pk")
    users = User.objects.filter(is_active=True, seat__organization__in=keys)
    asked = users.exclude(email=None).filter(Q(gets_mail=True) | Q(seat__mailbox=""))
    seats = Seat.objects.filter(organization__in=keys).exclude(mailbox="")
    return Reach(keys.count(), users.count(), seats.count(), asked.count())


@dataclass(frozen=True)
class Line:
    """A body: whether anybody there has opened the topic, and what became of its mails."""

    organization: Organization
    is_read: bool
    mails: dict[str, int]

    @property
    def is_unreached(self) -> bool:
        """Neither read nor mailed."""
        return not self.is_read and Delivery.State.SENT not in self.mails

    @property
    def mail_text(self) -> str:
        """送信済 1、不達 1; empty where no mail was written."""
        return "、".join(
            f"{Delivery.State(state).label} {number}" for state, number in self.mails.items()
        )


@dataclass(frozen=True)
class Table:
    """Every body that the topic is for, in the order of the codes."""

    lines: list[Line]
    mails: dict[str, int]

    @classmethod
    def of(cls, topic: Topic) -> "Table":
        """Three queries, however many bodies there are."""
        bodies = asked_bodies(topic, topic.addressed_organizations())
        found = list(bodies.in_code_order().select_related("local_government"))
        readers = topic.read_marks.order_by().values_list("user__seat__organization", flat=True)
        read = set(readers.distinct())
        mails: dict[int, Counter[str]] = defaultdict(Counter)
        rows = Delivery.objects.filter(notice__topic=topic.pk, notice__kind="topic").order_by()
        for body, state in rows.values_list("seat__organization", "state"):
            mails[body][state] += 1
        lines = [Line(body, body.pk in read, dict(mails[body.pk])) for body in found]
        total = sum((mails[body.pk] for body in found), Counter[str]())
        return cls(lines, {Delivery.State(state).label: n for state, n in total.items()})

    @property
    def read(self) -> list[Line]:
        return [line for line in self.lines if line.is_read]

    @property
    def unread(self) -> list[Line]:
        return [line for line in self.lines if not line.is_read]

    @property
    def unreached(self) -> list[Line]:
        return [line for line in self.lines if line.is_unreached]

    def filtered(self, *, state: str = "", prefecture: str = "") -> list[Line]:
        lines = {"read": self.read, "unread": self.unread, "unreached": self.unreached}.get(
            state, self.lines
        )
        return [line for line in lines if prefecture in ("", line.organization.prefecture)]
