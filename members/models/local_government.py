"""地方公共団体: the master of prefectures and municipalities, key of everything else."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from lib import prefectures
from lib.local_government_codes import validate_code
from lib.text import fold
from members.models.folded import Folded, FoldedQuerySet
from members.models.standing import Standing


class LocalGovernmentQuerySet(FoldedQuerySet["LocalGovernment"]):
    def existing(self, on: date) -> Self:
        """Those that exist on a day: a merger's old bodies until the day before it."""
        return self.filter(
            Q(established_on=None) | Q(established_on__lte=on),
            Q(abolished_on=None) | Q(abolished_on__gt=on),
        )


class LocalGovernment(Folded):
    """A row is never deleted: a merged body gets abolished_on and successor."""

    class Kind(models.TextChoices):
        PREFECTURE = "prefecture", "都道府県"
        CITY = "city", "市"
        TOWN = "town", "町"
        VILLAGE = "village", "村"
        WARD = "ward", "特別区"

    code = models.CharField(
        "団体コード",
        max_length=6,
        unique=True,
        validators=[validate_code],
        help_text="全国地方公共団体コード（検査数字を含む6桁）",
    )
    prefecture = models.CharField("都道府県", max_length=2, choices=prefectures.CHOICES)
    name = models.CharField(
        "団体名", max_length=50, blank=True, help_text="都道府県自身の行では空にします。"
    )
    kana = models.CharField("ふりがな", max_length=100)
    kind = models.CharField("種別", max_length=10, choices=Kind)
    latitude = models.DecimalField("緯度", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("経度", max_digits=9, decimal_places=6, null=True, blank=True)
    website = models.URLField("ウェブサイト", blank=True)
    established_on = models.DateField(
        "設置日",
        null=True,
        blank=True,
        help_text="合併などで新しくできた団体だけに入力します。以前からある団体は空にします。",
    )
    abolished_on = models.DateField(
        "廃止日", null=True, blank=True, help_text="合併などで無くなった日。行は消さずに残します。"
    )
    successor = models.ForeignKey(
        "self",
        verbose_name="承継した団体",
        related_name="predecessors",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )

    objects = LocalGovernmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "地方公共団体"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(successor=None) | Q(abolished_on__isnull=False),
                name="successor_only_after_abolition",
                violation_error_message="承継した団体を選ぶときは、廃止日も入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("id")),
                name="successor_is_another_body",
                violation_error_message="自分自身を承継した団体にすることはできません。",
            ),
            models.CheckConstraint(
                condition=Q(established_on=None)
                | Q(abolished_on=None)
                | Q(abolished_on__gt=F("established_on")),
                name="abolished_after_established",
                violation_error_message="廃止日は設置日より後の日にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(kind="prefecture", name="") | (~Q(kind="prefecture") & ~Q(name="")),
                name="only_prefectures_have_no_own_name",
                violation_error_message="団体名は、都道府県では空にし、市区町村では入力してください。",
            ),
        ]
        indexes = [models.Index(fields=["prefecture", "kind"])]

    def __str__(self) -> str:
        """With the prefecture: 25 names of municipalities occur more than once."""
        return f"{self.get_prefecture_display()}{self.name}"

    def get_absolute_url(self) -> str:
        return reverse("member_profile", args=[self.code])

    def searchable_text(self) -> str:
        return fold(f"{self} {self.kana} {self.code}")

    @property
    def own_name(self) -> str:
        """For places where the prefecture is already said: 前橋市, and 群馬県 for itself."""
        return self.name or self.get_prefecture_display()

    def exists_on(self, day: date) -> bool:
        """As existing() asks of a set of rows."""
        is_established = self.established_on is None or self.established_on <= day
        return is_established and (self.abolished_on is None or self.abolished_on > day)

    @property
    def is_abolished(self) -> bool:
        return self.abolished_on is not None and self.abolished_on <= timezone.localdate()

    @property
    def standing(self) -> Standing:
        """Lists read it with select_related("organization")."""
        organization = getattr(self, "organization", None)
        return Standing.NONE if organization is None else organization.standing
