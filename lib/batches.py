"""Many rows of a table that is in use, few at a time: for a migration with `atomic = False`."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

BATCH = 1000


def in_batches(
    rows: QuerySet[Any], change: Callable[[QuerySet[Any]], object], *, size: int = BATCH
) -> int:
    """Hands `change` the rows in the order of their keys, a transaction for each batch; answers how many.

    `rows` are those that are still to be done, so that what was broken off goes on when it is run again.
    """
    done, last = 0, None
    ordered = rows.order_by("pk")
    while keys := list(_after(ordered, last).values_list("pk", flat=True)[:size]):
        with transaction.atomic(using=rows.db):
            change(rows.filter(pk__in=keys))
        done, last = done + len(keys), keys[-1]
    return done


def _after(rows: QuerySet[Any], last: Any) -> QuerySet[Any]:
    return rows if last is None else rows.filter(pk__gt=last)
