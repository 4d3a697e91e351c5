"""The index beside the posts: where they differ, and making them agree while the portal runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction

from board.models import SearchEntry, Topic
from board.search import index

# Posts that are read, compared and locked at a time.
BATCH = 500
# Posts of one microsecond stand a few keys apart from where each would stand alone.
_SAME_MOMENT = 1 << 12
_COLUMNS = ("topic_id", "seq", "category_id", "organization_id", "has_files", "title", "folded")

# Told how many of how many topics are done.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Difference:
    """`wrong` stands in the table, `missing` should."""

    wrong: list[SearchEntry]
    missing: list[SearchEntry]

    def __bool__(self) -> bool:
        return bool(self.wrong or self.missing)

    def __str__(self) -> str:
        posts = {(entry.topic_id, entry.seq) for entry in [*self.wrong, *self.missing]}
        return ", ".join(f"topic {topic} post {seq}" for topic, seq in sorted(posts))


def check(progress: Progress) -> Iterator[str]:
    """Every difference in words."""
    for topics in _batches(progress):
        difference = _difference(topics)
        if difference:
            yield f"entries differ: {difference}"
        if broken := index.backend().broken(_stored(topics)):
            yield f"tokens differ: {Difference(broken, [])}"


def rebuild(progress: Progress) -> int:
    """How many entries were written anew; 0 when there was nothing to do."""
    _mend_tokens()
    written = 0
    for topics in _batches(progress):
        with transaction.atomic():
            index.hold(topics)
            difference = _difference(topics)
            index.remove(difference.wrong)
            index.add(difference.missing)
        written += len(difference.missing)
    return written


def _mend_tokens() -> None:
    """First, for an entry is taken out of the index by its tokens."""
    for topics in _batches(lambda done, total: None):
        if broken := index.backend().broken(_stored(topics)):
            index.backend().mend(broken)


def _difference(topics: list[int]) -> Difference:
    should = {(entry.topic_id, entry.seq): entry for entry in index.current(topics)}
    stored = {(entry.topic_id, entry.seq): entry for entry in _stored(topics)}
    wrong = [entry for post, entry in stored.items() if not _agree(should.get(post), entry)]
    right = stored.keys() - {(entry.topic_id, entry.seq) for entry in wrong}
    return Difference(wrong, [entry for post, entry in should.items() if post not in right])


def _agree(should: SearchEntry | None, stored: SearchEntry) -> bool:
    return (
        should is not None
        and 0 <= stored.pk - should.pk < _SAME_MOMENT
        and all(getattr(should, name) == getattr(stored, name) for name in _COLUMNS)
    )


def _stored(topics: list[int]) -> list[SearchEntry]:
    return list(SearchEntry.objects.filter(topic__in=topics))


def _batches(progress: Progress) -> Iterator[list[int]]:
    """Topics in the order of their ids; those that come while it runs write their own entries."""
    topics = list(Topic.objects.order_by("pk").values_list("pk", "last_seq"))
    batch: list[int] = []
    posts = 0
    for done, (topic, replies) in enumerate(topics, start=1):
        batch.append(topic)
        posts += replies + 1
        if posts >= BATCH or done == len(topics):
            yield batch
            progress(done, len(topics))
            batch, posts = [], 0
