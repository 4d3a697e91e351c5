"""送信 (Delivery): the outbox. One row is one mail to one address, and the record of it."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from members.models.organization import Organization, Seat

LEASE = timedelta(minutes=5)
RETRY_AFTER = timedelta(minutes=5)
# Four hours of a mail server that is down; then the secretariat is told.
MAX_ATTEMPTS = 48


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> Self:
        """Waiting, past its time, and claimed by nobody whose lease still runs."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lt=now),
            state=Delivery.State.WAITING,
            due_at__lte=now,
        )

    def claim(self, *, limit: int) -> list["Delivery"]:
        """Take due rows for this process: another one that asks meanwhile gets others.

        A process that dies leaves rows whose lease runs out; they are due again then.
        """
        now = timezone.now()
        with transaction.atomic():
            rows = self.due(now).select_for_update(skip_locked=True).order_by("due_at", "id")
            keys = list(rows.values_list("pk", flat=True)[:limit])
            self.filter(pk__in=keys).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
        taken = self.filter(pk__in=keys).select_related("seat__organization")
        return list(taken.order_by("due_at", "id"))


class Delivery(models.Model):
    """Written in the transaction of the act that it tells of; sent afterwards by the worker."""

    class State(models.TextChoices):
        WAITING = "waiting", "未送信"
        SENT = "sent", "送信済"
        SKIPPED = "skipped", "送信対象外"
        FAILED = "failed", "失敗"
        BOUNCED = "bounced", "不達"

    address = models.EmailField("宛先")
    key = models.CharField("用件", max_length=100)
    subject = models.CharField("件名", max_length=150)
    body = models.TextField("本文")
    seat = models.ForeignKey(
        Seat,
        verbose_name="担当部署",
        related_name="deliveries",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField("理由", max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField("試行回数", default=0)
    created_at = models.DateTimeField("作成日時", default=timezone.now)
    due_at = models.DateTimeField("次の送信", default=timezone.now)
    leased_until = models.DateTimeField("処理中の期限", null=True, blank=True)
    sent_at = models.DateTimeField("送信日時", null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "メールの送信"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "key"],
                name="one_delivery_per_address_and_key",
                violation_error_message="この宛先には、この用件のメールがあります。",
            )
        ]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.subject}（{self.address}）"

    @property
    def is_for_body_outside(self) -> bool:
        """Its body has been suspended or has left since the mail was written."""
        return self.seat is not None and (
            self.seat.organization.status != Organization.Status.ACTIVE
        )

    def record_sent(self) -> None:
        self._settle(self.State.SENT, sent_at=timezone.now())

    def record_skipped(self, reason: str) -> None:
        self._settle(self.State.SKIPPED, reason=reason)

    def record_refused(self, reason: str) -> None:
        """The mail server will never take it."""
        self._settle(self.State.FAILED, reason=reason)

    def record_trouble(self, reason: str) -> None:
        """To be tried again, until MAX_ATTEMPTS."""
        if self.attempts >= MAX_ATTEMPTS:
            self.record_refused(reason)
            return
        self.due_at = timezone.now() + RETRY_AFTER
        self.leased_until, self.reason = None, reason[:200]
        self.save(update_fields=["due_at", "leased_until", "reason"])

    def _settle(self, state: State, *, reason: str = "", sent_at: datetime | None = None) -> None:
        self.state, self.reason, self.sent_at, self.leased_until = (
            state,
            reason[:200],
            sent_at,
            None,
        )
        self.save(update_fields=["state", "reason", "sent_at", "leased_until"])
