"""The secretariat's pages for what the project publishes."""

from news.admin import news

__all__ = ["news"]
