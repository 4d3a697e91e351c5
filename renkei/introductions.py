"""Which topics and events members want to be introduced on X."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from board.models import Topic
from lib.wareki import format_datetime
from members.introductions import Wish
from members.models import Organization
from news.models import Event


def of_topics() -> Iterator[Wish]:
    """X's readers cannot open the board: the address is the one that was posted, or the body's page."""
    topics = Topic.objects.published().filter(wants_introduction=True)
    related = ("organization__local_government", "seat")
    for topic in topics.exclude(status=Topic.Status.WITHDRAWN).select_related(*related):
        deadline = f"締切：{format_datetime(topic.deadline)}" if topic.deadline else ""
        link = str(topic.details.get("link", "")) or _page_of(topic.organization)
        yield Wish(
            key=f"topic-{topic.pk}",
            title=topic.title,
            url=topic.get_absolute_url(),
            organization=topic.organization,
            seat=topic.seat,
            lines=[topic.summary, f"会場：{topic.venue}" if topic.venue else "", deadline],
            link=link,
        )


def of_events() -> Iterator[Wish]:
    """Until they are over; those of the project have no body."""
    events = Event.objects.published().upcoming(timezone.localdate())
    wanted = events.filter(wants_introduction=True, status=Event.Status.SCHEDULED)
    for event in wanted.select_related("seat__organization"):
        yield Wish(
            key=f"event-{event.pk}",
            title=event.name,
            url=event.get_absolute_url(),
            organization=event.seat.organization if event.seat else None,
            seat=event.seat,
            lines=[f"日時：{event.period}", f"会場：{event.place}" if event.place else ""],
            link=settings.SITE_URL + event.get_absolute_url(),
        )


def _page_of(organization: Organization) -> str:
    return settings.SITE_URL + organization.get_absolute_url()
