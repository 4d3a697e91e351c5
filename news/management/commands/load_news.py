"""What the public pages begin with: kinds of news, series of publications, the event of the leaflet."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand

from news.models import Event, NewsCategory, Series

CATEGORIES = (
    ("notice", "お知らせ"),
    ("call", "募集"),
    ("report", "活動報告"),
    ("press", "報道発表"),
)
SERIES = (
    ("news", "東京23区全国連携NEWS", "特別区全国連携プロジェクトの取組を紹介する刊行物です。"),
    ("pamphlet", "パンフレット", "特別区全国連携プロジェクトのパンフレットです。"),
    ("other", "そのほか", ""),
)
# The leaflet (source document) was handed out there; it names no place.
PAST_EVENT = {
    "name": "令和7年度特別区全国連携プロジェクト交流イベント",
    "kana": "れいわ7ねんどとくべつくぜんこくれんけいぷろじぇくとこうりゅういべんと",
    "kind": Event.Kind.EXCHANGE,
    "starts_on": date(2026, 3, 12),
    "ends_on": date(2026, 3, 12),
    "organizer": "特別区長会",
    "body": "特別区全国連携プロジェクトの交流イベントを、令和8年3月12日に開催しました。",
    "is_draft": False,
    "publish_at": datetime(2026, 3, 12, tzinfo=ZoneInfo("Asia/Tokyo")),
}


class Command(BaseCommand):
    help = "Create categories of news, series of publications, the event of 令和8年3月12日. Existing ones stay."

    def handle(self, *args: Any, **options: Any) -> None:
        new = sum(self._category(*row) for row in enumerate(CATEGORIES, start=1))
        new += sum(self._series(*row) for row in enumerate(SERIES, start=1))
        self.stdout.write(f"categories and series: {new} new, events: {self._event():d} new")

    def _category(self, position: int, row: tuple[str, str]) -> bool:
        slug, name = row
        defaults = {"name": name, "position": position}
        return NewsCategory.objects.get_or_create(slug=slug, defaults=defaults)[1]

    def _series(self, position: int, row: tuple[str, str, str]) -> bool:
        slug, name, description = row
        defaults = {"name": name, "description": description, "position": position}
        return Series.objects.get_or_create(slug=slug, defaults=defaults)[1]

    def _event(self) -> bool:
        """In a portal without events only: one that the secretariat has renamed does not come back."""
        if Event.objects.exists():
            return False
        Event.objects.create(**PAST_EVENT)
        return True
