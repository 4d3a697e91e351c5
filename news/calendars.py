"""Events for calendar programs (RFC 5545), written by the icalendar library."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar
from icalendar import Event as CalendarEvent

from lib.markdown import plain
from news.models import Event

CONTENT_TYPE = "text/calendar; charset=utf-8"
NAME = "特別区全国連携プロジェクト イベント"
_STATUS = {Event.Status.CANCELLED: "CANCELLED", Event.Status.POSTPONED: "TENTATIVE"}


def write(events: Iterable[Event]) -> bytes:
    """Equal events give equal bytes: nothing says when it was written."""
    calendar = Calendar()
    calendar.add("prodid", "-//特別区長会事務局//Renkei//JA")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", NAME)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    for event in events:
        calendar.add_component(_entry(event))
    return calendar.to_ical()


def _entry(event: Event) -> CalendarEvent:
    entry = CalendarEvent()
    entry.add("uid", f"event-{event.pk}@{urlsplit(settings.SITE_URL).hostname}")
    entry.add("dtstamp", event.updated_at.astimezone(UTC))
    entry.add("last-modified", event.updated_at.astimezone(UTC))
    entry.add("summary", _summary(event))
    for name, moment in _period(event).items():
        entry.add(name, moment)
    entry.add("status", _STATUS.get(Event.Status(event.status), "CONFIRMED"))
    entry.add("url", settings.SITE_URL + event.get_absolute_url())
    if place := " ".join(filter(None, [event.place, event.address])):
        entry.add("location", place)
    if event.latitude is not None and event.longitude is not None:
        entry.add("geo", (float(event.latitude), float(event.longitude)))
    entry.add("description", _description(event))
    return entry


def _summary(event: Event) -> str:
    badge = event.state_badge
    is_off = event.status != Event.Status.SCHEDULED
    return f"【{badge.text}】{event.name}" if badge and is_off else event.name


def _period(event: Event) -> dict[str, date | datetime]:
    """With a time on one day; several days are whole ones, whose hours the description gives.

    UTC: no program needs to know a time zone. The end of whole days is the day after.
    """
    if not event.is_timed:
        return {"dtstart": event.starts_on, "dtend": event.ends_on + timedelta(days=1)}
    found: dict[str, date | datetime] = {"dtstart": _utc(event, event.starts_at)}
    if event.ends_at:
        found["dtend"] = _utc(event, event.ends_at)
    return found


def _utc(event: Event, clock: time | None) -> datetime:
    return event.moment(event.starts_on, clock).astimezone(UTC)


def _description(event: Event) -> str:
    lines = [
        event.period,
        event.schedule_note,
        event.summary or plain(event.body)[:500],
        f"主催：{event.organizer}",
        f"問い合わせ先：{event.contact}" if event.contact else "",
        settings.SITE_URL + event.get_absolute_url(),
    ]
    return "\n".join(line for line in lines if line)
