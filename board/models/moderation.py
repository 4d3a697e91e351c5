"""通報 (Report), approval before publication, and the consent to record a result."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from board.models.reply import Reply
from board.models.topic import Topic
from members.models import Organization


class ReportQuerySet(models.QuerySet["Report"]):
    def waiting(self) -> Self:
        return self.filter(settled_at=None)


class Report(models.Model):
    """What a member asks the secretariat to look at, tracked to a result."""

    class Result(models.TextChoices):
        HIDDEN = "hidden", "非表示にした"
        ASKED = "asked", "投稿した団体に修正を求めた"
        KEPT = "kept", "問題はなかった"

    topic = models.ForeignKey(
        Topic, verbose_name="投稿", related_name="reports", on_delete=models.PROTECT
    )
    reply = models.ForeignKey(
        Reply,
        verbose_name="返信",
        related_name="reports",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    organization = models.ForeignKey(
        Organization, verbose_name="知らせた団体", related_name="reports", on_delete=models.PROTECT
    )
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="知らせた人",
        related_name="reports",
        on_delete=models.PROTECT,
    )
    reason = models.TextField("理由", max_length=1000)
    at = models.DateTimeField("日時", default=timezone.now)
    result = models.CharField("結果", max_length=10, choices=Result, blank=True)
    result_note = models.TextField("結果の説明", max_length=1000, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="対応した人",
        related_name="settled_reports",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    settled_at = models.DateTimeField("対応日時", null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通報"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, result="")
                | (Q(settled_at__isnull=False) & ~Q(result="")),
                name="settled_report_has_a_result",
            ),
            models.UniqueConstraint(
                fields=["topic", "organization"],
                condition=Q(settled_at=None, reply=None),
                name="one_open_report_per_topic_and_body",
            ),
            models.UniqueConstraint(
                fields=["reply", "organization"],
                condition=Q(settled_at=None, reply__isnull=False),
                name="one_open_report_per_reply_and_body",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.reply.seq if self.reply else ''}".strip()


class ApprovalRule(models.Model):
    """A body whose posts the secretariat reads before they are published."""

    organization = models.OneToOneField(
        Organization,
        verbose_name="会員団体",
        related_name="approval_rule",
        on_delete=models.PROTECT,
    )
    reason = models.CharField("理由", max_length=200)
    created_at = models.DateTimeField("設定日時", default=timezone.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "公開前の承認（団体）"
        ordering = ["organization"]

    def __str__(self) -> str:
        return str(self.organization)


class Match(models.Model):
    """成立: one body of a consultation writes it down, the other agrees; then the proposal shows it."""

    consultation = models.OneToOneField(
        Topic, verbose_name="個別の相談", related_name="match", on_delete=models.PROTECT
    )
    note = models.TextField("成立した内容", max_length=1000)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提案した人",
        related_name="proposed_matches",
        on_delete=models.PROTECT,
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name="提案した団体",
        related_name="proposed_matches",
        on_delete=models.PROTECT,
    )
    proposed_at = models.DateTimeField("提案日時", default=timezone.now)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="同意した人",
        related_name="agreed_matches",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    agreed_at = models.DateTimeField("同意日時", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "成立の記録"
        ordering = ["-proposed_at"]

    def __str__(self) -> str:
        return f"{self.consultation}：成立"
