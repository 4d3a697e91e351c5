"""会員登録申請 (Application) with its steps, and 招待 (Invitation)."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from lib import prefectures
from lib.text import fold
from lib.wareki import format_datetime
from members.models.account import User
from members.models.delivery import Delivery
from members.models.local_government import LocalGovernment
from members.models.organization import Organization, Seat, Theme
from members.models.site_text import SiteText
from members.models.wave import InvitationWave

UNVERIFIED_FOR = timedelta(days=3)
INVITATION_FOR = timedelta(days=14)
MAIL_KEY = "invitation-"


def random_token() -> str:
    return secrets.token_urlsafe(32)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> Self:
        return self.filter(status__in=Application.OPEN)

    def abandoned(self, now: datetime) -> Self:
        """Addresses that nobody verified within three days."""
        return self.filter(
            status=Application.Status.UNVERIFIED, created_at__lt=now - UNVERIFIED_FOR
        )


class Application(models.Model):
    """Nothing is deleted by a decision; an unverified one blocks nobody."""

    class Status(models.TextChoices):
        UNVERIFIED = "unverified", "未確認"
        RECEIVED = "received", "受付"
        REVIEWING = "reviewing", "確認中"
        RETURNED = "returned", "修正依頼"
        APPROVED = "approved", "承認"
        REFUSED = "refused", "不承認"
        WITHDRAWN = "withdrawn", "取下げ"

    class Wish(models.TextChoices):
        """活用事例 of the source document."""

        PROPOSE = "propose", "東京23区等に対し、新たな連携・交流事業を提案したい"
        JOIN = "join", "東京23区等が実施しているイベントや事業に参加したい"
        PUBLICISE = "publicise", "自治体の施策や事業を広く周知したい"
        PAMPHLET = "pamphlet", "自治体のパンフレットを東京23区等で配布したい"
        PROMOTE = "promote", "自治体の広報誌や広報動画をPRしたい"

    OPEN = (Status.RECEIVED, Status.REVIEWING, Status.RETURNED)
    DECIDABLE = (Status.RECEIVED, Status.REVIEWING)

    token = models.CharField(max_length=64, unique=True, default=random_token, editable=False)
    status = models.CharField("状態", max_length=12, choices=Status, default=Status.UNVERIFIED)
    prefecture = models.CharField("都道府県", max_length=2, choices=prefectures.CHOICES)
    local_government = models.ForeignKey(
        LocalGovernment,
        verbose_name="地方公共団体",
        related_name="applications",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    body_name = models.CharField("団体名", max_length=80)
    folded_name = models.CharField(max_length=200, editable=False)
    section = models.CharField("部署名", max_length=80)
    contact_name = models.CharField("担当者名", max_length=50)
    email = models.EmailField("メールアドレス")
    telephone = models.CharField("電話番号", max_length=20)
    extension = models.CharField("内線", max_length=10, blank=True)
    website = models.URLField("ウェブサイト", blank=True)
    x_account = models.CharField("Xのアカウント", max_length=16, blank=True)
    magazine_url = models.URLField("広報誌のURL", blank=True)
    themes = models.ManyToManyField(
        Theme, verbose_name="関心のあるテーマ", related_name="applications", blank=True
    )
    wishes = models.JSONField("活用したいこと", default=list, blank=True)
    purpose = models.TextField("利用目的", max_length=2000)
    terms = models.ForeignKey(
        SiteText,
        verbose_name="同意した利用規約",
        related_name="applications",
        null=True,
        on_delete=models.PROTECT,
    )
    created_at = models.DateTimeField("申請日時", default=timezone.now, editable=False)
    decided_at = models.DateTimeField("決定日時", null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="決定した人",
        related_name="decided_applications",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会員登録申請"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["local_government"],
                condition=Q(
                    status__in=["received", "reviewing", "returned"],
                    local_government__isnull=False,
                ),
                name="one_open_application_per_local_government",
            ),
            models.UniqueConstraint(
                fields=["prefecture", "folded_name"],
                condition=Q(
                    status__in=["received", "reviewing", "returned"], local_government=None
                ),
                name="one_open_application_per_association",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_name}（{self.get_status_display()}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded_name = fold(self.body_name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The applicant's private page: whoever has the address may correct and withdraw."""
        return reverse("members:application", args=[self.token])

    @property
    def full_name(self) -> str:
        if self.local_government:
            return str(self.local_government)
        prefecture = self.get_prefecture_display()
        return (
            self.body_name if self.body_name.startswith(prefecture) else prefecture + self.body_name
        )

    @property
    def wish_labels(self) -> list[str]:
        return [self.Wish(wish).label for wish in self.wishes]

    @property
    def is_correctable(self) -> bool:
        return self.status == self.Status.RETURNED

    @property
    def is_withdrawable(self) -> bool:
        return self.status in self.OPEN


