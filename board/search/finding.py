"""Asks the index: the newest posts with every word, and the best of them.

Found is what contains the folded words (topics also by the names of their body), no more and no
less: the index narrows, the text decides, and the visitor's rights stand in the same query. The
archive is asked window by window, the newest first: a common word fills the answer from the first.
"""

from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from board.models import SearchEntry
from board.models.search_entry import SearchEntryQuerySet
from board.search.index import backend
from board.search.tokens import COARSE, FINE, Condition, Window, Word
from lib.queries import Query
from members.models import Organization

# Counted to here, then 「1,000件以上」. One character is in nearly everything.
MOST, MOST_OF_ONE_CHARACTER = 1000, 100
LAST_KEY = (1 << 63) - 1
Compiled = tuple[str, tuple[Any, ...]]
# They stand in a compiled query for what differs from window to window: no folded word has a NUL, no
# key is negative.
_SOUGHT, _FIRST, _END = "\0sought", -2, -1


@dataclass(frozen=True)
class Search:
    """`entries` is what may be found: visible, and left by the filters. `marks` say it to the index.

    So few that they are read faster without the index: `is_read`.
    """

    query: Query
    entries: SearchEntryQuerySet
    marks: tuple[tuple[str, ...], ...] = ()
    first: int = 0
    end: int = LAST_KEY
    is_read: bool = False

    @property
    def most(self) -> int:
        """So many are counted."""
        return MOST_OF_ONE_CHARACTER if max(map(len, self.query.wanted), default=0) == 1 else MOST

    def newest(self, limit: int, *, below: int = LAST_KEY) -> list[int]:
        """Keys of what is found, from the newest of those below a key on."""
        if not self.query:
            return []
        walk = _Walk(self._condition, self._matching, self.is_read)
        return walk.keys(self.first, min(below, self.end), limit)

    def titled(self, limit: int) -> list[int]:
        """Topics with every word in the title, the newest first."""
        titled = self._matching.filter(*(_lies_in("title", word) for word in self.query.wanted))
        walk = _Walk(self._condition.titled(), titled, self.is_read)
        return walk.keys(self.first, self.end, limit)

    @cached_property
    def _condition(self) -> Condition:
        bodies = _named(self.query.wanted)
        words = tuple(Word(word, bodies[word]) for word in self.query.wanted)
        return Condition(words, self.marks)

    @cached_property
    def _matching(self) -> SearchEntryQuerySet:
        """The text decides; asked after the index, of what that has named."""
        found = self.entries
        for word in self._condition.words:
            found = found.filter(_contains(word))
        bodies = _named(self.query.unwanted)
        for text in self.query.unwanted:
            found = found.exclude(_contains(Word(text, bodies[text])))
        return found


@dataclass(frozen=True)
class _Walk:
    """From the newest key down, window by window, until enough is found or nothing is left.

    A window is as wide as what was found so far lets expect to be enough: far wider ones would check
    rights and texts of many posts that nobody asked for.
    """

    condition: Condition
    matching: SearchEntryQuerySet
    is_read: bool

    def keys(self, first: int, end: int, limit: int) -> list[int]:
        """None where a filter leaves nothing: Django then asks nothing."""
        bounds = _bounds(first, end)
        try:
            return self._keys(*bounds, limit) if bounds else []
        except EmptyResultSet:
            return []

    def _keys(self, first: int, end: int, limit: int) -> list[int]:
        if self.is_read:
            return self._keys_in(Window(first, end), limit)
        found: list[int] = []
        top = end
        while first < end and len(found) < limit:
            width = _width(top - end, len(found), limit)
            window = window_below(end, width, first)
            found += self._keys_in(window, limit)[: limit - len(found)]
            end = window.first
        return found

    def _keys_in(self, window: Window, limit: int) -> list[int]:
        is_small = window.end - window.first <= 1 << FINE
        is_read = self.is_read or (self.condition.is_short and is_small)
        sought = None if is_read else backend().sought(self.condition, window)
        sql, parameters = self._unaided if is_read else self._aided
        values = {_SOUGHT: sought, _FIRST: window.first, _END: window.end}
        with connection.cursor() as cursor:
            cursor.execute(
                f"{sql} LIMIT {limit}",
                [values.get(parameter, parameter) for parameter in parameters],
            )
            return [pk for (pk,) in cursor.fetchall()]

    @cached_property
    def _aided(self) -> Compiled:
        return _compiled(backend().narrow(self.matching, _SOUGHT, _FIRST, _END))

    @cached_property
    def _unaided(self) -> Compiled:
        """Without the index: one character is in nearly every post, and in half of all pairs."""
        return _compiled(self.matching.filter(pk__gte=_FIRST, pk__lt=_END))


def _compiled(rows: SearchEntryQuerySet) -> Compiled:
    """Once for all windows: building the query takes longer than most of its answers."""
    # Not by the bare key: PostgreSQL would read the table along it until it has found enough.
    ordered = rows.order_by((F("pk") + 0).desc()).values_list("pk", flat=True)
    return ordered.query.sql_with_params()


def _bounds(first: int, end: int) -> tuple[int, int] | None:
    """Where the entries of a range of keys really begin and end."""
    there = SearchEntry.objects.filter(pk__gte=first, pk__lt=end).values_list("pk", flat=True)
    newest, oldest = there.order_by("-pk").first(), there.order_by("pk").first()
    return None if newest is None or oldest is None else (oldest, newest + 1)


def _width(seen: int, found: int, limit: int) -> int:
    """Of the next window, in the smallest of their units."""
    units = seen >> FINE
    if not units:
        return 1
    enough = units * (limit - found) * 5 // (4 * found) if found else units * 8
    return max(1, min(enough, units * 8))


def window_below(end: int, width: int, first: int) -> Window:
    """The range of keys below `end`, down to a border of its marks, or to the first key."""
    bits, letter = (FINE, "d") if width < 1 << (COARSE - FINE) else (COARSE, "e")
    newest = (end - 1) >> bits
    oldest = newest - (width >> (bits - FINE)) + 1
    if oldest << bits <= first:
        return Window(first, end)
    marks = tuple(f"{letter}{mark}" for mark in range(oldest, newest + 1))
    return Window(oldest << bits, end, marks)


def _named(words: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """For each word the bodies with it in a name, a reading or the code; former names, too.

    Asked by every search, so that a body that is renamed leaves the index alone.
    """
    if not words:
        return {}
    names = ("folded", "local_government__folded")
    either = reduce(or_, (Q(**{f"{name}__contains": word}) for name in names for word in words))
    bodies = list(Organization.objects.filter(either).order_by().values_list("pk", *names))
    return {
        word: tuple(pk for pk, own, master in bodies if word in own or word in (master or ""))
        for word in words
    }


def _contains(word: Word) -> Q:
    text = _lies_in("folded", word.text)
    return text | Q(seq=0, organization__in=word.organizations) if word.organizations else text


def _lies_in(column: str, text: str) -> Q:
    return Q(GreaterThan(StrIndex(column, Value(text)), 0))
