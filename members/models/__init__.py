"""Who we are: local governments, member bodies, their seats and people, and the portal's texts."""

from members.models.account import User
from members.models.application import Application, ApplicationStep
from members.models.audit import AuditEntry
from members.models.care_note import CareNote
from members.models.consent import TermsConsent
from members.models.delivery import Delivery
from members.models.draft import Draft
from members.models.former_name import FormerName
from members.models.handover import Handover
from members.models.inbox import Notice, Notification, NotificationRead
from members.models.introduction import Introduction
from members.models.invitation import Invitation
from members.models.local_government import LocalGovernment
from members.models.mail_setting import MailAddress, MailSetting, Rhythm
from members.models.mail_text import MailText
from members.models.organization import Organization, Seat, Theme
from members.models.site_text import SiteText
from members.models.standing import Standing
from members.models.wave import InvitationWave
from members.models.yearly_check import Confirmation, UnusedWarning, YearlyCheck

__all__ = [
    "Application",
    "ApplicationStep",
    "AuditEntry",
    "CareNote",
    "Confirmation",
    "Delivery",
    "Draft",
    "FormerName",
    "Handover",
    "Introduction",
    "Invitation",
    "InvitationWave",
    "LocalGovernment",
    "MailAddress",
    "MailText",
    "MailSetting",
    "Notice",
    "Notification",
    "NotificationRead",
    "Organization",
    "Rhythm",
    "Seat",
    "SiteText",
    "Standing",
    "TermsConsent",
    "Theme",
    "UnusedWarning",
    "User",
    "YearlyCheck",
]