class ApplicationStep(models.Model):
    """What happened to an application, as the applicant sees it."""

    application = models.ForeignKey(
        Application, verbose_name="会員登録申請", related_name="steps", on_delete=models.CASCADE
    )
    status = models.CharField("状態", max_length=12, choices=Application.Status)
    at = models.DateTimeField("日時", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="事務局の担当者",
        related_name="application_steps",
        null=True,
        on_delete=models.PROTECT,
    )
    reason = models.TextField("理由・連絡", max_length=2000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申請の経過"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {format_datetime(self.at)}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Neither used nor withdrawn, sent or not."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def planned(self) -> Self:
        """Imported, and not mailed yet: no link works, and no term runs."""
        return self.open().filter(sent_at=None)

    def waiting(self) -> Self:
        """Sent and open; those past their day are among them, to be sent again."""
        return self.open().filter(sent_at__isnull=False)

    def with_delivery(self) -> Self:
        """With delivery_state and delivery_reason of the mail that carried each."""
        key = Concat(Value(MAIL_KEY), Cast(OuterRef("pk"), models.CharField()))
        mail = Delivery.objects.filter(address=OuterRef("address"), key=key)
        return self.annotate(
            delivery_state=Subquery(mail.values("state")[:1]),
            delivery_reason=Subquery(mail.values("reason")[:1]),
        )

    def usable(self) -> Self:
        """By columns of its own alone: PostgreSQL checks these again when two accept at once.

        A condition on the body would make a subquery of the UPDATE, which is not checked again.
        """
        return self.waiting().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A place on a seat, offered by mail: used once, within 14 days.

    One that is planned (members/waves.py) has no address either: it goes to the mailbox that the
    seat has on the day of sending.
    """

    token = models.CharField(max_length=64, unique=True, default=random_token, editable=False)
    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="invitations", on_delete=models.PROTECT
    )
    name = models.CharField("氏名", max_length=50)
    address = models.EmailField("招待の送り先", blank=True)
    role = models.CharField("役割", max_length=12, choices=User.Role)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="招待した人",
        related_name="invitations_sent",
        null=True,
        on_delete=models.PROTECT,
    )
    wave = models.ForeignKey(
        InvitationWave,
        verbose_name="招待の送信",
        related_name="invitations",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    created_at = models.DateTimeField("招待日時", default=timezone.now)
    sent_at = models.DateTimeField("送信日時", null=True, blank=True, default=timezone.now)
    expires_at = models.DateTimeField("期限", null=True, blank=True)
    accepted_at = models.DateTimeField("登録日時", null=True, blank=True)
    withdrawn_at = models.DateTimeField("取消日時", null=True, blank=True)

    # Set by with_delivery().
    delivery_state: str | None
    delivery_reason: str | None

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "招待"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_is_accepted_or_withdrawn",
                violation_error_message="登録に使われた招待は、取り消せません。",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, expires_at=None, accepted_at=None, wave=None)
                | (Q(sent_at__isnull=False, expires_at__isnull=False) & ~Q(address="")),
                name="invitation_is_planned_or_sent",
                violation_error_message="送った招待には送り先と期限があり、送る前の招待にはありません。",
            ),
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(sent_at=None, withdrawn_at=None),
                name="one_planned_invitation_per_seat",
                violation_error_message="この担当部署には、送る前の招待があります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.seat}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.sent_at and self.expires_at is None:
            self.expires_at = self.sent_at + INVITATION_FOR
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("members:invitation", args=[self.token])

    @property
    def mail_key(self) -> str:
        """Of its delivery in the outbox."""
        return f"{MAIL_KEY}{self.pk}"

    @property
    def is_usable(self) -> bool:
        is_open = not (self.accepted_at or self.withdrawn_at)
        is_running = self.expires_at is not None and self.expires_at > timezone.now()
        return is_open and is_running and self.is_for_active_body

    @property
    def is_for_active_body(self) -> bool:
        return self.seat.organization.status == Organization.Status.ACTIVE
