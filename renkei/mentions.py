"""Where a name stands in what a body has published or sent: an erasure leaves it, somebody may not."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from board.models import Answer, Reply, Topic
from renkei.personal import Subject, in_columns, variants

SHOWN = 50


class Mention(NamedTuple):
    """One text: `url` is its page, `desk` where the secretariat hides it."""

    name: str
    state: str
    url: str
    desk: str


class Mentions(NamedTuple):
    label: str
    total: int
    rows: list[Mention]


def mentions(subject: Subject) -> list[Mentions]:
    """Of each kind that has any; the newest first."""
    names, bodies = variants(subject.names), subject.bodies
    found = []
    for label, texts, columns in _sources():
        rows = texts.filter(in_columns(columns, names), organization__in=bodies)
        if total := rows.count():
            shown = [_mention(row) for row in rows.order_by("-pk")[:SHOWN]]
            found.append(Mentions(label, total, shown))
    return found


def _sources() -> tuple[tuple[str, QuerySet[Any], tuple[str, ...]], ...]:
    answers = Answer.objects.select_related("topic", "organization__local_government")
    return (
        ("投稿", Topic.objects.all(), ("title", "summary", "body")),
        ("返信", Reply.objects.select_related("topic"), ("body",)),
        ("回答", answers, ("message",)),
    )


def _mention(row: Topic | Reply | Answer) -> Mention:
    if isinstance(row, Answer):
        name = f"「{row.topic.title}」への{row.organization}の回答"
        return Mention(name, "", row.get_absolute_url(), _desk(row))
    name = row.title if isinstance(row, Topic) else f"「{row.topic.title}」への返信{row.seq}"
    return Mention(name, "非表示" if row.hidden_at else "", row.get_absolute_url(), _desk(row))


def _desk(row: Topic | Reply | Answer) -> str:
    return reverse(f"admin:board_{row._meta.model_name}_change", args=[row.pk])
