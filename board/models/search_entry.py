"""The index of the board's search: one row for the text of a topic, one for each reply."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from board.models.category import Category
from board.models.reply import Reply
from board.models.topic import Topic
from members.models import Organization

# Keys count microseconds from this day (until 2071), and leave room for 4,096 posts of the same one.
_FIRST_DAY = datetime(2000, 1, 1, tzinfo=timezone.get_fixed_timezone(0))
_SAME_MOMENT_BITS = 12


class EachChecked(Exists):
    """EXISTS that is asked of one row after the other.

    PostgreSQL turns a plain one into a join, and reads the whole other table for it.
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def within(self, topics: models.QuerySet[Topic]) -> Self:
        return self.filter(EachChecked(topics.filter(pk=OuterRef("topic")).order_by()))

    def shown(self) -> Self:
        hidden = Reply.objects.filter(
            topic=OuterRef("topic"), seq=OuterRef("seq"), hidden_at__isnull=False
        )
        return self.filter(~EachChecked(hidden))


class SearchEntry(models.Model):
    """What a post is found by, folded. board.search.index writes it together with the post.

    The key grows with the time of the post: newest first is the order of keys, and a period a range
    of them, on both databases and however late a row is written. seq 0 is the topic itself.
    """

    id = models.BigIntegerField(primary_key=True)
    topic = models.ForeignKey(
        Topic, related_name="search_entries", on_delete=models.CASCADE, db_index=False
    )
    seq = models.PositiveIntegerField()
    category = models.ForeignKey(
        Category, related_name="search_entries", on_delete=models.PROTECT, db_index=False
    )
    organization = models.ForeignKey(
        Organization, related_name="search_entries", on_delete=models.PROTECT
    )
    has_files = models.BooleanField(default=False)
    # Of a topic; empty for a reply.
    title = models.TextField(blank=True)
    folded = models.TextField()

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "検索用の索引"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "seq"], name="one_search_entry_per_post")
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.seq}"

    @property
    def at(self) -> datetime:
        """When the post was published, to the moment."""
        return _FIRST_DAY + timedelta(microseconds=self.pk >> _SAME_MOMENT_BITS)


def key_at(moment: datetime) -> int:
    """The lowest key of a moment: those of earlier posts are smaller."""
    return ((moment - _FIRST_DAY) // timedelta(microseconds=1)) << _SAME_MOMENT_BITS


def key_of(moment: datetime, topic: int, seq: int) -> int:
    """Replies of one topic never meet; any others hardly ever."""
    return key_at(moment) + (topic + seq) % (1 << _SAME_MOMENT_BITS)
