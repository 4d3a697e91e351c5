"""What the index says of each post, written in the transaction of the act that changes the post.

Whoever writes holds the row of the topic: the acts of board.posting do by their UPDATE of it, others
take it by hold().
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from django.db import connection
from django.db.models import Q

from board.models import Reply, SearchEntry, Topic
from board.models.search_entry import SearchEntryQuerySet, key_of
from board.search import postgresql, sqlite
from lib.text import fold
from members.models import Organization

_BACKENDS: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}


def backend() -> Any:
    return _BACKENDS[connection.vendor]


def hold(topics: Iterable[int]) -> None:
    """Until the end of the transaction nobody else writes entries of these topics."""
    list(
        Topic.objects.select_for_update(no_key=True)
        .filter(pk__in=topics)
        .order_by("pk")
        .values_list("pk")
    )


def write(topic: Topic) -> None:
    """The topic itself; its replies are not affected by what it says."""
    _write(entry_of(topic))


def write_reply(reply: Reply) -> None:
    _write(entry_of_reply(reply))


def change(entries: SearchEntryQuerySet, **columns: Any) -> None:
    """After a change that reaches more posts than one: another category, another body."""
    rows = list(entries)
    remove(rows)
    for row in rows:
        for name, value in columns.items():
            setattr(row, name, value)
    add(rows)


def hand_over(old: Organization, into: Organization) -> None:
    """After the posts of a body that merged have moved; a topic that stayed behind is left alone."""
    entries = SearchEntry.objects.filter(organization=old)
    hold(entries.order_by().values_list("topic", flat=True).distinct())
    change(entries.filter(Q(seq__gt=0) | Q(topic__organization=into)), organization=into)


def current(topics: Iterable[int]) -> list[SearchEntry]:
    """What the index should say of these topics and all their replies."""
    replies = Reply.objects.filter(topic__in=topics).order_by("topic", "seq")
    return [
        *map(entry_of, _with_files(Topic.objects.filter(pk__in=topics).order_by("pk"))),
        *map(entry_of_reply, _with_files(replies.select_related("topic"))),
    ]


def entry_of(topic: Topic) -> SearchEntry:
    files = [file.name for file in topic.attachments.all()]
    return SearchEntry(
        id=key_of(topic.publish_at, topic.pk, 0),
        topic_id=topic.pk,
        seq=0,
        category_id=topic.category_id,
        organization_id=topic.organization_id,
        has_files=bool(files),
        title=fold(topic.title),
        folded=fold(" ".join([topic.searchable_text(), *files])),
    )


def entry_of_reply(reply: Reply) -> SearchEntry:
    files = [file.name for file in reply.attachments.all()]
    return SearchEntry(
        id=key_of(reply.created_at, reply.topic_id, reply.seq),
        topic_id=reply.topic_id,
        seq=reply.seq,
        category_id=reply.topic.category_id,
        organization_id=reply.organization_id,
        has_files=bool(files),
        folded=fold(" ".join([reply.body, *files])),
    )


def add(entries: list[SearchEntry]) -> None:
    while _have_met(entries):
        pass
    backend().add(entries)


def loading() -> AbstractContextManager[None]:
    """Around very many additions at once."""
    return backend().loading()


def remove(entries: Iterable[SearchEntry]) -> None:
    """As they stand in the table."""
    backend().remove(entries)


def _write(entry: SearchEntry) -> None:
    remove(SearchEntry.objects.filter(topic=entry.topic_id, seq=entry.seq))
    add([entry])


def _have_met(entries: list[SearchEntry]) -> bool:
    """Of two posts that ask for one key (one microsecond) the later takes the next."""
    keys = [entry.pk for entry in entries]
    taken = set(SearchEntry.objects.filter(pk__in=keys).values_list("pk", flat=True))
    for entry in entries:
        while entry.pk in taken:
            entry.pk += 1
        taken.add(entry.pk)
    return keys != [entry.pk for entry in entries]


def _with_files(posts: Any) -> Any:
    return posts.prefetch_related("attachments")
