"""会員登録申請 (Application) with its steps."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from lib import prefectures
from lib.text import fold
from lib.wareki import format_datetime
from members.models.invitation import random_token
from members.models.local_government import LocalGovernment
from members.models.organization import Theme
from members.models.site_text import SiteText

UNVERIFIED_FOR = timedelta(days=3)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> Self:
        return self.filter(status__in=Application.OPEN)

    def abandoned(self, now: datetime) -> Self:
        """Addresses that nobody verified within three days."""
        return self.filter(
            status=Application.Status.UNVERIFIED, created_at__lt=now - UNVERIFIED_FOR
        )

    def with_received_at(self) -> Self:
        """Annotates `received_at`: since when it waits for the secretariat, after a correction anew."""
        return self.annotate(received_at=last_step(Application.Status.RECEIVED))

    def forgotten(self, before: datetime) -> Self:
        """Refused, withdrawn, or returned and never answered, with nothing new since that time."""
        return (
            self.filter(status__in=Application.ERASABLE, erased_at=None)
            .annotate(last_step_at=last_step())
            .filter(last_step_at__lt=before)
            .order_by("id")
        )


def last_step(*statuses: str) -> Subquery:
    """When an application had its last step, or its last step into one of these states."""
    steps = ApplicationStep.objects.filter(application=OuterRef("pk"))
    if statuses:
        steps = steps.filter(status__in=statuses)
    return Subquery(steps.order_by("-at", "-id").values("at")[:1])


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

    class Channel(models.TextChoices):
        """How a body came whose application the secretariat typed (代理入力)."""

        TELEPHONE = "telephone", "電話"
        FAX = "fax", "FAX"
        OTHER = "other", "来庁・その他"

    OPEN = (Status.RECEIVED, Status.REVIEWING, Status.RETURNED)
    DECIDABLE = (Status.RECEIVED, Status.REVIEWING)
    ERASABLE = (Status.RETURNED, Status.REFUSED, Status.WITHDRAWN)
    # What is emptied after APPLICATION_RETENTION_DAYS; wishes and themes are, too.
    PERSONAL = (
        *("section", "contact_name", "email", "telephone", "extension", "purpose", "note"),
        *("website", "x_account", "magazine_url"),
    )
    # What the applicant's form asks, with what follows from it.
    ASKED = (
        *("prefecture", "local_government", "body_name", "section", "contact_name", "email"),
        *("telephone", "extension", "website", "x_account", "magazine_url", "wishes", "purpose"),
        "terms",
    )

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
    # Of the form that was sent: pressed twice, it finds this application.
    form_key = models.CharField(max_length=32, unique=True, null=True, blank=True, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="代理入力した人",
        related_name="entered_applications",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
    )
    channel = models.CharField("申請の方法", max_length=10, choices=Channel, blank=True)
    note = models.TextField("受付メモ", max_length=1000, blank=True)
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
    invitation = models.OneToOneField(
        "Invitation",
        verbose_name="招待",
        related_name="application",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
    )
    erased_at = models.DateTimeField("消去日時", null=True, blank=True, editable=False)

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
            models.CheckConstraint(
                condition=Q(entered_by=None, channel="")
                | (Q(entered_by__isnull=False) & ~Q(channel="")),
                name="entered_application_has_person_and_channel",
                violation_error_message="代理入力には、入力した人と申請の方法の両方が必要です。",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(
                    status__in=["refused", "withdrawn"],
                    section="",
                    contact_name="",
                    email="",
                    telephone="",
                    extension="",
                    purpose="",
                    note="",
                    website="",
                    x_account="",
                    magazine_url="",
                    wishes=[],
                ),
                name="erased_application_is_empty",
                violation_error_message="消去した申請に、個人情報を残すことはできません。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_name}（{self.get_status_display()}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded_name = fold(self.body_name)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded_name"}
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

    @property
    def told_by(self) -> str:
        """In a sentence: 電話でお申出のあった."""
        is_named = self.channel and self.channel != self.Channel.OTHER
        way = f"{self.get_channel_display()}で" if is_named else ""
        return f"{way}お申出のあった"

    @property
    def channel_label(self) -> str:
        """代理入力（電話）, or 申請フォーム for those that came by themselves."""
        return f"代理入力（{self.get_channel_display()}）" if self.channel else "申請フォーム"

    def says_the_same_as(self, other: "Application") -> bool:
        """Sent once more as it was, and not corrected in between; themes apart."""
        return all(getattr(self, name) == getattr(other, name) for name in self.ASKED)


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
