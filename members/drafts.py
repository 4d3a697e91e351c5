"""下書き: saved as often as one likes, closed once."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.text import clean_line
from members.models import Draft, User

# A browser that was left open for so long sends nothing any more.
CLOSED_FOR = timedelta(days=30)


class AlreadyClosedError(Exception):
    """The form was sent, or its draft deleted, before this came."""


def save(
    form_key: str, *, kind: str, address: str, data: dict[str, list[Any]], title: str = "", by: User
) -> Draft:
    """Makes or renews the draft of a form. Raises AlreadyClosedError.

    A key that people of another section use is closed for this one.
    """
    values = {
        "data": data,
        "title": clean_line(title)[:100],
        "updated_at": timezone.now(),
        "address": address,
    }
    if _renew(form_key, by, values):
        return Draft.objects.get(form_key=form_key)
    try:
        with transaction.atomic():
            return Draft.objects.create(
                form_key=form_key, kind=kind, seat=by.seat, user=by, **values
            )
    except IntegrityError:
        # Closed, or made a moment ago by the same form's autosave.
        if _renew(form_key, by, values):
            return Draft.objects.get(form_key=form_key)
        raise AlreadyClosedError from None


def _renew(form_key: str, by: User, values: dict[str, Any]) -> int:
    return Draft.objects.of_seat(by).filter(form_key=form_key).update(**values)


def close(draft: Draft) -> None:
    """In the transaction in which its text becomes something else, or is thrown away."""
    Draft.objects.filter(pk=draft.pk).update(closed_at=timezone.now(), data={}, title="")


def clear_closed() -> int:
    """Daily: rows that no browser will ask for any more; answers how many."""
    done, _ = Draft.objects.filter(closed_at__lt=timezone.now() - CLOSED_FOR).delete()
    return done
