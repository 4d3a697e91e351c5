"""関連の高い順: our own measure, so that a page costs the same however much is found.

Scored are the newest that were found (as many as are counted) and the titles with every word.
"""

from datetime import datetime
from functools import reduce
from operator import add
from typing import Any

from django.db.models import FloatField, Value
from django.db.models.functions import Cast, Least, Length, Replace, StrIndex
from django.utils import timezone

from board.models import SearchEntry
from board.models.search_entry import key_at
from board.search.finding import Search

TITLES = 100
# A word in the title outweighs the rest; what was written a year ago counts half as new.
IN_TITLE, IS_TOPIC, OFTEN, NEW = 4.0, 1.0, 2.0, 3.0
ENOUGH_TIMES = 5
YEAR = key_at(datetime(2001, 1, 1, tzinfo=timezone.get_fixed_timezone(0)))


def best(search: Search, newest: list[int]) -> list[int]:
    """Keys in the order of their score; of equal ones the newer first."""
    words = search.query.wanted
    rows = SearchEntry.objects.filter(pk__in={*newest, *search.titled(TITLES)}).annotate(
        times=_sum([_times(word) for word in words]),
        titles=_sum([_in_title(word) for word in words]),
    )
    now = key_at(timezone.now())
    scored = [
        (_score(times / len(words), titles / len(words), seq == 0, (now - pk) / YEAR), pk)
        for pk, seq, times, titles in rows.values_list("pk", "seq", "times", "titles").order_by()
    ]
    return [pk for _, pk in sorted(scored, reverse=True)]


def _score(times: float, titles: float, is_topic: bool, years: float) -> float:
    return (
        IN_TITLE * titles
        + IS_TOPIC * is_topic
        + OFTEN * min(times, ENOUGH_TIMES) / ENOUGH_TIMES
        + NEW * 0.5 ** max(years, 0.0)
    )


def _times(word: str) -> Any:
    """How often the text has the word."""
    without = Length(Replace("folded", Value(word), Value("")))
    return Cast(Length("folded") - without, FloatField()) / len(word)


def _in_title(word: str) -> Any:
    """1 or 0."""
    return Cast(Least(StrIndex("title", Value(word)), 1), FloatField())


def _sum(parts: list[Any]) -> Any:
    return reduce(add, parts)
