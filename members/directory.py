"""The public directory: who is a member, where, and every body that a visitor may look for."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Self
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from lib import prefectures
from lib.prefectures import PREFECTURES, Prefecture
from members.models import LocalGovernment, Organization, Standing

Body = LocalGovernment | Organization


def prefecture_url(prefecture: Prefecture) -> str:
    """All bodies of a prefecture, members or not."""
    query = urlencode({"prefecture": prefecture.code})
    return f"{reverse('members:member_list')}?{query}#results"


def search(query: str, prefecture: str) -> list[Body]:
    """Members or not: bodies with a code in its order, then those without.

    A merged body is still found while it is registered: it stands in the list of members, too. Members
    are found by their former names as well.
    """
    existing = LocalGovernment.objects.existing(timezone.localdate())
    listed = Organization.objects.listed()
    shown = existing | LocalGovernment.objects.filter(organization__in=listed)
    found = shown.search(query) | shown.filter(organization__in=listed.search(query))
    with_code = found.select_related("organization")
    without_code = Organization.objects.without_code().in_code_order().search(query)
    if prefecture:
        with_code = with_code.filter(prefecture=prefecture)
        without_code = without_code.filter(prefecture=prefecture)
    return [*with_code, *without_code]


@dataclass(frozen=True)
class Cell:
    """A tile of the map."""

    prefecture: Prefecture
    members: int
    is_current: bool

    @property
    def url(self) -> str:
        return prefecture_url(self.prefecture)

    @property
    def label(self) -> str:
        return f"{self.prefecture.name} 会員{self.members}"


def cells(*, current: str = "") -> list[Cell]:
    """47 in the order of the codes; one query."""
    counts = Organization.objects.registered().count_by_prefecture()
    return [
        Cell(
            prefecture,
            members=counts.get(prefecture.code, 0),
            is_current=prefecture.code == current,
        )
        for prefecture in PREFECTURES
    ]


@dataclass(frozen=True)
class PrefectureGroup:
    prefecture: Prefecture
    members: list[Organization]

    @property
    def url(self) -> str:
        return prefecture_url(self.prefecture)


@dataclass(frozen=True)
class Region:
    name: str
    prefectures: list[PrefectureGroup]

    @property
    def count(self) -> int:
        return sum(len(group.members) for group in self.prefectures)


@dataclass(frozen=True)
class Directory:
    """Registered bodies and the 23 wards, in the order of the codes."""

    organizations: list[Organization]

    @classmethod
    def current(cls) -> Self:
        """One query."""
        listed = Organization.objects.listed().in_code_order()
        return cls(list(listed.select_related("local_government")))

    @cached_property
    def members(self) -> list[Organization]:
        """Counted as 会員登録; the wards are not."""
        return [body for body in self.organizations if body.standing == Standing.MEMBER]

    @property
    def wards(self) -> list[Organization]:
        return [body for body in self.organizations if body.standing == Standing.WARD]

    def by_region(self) -> list[Region]:
        """Only regions and prefectures that have a member."""
        groups = [
            PrefectureGroup(prefectures.by_code(code), list(members))
            for code, members in groupby(self.members, key=lambda body: body.prefecture)
        ]
        by_name = groupby(groups, key=lambda group: group.prefecture.region)
        return [Region(name, list(found)) for name, found in by_name]
