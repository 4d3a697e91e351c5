"""Rows that are searched by one folded column."""

from typing import Self, TypeVar

from django.db import models

from lib.text import words

Row = TypeVar("Row", bound=models.Model)


class FoldedQuerySet(models.QuerySet[Row]):
    def search(self, query: str) -> Self:
        """Every word is found in the names, kana or code, however it is typed."""
        found = self
        for word in words(query):
            found = found.filter(folded__contains=word)
        return found
