"""One page of what was found, with how many that are."""

from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator

from board.search.finding import LAST_KEY, Search
from board.search.hits import Hit, hits_of
from board.search.ranking import best

HITS_PER_PAGE = 20


@dataclass(frozen=True)
class Results:
    """The newest that are counted, in the order asked for; older ones follow below their last key."""

    search: Search
    by_score: bool = False
    below: int = LAST_KEY

    @cached_property
    def keys(self) -> list[int]:
        return best(self.search, self._newest) if self.by_score else self._newest

    @property
    def count(self) -> str:
        """36, or 1,000以上."""
        return f"{self.search.most:,}以上" if self.has_more else f"{len(self.keys):,}"

    @property
    def older(self) -> int | None:
        """The key below which the rest lies; there is no rest in the order of scores."""
        return self._newest[-1] if self.has_more and not self.by_score else None

    def page(self, number: str | None) -> Page:
        return Paginator(self.keys, HITS_PER_PAGE).get_page(number)

    def first(self, number: int) -> list[Hit]:
        return hits_of(self.search, self.keys[:number])

    def hits(self, page: Page) -> list[Hit]:
        return hits_of(self.search, list(page.object_list))

    @property
    def is_continued(self) -> bool:
        return self.below < LAST_KEY

    @property
    def has_more(self) -> bool:
        return len(self._found) > self.search.most

    @property
    def _newest(self) -> list[int]:
        return self._found[: self.search.most]

    @cached_property
    def _found(self) -> list[int]:
        return self.search.newest(self.search.most + 1, below=self.below)
