"""公開, 取下げ, 削除 and 固定 of news, publications and events by the secretariat. A member's proposal has its own decision."""

from datetime import date
from typing import TypeVar

from django.db import transaction

from lib.conflicts import StaleError
from members import audit
from members.models import User
from news.models import NewsItem
from news.models.publishing import Published

Row = TypeVar("Row", bound=Published)


@transaction.atomic
def publish(row: Published, *, by: User) -> None:
    """From its hour on, or at once where that has passed."""
    current = _locked(row)
    if not current.is_draft:
        raise StaleError
    _set_draft(current, False)
    audit.record(f"publish_{row._meta.model_name}", row, by=by)


@transaction.atomic
def withdraw(row: Published, *, by: User) -> None:
    """Back to a draft: its page is not found any more."""
    current = _locked(row)
    if current.is_draft:
        raise StaleError
    _set_draft(current, True)
    audit.record(f"withdraw_{row._meta.model_name}", row, by=by)


@transaction.atomic
def delete(row: Published, *, by: User) -> None:
    """Its page is gone for good: the trail says by whom."""
    audit.record(f"delete_{row._meta.model_name}", row, by=by)
    row.delete()


@transaction.atomic
def pin(item: NewsItem, until: date | None, *, by: User) -> None:
    """On top of the list to that day; None takes it down."""
    current = _locked(item)
    current.pinned_until = until
    current.save(update_fields=["pinned_until"])
    audit.record("pin_newsitem", item, by=by, until=until and until.isoformat())


def _set_draft(row: Published, is_draft: bool) -> None:
    row.is_draft = is_draft
    row.save(update_fields=["is_draft"])


def _locked(row: Row) -> Row:
    return type(row)._default_manager.select_for_update().get(pk=row.pk)
