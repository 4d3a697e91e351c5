"""刊行物 (Publication): a number of a series, with its PDF in one or more editions (Edition)."""

import uuid
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from lib.pdf import PdfContent
from lib.text import fold
from lib.uploads import checksum, clean_name, private_name
from lib.wareki import fiscal_year
from members.access import AnyUser, is_secretariat
from news.models.publishing import Published, PublishedQuerySet


class Series(models.Model):
    """As 東京23区全国連携NEWS."""

    slug = models.SlugField("アドレスの名前", max_length=20, unique=True)
    name = models.CharField("名称", max_length=50, unique=True)
    description = models.CharField("説明", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("並び順", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "刊行物の種類"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class PublicationQuerySet(PublishedQuerySet["Publication"]):
    def with_row(self) -> Self:
        """What a list shows: the text of no PDF is read."""
        editions = models.Prefetch("editions", queryset=Edition.objects.defer("text"))
        return self.select_related("series").prefetch_related(editions).defer("folded")

    def of_fiscal_year(self, year: int) -> Self:
        return self.filter(issued_on__gte=date(year, 4, 1), issued_on__lt=date(year + 1, 4, 1))

    def fiscal_years(self) -> list[date]:
        """A day in each 年度 that has a publication, the newest first; one query."""
        days = self.order_by().values_list("issued_on", flat=True).distinct()
        newest = {fiscal_year(day): day for day in days}
        return [newest[year] for year in sorted(newest, reverse=True)]


class Publication(Published):
    series = models.ForeignKey(
        Series, verbose_name="種類", related_name="publications", on_delete=models.PROTECT
    )
    number = models.PositiveIntegerField(
        "号", null=True, blank=True, help_text="第12号なら12。号のないものは空にします。"
    )
    title = models.CharField("表題", max_length=100)
    issued_on = models.DateField("発行日")
    summary = models.TextField("概要", max_length=1000, blank=True)
    contents = models.TextField(
        "目次",
        max_length=5000,
        blank=True,
        help_text="1行に1項目。PDFを開かなくても内容が分かるように書きます。空なら、PDFのしおりから作ります。",
    )

    objects = PublicationQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="刊行物の変更履歴", excluded_fields=["folded"])

    class Meta(Published.Meta):
        verbose_name = verbose_name_plural = "刊行物"
        ordering = ["-issued_on", "-number", "-id"]
        constraints = [
            *Published.Meta.constraints,
            models.UniqueConstraint(
                fields=["series", "number"],
                name="one_publication_per_series_and_number",
                violation_error_message="この種類には、同じ号があります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series.name} {self.numbered_title}"

    def get_absolute_url(self) -> str:
        return reverse("news:publication", args=[self.pk])

    def searchable_text(self) -> str:
        edition = self.editions.first() if self.pk else None
        text = edition.text if edition else ""
        return fold(f"{self} {self.summary} {self.contents} {text}")

    @property
    def numbered_title(self) -> str:
        return f"第{self.number}号　{self.title}" if self.number else self.title

    @property
    def edition(self) -> "Edition | None":
        """The newest; reads the prefetched editions."""
        return next(iter(self.editions.all()), None)

    @property
    def older_editions(self) -> list["Edition"]:
        return list(self.editions.all())[1:]

    @property
    def contents_lines(self) -> list[str]:
        return [line for line in map(str.strip, self.contents.splitlines()) if line]


class EditionQuerySet(models.QuerySet["Edition"]):
    def visible_to(self, user: AnyUser) -> Self:
        """Published with their publication; the secretariat sees those of drafts, too."""
        if is_secretariat(user):
            return self.all()
        return self.filter(publication__in=Publication.objects.published())


class Edition(models.Model):
    """版: one PDF. A corrected one is added, the older ones stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    publication = models.ForeignKey(
        Publication, verbose_name="刊行物", related_name="editions", on_delete=models.CASCADE
    )
    note = models.CharField(
        "訂正の内容", max_length=200, blank=True, help_text="2版以後で、直したところ"
    )
    file = models.FileField(
        "ファイル（PDF）",
        upload_to=private_name,
        help_text="公表するPDF。20MBまで。表紙の画像、ページ数、文字は、PDFから取り出します。",
    )
    name = models.CharField("元のファイル名", max_length=200, editable=False)
    size = models.PositiveBigIntegerField("大きさ（バイト）", editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    pages = models.PositiveIntegerField("ページ数", editable=False)
    text = models.TextField("PDFの文字", blank=True, editable=False)
    cover = models.FileField("表紙の画像", upload_to=private_name, editable=False)
    cover_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cover_sha256 = models.CharField(max_length=64, editable=False)
    downloads = models.PositiveIntegerField("ダウンロード数", default=0, editable=False)
    uploaded_at = models.DateTimeField("登録日時", auto_now_add=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "刊行物のPDF"
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pages__gte=1),
                name="edition_has_a_page",
                violation_error_message="PDFにページがありません。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("public_file", args=[self.pk])

    @property
    def type_label(self) -> str:
        return f"PDF、{self.pages}ページ"

    @property
    def text_pages(self) -> list[str]:
        """Empty for a PDF that holds pictures alone."""
        return self.text.split("\f") if self.text.strip() else []

    @property
    def cover_url(self) -> str:
        return reverse("public_file", args=[self.cover_id])

    def describe_upload(self, content: PdfContent) -> None:
        """Take what the PDF says of itself, before it is saved."""
        upload: Any = self.file
        self.name = clean_name(upload.name or "")
        self.size = upload.size
        self.sha256 = checksum(upload)
        self.pages, self.text = content.pages, content.text
        self.cover_sha256 = checksum(content.cover)
        self.cover.save("cover", content.cover, save=False)

    def count_download(self) -> None:
        """One UPDATE on the own column: no reader waits for another, none is lost."""
        type(self).objects.filter(pk=self.pk).update(downloads=F("downloads") + 1)
