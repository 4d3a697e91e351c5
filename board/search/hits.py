"""What the page shows of a found post: a topic or a reply, with the words marked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils.safestring import SafeString

from board.models import Attachment, Reply, SearchEntry, Topic, page_of
from board.search.finding import Search
from lib.marking import excerpt, marked, spans

Post = tuple[int, int]


@dataclass(frozen=True)
class Hit:
    """`seq` is 0 for a topic; `writer` is the body, `files` are the names that have a word."""

    topic: Topic
    seq: int
    url: str
    writer: SafeString
    at: datetime
    title: SafeString
    text: SafeString
    files: list[SafeString] = field(default_factory=list)


def hits_of(search: Search, keys: list[int]) -> list[Hit]:
    """In the order of the keys. Asked through `entries` once more: only what is visible is shown."""
    by_key = {entry.pk: entry for entry in _with_texts(search.entries.filter(pk__in=keys))}
    shown = [by_key[key] for key in keys if key in by_key]
    files = _file_names(shown)
    return [_hit(entry, files.get(_post(entry), []), search.query.wanted) for entry in shown]


def _with_texts(entries: Any) -> Any:
    reply = Reply.objects.filter(topic=OuterRef("topic"), seq=OuterRef("seq"))
    rows = entries.select_related("topic__category", "topic__organization", "organization")
    unused = ("folded", "title", "topic__body_html", "topic__organization__introduction")
    return rows.defer(*unused).annotate(reply_body=Subquery(reply.values("body")))


def _hit(entry: Any, files: list[str], words: tuple[str, ...]) -> Hit:
    topic = entry.topic
    url = topic.get_absolute_url()
    return Hit(
        topic=topic,
        seq=entry.seq,
        url=f"{url}?page={page_of(entry.seq)}#reply-{entry.seq}" if entry.seq else url,
        writer=marked(entry.organization.full_name, () if entry.seq else words),
        at=entry.at,
        title=marked(topic.title, words),
        text=excerpt([entry.reply_body] if entry.seq else _texts(topic), words),
        files=[marked(name, words) for name in files if spans(name, words)],
    )


def _texts(topic: Topic) -> list[str]:
    details = [str(value) for value in topic.details.values()]
    return [topic.body, topic.venue, *details, topic.outcome_note, topic.summary]


def _post(entry: SearchEntry) -> Post:
    return entry.topic_id, entry.seq


def _file_names(entries: Iterable[SearchEntry]) -> dict[Post, list[str]]:
    posts = [_post(entry) for entry in entries if entry.has_files]
    if not posts:
        return {}
    either = reduce(
        or_,
        (Q(reply__topic=topic, reply__seq=seq) if seq else Q(topic=topic) for topic, seq in posts),
    )
    names: dict[Post, list[str]] = {}
    rows = Attachment.objects.filter(either).values_list(
        "topic", "reply__topic", "reply__seq", "name"
    )
    for topic, topic_of_reply, seq, name in rows.order_by("position"):
        names.setdefault((topic or topic_of_reply, seq or 0), []).append(name)
    return names
