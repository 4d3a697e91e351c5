"""The secretariat's pages for what the project publishes."""

from news.admin import events, news, publications

__all__ = ["events", "news", "publications"]
