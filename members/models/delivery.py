"""送信 (Delivery): the outbox. One row is one mail to one address, and the record of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from members.models.inbox import Notice
from members.models.lease import LEASE, unclaimed
from members.models.organization import Organization, Seat

# Waits twice as long each time: 5 minutes, 10, 20 … up to four hours.
RETRY_AFTER = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=4)
# Three days of a mail server that is down; then the secretariat is told.
MAX_ATTEMPTS = 24


URGENT_FIRST = (F("notice").asc(nulls_first=True), "due_at", "id")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> Self:
        """Waiting, past its time, and claimed by nobody whose lease still runs."""
        return self.filter(unclaimed(now), state=Delivery.State.WAITING, due_at__lte=now)

    def collected(self) -> Self:
        """To be sent with others in one mail a day or a week."""
        return self.filter(is_collected=True)

    def claim(self, *, limit: int) -> list["Delivery"]:
        """Take due rows for this process: another one that asks meanwhile gets others.

        A process that dies leaves rows whose lease runs out; they are due again then. What a person
        waits for at the screen, as a link to log in, goes before notices.
        """
        now = timezone.now()
        with transaction.atomic():
            rows = self.due(now).filter(is_collected=False).select_for_update(skip_locked=True)
            keys = list(rows.order_by(*URGENT_FIRST).values_list("pk", flat=True)[:limit])
            self.filter(pk__in=keys).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
        return list(self.filter(pk__in=keys).with_addressee().order_by(*URGENT_FIRST))

    def claim_collected(self, addresses: Iterable[str]) -> list["Delivery"]:
        """All that is due for addresses that this process has claimed, the newest first.

        Rows that were in a mail when its process died keep its number and go out as that mail.
        """
        now = timezone.now()
        with transaction.atomic():
            rows = self.due(now).collected().filter(address__in=addresses)
            keys = list(rows.values_list("pk", flat=True))
            self.filter(pk__in=keys).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
        return list(self.filter(pk__in=keys).with_addressee().order_by("address", "-id"))

    def with_addressee(self) -> Self:
        return self.select_related("seat__organization", "user", "notice__by__organization")

    def settle_sent(self, rows: "Iterable[Delivery]", subject: str) -> None:
        """All rows of one mail at once; the subject of a notice is known only now."""
        self.filter(pk__in=[row.pk for row in rows]).update(
            state=Delivery.State.SENT,
            subject=subject[:150],
            reason="",
            sent_at=timezone.now(),
            leased_until=None,
        )

    def settle_refused(self, rows: "Iterable[Delivery]", reason: str) -> None:
        """The mail server will never take it."""
        self.filter(pk__in=[row.pk for row in rows]).update(
            state=Delivery.State.FAILED, reason=reason[:200], leased_until=None
        )


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
    # Of a notice: written when it is sent, of what may be seen then.
    subject = models.CharField("件名", max_length=150, blank=True)
    body = models.TextField("本文", blank=True)
    seat = models.ForeignKey(
        Seat,
        verbose_name="担当部署",
        related_name="deliveries",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="利用者",
        related_name="deliveries",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="本人が希望して、自分のアドレスで受け取る知らせです。",
    )
    notice = models.ForeignKey(
        Notice,
        verbose_name="知らせ",
        related_name="deliveries",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    mail_list = models.CharField("種類", max_length=30, blank=True)
    is_required = models.BooleanField("設定にかかわらず送る", default=False)
    is_collected = models.BooleanField("まとめて送る", default=False)
    # Of the mail that carries this row with others; kept while it is not known whether it went out.
    mail_id = models.UUIDField("メールの番号", null=True, blank=True, editable=False)
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
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state="waiting"), name="deliveries_to_be_sent"
            ),
            models.Index(fields=["seat", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.subject or self.notice}（{self.address}）"

    @property
    def is_for_body_outside(self) -> bool:
        """Its body has been suspended or has left since the mail was written."""
        return self.seat is not None and (
            self.seat.organization.status != Organization.Status.ACTIVE
        )

    @property
    def address_of_today(self) -> str:
        """Of the person who asked, or of the section's mailbox."""
        if self.user:
            return self.user.email or ""
        return self.seat.mailbox if self.seat else self.address

    def record_skipped(self, reason: str) -> None:
        self.state, self.reason, self.leased_until = self.State.SKIPPED, reason, None
        self.save(update_fields=["state", "reason", "leased_until"])

    def record_trouble(self, reason: str) -> None:
        """To be tried again, until MAX_ATTEMPTS."""
        if self.attempts >= MAX_ATTEMPTS:
            Delivery.objects.settle_refused([self], reason)
            return
        wait = min(RETRY_AFTER * 2 ** min(self.attempts - 1, 10), LONGEST_WAIT)
        self.due_at, self.leased_until = timezone.now() + wait, None
        self.reason, self.mail_id = reason[:200], None
        self.save(update_fields=["due_at", "leased_until", "reason", "mail_id"])
