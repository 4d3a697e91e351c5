"""The first version of every text and figure that the secretariat edits."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from members.models import SiteText

TEXTS = settings.BASE_DIR / "data" / "texts"
# The day of the leaflet (source document) that the figures and texts are taken from.
SOURCE_DAY = date(2026, 3, 12)

Slug = SiteText.Slug


@dataclass(frozen=True)
class FirstVersion:
    slug: SiteText.Slug
    title: str
    as_of: date | None = None
    is_draft: bool = False


FIRST_VERSIONS = (
    FirstVersion(Slug.PURPOSE, "目的"),
    FirstVersion(Slug.PROSPECTUS, "趣意書"),
    FirstVersion(Slug.MEMBERSHIP_FIGURE, "会員登録", as_of=SOURCE_DAY),
    FirstVersion(Slug.MEMBER_BENEFITS, "会員になるとできること"),
    FirstVersion(Slug.CORPORATE_PURPOSE, "企業との包括連携協定の締結と事業実施"),
    FirstVersion(Slug.TERMS, "利用規約", is_draft=True),
    FirstVersion(Slug.PRIVACY, "個人情報の取扱い", is_draft=True),
    FirstVersion(Slug.ACCESSIBILITY, "ウェブアクセシビリティ", is_draft=True),
    FirstVersion(Slug.SERVICE_SHEET, "サービス利用申請用シート", is_draft=True),
    FirstVersion(Slug.CONTACT_ADDRESS, "所在地"),
    FirstVersion(Slug.CONTACT_TELEPHONE, "電話番号"),
    FirstVersion(Slug.CONTACT_HOURS, "受付時間"),
    FirstVersion(Slug.HANDOVER_REMINDER, "異動予定の確認・引継ぎ"),
    FirstVersion(Slug.HANDOVER_DAY, "異動予定の確認・引継ぎを送る日"),
    FirstVersion(Slug.INVITATION_LETTER, "会員専用ホームページの利用者登録のお願い"),
)


class Command(BaseCommand):
    help = "Create the first version of each text. A text that exists in any version is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        existing = set(SiteText.objects.values_list("slug", flat=True))
        missing = [first for first in FIRST_VERSIONS if first.slug not in existing]
        for first in missing:
            body = (TEXTS / f"{first.slug}.md").read_text(encoding="utf-8").strip()
            text = SiteText(
                slug=first.slug,
                title=first.title,
                body=body,
                as_of=first.as_of,
                is_draft=first.is_draft,
                effective_from=SOURCE_DAY,
            )
            text.full_clean()
            text.save()
        self.stdout.write(f"texts: {len(missing)} new")
