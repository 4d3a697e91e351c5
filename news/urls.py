"""Where news, publications and events are. These addresses stay (docs/architecture.md)."""

from django.urls import path
from django.views.decorators.http import require_safe

from members.access import public
from news.feeds import EventFeed, NewsFeed
from news.views import entries, events, news, proposals, publications

app_name = "news"
urlpatterns = [
    path("news/", news.news_list, name="news_list"),
    # Programs that read feeds are anonymous.
    path("news/feed/", require_safe(public(NewsFeed())), name="news_feed"),
    path("news/<int:pk>/", news.news_item, name="news_item"),
    path("publications/", publications.publication_list, name="publication_list"),
    path("publications/<int:pk>/", publications.publication, name="publication"),
    path("publications/<int:pk>/text/", publications.publication_text, name="publication_text"),
    path(
        "publications.<slug:extension>",
        publications.download,
        {"name": "publications"},
        name="download",
    ),
    path("events/", events.event_list, name="event_list"),
    path("events/calendar/", events.event_month, name="event_month"),
    path("events/feed/", require_safe(public(EventFeed())), name="event_feed"),
    path("events/<int:pk>/", events.event, name="event"),
    path("events/<int:pk>.ics", events.event_ics, name="event_ics"),
    path("events/<int:pk>/apply/", entries.enter, name="enter"),
    path("events/proposals/", proposals.proposal_list, name="proposal_list"),
    path("events/proposals/new/", proposals.propose, name="propose"),
    path("events/proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path(
        "events/proposals/<int:pk>/withdraw/", proposals.proposal_withdraw, name="proposal_withdraw"
    ),
    path("events/entries/<slug:token>/", entries.entry, name="entry"),
    path("events/entries/<slug:token>/cancel/", entries.entry_cancel, name="entry_cancel"),
    path("events.ics", events.events_ics, name="events_ics"),
    path("events.<slug:extension>", publications.download, {"name": "events"}, name="download"),
]
