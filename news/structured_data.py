"""An event for search engines: https://schema.org/Event"""

from datetime import date, time
from typing import Any

from django.conf import settings

from lib import structured_data
from news.models import Event

_STATUS = {
    Event.Status.SCHEDULED: "EventScheduled",
    Event.Status.POSTPONED: "EventPostponed",
    Event.Status.CANCELLED: "EventCancelled",
}
_ATTENDANCE = {
    Event.Attendance.PLACE: "OfflineEventAttendanceMode",
    Event.Attendance.ONLINE: "OnlineEventAttendanceMode",
    Event.Attendance.BOTH: "MixedEventAttendanceMode",
}


def describe(event: Event) -> str:
    """JSON-LD, safe inside a <script>."""
    return structured_data.write(
        {
            "@context": "https://schema.org",
            "@type": "Event",
            "name": event.name,
            "description": event.shown_summary,
            "startDate": _moment(event, event.starts_on, event.starts_at),
            "endDate": _moment(event, event.ends_on, event.ends_at),
            "eventStatus": f"https://schema.org/{_STATUS[Event.Status(event.status)]}",
            "eventAttendanceMode": (
                f"https://schema.org/{_ATTENDANCE[Event.Attendance(event.attendance)]}"
            ),
            "location": _locations(event),
            "organizer": {"@type": "Organization", "name": event.organizer},
            "maximumAttendeeCapacity": event.capacity,
            "url": settings.SITE_URL + event.get_absolute_url(),
        }
    )


def _moment(event: Event, day: date, clock: time | None) -> str:
    if clock is None:
        return day.isoformat()
    return event.moment(day, clock).isoformat(timespec="minutes")


def _locations(event: Event) -> list[dict[str, Any]]:
    """Nothing where nobody has said where it is."""
    places: list[dict[str, Any]] = []
    if event.venue or event.address:
        places.append({"@type": "Place", "name": event.venue, "address": _address(event)})
    if places and event.latitude is not None and event.longitude is not None:
        places[0]["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": float(event.latitude),
            "longitude": float(event.longitude),
        }
    if event.online_url:
        places.append({"@type": "VirtualLocation", "url": event.online_url})
    return places


def _address(event: Event) -> dict[str, str]:
    address = {
        "@type": "PostalAddress",
        "addressCountry": "JP",
        "addressRegion": event.get_prefecture_display() if event.prefecture else "",
        "streetAddress": event.address,
    }
    return {key: value for key, value in address.items() if value}
