"""応対記録 (CareNote): what was said with a body on the telephone or at the counter."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models.organization import Organization


class CareNote(models.Model):
    """Never edited: a slip is struck out, with a reason, and stays readable."""

    organization = models.ForeignKey(
        Organization, verbose_name="会員団体", related_name="care_notes", on_delete=models.PROTECT
    )
    at = models.DateTimeField("日時", default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="記録した人",
        related_name="care_notes",
        on_delete=models.PROTECT,
    )
    spoken_to = models.CharField("相手の方", max_length=100, blank=True)
    text = models.TextField("内容", max_length=2000)
    form_key = models.CharField(max_length=32, unique=True, editable=False)
    struck_at = models.DateTimeField("取消線の日時", null=True, blank=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="取消線を引いた人",
        related_name="struck_notes",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    struck_reason = models.CharField("取消線の理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "応対記録"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organization", "-at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_by=None)
                | Q(struck_at__isnull=False, struck_by__isnull=False),
                name="struck_note_has_person_and_time",
                violation_error_message="取消線には、引いた人と日時の両方が必要です。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.text[:30]}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Notes of calls are struck out, never deleted.")
