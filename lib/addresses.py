"""Addresses of pages, remembered: reverse() takes longer than a row of a list, and a page shows fifty."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=4096)
def address(name: str, *arguments: int | str) -> str:
    """As reverse(); raises NoReverseMatch."""
    return reverse(name, args=arguments)
