"""メールの設定 (MailSetting), and what is known of an address (MailAddress)."""

from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from members.models.delivery import Delivery
from members.models.lease import LEASE, unclaimed
from members.models.organization import Seat

# A mailbox that was full on as many days is taken for dead.
SOFT_BOUNCES = 5


class Rhythm(models.TextChoices):
    AT_ONCE = "at_once", "そのつど"
    DAILY = "daily", "毎日まとめて（午前8時30分）"
    WEEKLY = "weekly", "毎週まとめて（月曜日の午前8時30分）"
    NEVER = "never", "メールで受け取らない"


class MailSetting(models.Model):
    """How often an address hears of one list: the seat's mailbox, or a person who asked.

    Without a row the list's own default holds.
    """

    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="mail_settings", on_delete=models.CASCADE
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="利用者",
        related_name="mail_settings",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        help_text="空のときは、担当部署の代表メールアドレスの設定です。",
    )
    mail_list = models.CharField("種類", max_length=30)
    rhythm = models.CharField("受け取り方", max_length=10, choices=Rhythm)

    class Meta:
        verbose_name = verbose_name_plural = "メールの設定"
        ordering = ["seat", "mail_list"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "mail_list"],
                condition=Q(user=None),
                name="one_setting_per_mailbox_and_list",
            ),
            models.UniqueConstraint(
                fields=["seat", "mail_list", "user"],
                condition=Q(user__isnull=False),
                name="one_setting_per_person_and_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mail_list}：{self.get_rhythm_display()}"


class MailAddressQuerySet(models.QuerySet["MailAddress"]):
    def bounced(self) -> Self:
        return self.filter(bounced_at__isnull=False)

    def claim_with_digest(self, *, limit: int) -> list[str]:
        """Addresses whose collected mail is due, for this process alone while the lease runs."""
        now = timezone.now()
        due = Delivery.objects.due(now).collected().filter(address=OuterRef("address"))
        with transaction.atomic():
            rows = self.filter(unclaimed(now), Exists(due)).select_for_update(
                skip_locked=True, of=("self",)
            )
            keys = list(rows.order_by("id").values_list("pk", flat=True)[:limit])
            self.filter(pk__in=keys).update(leased_until=now + LEASE)
        return list(self.filter(pk__in=keys).values_list("address", flat=True))


class MailAddress(models.Model):
    """One row per address that was written to: whether mail arrives, and who sends to it now."""

    address = models.EmailField("メールアドレス", unique=True)
    bounced_at = models.DateTimeField("不達になった日時", null=True, blank=True)
    soft_bounces = models.PositiveSmallIntegerField("一時的な不達の日数", default=0)
    soft_bounced_on = models.DateField("最後の一時的な不達", null=True, blank=True)
    problem = models.CharField("不達の内容", max_length=300, blank=True)
    leased_until = models.DateTimeField("処理中の期限", null=True, blank=True)

    objects = MailAddressQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "宛先"
        ordering = ["address"]

    def __str__(self) -> str:
        return self.address
