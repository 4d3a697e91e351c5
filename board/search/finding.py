"""Asks the index: the newest posts with every word, and the best of them.

Found is what contains the folded words (topics also by the names of their body), no more and no
less: the index narrows, the text decides, and the visitor's rights stand in the same query. The
archive is asked window by window, the newest first: a common word fills the answer from the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

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


@dataclass(frozen=True)
class Search:
    """`entries` is what may be found: visible, and left by the filters. `marks` say it to the index."""

    query: Query
    entries: SearchEntryQuerySet
    marks: tuple[tuple[str, ...], ...] = ()
    first: int = 0
    end: int = LAST_KEY

    @property
    def most(self) -> int:
        """So many are counted."""
        is_short = all(len(word) == 1 for word in self.query.wanted)
        return MOST_OF_ONE_CHARACTER if is_short else MOST

    def newest(self, limit: int, *, below: int = LAST_KEY) -> list[int]:
        """Keys of what is found, from the newest of those below a key on."""
        if not self.query:
            return []
        return _walk(self._condition, self._matching, self.first, min(below, self.end), limit)

    def titled(self, limit: int) -> list[int]:
        """Topics with every word in the title, the newest first."""
        if not self.query:
            return []
        titled = self._matching.filter(*(_lies_in("title", word) for word in self.query.wanted))
        return _walk(self._condition.titled(), titled, self.first, self.end, limit)

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


def _walk(
    condition: Condition, matching: SearchEntryQuerySet, first: int, end: int, limit: int
) -> list[int]:
    found: list[int] = []
    for window in windows(first, end):
        rows = backend().narrow(matching, condition, window)
        # Not by the bare key: PostgreSQL would read the table along it until it has found enough.
        rows = rows.order_by((F("pk") + 0).desc()).values_list("pk", flat=True)
        found += rows[: limit - len(found)]
        if len(found) >= limit:
            break
    return found


def windows(first: int, end: int) -> Iterator[Window]:
    """Ranges of keys from the newest post down: of some weeks, months, a year, all the rest."""
    there = SearchEntry.objects.filter(pk__lt=end, pk__gte=first).values_list("pk", flat=True)
    top = there.order_by("-pk").first()
    oldest = there.order_by("pk").first()
    if top is None or oldest is None:
        return
    first, end = oldest, top + 1
    for bits, letter, back in ((FINE, "d", 1), (FINE, "d", 9), (COARSE, "e", 5)):
        newest_mark, oldest_mark = (end - 1) >> bits, (top >> bits) - back
        start = max(oldest_mark << bits, first)
        if start < end:
            marks = range(start >> bits, newest_mark + 1)
            yield Window(start, end, tuple(f"{letter}{mark}" for mark in marks))
            end = start
        if end <= first:
            return
    yield Window(first, end)


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
