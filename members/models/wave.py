"""招待の送信 (InvitationWave): planned invitations that the secretariat sends in one go."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class InvitationWave(models.Model):
    """Made by the sending itself, with just the invitations that its preview named."""

    name = models.CharField("名称", max_length=100)
    started_at = models.DateTimeField("送信日時", default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="送信した人",
        related_name="invitation_waves",
        on_delete=models.PROTECT,
    )

    class Meta:
        verbose_name = verbose_name_plural = "招待の送信"
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return self.name
