"""引継ぎ (Handover): one person's place on a seat passes to a successor."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from members.models.account import User
from members.models.invitation import Invitation
from members.models.organization import Seat


class HandoverQuerySet(models.QuerySet["Handover"]):
    def open(self) -> Self:
        return self.filter(finished_at=None, cancelled_at=None)

    def due(self, today: date) -> Self:
        """The successor is there and the day has come; letting go removes it from this set."""
        return self.open().filter(
            Q(leaves_on=None) | Q(leaves_on__lte=today), invitation__accepted_at__isnull=False
        )

    def of_body(self, organization_id: int) -> Self:
        return self.filter(seat__organization=organization_id)


class Handover(models.Model):
    """Watches, drafts and settings hang on the seat: a hand-over moves none of them."""

    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="handovers", on_delete=models.PROTECT
    )
    predecessor = models.ForeignKey(
        User, verbose_name="前任者", related_name="handovers", on_delete=models.PROTECT
    )
    invitation = models.OneToOneField(
        Invitation, verbose_name="後任への招待", related_name="handover", on_delete=models.PROTECT
    )
    leaves_on = models.DateField(
        "前任者が使えなくなる日",
        null=True,
        blank=True,
        help_text="空なら、後任の方が登録したときです。",
    )
    started_at = models.DateTimeField("開始日時", default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="始めた人",
        related_name="handovers_started",
        on_delete=models.PROTECT,
    )
    finished_at = models.DateTimeField("完了日時", null=True, blank=True)
    cancelled_at = models.DateTimeField("取消日時", null=True, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "引継ぎ"
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(finished_at=None, cancelled_at=None),
                name="one_open_handover_per_predecessor",
                violation_error_message="この方の引継ぎは、すでに始まっています。",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(cancelled_at=None),
                name="handover_is_finished_or_cancelled",
                violation_error_message="取り消した引継ぎは、完了できません。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat}の引継ぎ"

    def get_absolute_url(self) -> str:
        return reverse("members:handover", args=[self.pk])

    @property
    def state(self) -> str:
        if self.cancelled_at:
            return "取消し"
        if self.finished_at:
            return "完了"
        return "後任の方が登録済み" if self.invitation.accepted_at else "後任の方の登録待ち"

    @property
    def is_cancellable(self) -> bool:
        return not (self.finished_at or self.cancelled_at or self.invitation.accepted_at)
