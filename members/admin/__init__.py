"""The secretariat's pages for member bodies, people, applications, invitations, mails and texts."""

from members.admin import (
    applications,
    audit,
    bodies,
    introductions,
    mail,
    mail_texts,
    people,
    records,
    texts,
    waves,
    yearly_check,
)

__all__ = [
    "applications",
    "audit",
    "bodies",
    "introductions",
    "mail",
    "mail_texts",
    "people",
    "records",
    "texts",
    "waves",
    "yearly_check",
]
