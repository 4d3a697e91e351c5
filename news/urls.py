"""Where news, publications and events are. These addresses stay (docs/architecture.md)."""

from django.urls import path
from django.views.decorators.http import require_safe

from members.access import public
from news.feeds import NewsFeed
from news.views import news

app_name = "news"
urlpatterns = [
    path("news/", news.news_list, name="news_list"),
    # Programs that read feeds are anonymous.
    path("news/feed/", require_safe(public(NewsFeed())), name="news_feed"),
    path("news/<int:pk>/", news.news_item, name="news_item"),
]
