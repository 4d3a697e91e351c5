"""参加申込: who comes to one of the project's own events, and who waits for a place.

The row of the event is locked first, always: of two people who want the last place at once, one waits.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import audit
from members.mailing import deliver
from members.models import Delivery, User
from news.models import Entry, Event

State = Entry.State
RESULTS = {
    State.CONFIRMED: {
        "title": "参加の申込みを受け付けました",
        "text": "次のイベントへの参加の申込みを受け付けました。",
    },
    State.WAITING: {
        "title": "キャンセル待ちの申込みを受け付けました",
        "text": "次のイベントは定員に達しているため、キャンセル待ちで受け付けました。\n"
        "参加できるようになったときは、メールでお知らせします。",
    },
}
CANCELLED = "次のイベントへの申込みを取り消しました。"
CANCELLED_BY_DESK = (
    "事務局で、次のイベントへの申込みを取り消しました。"
    "お心当たりのないときは、事務局にお問い合わせください。"
)
ERASED = "内容を消去しました。"


class ClosedError(Exception):
    """The event takes no entries (any more)."""


def enter(entry: Entry, *, by: User | None = None) -> Entry:
    """Saves a new entry as 受付済 or キャンセル待ち, and mails its private address.

    `by` is the secretary who enters it for somebody (代理入力), None for who comes. Sent twice with
    one form_key, it is saved and mailed once. Raises ClosedError.
    """
    entry.entered_by = by
    try:
        with transaction.atomic():
            event = _locked(entry.event_id)
            if not (event.may_be_entered_for_others if by else event.takes_entries_now):
                raise ClosedError
            entry.state = State.CONFIRMED if _has_room(event, entry.people) else State.WAITING
            entry.save()
            if by:
                audit.record("enter_for", entry, by=by, event=event.pk)
            _tell(entry, "event_entered", result=RESULTS[entry.state])
    except IntegrityError:
        return Entry.objects.get(form_key=entry.form_key)
    return entry


@transaction.atomic
def cancel(entry: Entry, *, by: User | None) -> None:
    """By whoever entered (None) or the secretariat; the first of those who wait moves up.

    Raises StaleError.
    """
    event = _locked(entry.event_id)
    standing = Entry.objects.filter(pk=entry.pk).exclude(state=State.CANCELLED)
    if not standing.update(state=State.CANCELLED, cancelled_at=timezone.now()):
        raise StaleError
    entry.refresh_from_db()
    if by:
        audit.record("cancel_entry", entry, by=by, event=event.pk)
    _tell(entry, "event_entry_cancelled", explanation=CANCELLED_BY_DESK if by else CANCELLED)
    _move_up(event)


@transaction.atomic
def move_up(event: Event) -> int:
    """After a change of the capacity; answers how many got a place."""
    return _move_up(_locked(event.pk))


@transaction.atomic
def tell_of_status(event: Event) -> int:
    """Everybody who comes or waits hears that it is off; answers how many. Once for each status."""
    standing = _reachable(event)
    for entry in standing:
        _tell(entry, "event_off", occasion=event.status)
    return len(standing)


@transaction.atomic
def tell_of_change(event: Event) -> int:
    """Everybody who comes or waits hears of the new day, hour or place; answers how many."""
    standing = _reachable(event)
    for entry in standing:
        _tell(entry, "event_changed", occasion=f"{event.updated_at:%Y%m%d%H%M%S%f}")
    return len(standing)


def _reachable(event: Event) -> list[Entry]:
    standing = event.entries.exclude(state=State.CANCELLED)
    return list(standing.filter(erased_at=None).exclude(email=""))


def _move_up(event: Event) -> int:
    """In their order: a small group does not overtake a larger one that came before."""
    moved = 0
    is_off = event.is_over or event.status == Event.Status.CANCELLED
    for entry in event.entries.waiting():
        if is_off or not _fits(event, entry.people):
            break
        entry.state = State.CONFIRMED
        entry.save(update_fields=["state"])
        _tell(entry, "event_entry_moved_up")
        moved += 1
    return moved


def _locked(pk: int) -> Event:
    return Event.objects.select_for_update().get(pk=pk)


def _has_room(event: Event, people: int) -> bool:
    """Whoever waits comes first."""
    return _fits(event, people) and not event.entries.waiting().exists()


def _fits(event: Event, people: int) -> bool:
    return event.capacity is None or event.entries.confirmed().people() + people <= event.capacity


def _tell(entry: Entry, template: str, *, occasion: str = "", **context: object) -> None:
    if not entry.email:
        return
    deliver(
        template,
        address=entry.email,
        key=f"entry-{entry.pk}-{template}-{occasion}".rstrip("-"),
        context={"entry": entry, "event": entry.event, "site_url": settings.SITE_URL, **context},
    )


def erase_due() -> int:
    """Daily: names, addresses and mails of old entries; the numbers stay. Answers how many."""
    due = list(Entry.objects.due_for_erasure())
    for entry in due:
        _erase(entry)
    if due:
        audit.record_many("erase_entries", Entry, by=None, entries=len(due))
    return len(due)


@transaction.atomic
def _erase(entry: Entry) -> None:
    Entry.objects.filter(pk=entry.pk).update(
        erased_at=timezone.now(), **dict.fromkeys(Entry.PERSONAL, "")
    )
    mails = Delivery.objects.filter(key__startswith=f"entry-{entry.pk}-")
    waiting = mails.filter(state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.SKIPPED, reason=ERASED)
    mails.update(address="", body="")
