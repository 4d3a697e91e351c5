"""What a person has read, and what a section watches or still has to do."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from board.models.category import Category
from board.models.topic import Topic
from members.models import Seat


class ReadMark(models.Model):
    """The highest reply that a person has seen of a topic; 0 is the topic itself. Only ever raised."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="利用者",
        related_name="read_marks",
        on_delete=models.CASCADE,
    )
    topic = models.ForeignKey(
        Topic, verbose_name="投稿", related_name="read_marks", on_delete=models.CASCADE
    )
    seq = models.PositiveIntegerField("読んだ番号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "既読"
        constraints = [
            models.UniqueConstraint(fields=["user", "topic"], name="one_read_mark_per_topic")
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.seq}"


class CategoryMark(models.Model):
    """既読にする: nothing of the category before this moment is unread for the person."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="利用者",
        related_name="category_marks",
        on_delete=models.CASCADE,
    )
    category = models.ForeignKey(
        Category, verbose_name="分類", related_name="marks", on_delete=models.CASCADE
    )
    read_until = models.DateTimeField("既読にした日時")

    class Meta:
        verbose_name = verbose_name_plural = "分類の既読"
        constraints = [
            models.UniqueConstraint(fields=["user", "category"], name="one_mark_per_category")
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.read_until}"


class Watch(models.Model):
    """更新通知: a section hears of what happens on a topic."""

    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="watches", on_delete=models.CASCADE
    )
    topic = models.ForeignKey(
        Topic, verbose_name="投稿", related_name="watches", on_delete=models.CASCADE
    )

    class Meta:
        verbose_name = verbose_name_plural = "更新通知"
        constraints = [
            models.UniqueConstraint(fields=["seat", "topic"], name="one_watch_per_seat_and_topic")
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.topic_id}"


class TodoMark(models.Model):
    """要対応: the section's own reminder on a topic, set and taken away by any colleague."""

    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="todo_marks", on_delete=models.CASCADE
    )
    topic = models.ForeignKey(
        Topic, verbose_name="投稿", related_name="todo_marks", on_delete=models.CASCADE
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="付けた人",
        related_name="todo_marks",
        on_delete=models.PROTECT,
    )
    set_at = models.DateTimeField("付けた日時", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "要対応"
        constraints = [
            models.UniqueConstraint(fields=["seat", "topic"], name="one_todo_mark_per_topic")
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.topic_id}"
