"""Rows that are searched by one folded column."""

from typing import Any, Self, TypeVar

from django.db import models

from lib.queries import Query

Row = TypeVar("Row", bound=models.Model)


class FoldedQuerySet(models.QuerySet[Row]):
    def search(self, query: str) -> Self:
        """Every word is found in the names, kana or code, however it is typed; -word is not."""
        found, asked = self, Query.parse(query)
        for word in asked.wanted:
            found = found.filter(folded__contains=word)
        for word in asked.unwanted:
            found = found.exclude(folded__contains=word)
        return found


class Folded(models.Model):
    """The column, filled whenever the row is saved."""

    folded = models.TextField("検索用", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = self.searchable_text()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "folded"}
        super().save(*args, **kwargs)

    def searchable_text(self) -> str:
        """What the row is found by, folded."""
        # Each model has its own names.
        raise NotImplementedError

    def refold(self) -> None:
        """After a change of other rows that searchable_text() reads."""
        self.folded = self.searchable_text()
        type(self)._default_manager.filter(pk=self.pk).update(folded=self.folded)
