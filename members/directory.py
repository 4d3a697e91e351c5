"""The public directory: who is a member, where, and every body that a visitor may look for."""

from dataclasses import dataclass
from itertools import groupby
from typing import Self
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone

from lib import prefectures
from lib.prefectures import PREFECTURES, Prefecture
from members.models import LocalGovernment, Organization

MEMBERS_PER_PAGE = 200

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


def counts() -> dict[str, int]:
    """Registered bodies of each prefecture that has one; one query."""
    return Organization.objects.registered().count_by_prefecture()


def cells(counts: dict[str, int], *, current: str = "") -> list[Cell]:
    """47 in the order of the codes."""
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
    """`count` is that of the prefecture, `members` are those on the page."""

    prefecture: Prefecture
    count: int
    members: list[Organization]

    @property
    def url(self) -> str:
        return prefecture_url(self.prefecture)


@dataclass(frozen=True)
class Region:
    name: str
    count: int
    prefectures: list[PrefectureGroup]


@dataclass(frozen=True)
class Directory:
    """A page of the registered bodies in the order of the codes; the 23 wards on the first one."""

    members: list[Organization]
    page: Page
    wards: list[Organization]
    counts: dict[str, int]

    @classmethod
    def current(cls, counts: dict[str, int], number: str | None = None) -> Self:
        """At most three queries."""
        listed = Organization.objects.listed().in_code_order().select_related("local_government")
        page = Paginator(listed.registered(), MEMBERS_PER_PAGE).get_page(number)
        wards = listed.filter(kind=Organization.Kind.WARD) if page.number == 1 else listed.none()
        return cls(list(page.object_list), page, list(wards), counts)

    def by_region(self) -> list[Region]:
        """Only regions and prefectures that have a member on the page."""
        groups = [
            PrefectureGroup(prefectures.by_code(code), self.counts.get(code, 0), list(members))
            for code, members in groupby(self.members, key=lambda body: body.prefecture)
        ]
        by_name = groupby(groups, key=lambda group: group.prefecture.region)
        return [Region(name, self._count_of(name), list(found)) for name, found in by_name]

    def _count_of(self, region: str) -> int:
        return sum(
            self.counts.get(found.code, 0) for found in PREFECTURES if found.region == region
        )
