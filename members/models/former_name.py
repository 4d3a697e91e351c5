"""旧名称 (FormerName): what a body or a section was called before, so that it is found under both."""

from django.db import models
from django.db.models import Q

from members.models.organization import Organization, Seat


class FormerName(models.Model):
    """Of one body or of one seat."""

    class Reason(models.TextChoices):
        RENAMED = "renamed", "名称変更"
        MERGED = "merged", "合併"

    organization = models.ForeignKey(
        Organization,
        verbose_name="会員団体",
        related_name="former_names",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    seat = models.ForeignKey(
        Seat,
        verbose_name="担当部署",
        related_name="former_names",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    # A merged body is named with its prefecture, which its successor may not share.
    name = models.CharField("旧名称", max_length=90)
    kana = models.CharField("ふりがな", max_length=150, blank=True)
    until = models.DateField("いつまで")
    reason = models.CharField("理由", max_length=7, choices=Reason, default=Reason.RENAMED)

    class Meta:
        verbose_name = verbose_name_plural = "旧名称"
        ordering = ["-until", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=False, seat=None)
                | Q(organization=None, seat__isnull=False),
                name="former_name_of_one_owner",
                violation_error_message="旧名称は、会員団体か担当部署のどちらか一つのものです。",
            ),
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="one_former_name_per_organization",
                violation_error_message="この会員団体には、同じ旧名称があります。",
            ),
            models.UniqueConstraint(
                fields=["seat", "name"],
                name="one_former_name_per_seat",
                violation_error_message="この担当部署には、同じ旧名称があります。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
