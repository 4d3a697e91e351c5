"""Files of a news item or an event: pictures for the text, and what is downloaded."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from lib.uploads import IMAGES, checksum, clean_name, extension_of, private_name
from members.access import AnyUser, is_secretariat
from news.models.event import Event
from news.models.news_item import NewsItem


class NewsFileQuerySet(models.QuerySet["NewsFile"]):
    def visible_to(self, user: AnyUser) -> Self:
        """Published with what they belong to; the secretariat sees those of drafts, too."""
        if is_secretariat(user):
            return self.all()
        return self.filter(
            Q(news_item__in=NewsItem.objects.published()) | Q(event__in=Event.objects.published())
        )


class NewsFile(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    news_item = models.ForeignKey(
        NewsItem,
        verbose_name="お知らせ",
        related_name="files",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    event = models.ForeignKey(
        Event,
        verbose_name="イベント",
        related_name="files",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    title = models.CharField(
        "表題", max_length=100, help_text="例：募集要項。画像のときは、何が写っているかを書きます。"
    )
    file = models.FileField(
        "ファイル", upload_to=private_name, help_text="PDF、画像、Excelなど。20MBまで。"
    )
    name = models.CharField("元のファイル名", max_length=200, editable=False)
    content_type = models.CharField("種類", max_length=100, editable=False)
    size = models.PositiveBigIntegerField("大きさ（バイト）", editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    uploaded_at = models.DateTimeField("登録日時", auto_now_add=True)

    objects = NewsFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "お知らせ・イベントのファイル"
        ordering = ["uploaded_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(news_item__isnull=False, event=None)
                | Q(news_item=None, event__isnull=False),
                name="news_file_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("public_file", args=[self.pk])

    @property
    def is_image(self) -> bool:
        return self.content_type in IMAGES.values()

    @property
    def type_label(self) -> str:
        return extension_of(self.name).upper()

    @property
    def markdown(self) -> str:
        """What the secretariat copies into the text."""
        address = self.get_absolute_url()
        return f"![{self.title}]({address})" if self.is_image else f"[{self.title}]({address})"

    def describe_upload(self, content_type: str) -> None:
        """Take name, kind, size and checksum from a newly uploaded file, before it is saved."""
        upload: Any = self.file
        self.name = clean_name(upload.name or "")
        self.content_type = content_type
        self.size = upload.size
        self.sha256 = checksum(upload)
