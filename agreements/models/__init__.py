"""The registers: regional agreements, corporate agreements, and their public files."""

from agreements.models.corporate import Activity, CorporateAgreement
from agreements.models.files import AgreementFile
from agreements.models.matter import Matter
from agreements.models.regional import Party, RegionalAgreement

__all__ = [
    "Activity",
    "AgreementFile",
    "CorporateAgreement",
    "Matter",
    "Party",
    "RegionalAgreement",
]
