"""The secretariat's pages for member bodies, people, applications, mails and texts."""

from members.admin import applications, bodies, records, yearly_check

__all__ = ["applications", "bodies", "records", "yearly_check"]
