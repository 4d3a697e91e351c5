"""What both kinds of agreement share: an end, a day of publication, a memo."""

from collections.abc import Iterable
from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

Row = TypeVar("Row", bound=models.Model)


class AgreementQuerySet(models.QuerySet[Row]):
    def in_force(self, on: date | None = None) -> Self:
        """Not ended by the day (default: today in Japan)."""
        on = on or timezone.localdate()
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=on))

    def ended(self, on: date | None = None) -> Self:
        """Without effect from ended_on itself."""
        on = on or timezone.localdate()
        return self.filter(ended_on__lte=on)


class Agreement(models.Model):
    ended_on = models.DateField(
        "終了日",
        null=True,
        blank=True,
        help_text="協定が効力を失った日。終了しても記録は残ります。",
    )
    published_on = models.DateField("公表内容の時点", help_text="「○年○月○日現在」の日付")
    note = models.TextField("事務局のメモ", max_length=2000, blank=True, help_text="公表しません。")

    class Meta:
        abstract = True

    def is_in_force(self, on: date | None = None) -> bool:
        """On the day itself that it ends it is no longer in force (default: today in Japan)."""
        return self.ended_on is None or self.ended_on > (on or timezone.localdate())


def newest_publication(agreements: Iterable[Agreement]) -> date | None:
    """The day for 「○年○月○日現在」; None without agreements."""
    return max((agreement.published_on for agreement in agreements), default=None)
