"""What happened on the board: topics, replies, answers by category, and what came about (成立)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from board.models import Answer, Category, Match, Reply, Revision, Topic
from renkei.figures.period import Period


@dataclass
class Happened:
    """In one period, by category."""

    topics: Counter[int] = field(default_factory=Counter)
    replies: Counter[int] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)


def happened(periods: tuple[Period, ...], *, with_demo: bool) -> list[Happened]:
    """Per period; three queries. Published topics, shown replies; no consultations of two bodies."""
    topics, replies, answers = _rows(with_demo=with_demo)
    counted = [
        _by_category(topics, "category", "publish_at", periods),
        _by_category(replies, "topic__category", "created_at", periods),
        _by_category(answers, "topic__category", "answered_at", periods),
    ]
    return [Happened(*numbers) for numbers in zip(*counted, strict=True)]


def _rows(*, with_demo: bool) -> tuple[QuerySet, QuerySet, QuerySet]:
    topics = Topic.objects.published().filter(source=None)
    replies = Reply.objects.shown().filter(topic__source=None, topic__hidden_at=None)
    answers = Answer.objects.filter(topic__source=None, topic__hidden_at=None)
    if with_demo:
        return topics, replies, answers
    own, theirs = {"organization__is_demo": False}, {"topic__organization__is_demo": False}
    return topics.filter(**own), replies.filter(**own, **theirs), answers.filter(**own, **theirs)


def _by_category(
    rows: QuerySet, category: str, moment: str, periods: tuple[Period, ...]
) -> list[Counter[int]]:
    within = [_within(moment, period) for period in periods]
    # Of ranges joined by OR a database reads all.
    first, last = min(one.first for one in periods), max(one.last for one in periods)
    some = _within(moment, Period(first, last)) & reduce(or_, within)
    names = [f"number_{place}" for place in range(len(periods))]
    counts = {name: Count("pk", filter=q) for name, q in zip(names, within, strict=True)}
    found = rows.filter(some).order_by().values(category).annotate(**counts)
    table = list(found.values_list(category, *names))
    return [Counter({row[0]: row[place] for row in table}) for place in range(1, len(names) + 1)]


def _within(moment: str, period: Period) -> Q:
    return Q(**{f"{moment}__gte": period.starts_at, f"{moment}__lt": period.ends_at})


def categories() -> list[Category]:
    return list(Category.objects.all())


def match_moments(*, with_demo: bool) -> list[datetime]:
    """When each 成立 came about; two queries.

    A match that both bodies have agreed on, and a topic whose own body says 成立 without one.
    """
    matches = Match.objects.exclude(agreed_at=None)
    agreed = Match.objects.filter(consultation__source=OuterRef("pk"), agreed_at__isnull=False)
    said: Any = Topic.objects.filter(~Exists(agreed), source=None, status=Topic.Status.MATCHED)
    # The newest change of its state; a topic that was never another one: its publication.
    changes = Revision.objects.filter(topic=OuterRef("pk"), before__has_key="状態")
    changed_at = Subquery(changes.order_by("-at", "-id").values("at")[:1])
    said = said.annotate(matched_at=Coalesce(changed_at, F("publish_at")))
    if not with_demo:
        matches = matches.filter(
            consultation__organization__is_demo=False,
            consultation__source__organization__is_demo=False,
        )
        said = said.filter(organization__is_demo=False)
    return [
        *matches.order_by().values_list("agreed_at", flat=True),
        *said.order_by().values_list("matched_at", flat=True),
    ]


def number_within(moments: list[datetime], period: Period) -> int:
    return sum(period.starts_at <= moment < period.ends_at for moment in moments)
