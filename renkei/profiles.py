"""What the public page of a body shows: who it is, whether it is a member, which agreements it has."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from agreements.models import RegionalAgreement
from lib import prefectures, structured_data
from lib.prefectures import Prefecture
from members.directory import Body, prefecture_url
from members.models import LocalGovernment, Organization, Standing
from news.models import Event

EVENTS_SHOWN = 5


@dataclass(frozen=True)
class Profile:
    """`member` is None for a body that is none (any more): what it once entered is not shown."""

    body: Body
    member: Organization | None
    agreements: list[RegionalAgreement]
    merged_into: Organization | None = None
    events: tuple[Event, ...] = ()

    @classmethod
    def of_local_government(cls, body: LocalGovernment) -> Self:
        covering: list[RegionalAgreement] = []
        if body.exists_on(timezone.localdate()):
            covering = list(RegionalAgreement.objects.in_force().covering(body).with_parties())
        organization = getattr(body, "organization", None)
        member = _shown(organization)
        return cls(body, member, covering, _successor(organization), _next_events(member))

    @classmethod
    def of_group(cls, body: Organization) -> Self:
        signed = RegionalAgreement.objects.in_force().signed_by(body.full_name)
        member = _shown(body)
        return cls(
            body, member, list(signed.with_parties()), _successor(body), _next_events(member)
        )

    @property
    def prefecture(self) -> Prefecture:
        return prefectures.by_code(self.body.prefecture)

    @property
    def prefecture_url(self) -> str:
        return prefecture_url(self.prefecture)

    @property
    def register_url(self) -> str:
        """The application, with this body in its form."""
        body = self.body
        name = body.own_name if isinstance(body, LocalGovernment) else body.name
        asked = {"prefecture": body.prefecture, "body_name": name}
        return f"{reverse('members:register')}?{urlencode(asked)}"

    @property
    def website(self) -> str:
        if self.member:
            return self.member.homepage
        return self.body.website if isinstance(self.body, LocalGovernment) else ""

    @property
    def structured_data(self) -> str:
        """JSON-LD for search engines, safe inside a <script>."""
        return structured_data.write(self._schema())

    def _schema(self) -> dict[str, Any]:
        """https://schema.org"""
        is_government = isinstance(self.body, LocalGovernment)
        return {
            "@context": "https://schema.org",
            "@type": "GovernmentOrganization" if is_government else "Organization",
            "name": str(self.body),
            "alternateName": self.body.kana,
            "identifier": getattr(self.body, "code", ""),
            "url": self.website,
            "mainEntityOfPage": settings.SITE_URL + self.body.get_absolute_url(),
            "address": {
                "@type": "PostalAddress",
                "addressCountry": "JP",
                "addressRegion": self.prefecture.name,
            },
        }


def _shown(organization: Organization | None) -> Organization | None:
    if organization is None or organization.standing == Standing.NONE:
        return None
    return organization


def _next_events(member: Organization | None) -> tuple[Event, ...]:
    """What the body has proposed and the secretariat has published; the next one first."""
    if member is None:
        return ()
    return tuple(Event.objects.published().proposed_by(member).upcoming()[:EVENTS_SHOWN])


def _successor(organization: Organization | None) -> Organization | None:
    return organization.successor if organization else None
