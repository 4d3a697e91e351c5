"""Agreements by words. The registers have some dozens of rows, so they are read and folded when asked.

The secretariat's memo is not published, and not searched.
"""

from agreements.models import CorporateAgreement, RegionalAgreement
from lib.queries import Query
from lib.text import fold
from lib.wareki import spellings


def regional(query: Query) -> list[RegionalAgreement]:
    """By parties, prefecture, matters and the day of signing; ended ones, too."""
    agreements = RegionalAgreement.objects.prefetch_related("parties", "matters")
    return [agreement for agreement in agreements if query.matches(_text_of_regional(agreement))]


def corporate(query: Query) -> list[CorporateAgreement]:
    """By company, activities, matters and the day of signing; ended ones, too."""
    agreements = CorporateAgreement.objects.prefetch_related("activities", "matters")
    return [agreement for agreement in agreements if query.matches(_text_of_corporate(agreement))]


def _text_of_regional(agreement: RegionalAgreement) -> str:
    names = [*agreement.parties.all(), *agreement.matters.all()]
    parts = ["広域連携協定", agreement.get_prefecture_display(), *map(str, names)]
    return fold(" ".join([*parts, spellings(agreement.signed_on)]))


def _text_of_corporate(agreement: CorporateAgreement) -> str:
    names = [agreement.company, *agreement.activities.all(), *agreement.matters.all()]
    return fold(
        " ".join(["企業との包括連携協定", *map(str, names), spellings(agreement.signed_on)])
    )
