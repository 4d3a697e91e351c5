"""監査記録 (AuditEntry): every decision and every change of access. Rows are only ever added."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from members.audit_words import act_words, kind_words


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete what must stay as it was written."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError("Audit entries are never changed.")

    def delete(self) -> Any:
        raise AppendOnlyError("Audit entries are never deleted.")

    def clear(self, before: datetime, *, limit: int) -> int:
        """The oldest ones. For members.audit_retention, which leaves an entry."""
        old = self.filter(at__lt=before).order_by("at", "id").values_list("pk", flat=True)
        return models.QuerySet.delete(self.filter(pk__in=list(old[:limit])))[0]


class AuditEntry(models.Model):
    """Ids and names of changed fields; no personal values, so that erasing a person stays possible."""

    at = models.DateTimeField("日時", default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="利用者",
        related_name="audit_entries",
        null=True,
        on_delete=models.PROTECT,
    )
    ip = models.GenericIPAddressField("接続元", null=True)
    act = models.CharField("操作", max_length=50)
    target_type = models.CharField("対象の種類", max_length=50)
    target_id = models.CharField("対象の番号", max_length=40)
    detail = models.JSONField("内容", default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "監査記録"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["target_type", "target_id"]),
            models.Index(fields=["-at", "-id"]),
        ]

    def __str__(self) -> str:
        target = f"{kind_words(self.target_type)} {self.target_id}".strip()
        return f"{act_words(self.act)}（{target}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("Audit entries are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnlyError("Audit entries are never deleted.")
