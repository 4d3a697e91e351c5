"""What the public pages begin with: kinds of news, series of publications, the event of the leaflet."""

from typing import Any

from django.core.management.base import BaseCommand

from news.models import NewsCategory, Series

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


class Command(BaseCommand):
    help = "Create categories of news and series of publications. Existing ones stay."

    def handle(self, *args: Any, **options: Any) -> None:
        new = sum(self._category(*row) for row in enumerate(CATEGORIES, start=1))
        new += sum(self._series(*row) for row in enumerate(SERIES, start=1))
        self.stdout.write(f"categories and series: {new} new")

    def _category(self, position: int, row: tuple[str, str]) -> bool:
        slug, name = row
        defaults = {"name": name, "position": position}
        return NewsCategory.objects.get_or_create(slug=slug, defaults=defaults)[1]

    def _series(self, position: int, row: tuple[str, str, str]) -> bool:
        slug, name, description = row
        defaults = {"name": name, "description": description, "position": position}
        return Series.objects.get_or_create(slug=slug, defaults=defaults)[1]
