"""Public files of an agreement: its text as PDF."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse

from agreements.models.corporate import CorporateAgreement
from agreements.models.regional import RegionalAgreement
from lib.uploads import checksum, clean_name, private_name


class AgreementFile(models.Model):
    """Owned by exactly one agreement; public, because the register is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    regional = models.ForeignKey(
        RegionalAgreement,
        verbose_name="広域連携協定",
        related_name="files",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    corporate = models.ForeignKey(
        CorporateAgreement,
        verbose_name="企業との包括連携協定",
        related_name="files",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    title = models.CharField("表題", max_length=100, default="協定書")
    file = models.FileField(
        "ファイル（PDF）",
        upload_to=private_name,
        help_text="公表するPDF。20MBまで。",
    )
    name = models.CharField("元のファイル名", max_length=200, editable=False)
    size = models.PositiveBigIntegerField("大きさ（バイト）", editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    uploaded_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "協定のファイル"
        ordering = ["uploaded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(regional__isnull=False, corporate=None)
                | Q(regional=None, corporate__isnull=False),
                name="agreement_file_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("public_file", args=[self.pk])

    def describe_upload(self) -> None:
        """Take name, size and checksum from a newly uploaded file, before it is saved."""
        self.name = clean_name(self.file.name or "")
        self.size = self.file.size
        self.sha256 = checksum(self.file)
