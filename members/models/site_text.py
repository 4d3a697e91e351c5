"""Texts and figures that the secretariat edits, in dated versions."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from lib.markdown import render
from lib.text import fold
from members.models.version import Version, VersionQuerySet

# A later day might have no working day left in March.
LAST_HANDOVER_DAY = 20
_HANDOVER_DAY = re.compile(r"3月([0-9]{1,2})日")


def parse_handover_day(text: str) -> int:
    """3月15日 as the secretariat writes it. Raises ValueError for anything else."""
    match = _HANDOVER_DAY.fullmatch(fold(text))
    if match is None or not 1 <= int(match[1]) <= LAST_HANDOVER_DAY:
        raise ValueError(
            f"「3月15日」のように、3月1日から3月{LAST_HANDOVER_DAY}日までで入力してください。"
        )
    return int(match[1])


class SiteTextQuerySet(VersionQuerySet["SiteText"]):
    def binding_terms(self) -> list["SiteText"]:
        """The terms in effect, newest first, back to the version that asked for consent.

        Agreeing to any of them is enough. Empty while no version asks; the texts are left out.
        """
        binding: list[SiteText] = []
        for version in self.in_effect().filter(slug=SiteText.Slug.TERMS).defer("body"):
            binding.append(version)
            if version.asks_consent:
                return binding
        return []

    def by_slug(self, *slugs: str) -> dict[str, "SiteText"]:
        """As current_by_slug(), in the order asked for; keys as templates can say them.

        `membership-figure` becomes `membership_figure`.
        """
        newest = self.filter(slug__in=slugs).current_by_slug()
        return {slug.replace("-", "_"): newest[slug] for slug in slugs if slug in newest}


class SiteText(Version):
    """One version of one text of the portal."""

    class Slug(models.TextChoices):
        PURPOSE = "purpose", "目的（ホームの一文）"
        PROSPECTUS = "prospectus", "趣意書"
        MEMBERSHIP_FIGURE = "membership-figure", "会員登録の数"
        MEMBER_BENEFITS = "member-benefits", "会員になるとできること"
        CORPORATE_PURPOSE = "corporate-purpose", "企業との包括連携協定の説明"
        TERMS = "terms", "利用規約"
        PRIVACY = "privacy", "個人情報の取扱い"
        ACCESSIBILITY = "accessibility", "ウェブアクセシビリティ"
        SERVICE_SHEET = "service-sheet", "サービス利用申請用シート"
        CONTACT_ADDRESS = "contact-address", "お問い合わせ：所在地"
        CONTACT_TELEPHONE = "contact-telephone", "お問い合わせ：電話番号"
        CONTACT_HOURS = "contact-hours", "お問い合わせ：受付時間"
        HANDOVER_REMINDER = "handover-reminder", "メール：異動予定の確認・引継ぎ"
        HANDOVER_DAY = "handover-day", "メール：異動予定の確認・引継ぎを送る日"
        INVITATION_LETTER = "invitation-letter", "手紙：利用者登録のお願い"

    slug = models.CharField("種類", max_length=30, choices=Slug)
    as_of = models.DateField(
        "時点", null=True, blank=True, help_text="数を示す文に付ける「○年○月○日現在」の日付"
    )
    title = models.CharField("見出し", max_length=100, blank=True)
    body = models.TextField(
        "本文",
        max_length=50_000,
        blank=True,
        help_text="見出しは「## 」、箇条書きは「- 」、太字は「**」で囲みます。",
    )
    is_draft = models.BooleanField(
        "案（事務局確認前）", default=False, help_text="「案（事務局確認前）」と表示します。"
    )
    asks_consent = models.BooleanField(
        "改めて同意を求める",
        default=True,
        help_text="利用規約だけに効きます。適用開始日から、利用者に一度ずつ同意を求めます。"
        "字句の訂正など、同意を求め直さない版では外します。",
    )

    objects = SiteTextQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="文章の変更履歴")

    class Meta(Version.Meta):
        verbose_name = verbose_name_plural = "文章"
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "version"],
                name="one_text_per_slug_and_version",
                violation_error_message="この種類には同じ版があります。次の番号にしてください。",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="site_text_version_from_1"),
        ]

    def clean(self) -> None:
        if self.slug == self.Slug.HANDOVER_DAY:
            try:
                parse_handover_day(self.body)
            except ValueError as error:
                raise ValidationError({"body": str(error)}) from error

    @property
    def html(self) -> str:
        return render(self.body)
