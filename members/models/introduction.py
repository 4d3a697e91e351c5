"""公式Xでの紹介 (Introduction): what a member wants to be told of, and what became of the wish.

It names what it is about by a key, and knows nothing of topics and events.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Max, Q
from django.utils import timezone

from lib.x_posts import weight
from members.models.organization import Organization, Seat


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def waiting(self) -> Self:
        return self.filter(state__in=Introduction.WAITING)

    def posted(self) -> Self:
        return self.filter(state=Introduction.State.POSTED)

    def of(self, organization: Organization) -> Self:
        return self.filter(organization=organization)

    def by_prefecture(self) -> dict[str, dict[str, object]]:
        """Numbers of wishes and posts and the day of the last one; only prefectures with a wish."""
        states = Introduction.State
        rows = (
            self.exclude(organization=None)
            .order_by()
            .values("organization__prefecture")
            .annotate(
                waiting=Count("id", filter=Q(state__in=Introduction.WAITING)),
                posted=Count("id", filter=Q(state=states.POSTED)),
                skipped=Count("id", filter=Q(state=states.SKIPPED)),
                last=Max("posted_at"),
            )
        )
        return {row.pop("organization__prefecture"): row for row in rows}


class Introduction(models.Model):
    class State(models.TextChoices):
        WANTED = "wanted", "希望"
        DRAFTING = "drafting", "作成中"
        POSTED = "posted", "紹介済"
        SKIPPED = "skipped", "見送り"

    WAITING = (State.WANTED, State.DRAFTING)

    key = models.CharField("元の番号", max_length=50, unique=True, editable=False)
    title = models.CharField("件名", max_length=100)
    url = models.CharField("元のページ", max_length=200)
    organization = models.ForeignKey(
        Organization,
        verbose_name="会員団体",
        related_name="introductions",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    seat = models.ForeignKey(
        Seat,
        verbose_name="担当部署",
        related_name="introductions",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    text = models.TextField("投稿の文", max_length=1000)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WANTED)
    reason = models.CharField("見送りの理由", max_length=500, blank=True)
    posted_url = models.URLField("Xの投稿のアドレス", blank=True)
    posted_at = models.DateTimeField("紹介日時", null=True, blank=True)
    # Set while the text is on its way to X, so that a second press sends nothing.
    sending_since = models.DateTimeField("送信開始日時", null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="決定した人",
        related_name="introductions",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    created_at = models.DateTimeField("希望日時", default=timezone.now)

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公式Xでの紹介"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="posted") | (~Q(posted_url="") & Q(posted_at__isnull=False)),
                name="posted_introduction_has_its_address",
                violation_error_message="紹介済にするには、Xの投稿のアドレスを入力してください。",
            ),
            models.CheckConstraint(
                condition=~Q(state="skipped") | ~Q(reason=""),
                name="skipped_introduction_has_a_reason",
                violation_error_message="見送りにするには、理由を入力してください。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING

    @property
    def weight(self) -> int:
        return weight(self.text)
