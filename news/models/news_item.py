"""お知らせ (NewsItem) and its 分類 (NewsCategory)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from lib.markdown import plain
from lib.text import fold
from lib.wareki import fiscal_year
from news.models.publishing import Article, PublishedQuerySet


class NewsCategory(models.Model):
    slug = models.SlugField("アドレスの名前", max_length=20, unique=True)
    name = models.CharField("名称", max_length=20, unique=True)
    position = models.PositiveSmallIntegerField("並び順", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "お知らせの分類"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class NewsItemQuerySet(PublishedQuerySet["NewsItem"]):
    def of_fiscal_year(self, year: int) -> Self:
        """年度: from April on, in Japan."""
        return self.filter(
            publish_at__date__gte=date(year, 4, 1), publish_at__date__lt=date(year + 1, 4, 1)
        )

    def fiscal_years(self) -> list[date]:
        """A day in each 年度 that has an item, the newest first; one query."""
        months = self.order_by().annotate(month=TruncMonth("publish_at")).values_list("month")
        newest = {fiscal_year(month): timezone.localdate(month) for (month,) in months.distinct()}
        return [newest[year] for year in sorted(newest, reverse=True)]

    def pinned_first(self) -> Self:
        """Pins end by themselves."""
        return self.annotate(
            is_pinned=models.Case(
                models.When(pinned_until__gte=timezone.localdate(), then=True),
                default=False,
                output_field=models.BooleanField(),
            )
        ).order_by("-is_pinned", "-publish_at", "-id")


class NewsItem(Article):
    category = models.ForeignKey(
        NewsCategory, verbose_name="分類", related_name="items", on_delete=models.PROTECT
    )
    title = models.CharField("表題", max_length=100)
    pinned_until = models.DateField(
        "固定表示の終わり", null=True, blank=True, help_text="この日まで、一覧の初めに載せます。"
    )

    objects = NewsItemQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="お知らせの変更履歴", excluded_fields=["folded"])

    class Meta(Article.Meta):
        verbose_name = verbose_name_plural = "お知らせ"
        ordering = ["-publish_at", "-id"]
        indexes = [models.Index(fields=["-publish_at", "-id"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("news:news_item", args=[self.pk])

    def searchable_text(self) -> str:
        return fold(f"{self.title} {self.summary} {plain(self.body)}")
