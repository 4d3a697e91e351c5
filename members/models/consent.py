"""利用規約への同意 (TermsConsent): who agreed to which version, and when."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from members.models.site_text import SiteText


class TermsConsent(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="利用者",
        related_name="consents",
        on_delete=models.CASCADE,
    )
    text = models.ForeignKey(
        SiteText, verbose_name="利用規約", related_name="consents", on_delete=models.PROTECT
    )
    at = models.DateTimeField("同意した日時", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "利用規約への同意"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "text"],
                name="one_consent_per_user_and_text",
                violation_error_message="この版には、すでに同意しています。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.text}：{self.user.name}"
