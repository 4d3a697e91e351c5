"""知らせ (Notice), and where it lies: in a section's inbox (Notification), marked read by a person."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from members.models.account import User
from members.models.lease import LEASE, unclaimed
from members.models.organization import Seat


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting(self) -> Self:
        return self.filter(spread_at=None)

    def due(self, now: datetime) -> Self:
        return self.waiting().filter(unclaimed(now), due_at__lte=now)

    def claim(self) -> "Notice | None":
        """One that is due, for this process alone until its lease runs out."""
        now = timezone.now()
        with transaction.atomic():
            found = self.due(now).select_for_update(skip_locked=True).order_by("due_at", "id")
            notice = found.first()
            if notice:
                notice.leased_until = now + LEASE
                notice.save(update_fields=["leased_until"])
        return notice


class Notice(models.Model):
    """One thing that happened and that sections have to hear of.

    Written in the transaction of the act; the worker spreads it to inboxes and outbox when it is
    due, and asks then who may see it. `topic` and `seq` are numbers of the board: no relation
    points upwards.
    """

    class Kind(models.TextChoices):
        TOPIC = "topic", "新しい投稿"
        REPLY = "reply", "返信"
        ANSWER = "answer", "回答"
        CHANGE = "change", "内容の変更"
        DEADLINE = "deadline", "締切の変更"
        OUTCOME = "outcome", "受付の終了・結果"
        REMINDER = "reminder", "締切が近い投稿"
        REQUEST = "request", "回答・確認の再度のお願い"
        MATCH = "match", "個別の相談の成立"
        DECISION = "decision", "投稿についての事務局の判断"
        REPORT = "report", "通報"
        AGREEMENT = "agreement", "協定の期限"
        MEMBERSHIP = "membership", "会員登録・引継ぎ・年次確認"

    key = models.CharField("用件", max_length=100, unique=True)
    kind = models.CharField("種類", max_length=12, choices=Kind)
    topic = models.PositiveBigIntegerField("投稿の番号", null=True, blank=True, db_index=True)
    seq = models.PositiveIntegerField("返信の番号", default=0)
    # A line of text, and the page that it leads to, where that is not the topic.
    text = models.CharField("内容", max_length=600, blank=True)
    path = models.CharField("ページ", max_length=200, blank=True)
    to = models.ForeignKey(
        Seat,
        verbose_name="宛先の担当部署",
        related_name="notices",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="空のときは、知らせる時に決まります。",
    )
    by = models.ForeignKey(
        Seat,
        verbose_name="行った担当部署",
        related_name="caused_notices",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    created_at = models.DateTimeField("日時", default=timezone.now)
    due_at = models.DateTimeField("知らせる日時", default=timezone.now)
    leased_until = models.DateTimeField("処理中の期限", null=True, blank=True)
    spread_at = models.DateTimeField("知らせた日時", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "知らせ"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(spread_at=None), name="notices_to_be_spread"
            )
        ]

    def __str__(self) -> str:
        return self.text or self.get_kind_display()

    def postpone(self, until: datetime) -> None:
        self.due_at, self.leased_until = until, None
        self.save(update_fields=["due_at", "leased_until"])


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, user: User) -> Self:
        """Of the person's section."""
        return self.filter(seat=user.seat_id)

    def unseen_by(self, user: User) -> Self:
        read = NotificationRead.objects.filter(notification=OuterRef("pk"), user=user)
        return self.of(user).filter(~Exists(read))

    def unread_by(self, user: User) -> Self:
        """A newcomer is not shown as behind with what was before."""
        return self.unseen_by(user).filter(created_at__gte=user.joined_at)


class Notification(models.Model):
    """A notice in the inbox of a section: never a mail."""

    notice = models.ForeignKey(
        Notice, verbose_name="知らせ", related_name="notifications", on_delete=models.CASCADE
    )
    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="notifications", on_delete=models.CASCADE
    )
    created_at = models.DateTimeField("日時", default=timezone.now)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "受信箱"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "notice"], name="one_notification_per_seat_and_notice"
            )
        ]
        indexes = [models.Index(fields=["seat", "-created_at"])]

    def __str__(self) -> str:
        return str(self.notice)


class NotificationRead(models.Model):
    """A person has seen it. Of a section any active person has seen what its mailbox need not get."""

    notification = models.ForeignKey(
        Notification, verbose_name="受信箱", related_name="reads", on_delete=models.CASCADE
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="利用者",
        related_name="notification_reads",
        on_delete=models.CASCADE,
    )

    class Meta:
        verbose_name = verbose_name_plural = "受信箱の既読"
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "user"], name="one_read_per_notification_and_user"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notification_id} {self.user_id}"
