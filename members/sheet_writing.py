"""What a sheet of members changes, many rows at a time: one by one, each takes eight statements."""

from collections.abc import Iterable, Sequence

from django.db.models import Model
from simple_history.utils import bulk_create_with_history

from members.models import Invitation, Organization, Seat
from members.models.folded import Folded

BATCH = 200

Change = tuple[Model, set[str]]


def write(changes: Iterable[Change]) -> None:
    """New rows, and the named columns of others. Bodies first, then seats, then people: each has its key."""
    changes = list(changes)
    for model in (Organization, Seat, Invitation):
        own = [(row, names) for row, names in changes if isinstance(row, model)]
        for row, _ in own:
            _point_at_saved(row)
        new = [row for row, _ in own if row.pk is None]
        _change(model, [(row, names) for row, names in own if row.pk])
        _add(model, new)


def _point_at_saved(row: Model) -> None:
    """Django keeps the key that the other row had when it was assigned: none."""
    if isinstance(row, Seat):
        row.organization = row.organization
    elif isinstance(row, Invitation):
        row.seat = row.seat


def _add(model: type[Model], rows: Sequence[Model]) -> None:
    for row in rows:
        if isinstance(row, Folded):
            row.folded = row.searchable_text()
    if model is Organization:
        bulk_create_with_history(rows, model, batch_size=BATCH)
    else:
        model._default_manager.bulk_create(rows, batch_size=BATCH)


def _change(model: type[Model], changes: Sequence[Change]) -> None:
    """Bodies by themselves: a version of a body holds its themes, which no bulk update writes."""
    if model is Organization:
        for row, names in changes:
            row.save(update_fields=names)
    elif changes:
        names = set().union(*(names for _, names in changes))
        model._default_manager.bulk_update((row for row, _ in changes), names, batch_size=BATCH)
