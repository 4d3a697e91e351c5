"""Atom feeds. Their addresses begin with SITE_URL, never with the Host header of a request."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from news.models import Event, NewsItem

ENTRIES = 30


class PortalFeed(Feed):
    """What the feeds of news and of events have in common."""

    feed_type = Atom1Feed
    language = "ja"
    author_name = "特別区長会事務局"
    page = ""
    address = ""

    def link(self) -> str:
        return settings.SITE_URL + reverse(self.page)

    def feed_url(self) -> str:
        return settings.SITE_URL + reverse(self.address)

    def item_link(self, item: Any) -> str:
        return settings.SITE_URL + item.get_absolute_url()

    def item_guid(self, item: Any) -> str:
        return self.item_link(item)

    def item_description(self, item: Any) -> str:
        """Atom takes it as HTML."""
        return escape(item.shown_summary)

    def item_pubdate(self, item: Any) -> datetime:
        return timezone.localtime(item.publish_at)

    def item_updateddate(self, item: Any) -> datetime:
        """Scheduled ones are new when they appear."""
        return timezone.localtime(max(item.updated_at, item.publish_at))


class NewsFeed(PortalFeed):
    title = "特別区全国連携プロジェクト お知らせ"
    page, address = "news:news_list", "news:news_feed"

    def items(self) -> QuerySet[NewsItem]:
        return NewsItem.objects.published().select_related("category")[:ENTRIES]

    def item_title(self, item: NewsItem) -> str:
        return item.title

    def item_categories(self, item: NewsItem) -> list[str]:
        return [item.category.name]


class EventFeed(PortalFeed):
    title = "特別区全国連携プロジェクト イベント"
    page, address = "news:event_list", "news:event_feed"

    def items(self) -> QuerySet[Event]:
        """The newest, not the next: whoever reads a feed has read the older ones."""
        return Event.objects.published().order_by("-publish_at", "-id")[:ENTRIES]

    def item_title(self, item: Event) -> str:
        badge = item.state_badge if item.status != Event.Status.SCHEDULED else None
        return f"【{badge.text}】{item.name}" if badge else item.name

    def item_description(self, item: Event) -> str:
        lines = [item.period, item.place, item.shown_summary]
        return "<br>".join(escape(line) for line in lines if line)

    def item_categories(self, item: Event) -> list[str]:
        return [item.get_kind_display()]
