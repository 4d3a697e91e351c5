"""既読: what a person has seen. Marks are only ever raised; edits and hiding raise nothing."""

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from board.models import Category, CategoryMark, ReadMark, Reply
from board.models.topic import TopicQuerySet
from members.models import User


def with_seen(topics: TopicQuerySet, user: User) -> Any:
    """Annotates how far the person has read: what is_unread() and first_unread() go by."""
    seen = ReadMark.objects.filter(user=user, topic=OuterRef("pk"))
    marked = CategoryMark.objects.filter(user=user, category=OuterRef("category"))
    return topics.annotate(
        seen_seq=Subquery(seen.values("seq")[:1]),
        marked_until=Subquery(marked.values("read_until")[:1]),
    )


def with_unread(topics: TopicQuerySet, user: User) -> Any:
    """Annotates is_unread, for lists of what is unread: the same rule as is_unread()."""
    until = Greatest(Coalesce("marked_until", user.joined_at), user.joined_at)
    is_new = Q(active_at__gt=until) & (Q(seen_seq=None) | Q(newest_seq__gt=F("seen_seq")))
    unread = Case(When(is_new, then=True), default=False, output_field=BooleanField())
    return with_seen(topics, user).annotate(is_unread=unread)


def is_unread(topic: Any, user: User) -> bool:
    """Of with_seen(): something since the person's start that no mark has reached."""
    is_new = topic.active_at > _read_until(topic, user)
    return is_new and (topic.seen_seq is None or topic.newest_seq > topic.seen_seq)


def first_unread(topic: Any, user: User) -> Reply | None:
    """Of with_seen(): the first visible reply that the person has not seen; None when all is read."""
    if not is_unread(topic, user):
        return None
    unread = topic.replies.shown().filter(
        seq__gt=topic.seen_seq or 0, created_at__gt=_read_until(topic, user)
    )
    return unread.order_by("seq").first()


def _read_until(topic: Any, user: User) -> datetime:
    return max(topic.marked_until or user.joined_at, user.joined_at)


def raise_mark(topic: Any, user: User, seq: int) -> None:
    """Of with_seen(). Two tabs never lower it. A page that shows nothing new writes nothing."""
    if topic.seen_seq is None:
        ReadMark.objects.bulk_create(
            [ReadMark(user=user, topic=topic, seq=seq)], ignore_conflicts=True
        )
    if topic.seen_seq is None or topic.seen_seq < seq:
        ReadMark.objects.filter(user=user, topic=topic, seq__lt=seq).update(seq=seq)


def mark_category_read(user: User, category: Category) -> None:
    """既読にする: for this person, everything of the category up to now."""
    now = timezone.now()
    CategoryMark.objects.update_or_create(
        user=user, category=category, defaults={"read_until": now}
    )
