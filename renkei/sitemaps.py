"""Every public page, for search engines."""

from django.contrib.sitemaps import GenericSitemap, Sitemap
from django.urls import reverse

from agreements.models import CorporateAgreement, RegionalAgreement
from members.models import LocalGovernment, Organization


class PageSitemap(Sitemap):
    def items(self) -> list[str]:
        return [
            "home",
            "about",
            "contact",
            "terms",
            "privacy",
            "accessibility",
            "agreements:index",
            "agreements:regional_list",
            "agreements:corporate_list",
            "agreements:constituent_list",
            "members:member_list",
            "open_data",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


SITEMAPS = {
    "pages": PageSitemap,
    "regional": GenericSitemap({"queryset": RegionalAgreement.objects.all()}),
    "corporate": GenericSitemap({"queryset": CorporateAgreement.objects.all()}),
    "local_governments": GenericSitemap({"queryset": LocalGovernment.objects.all()}),
    "groups": GenericSitemap(
        {"queryset": Organization.objects.listed().filter(local_government=None)}
    ),
}
