"""公開範囲 (audience): which bodies a topic is for."""

from typing import Any

from django.db import models
from django.db.models import Q

from lib import prefectures
from members.models import Organization


class Audience(models.TextChoices):
    ALL = "all", "すべての会員"
    WARDS = "wards", "特別区のみ"
    PREFECTURES = "prefectures", "都道府県を選ぶ"
    CHOSEN = "chosen", "団体を選ぶ"


def addressed_to(audience: str, prefectures: Any, organizations: Any) -> Q:
    """Bodies of an audience; what was chosen comes as a list of codes or keys, or as a subquery."""
    return {
        # An empty Q would vanish beside another one.
        Audience.ALL: ~Q(pk=None),
        Audience.WARDS: Q(kind=Organization.Kind.WARD),
        Audience.PREFECTURES: Q(prefecture__in=prefectures),
        Audience.CHOSEN: Q(pk__in=organizations),
    }[Audience(audience)]


class TopicAudience(models.Model):
    """A prefecture or a body that a topic is addressed to."""

    topic = models.ForeignKey(
        "board.Topic", verbose_name="投稿", related_name="audience_rows", on_delete=models.CASCADE
    )
    prefecture = models.CharField("都道府県", max_length=2, choices=prefectures.CHOICES, blank=True)
    organization = models.ForeignKey(
        Organization,
        verbose_name="会員団体",
        related_name="addressed_topics",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )

    class Meta:
        verbose_name = verbose_name_plural = "公開範囲"
        constraints = [
            models.CheckConstraint(
                condition=Q(prefecture="", organization__isnull=False)
                | (~Q(prefecture="") & Q(organization=None)),
                name="audience_is_a_prefecture_or_a_body",
            ),
            models.UniqueConstraint(
                fields=["topic", "prefecture"],
                condition=~Q(prefecture=""),
                name="one_audience_row_per_prefecture",
            ),
            models.UniqueConstraint(
                fields=["topic", "organization"],
                condition=Q(organization__isnull=False),
                name="one_audience_row_per_body",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization or self.get_prefecture_display())
