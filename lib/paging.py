"""Pages of lists that may be very long: page 500 is asked for like page 2, and nothing counts it all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Counted to here, then 「1,000以上」.
MOST = 1000
FURTHEST = 100_000
AROUND = 2


@dataclass(frozen=True)
class LongPage:
    """`count` goes no further than MOST + 1."""

    object_list: list[Any]
    number: int
    size: int
    count: int
    has_next: bool

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)

    def __len__(self) -> int:
        return len(self.object_list)

    @property
    def total(self) -> str:
        return f"{MOST:,}以上" if self.count > MOST else f"{self.count:,}"

    @property
    def start_index(self) -> int:
        return self.size * (self.number - 1) + 1

    @property
    def end_index(self) -> int:
        return self.start_index + len(self.object_list) - 1

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
        near = range(self.number - AROUND, self.number + AROUND + 1)
        shown = sorted({1, *(number for number in near if 1 <= number <= known), max(last, 1)})
        links = [shown[0]]
        for before, number in zip(shown, shown[1:], strict=False):
            links += [0, number] if number > before + 1 else [number]
        return links


def page_of(rows: Any, number: str | None, size: int) -> LongPage:
    """Of an ordered set of rows; a senseless number is the first page, one too high the last counted.

    Rows are chosen by their keys first, so that what a row shows is computed for those of the page.
    """
    wanted = int(number) if number and number.isascii() and number.isdigit() else 1
    wanted = max(1, min(wanted, FURTHEST))
    found = _rows(rows, wanted, size)
    if not found and wanted > 1:
        wanted = max(1, -(-_count(rows) // size))
        found = _rows(rows, wanted, size)
    has_next = len(found) > size
    count = len(found) if wanted == 1 and not has_next else _count(rows)
    return LongPage(found[:size], wanted, size, count, has_next)


def _rows(rows: Any, number: int, size: int) -> list[Any]:
    """Those of the page, and the one after them."""
    start = size * (number - 1)
    return list(rows.filter(pk__in=rows.values("pk")[start : start + size + 1]))


def _count(rows: Any) -> int:
    return rows.order_by().values("pk")[: MOST + 1].count()
