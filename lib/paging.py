"""Pages of lists that may be very long: page 500 is asked for like page 2, and nothing counts it all."""

from dataclasses import dataclass
from typing import Any

from lib.numbers import whole_number

# Counted to here, then 「1,000以上」.
MOST = 1000
FURTHEST = 100_000
AROUND = 2


@dataclass(frozen=True)
class LongPage:
    """Keys of a page; `count` goes no further than MOST + 1."""

    keys: list[int]
    number: int
    size: int
    count: int
    has_next: bool

    @property
    def total(self) -> str:
        return f"{MOST:,}以上" if self.count > MOST else f"{self.count:,}"

    @property
    def start_index(self) -> int:
        return self.size * (self.number - 1) + 1

    @property
    def end_index(self) -> int:
        return self.start_index + len(self.keys) - 1

    @property
    def previous(self) -> int:
        """0 on the first page."""
        return self.number - 1

    @property
    def next(self) -> int:
        """0 on the last one."""
        return self.number + 1 if self.has_next else 0

    @property
    def links(self) -> list[int]:
        """Numbers to show: the first, those around this one, the last that is known; 0 is a gap."""
        last = -(-min(self.count, MOST) // self.size)
        known = max(last, self.number + self.has_next)
        return links(self.number, known, max(last, 1))


def links(number: int, known: int, last: int) -> list[int]:
    """Of so many pages: the first, those around `number`, and `last`; 0 is a gap."""
    near = range(number - AROUND, number + AROUND + 1)
    shown = sorted({1, *(page for page in near if 1 <= page <= known), last})
    found = [shown[0]]
    for before, page in zip(shown, shown[1:], strict=False):
        found += [0, page] if page > before + 1 else [page]
    return found


def page_of(rows: Any, number: str | None, size: int) -> LongPage:
    """Primary keys of an ordered query set; what a row shows is asked for those of the page alone.

    A senseless number is the first page, one too high the last counted. Up to MOST rows one query
    gives the page and the count; further on it starts at the page.
    """
    wanted = max(1, min(whole_number(number or "", digits=100) or 1, FURTHEST))
    keys = rows.values_list("pk", flat=True)
    start = size * (wanted - 1)
    if start + size > MOST and (found := list(keys[start : start + size + 1])):
        return LongPage(found[:size], wanted, size, MOST + 1, len(found) > size)
    counted = list(keys[: MOST + 1])
    last = max(1, -(-len(counted) // size))
    if size * last > MOST and wanted > last:
        return page_of(rows, str(last), size)
    start = size * (min(wanted, last) - 1)
    return LongPage(
        counted[start : start + size],
        min(wanted, last),
        size,
        len(counted),
        len(counted) > start + size,
    )
