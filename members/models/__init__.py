"""Who we are: local governments, member bodies, their seats and people, and the portal's texts."""

from members.models.account import User
from members.models.application import Application, ApplicationStep, Invitation
from members.models.audit import AuditEntry
from members.models.consent import TermsConsent
from members.models.delivery import Delivery
from members.models.handover import Handover
from members.models.local_government import LocalGovernment
from members.models.organization import Organization, Seat, Theme
from members.models.site_text import SiteText
from members.models.standing import Standing

__all__ = [
    "Application",
    "ApplicationStep",
    "AuditEntry",
    "Delivery",
    "Handover",
    "Invitation",
    "LocalGovernment",
    "Organization",
    "Seat",
    "SiteText",
    "Standing",
    "TermsConsent",
    "Theme",
    "User",
]
