"""会員登録 over time: which bodies were members on a day, read from joined_on and their history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Self

from django.db.models import Min
from django.utils import timezone

from members.models import Organization
from renkei.figures.period import Period

ACTIVE = Organization.Status.ACTIVE


@dataclass(frozen=True)
class Body:
    """`steps`: what its status became on which day; empty for one that was always a member."""

    pk: int
    prefecture: str
    kind: str
    status: str
    joined_on: date
    steps: tuple[tuple[date, str], ...] = ()

    def is_member_on(self, day: date) -> bool:
        """At the end of that day. Of days to come: as it is now."""
        if day >= timezone.localdate():
            return self.status == ACTIVE
        before = [status for since, status in self.steps if since <= day]
        return self.joined_on <= day and (not before or before[-1] == ACTIVE)


@dataclass(frozen=True)
class Change:
    """before + joined + returned - left = after."""

    before: frozenset[Body]
    joined: frozenset[Body]
    after: frozenset[Body]

    @cached_property
    def returned(self) -> frozenset[Body]:
        return self.after - self.before - self.joined

    @cached_property
    def left(self) -> frozenset[Body]:
        """退会 or 利用停止, merged ones included."""
        return (self.before | self.joined) - self.after


@dataclass(frozen=True)
class Membership:
    bodies: tuple[Body, ...]

    @classmethod
    def load(cls, *, with_demo: bool) -> Self:
        """Three queries, whatever their number."""
        found = counted(with_demo=with_demo)
        first_seen, steps = _first_seen(), _steps()
        rows = found.order_by().values_list("pk", "prefecture", "kind", "status", "joined_on")
        return cls(
            tuple(
                Body(
                    *(pk, prefecture, kind, status),
                    joined_on=joined_on or first_seen.get(pk, date.min),
                    steps=tuple(steps.get(pk, ())),
                )
                for pk, prefecture, kind, status, joined_on in rows
            )
        )

    def on(self, day: date) -> frozenset[Body]:
        return frozenset(body for body in self.bodies if body.is_member_on(day))

    def joined_in(self, period: Period) -> frozenset[Body]:
        last = min(period.last, timezone.localdate())
        return frozenset(body for body in self.bodies if period.first <= body.joined_on <= last)

    def change(self, period: Period) -> Change:
        return Change(
            before=self.on(period.first - timedelta(days=1)),
            joined=self.joined_in(period),
            after=self.on(period.last),
        )


def counted(*, with_demo: bool) -> Any:
    """Bodies of the kinds that register, in any state: neither the wards nor the secretariat."""
    found = Organization.objects.filter(kind__in=Organization.REGISTERING_KINDS)
    return found if with_demo else found.filter(is_demo=False)


def _first_seen() -> dict[int, date]:
    """Of bodies without 会員登録日: the day of their first version."""
    dateless = Organization.objects.filter(joined_on=None).order_by().values("pk")
    rows = Organization.history.filter(id__in=dateless).order_by().values_list("id")
    return {pk: _day(moment) for pk, moment in rows.annotate(Min("history_date"))}


def _steps() -> dict[int, list[tuple[date, str]]]:
    """Versions of bodies that were not always 利用中, in their order."""
    changed = Organization.history.exclude(status=ACTIVE).order_by().values("id")
    rows: Iterable[tuple[int, datetime, str]] = (
        Organization.history.filter(id__in=changed)
        .order_by("history_date", "history_id")
        .values_list("id", "history_date", "status")
    )
    found: dict[int, list[tuple[date, str]]] = {}
    for pk, moment, status in rows:
        found.setdefault(pk, []).append((_day(moment), status))
    return found


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)
