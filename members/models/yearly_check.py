"""年次確認 (YearlyCheck): once a year every body looks through its sections, people and profile."""

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lib.wareki import format_fiscal_year
from members.models.account import User
from members.models.organization import Organization, OrganizationQuerySet, Seat

# How long before its suspension an unused account is warned.
WARNING_DAYS = 14

DEFAULT_TEXT = """年度の初めにあたり、貴団体の登録内容の確認をお願いします。

1. 団体の紹介、担当部署、代表メールアドレス、電話番号が今のものか確かめてください。
2. 異動や退職をした方が利用者に残っていないか、役割が合っているか確かめてください。
3. 直すところがあるときは直し、「内容を確認しました」を押してください。"""


class YearlyCheckQuerySet(models.QuerySet["YearlyCheck"]):
    def running(self) -> "YearlyCheck | None":
        return self.filter(state=YearlyCheck.State.RUNNING).first()


class YearlyCheck(models.Model):
    """A campaign of one fiscal year; the secretariat starts and closes it."""

    class State(models.TextChoices):
        PLANNED = "planned", "準備中"
        RUNNING = "running", "実施中"
        CLOSED = "closed", "終了"

    fiscal_year = models.PositiveSmallIntegerField(
        "年度",
        unique=True,
        validators=[MinValueValidator(2026), MaxValueValidator(2100)],
        help_text="西暦で入力します。令和9年度は2027です。",
        error_messages={"unique": "この年度の年次確認は、すでにあります。"},
    )
    starts_on = models.DateField(
        "開始予定日",
        help_text="この日になると、管理画面のはじめのページでお知らせします。開始は事務局が行います。",
    )
    due_on = models.DateField("回答期限")
    text = models.TextField(
        "会員団体への文",
        max_length=4000,
        default=DEFAULT_TEXT,
        help_text="お願いと催促のメール、確認のページに載ります。",
    )
    remind_every_days = models.PositiveSmallIntegerField(
        "催促の間隔（日）",
        null=True,
        blank=True,
        default=14,
        validators=[MinValueValidator(3)],
        help_text="まだ確認していない団体に、回答期限までこの間隔で送り、期限を過ぎたときにもう一度送ります。空なら送りません。",
    )
    unused_days = models.PositiveSmallIntegerField(
        "使っていないとみなす日数",
        default=365,
        validators=[MinValueValidator(90)],
        help_text="この日数のあいだログインのない利用者を一覧にします。",
    )
    suspend_on = models.DateField(
        "利用停止を始める日",
        null=True,
        blank=True,
        help_text=f"使っていない利用者に{WARNING_DAYS}日前までにメールで予告し、この日から利用停止にします。空なら自動では停止しません。",
    )
    state = models.CharField(
        "状態", max_length=10, choices=State, default=State.PLANNED, editable=False
    )
    started_at = models.DateTimeField("開始日時", null=True, blank=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="開始した人",
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
    )
    closed_at = models.DateTimeField("終了日時", null=True, blank=True, editable=False)

    objects = YearlyCheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年次確認"
        ordering = ["-fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state="running"),
                name="one_running_yearly_check",
                violation_error_message="ほかの年度の年次確認が実施中です。",
            ),
            models.CheckConstraint(
                condition=Q(state="planned", started_at=None, closed_at=None)
                | Q(state="running", started_at__isnull=False, closed_at=None)
                | Q(state="closed", started_at__isnull=False, closed_at__isnull=False),
                name="yearly_check_state_agrees_with_its_days",
                violation_error_message="状態と、開始・終了の日時が合っていません。",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("starts_on")),
                name="yearly_check_is_due_after_its_start",
                violation_error_message="回答期限は、開始予定日以後の日にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(suspend_on=None) | Q(suspend_on__gte=F("due_on")),
                name="yearly_check_suspends_after_it_is_due",
                violation_error_message="利用停止を始める日は、回答期限以後の日にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return f"{format_fiscal_year(date(self.fiscal_year, 4, 1))}の年次確認"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def unused_before(self) -> datetime:
        """Whoever has not been seen since then does not use the account."""
        return timezone.now() - timedelta(days=self.unused_days)

    def reminder_due(self, today: date) -> str:
        """Names the newest reminder that has come due; empty before the first.

        The name stays until the next one: a missed day is made up for, and sent is sent.
        """
        if self.remind_every_days is None or self.started_at is None:
            return ""
        if today > self.due_on:
            return f"overdue-{self.due_on.isoformat()}"
        elapsed = today - timezone.localtime(self.started_at).date()
        round_number = elapsed.days // self.remind_every_days
        return f"reminder-{round_number}" if round_number > 0 else ""

    def asked(self) -> OrganizationQuerySet:
        """Bodies that take part now; one that joined after the start has just entered everything."""
        started_on = timezone.localdate(self.started_at)
        joined_before = Q(joined_on=None) | Q(joined_on__lte=started_on)
        return Organization.objects.checked_yearly().filter(joined_before)

    def unconfirmed(self) -> OrganizationQuerySet:
        return self.asked().exclude(confirmations__yearly_check=self)


class Confirmation(models.Model):
    """A body's 「内容を確認しました」, with its numbers at that moment."""

    yearly_check = models.ForeignKey(
        YearlyCheck,
        verbose_name="年次確認",
        related_name="confirmations",
        on_delete=models.PROTECT,
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name="会員団体",
        related_name="confirmations",
        on_delete=models.PROTECT,
    )
    confirmed_at = models.DateTimeField("確認日時", default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="確認した人",
        related_name="+",
        on_delete=models.PROTECT,
    )
    seat = models.ForeignKey(
        Seat, verbose_name="確認した人の担当部署", related_name="+", on_delete=models.PROTECT
    )
    seats = models.PositiveSmallIntegerField("担当部署の数")
    people = models.PositiveSmallIntegerField("利用者の数")
    note = models.TextField("事務局への連絡", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年次確認の結果"
        ordering = ["-confirmed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["yearly_check", "organization"],
                name="one_confirmation_per_check_and_organization",
                violation_error_message="この年次確認は、すでに確認済みです。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization}（{self.yearly_check}）"


class UnusedWarningQuerySet(models.QuerySet["UnusedWarning"]):
    def due(self, today: date) -> Self:
        """Suspended once: whoever is re-admitted afterwards stays."""
        return self.filter(suspend_on__lte=today, suspended_at=None)


class UnusedWarning(models.Model):
    """利用停止の予告: the mail to an account that nobody uses, and what became of it."""

    yearly_check = models.ForeignKey(
        YearlyCheck, verbose_name="年次確認", related_name="warnings", on_delete=models.PROTECT
    )
    user = models.ForeignKey(
        User, verbose_name="利用者", related_name="unused_warnings", on_delete=models.PROTECT
    )
    warned_at = models.DateTimeField("予告日時", default=timezone.now)
    suspend_on = models.DateField("利用停止の予定日")
    suspended_at = models.DateTimeField("利用停止日時", null=True, blank=True)

    objects = UnusedWarningQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "利用停止の予告"
        ordering = ["-warned_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["yearly_check", "user"],
                name="one_unused_warning_per_check_and_user",
                violation_error_message="この利用者には、すでに予告しています。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}（{self.yearly_check}）"
