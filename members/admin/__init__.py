"""The secretariat's pages for member bodies, people, applications, mails and texts."""

from members.admin import applications, bodies, records, texts

__all__ = ["applications", "bodies", "records", "texts"]
