"""参加申込 (Entry): somebody wants to come to one of the project's own events."""

import secrets
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone

from news.models.event import Event

MAX_PEOPLE = 20
# After the event; then only the numbers stay.
KEPT_FOR = timedelta(days=180)


def new_token() -> str:
    return secrets.token_urlsafe(32)


class EntryQuerySet(models.QuerySet["Entry"]):
    def confirmed(self) -> Self:
        return self.filter(state=Entry.State.CONFIRMED)

    def waiting(self) -> Self:
        """In the order in which they came."""
        return self.filter(state=Entry.State.WAITING).order_by("id")

    def people(self) -> int:
        return self.aggregate(total=Sum("people"))["total"] or 0

    def due_for_erasure(self) -> Self:
        over = timezone.localdate() - KEPT_FOR
        return self.filter(event__ends_on__lt=over, erased_at=None)


class Entry(models.Model):
    class State(models.TextChoices):
        CONFIRMED = "confirmed", "受付済"
        WAITING = "waiting", "キャンセル待ち"
        CANCELLED = "cancelled", "取消し"

    # Erased in time; the rest are numbers.
    PERSONAL = ("name", "body_name", "email", "telephone", "note")

    event = models.ForeignKey(
        Event, verbose_name="イベント", related_name="entries", on_delete=models.PROTECT
    )
    state = models.CharField("状態", max_length=10, choices=State)
    name = models.CharField("氏名", max_length=50)
    body_name = models.CharField("所属", max_length=100, blank=True)
    # Empty only where the secretariat has entered it for somebody who telephoned.
    email = models.EmailField("メールアドレス", blank=True)
    telephone = models.CharField("電話番号", max_length=20, blank=True)
    people = models.PositiveSmallIntegerField(
        "参加人数", default=1, validators=[MinValueValidator(1), MaxValueValidator(MAX_PEOPLE)]
    )
    note = models.TextField("連絡事項", max_length=1000, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="代理で入力した人",
        related_name="entries_for_others",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
    )
    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    form_key = models.CharField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField("申込日時", default=timezone.now, editable=False)
    cancelled_at = models.DateTimeField("取消日時", null=True, blank=True, editable=False)
    erased_at = models.DateTimeField("消去日時", null=True, blank=True, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参加申込"
        ordering = ["event", "id"]
        indexes = [models.Index(fields=["event", "state"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(people__gte=1, people__lte=MAX_PEOPLE),
                name="entry_of_1_to_20_people",
                violation_error_message=f"参加人数は1人から{MAX_PEOPLE}人までにしてください。",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_at__isnull=False)
                | (~Q(state="cancelled") & Q(cancelled_at=None)),
                name="cancelled_entry_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(email="") | Q(entered_by__isnull=False) | Q(erased_at__isnull=False),
                name="entry_has_an_address",
                violation_error_message="メールアドレスを入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.name or '（消去済み）'}"

    def get_absolute_url(self) -> str:
        """The token is the key: it is mailed to who entered."""
        return reverse("news:entry", args=[self.token])
