"""Pages of イベント."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lib.trail import from_home
from members.access import public
from news import calendars
from news.exports import EVENTS
from news.forms.filters import EventFilter
from news.models import Event
from news.month import Month, parse_month
from news.structured_data import describe

EVENTS_PER_PAGE = 20
LATEST = 5


@require_safe
@public  # events are for everybody
def event_list(request: HttpRequest) -> HttpResponse:
    events = Event.objects.published()
    form = EventFilter(request.GET, months=events.months())
    found = form.apply(events).defer("folded")
    context = {
        "form": form,
        "page": Paginator(found, EVENTS_PER_PAGE).get_page(request.GET.get("page")),
        "is_filtered": form.asks_for_something,
        "past": [] if form.asks_for_something else events.past()[:LATEST],
        "downloads": EVENTS.downloads,
        "trail": from_home(("イベント", "")),
    }
    return render(request, "news/event_list.html", context)


@require_safe
@public  # events are for everybody
def event_month(request: HttpRequest) -> HttpResponse:
    month = Month.of(parse_month(request.GET.get("month", "")), Event.objects.published())
    steps = (("イベント", reverse("news:event_list")), (f"{month.title}のカレンダー", ""))
    return render(request, "news/event_month.html", {"month": month, "trail": from_home(*steps)})


@require_safe
@public  # events are for everybody
def event(request: HttpRequest, pk: int) -> HttpResponse:
    published = Event.objects.published().select_related("seat__organization__local_government")
    found = get_object_or_404(published.prefetch_related("files"), pk=pk)
    return render(request, "news/event.html", event_context(found))


def event_context(event: Event) -> dict[str, Any]:
    return {
        "event": event,
        "structured_data": describe(event) if event.pk else "",
        "is_full": bool(event.pk) and event.is_full(),
        "trail": from_home(("イベント", reverse("news:event_list")), (event.name, "")),
    }


@require_safe
@public  # calendar programs are anonymous
def event_ics(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Event.objects.published(), pk=pk)
    response = HttpResponse(calendars.write([found]), content_type=calendars.CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="event-{pk}.ics"'
    return response


@require_safe
@public  # calendar programs are anonymous
def events_ics(request: HttpRequest) -> HttpResponse:
    """To subscribe to: what is to come, and the last twelve months."""
    events = Event.objects.published().for_calendars()
    return HttpResponse(calendars.write(events), content_type=calendars.CONTENT_TYPE)
