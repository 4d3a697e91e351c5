"""検索 over all that the visitor may see: each app answers for its own, this page only joins.

A new app adds one function to GROUPS. It takes what was typed and who asks, and answers a Group, or
None where the visitor may not even know of the app's pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from agreements import search as agreements
from board.forms import SearchForm as BoardSearch
from board.search.results import Results
from lib.marking import excerpt, marked
from lib.queries import Query
from lib.wareki import format_date
from members import directory
from members.access import AnyUser, is_member
from news.models import Event, NewsItem, Publication

SHOWN = 5
# Of what has no search of its own to lead on to.
SHOWN_HERE = 50


class SearchForm(forms.Form):
    q = forms.CharField(label="検索語", required=False, max_length=100)

    @property
    def text(self) -> str:
        return self.cleaned_data["q"] if self.is_valid() else ""

    @property
    def query(self) -> Query:
        return Query.parse(self.text)


@dataclass(frozen=True)
class Line:
    """All safe: escaped, with marks."""

    title: str
    url: str
    text: str = ""
    note: str = ""


@dataclass(frozen=True)
class Group:
    """The first lines of what an app has found, how many there are, and where the others are found."""

    name: str
    count: str
    lines: list[Line]
    more_url: str = ""
    is_cut: bool = False


def groups(typed: str, user: AnyUser) -> list[Group]:
    """Those with something to show."""
    found = [group for ask in GROUPS if (group := ask(typed, user))]
    return [group for group in found if group.lines]


def _board(typed: str, user: AnyUser) -> Group | None:
    if not is_member(user):
        return None
    results = Results(BoardSearch({"q": typed}, user=user).search())
    lines = [
        Line(
            title=hit.title,
            url=hit.url,
            text=hit.text,
            note=format_html(
                "{}　{}", hit.writer, f"返信{hit.seq}" if hit.seq else hit.topic.category
            ),
        )
        for hit in results.first(SHOWN)
    ]
    return Group("掲示板", results.count, lines, f"{reverse('board:search')}?{_q(typed)}")


def _regional(typed: str, user: AnyUser) -> Group:
    query = Query.parse(typed)
    found = agreements.regional(query)
    lines = (
        Line(marked(one.party_names, query.wanted), one.get_absolute_url(), note=_ended(one))
        for one in found
    )
    return Group("広域連携協定", str(len(found)), list(lines))


def _corporate(typed: str, user: AnyUser) -> Group:
    query = Query.parse(typed)
    found = agreements.corporate(query)
    lines = (
        Line(marked(one.company, query.wanted), one.get_absolute_url(), note=_ended(one))
        for one in found
    )
    return Group("企業との包括連携協定", str(len(found)), list(lines))


def _bodies(typed: str, user: AnyUser) -> Group:
    """Local governments and other bodies, members or not."""
    words = Query.parse(typed).wanted
    found = directory.search(typed, "")
    lines = (
        Line(marked(str(body), words), body.get_absolute_url(), note=str(body.standing.label))
        for body in found
    )
    more = f"{reverse('members:member_list')}?{_q(typed)}#results"
    return Group("自治体・会員", f"{len(found):,}", list(islice(lines, SHOWN)), more)


def _news(typed: str, user: AnyUser) -> Group:
    found = NewsItem.objects.published().search(typed).order_by("-publish_at", "-pk")
    return _published("お知らせ", found, typed, lambda item: item.publish_at)


def _publications(typed: str, user: AnyUser) -> Group:
    found = Publication.objects.published().search(typed).select_related("series")
    newest = found.order_by("-issued_on", "-pk")
    return _published("刊行物", newest, typed, lambda item: item.issued_on)


def _events(typed: str, user: AnyUser) -> Group:
    found = Event.objects.published().search(typed).order_by("-starts_on", "-pk")
    return _published("イベント", found, typed, lambda item: item.starts_on)


def _published(name: str, found: Any, typed: str, day_of: Callable[[Any], date]) -> Group:
    """Two queries: how many, and the first."""
    words = Query.parse(typed).wanted
    lines = [
        Line(
            marked(str(item), words),
            item.get_absolute_url(),
            text=excerpt([item.summary], words) if item.summary else "",
            note=format_date(_day(day_of(item))),
        )
        for item in found.defer("folded")[:SHOWN_HERE]
    ]
    count = found.count()
    return Group(name, f"{count:,}", lines, is_cut=count > SHOWN_HERE)


def _day(moment: date) -> date:
    return timezone.localtime(moment).date() if isinstance(moment, datetime) else moment


def _ended(agreement: agreements.RegionalAgreement | agreements.CorporateAgreement) -> str:
    return "" if agreement.is_in_force() else "終了した協定"


def _q(typed: str) -> str:
    return urlencode({"q": typed})


GROUPS: tuple[Callable[[str, AnyUser], Group | None], ...] = (
    _board,
    _news,
    _events,
    _publications,
    _regional,
    _corporate,
    _bodies,
)
