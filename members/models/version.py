"""A text in versions: which of them counts on a day."""

from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.utils import timezone

Row = TypeVar("Row", bound="Version")


class VersionQuerySet(models.QuerySet[Row]):
    def in_effect(self, on: date | None = None) -> Self:
        """Versions that have taken effect by the day (default: today in Japan), newest first."""
        on = on or timezone.localdate()
        return self.filter(effective_from__lte=on).order_by("slug", "-effective_from", "-version")

    def current_by_slug(self) -> dict[str, Row]:
        """The current version of each, in one query; a slug without one is left out."""
        newest: dict[str, Row] = {}
        for text in self.in_effect():
            newest.setdefault(text.slug, text)  # type: ignore[attr-defined]
        return newest

    def current(self, slug: str) -> Row | None:
        return self.in_effect().filter(slug=slug).first()


class Version(models.Model):
    """To change a text that is in effect, add a version; the old one stays.

    The model itself says which texts there are (`slug`, with choices).
    """

    version = models.PositiveIntegerField("版", default=1)
    effective_from = models.DateField("適用開始日", default=timezone.localdate)

    class Meta:
        abstract = True
        ordering = ["slug", "-effective_from", "-version"]

    def __str__(self) -> str:
        text: str = self.get_slug_display()  # type: ignore[attr-defined]
        return f"{text} 第{self.version}版"

    @property
    def is_in_effect(self) -> bool:
        return self.effective_from <= timezone.localdate()
