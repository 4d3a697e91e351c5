"""監査記録 (AuditEntry): every decision and every change of access. Rows are only ever added."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete what must stay as it was written."""


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError("Audit entries are never changed.")

    def delete(self) -> Any:
        raise AppendOnlyError("Audit entries are never deleted.")


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
        indexes = [models.Index(fields=["target_type", "target_id"])]

    def __str__(self) -> str:
        return f"{self.act} {self.target_type} {self.target_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("Audit entries are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnlyError("Audit entries are never deleted.")
