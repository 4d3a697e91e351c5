"""下書き: saved as often as one likes, closed once."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from lib.forms import new_form_key
from lib.text import clean_line
from members.models import Draft, User

# A browser that was left open for so long sends nothing any more.
CLOSED_FOR = timedelta(days=30)


class AlreadyClosedError(Exception):
    """The form was sent, or its draft deleted, before this came."""


@dataclass
class KeptApartError(Exception):
    """A colleague has saved the draft since this form was filled: what came now is `draft`, another one."""

    draft: Draft
    colleague: User

    def __str__(self) -> str:
        return (
            f"{self.colleague.name}さんが同じ下書きを変更したため、この画面の内容は別の下書きにしました。"
            "添付ファイルは、もとの下書きにあります。"
        )


def save(
    form_key: str,
    *,
    kind: str,
    address: str,
    data: dict[str, list[Any]],
    title: str = "",
    seen: str = "",
    by: User,
) -> Draft:
    """Makes or renews the draft of a form. Raises AlreadyClosedError and KeptApartError.

    `seen` is Draft.seen of what the form was filled from or has saved itself. A key that people of
    another section use is closed for this one.
    """
    values = {
        "data": data,
        "title": clean_line(title)[:100],
        "updated_at": timezone.now(),
        "address": address,
        "saved_by": by,
    }
    # Twice: the same form's autosave may make it in between.
    for _ in range(2):
        if _renew(form_key, by, values, seen):
            return Draft.objects.get(form_key=form_key)
        with suppress(IntegrityError), transaction.atomic():
            return _create(form_key, kind, by, values)
    held = Draft.objects.of_seat(by).select_related("saved_by").filter(form_key=form_key).first()
    if held is None or held.saved_by is None:
        raise AlreadyClosedError
    raise KeptApartError(_create(new_form_key(), kind, by, values), held.saved_by)


def _create(form_key: str, kind: str, by: User, values: dict[str, Any]) -> Draft:
    return Draft.objects.create(form_key=form_key, kind=kind, seat=by.seat, user=by, **values)


def _renew(form_key: str, by: User, values: dict[str, Any], seen: str) -> int:
    own = Q(saved_by=None) | Q(saved_by=by) | Q(updated_at=_moment(seen))
    return Draft.objects.of_seat(by).filter(own, form_key=form_key).update(**values)


def _moment(seen: str) -> datetime | None:
    """None, which no draft has, for what no form of ours says."""
    try:
        found = datetime.fromisoformat(seen)
    except ValueError:
        return None
    return found if found.tzinfo else None


def close(draft: Draft) -> None:
    """In the transaction in which its text becomes something else, or is thrown away."""
    Draft.objects.filter(pk=draft.pk).update(closed_at=timezone.now(), data={}, title="")


def clear_closed() -> int:
    """Daily: rows that no browser will ask for any more; answers how many."""
    done, _ = Draft.objects.filter(closed_at__lt=timezone.now() - CLOSED_FOR).delete()
    return done
