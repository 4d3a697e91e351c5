"""既読: what a person has seen. Marks are only ever raised; edits and hiding raise nothing."""

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from board.models import Category, CategoryMark, ReadMark, Reply, Topic
from board.models.topic import TopicQuerySet
from members.models import User


def with_unread(topics: TopicQuerySet, user: User) -> TopicQuerySet:
    """Annotates is_unread: something since the person's start that no mark has reached."""
    mark = ReadMark.objects.filter(user=user, topic=OuterRef("pk")).values("seq")[:1]
    marked = CategoryMark.objects.filter(user=user, category=OuterRef("category"))
    return topics.annotate(
        seen_seq=Subquery(mark),
        read_until=Greatest(
            Coalesce(Subquery(marked.values("read_until")[:1]), user.joined_at), user.joined_at
        ),
        is_unread=Case(
            When(
                Q(active_at__gt=F("read_until"))
                & (Q(seen_seq=None) | Q(newest_seq__gt=F("seen_seq"))),
                then=True,
            ),
            default=False,
            output_field=BooleanField(),
        ),
    )


def raise_mark(user: User, topic: Topic, seq: int) -> None:
    """Two tabs never lower it. A page that shows nothing new writes nothing."""
    marks = ReadMark.objects.filter(user=user, topic=topic)
    current = marks.values_list("seq", flat=True).first()
    if current is None:
        ReadMark.objects.bulk_create(
            [ReadMark(user=user, topic=topic, seq=seq)], ignore_conflicts=True
        )
    if current is None or current < seq:
        marks.filter(seq__lt=seq).update(seq=seq)


def first_unread(user: User, topic: Topic) -> Reply | None:
    """The first visible reply that the person has not seen; None when all is read."""
    mark = ReadMark.objects.filter(user=user, topic=topic).values_list("seq", flat=True).first()
    since = _read_until(user, topic)
    unread = topic.replies.shown().filter(seq__gt=mark or 0, created_at__gt=since)
    return unread.order_by("seq").first()


def _read_until(user: User, topic: Topic) -> datetime:
    marks = CategoryMark.objects.filter(user=user, category=topic.category_id)
    marked: Any = marks.values_list("read_until", flat=True).first()
    return max(marked or user.joined_at, user.joined_at)


def mark_category_read(user: User, category: Category) -> None:
    """既読にする: for this person, everything of the category up to now."""
    now = timezone.now()
    CategoryMark.objects.update_or_create(
        user=user, category=category, defaults={"read_until": now}
    )
