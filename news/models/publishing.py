"""What news, publications and events share: a draft, an hour of publication, an hour of expiry."""

from datetime import datetime
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from lib.markdown import images_in, plain, render
from lib.text import cut
from members.models.folded import Folded, FoldedQuerySet

SUMMARY_LENGTH = 120

Row = TypeVar("Row", bound=models.Model)


class PublishedQuerySet(FoldedQuerySet[Row]):
    def published(self, now: datetime | None = None) -> Self:
        """No draft, its hour has come, and it has not expired: nothing waits for a job."""
        now = now or timezone.now()
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now), is_draft=False, publish_at__lte=now
        )

    def as_open_data(self) -> Self:
        """What is published, without what only the demonstration shows."""
        return self.published().filter(is_demo=False)

    def scheduled(self, now: datetime | None = None) -> Self:
        return self.filter(is_draft=False, publish_at__gt=now or timezone.now())


class Published(Folded):
    is_draft = models.BooleanField(
        "下書き", default=True, help_text="印を外して保存すると、公開日時から公開します。"
    )
    publish_at = models.DateTimeField(
        "公開日時", default=timezone.now, help_text="先の日時にすると、その時刻に公開します。"
    )
    expires_at = models.DateTimeField(
        "公開終了日時",
        null=True,
        blank=True,
        help_text="この時刻から公開をやめます。空なら、続けて公開します。",
    )
    is_demo = models.BooleanField("見本データ", default=False, editable=False)
    created_at = models.DateTimeField("作成日時", auto_now_add=True)
    updated_at = models.DateTimeField("更新日時", auto_now=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("publish_at")),
                name="%(class)s_expires_after_publication",
                violation_error_message="公開終了日時は、公開日時より後にしてください。",
            )
        ]

    @property
    def is_published(self) -> bool:
        """As published() asks of sets of rows."""
        now = timezone.now()
        is_over = self.expires_at is not None and self.expires_at <= now
        return not self.is_draft and self.publish_at <= now and not is_over

    @property
    def state(self) -> str:
        """For the secretariat's lists."""
        if self.is_draft:
            return "下書き"
        if self.publish_at > timezone.now():
            return "公開予定"
        return "公開中" if self.is_published else "公開終了"


class Article(Published):
    """Something with a text in Markdown, and with `files` of its own for pictures and downloads."""

    summary = models.CharField(
        "概要", max_length=200, blank=True, help_text="一覧と配信に載せます。空なら本文の初めです。"
    )
    body = models.TextField(
        "本文",
        max_length=50_000,
        help_text="見出しは「## 」、箇条書きは「- 」、太字は「**」で囲みます。リンクは"
        "「[広域連携協定](/agreements/regional/)」のように書きます。表も使えます。",
    )

    class Meta(Published.Meta):
        abstract = True

    @property
    def shown_summary(self) -> str:
        """Of a text without a summary its beginning; no list renders whole texts."""
        if self.summary:
            return self.summary
        beginning = plain(self.body[: 3 * SUMMARY_LENGTH])
        short = cut(beginning, SUMMARY_LENGTH)
        return short if short == beginning else f"{short}…"

    @property
    def html(self) -> str:
        """With the images that were uploaded for this row, and no others; reads its files."""
        addresses = {file.get_absolute_url() for file in self._files() if file.is_image}
        return render(self.body, images=addresses)

    @property
    def attachments(self) -> list[Any]:
        """Files that the text does not show."""
        shown = {image.address for image in images_in(self.body)}
        return [file for file in self._files() if file.get_absolute_url() not in shown]

    def _files(self) -> list[Any]:
        """None before the first saving."""
        files: Any = getattr(self, "files", None) if self.pk else None
        return list(files.all()) if files else []
