"""企業との包括連携協定 (CorporateAgreement) and its 主な取組 (Activity)."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from agreements.models.agreement import Agreement, AgreementQuerySet
from agreements.models.matter import Matter


class CorporateAgreementQuerySet(AgreementQuerySet["CorporateAgreement"]):
    def with_activities(self) -> Self:
        return self.prefetch_related("activities")


class CorporateAgreement(Agreement):
    company = models.CharField("締結企業", max_length=100)
    signed_on = models.DateField("締結年月日")
    matters = models.ManyToManyField(
        Matter, verbose_name="協定項目", related_name="corporate_agreements", blank=True
    )
    website = models.URLField("企業のウェブサイト", blank=True)

    # What an import has read for this row and not saved yet.
    pending_activities: list[str] | None = None

    objects = CorporateAgreementQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="企業との包括連携協定の変更履歴", m2m_fields=[matters])

    class Meta:
        verbose_name = verbose_name_plural = "企業との包括連携協定"
        ordering = ["signed_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "signed_on"],
                name="one_agreement_per_company_and_day",
                violation_error_message="この企業とこの日に締結した協定は、登録されています。",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("signed_on")),
                name="corporate_agreement_ends_after_signing",
                violation_error_message="終了日は締結年月日以後の日にしてください。",
            ),
        ]

    def __str__(self) -> str:
        return self.company

    def get_absolute_url(self) -> str:
        return reverse("agreements:corporate_detail", args=[self.pk])


class Activity(models.Model):
    """主な取組, in the order that the source document prints."""

    agreement = models.ForeignKey(
        CorporateAgreement,
        verbose_name="企業との包括連携協定",
        related_name="activities",
        on_delete=models.CASCADE,
    )
    text = models.CharField("主な取組", max_length=200)
    position = models.PositiveSmallIntegerField("並び順", default=0)

    history = HistoricalRecords(verbose_name="主な取組の変更履歴")

    class Meta:
        verbose_name = verbose_name_plural = "主な取組"
        ordering = ["agreement", "position", "id"]

    def __str__(self) -> str:
        return self.text
