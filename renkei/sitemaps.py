"""Every public page, for search engines."""

from datetime import datetime
from typing import Any

from django.contrib.sitemaps import GenericSitemap, Sitemap
from django.urls import reverse

from agreements.models import CorporateAgreement, RegionalAgreement
from members.models import LocalGovernment, Organization
from news.models import Event, NewsItem, Publication
from news.models.publishing import Published


class PublishedSitemap(Sitemap):
    """Asked for at each request: what is published changes with the clock."""

    def __init__(self, model: type[Published]) -> None:
        self.model = model

    def items(self) -> Any:
        rows: Any = self.model._default_manager
        return rows.published().only("pk", "updated_at").order_by("pk")

    def lastmod(self, item: Published) -> datetime:
        return item.updated_at


class PageSitemap(Sitemap):
    def items(self) -> list[str]:
        return [
            "home",
            "about",
            "guide",
            "contact",
            "terms",
            "privacy",
            "accessibility",
            "service_sheet",
            "agreements:index",
            "agreements:regional_list",
            "agreements:corporate_list",
            "agreements:constituent_list",
            "members:member_list",
            "news:news_list",
            "news:publication_list",
            "news:event_list",
            "news:event_month",
            "open_data",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


SITEMAPS = {
    "pages": PageSitemap,
    "regional": GenericSitemap({"queryset": RegionalAgreement.objects.all()}),
    "corporate": GenericSitemap({"queryset": CorporateAgreement.objects.all()}),
    "local_governments": GenericSitemap({"queryset": LocalGovernment.objects.all()}),
    "news": PublishedSitemap(NewsItem),
    "publications": PublishedSitemap(Publication),
    "events": PublishedSitemap(Event),
    "groups": GenericSitemap(
        {"queryset": Organization.objects.listed().filter(local_government=None)}
    ),
}
