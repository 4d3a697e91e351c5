"""The tile map of Japan: where agreements, constituents and member bodies are."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from agreements.registers import Register
from lib.prefectures import PREFECTURES, Prefecture
from members.models import Organization


@dataclass(frozen=True)
class Cell:
    prefecture: Prefecture
    agreements: int
    constituents: int
    members: int
    is_current: bool

    @property
    def has_agreement(self) -> bool:
        return self.agreements > 0

    @property
    def url(self) -> str:
        query = urlencode({"prefecture": self.prefecture.code})
        return f"{reverse('agreements:regional_list')}?{query}#register"

    @property
    def label(self) -> str:
        """Read aloud instead of the tile's abbreviations."""
        said = [self.prefecture.name, "協定なし"]
        if self.has_agreement:
            said[1:] = [f"協定{self.agreements}件", f"構成自治体{self.constituents}"]
        if self.members:
            said.append(f"会員{self.members}")
        return " ".join(said)


def cells(register: Register, *, current: str = "") -> list[Cell]:
    """47 cells in the order of the codes; one query, for the member bodies."""
    agreements = Counter(agreement.prefecture for agreement in register.agreements)
    constituents = register.constituent_counts()
    members = Organization.objects.registered().count_by_prefecture()
    return [
        Cell(
            prefecture,
            agreements=agreements[prefecture.code],
            constituents=constituents.get(prefecture.code, 0),
            members=members.get(prefecture.code, 0),
            is_current=prefecture.code == current,
        )
        for prefecture in PREFECTURES
    ]
