"""The register of regional agreements as a whole: totals and constituents, in constant queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Self

from django.db.models import QuerySet
from django.utils import timezone

from agreements.models import Party, RegionalAgreement
from agreements.models.agreement import newest_publication
from members.models import LocalGovernment


@dataclass(frozen=True)
class Register:
    """Agreements with their parties, and today's local governments of their prefectures."""

    agreements: list[RegionalAgreement]

    @classmethod
    def of(cls, agreements: "QuerySet[RegionalAgreement]") -> Self:
        return cls(list(agreements.prefetch_related("parties")))

    @cached_property
    def parties(self) -> list[Party]:
        return [party for agreement in self.agreements for party in agreement.parties.all()]

    @property
    def region_count(self) -> int:
        """9地域: the prefectures that have an agreement."""
        return len({agreement.prefecture for agreement in self.agreements})

    @property
    def party_count(self) -> int:
        return len(self.parties)

    @property
    def published_total(self) -> int:
        return sum(agreement.published_count for agreement in self.agreements)

    @property
    def published_on(self) -> date | None:
        return newest_publication(self.agreements)

    @cached_property
    def _by_prefecture_and_kind(self) -> dict[tuple[str, str], list[LocalGovernment]]:
        """One query for all agreements, whatever their number."""
        found = LocalGovernment.objects.existing(timezone.localdate()).filter(
            prefecture__in={agreement.prefecture for agreement in self.agreements}
        )
        grouped: dict[tuple[str, str], list[LocalGovernment]] = defaultdict(list)
        for local_government in found.select_related("organization"):
            grouped[local_government.prefecture, local_government.kind].append(local_government)
        return grouped

    def constituents_of_party(
        self, agreement: RegionalAgreement, party: Party
    ) -> list[LocalGovernment]:
        """In the order of their codes."""
        found = (
            local_government
            for kind in party.member_kinds
            for local_government in self._by_prefecture_and_kind[agreement.prefecture, kind]
        )
        return sorted(found, key=lambda local_government: local_government.code)

    def constituent_counts(self) -> dict[str, int]:
        """Published constituents by prefecture code."""
        counts: dict[str, int] = defaultdict(int)
        for agreement in self.agreements:
            counts[agreement.prefecture] += agreement.published_count
        return dict(counts)
