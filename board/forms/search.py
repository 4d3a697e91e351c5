"""The search of the board: words, with the filters of the lists, as an address that can be shared."""

from datetime import timedelta
from typing import Any

from django import forms

from board.lists import TopicFilter, bounds
from board.models import SearchEntry, Topic
from board.models.search_entry import SearchEntryQuerySet, key_at
from board.models.topic import TopicQuerySet
from board.search import tokens
from board.search.finding import LAST_KEY, Search
from lib.queries import Query
from lib.text import words
from members.models import Organization

# Filters that may leave a handful of topics out of a whole archive, and how many are a handful.
RARE = {"status", "deadline", "theme", "unread", "todo"}
FEW = 300


class SearchBox(forms.Form):
    """The words alone, for the box above a list."""

    q = forms.CharField(
        label="検索語",
        required=False,
        max_length=100,
        help_text="例：防災　訓練、「地域防災」、-除く語",
    )


class SearchForm(SearchBox, TopicFilter):
    """Filters of a topic hold for its replies; writer, period and files are those of the post itself."""

    BEST = "best"
    SORTS = (("", "新しい順"), (BEST, "関連の高い順"))

    field_order = ("q",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sort: Any = self.fields["sort"]
        sort.choices = self.SORTS

    @property
    def query(self) -> Query:
        return Query.parse(self.chosen.get("q", ""))

    @property
    def sorts_by_score(self) -> bool:
        return self.is_valid() and self.cleaned_data["sort"] == self.BEST

    @property
    def is_narrowed(self) -> bool:
        """By more than words."""
        return bool(self.chosen.keys() - {"q"})

    def search(self) -> Search:
        """Within what the person may see."""
        topics, few = self._topics(), None
        entries = SearchEntry.objects.shown().within(topics)
        if self.chosen.keys() & RARE:
            few = list(topics.order_by().values_list("pk", flat=True)[: FEW + 1])
            entries = entries.filter(topic__in=few) if len(few) <= FEW else entries
        entries, marks = self._by_post(entries)
        first, end = 0, LAST_KEY
        if "year" in self.chosen:
            start, last = bounds(int(self.chosen["year"]))
            first, end = key_at(start), key_at(last + timedelta(microseconds=1))
        is_read = few is not None and len(few) <= FEW
        return Search(self.query, entries, marks, first, end, is_read)

    def _topics(self) -> TopicQuerySet:
        readable = Topic.objects.readable_by(self.user)
        if "unread" in self.chosen:
            # Said by is_unread, too, where no index can help to find it.
            readable = readable.filter(active_at__gt=self.user.joined_at)
        return self.by_topic(readable)

    def _by_post(
        self, entries: SearchEntryQuerySet
    ) -> tuple[SearchEntryQuerySet, tuple[tuple[str, ...], ...]]:
        """The exact filters, and the same as marks of the index."""
        chosen = self.chosen
        marks: list[tuple[str, ...]] = []
        if "category" in chosen:
            marks.append((tokens.of_category(chosen["category"].pk),))
        if "with_files" in chosen:
            entries = entries.filter(has_files=True)
            marks.append(("f",))
        if chosen.keys() & {"prefecture", "organization"}:
            writers = self._writers()
            entries = entries.filter(organization__in=writers)
            marks.append(tuple(map(tokens.of_organization, writers)))
        return (entries, tuple(marks)) if all(marks) else (entries.none(), ())

    def _writers(self) -> list[int]:
        bodies = Organization.objects.order_by()
        if "prefecture" in self.chosen:
            bodies = bodies.filter(prefecture=self.chosen["prefecture"])
        for word in words(self.chosen.get("organization", "")):
            bodies = bodies.filter(folded__contains=word)
        return list(bodies.values_list("pk", flat=True))
