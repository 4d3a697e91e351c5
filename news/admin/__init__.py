"""The secretariat's pages for what the project publishes."""

from news.admin import news, publications

__all__ = ["news", "publications"]
