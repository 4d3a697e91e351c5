"""What the project publishes: news, publications, events, and who wants to come to them."""

from news.models.entry import Entry
from news.models.event import Event
from news.models.files import NewsFile
from news.models.news_item import NewsCategory, NewsItem
from news.models.publication import Edition, Publication, Series

__all__ = [
    "Edition",
    "Entry",
    "Event",
    "NewsCategory",
    "NewsFile",
    "NewsItem",
    "Publication",
    "Series",
]
