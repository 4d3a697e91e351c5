"""Filters beside the lists of the admin."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.db import models
from django.http import HttpRequest

from lib.moments import midnight
from lib.wareki import WarekiDateField

BACKWARDS = "終わりの日が、始まりの日より前です。"


class RangeForm(forms.Form):
    since = WarekiDateField(label="この日から", required=False)
    until = WarekiDateField(label="この日まで", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", BACKWARDS)
        return data


class FilledFilter(admin.EmptyFieldListFilter):
    """Whether a column says something, in the words of its list instead of 空 and 空でない."""

    words = ("", "")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.title = getattr(self, "said", self.title)

    def choices(self, changelist: Any) -> Iterator[Any]:
        everything, *others = super().choices(changelist)
        yield everything
        for choice, word in zip(others, self.words, strict=True):
            yield {**choice, "display": word}


def filled(name: str, title: str, *, empty: str, given: str) -> tuple[str, type[FilledFilter]]:
    """For list_filter."""
    return name, type("Filled", (FilledFilter,), {"said": title, "words": (empty, given)})


class DateRangeFilter(admin.FieldListFilter):
    """From a day to a day, typed in either calendar: a small form that keeps the other filters.

    What is no day finds nothing: a list that is exported or acted upon must not be longer than it looks.
    """

    template = "admin/date_range_filter.html"

    def __init__(
        self,
        field: Any,
        request: HttpRequest,
        params: dict[str, list[str]],
        model: type[models.Model],
        model_admin: Any,
        field_path: str,
    ) -> None:
        self.form = RangeForm(request.GET, prefix=field_path)
        self._others = [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in (*self._names, PAGE_VAR, ERROR_FLAG)
        ]
        super().__init__(field, request, params, model, model_admin, field_path)

    @property
    def _names(self) -> list[str]:
        return [self.form.add_prefix(name) for name in self.form.fields]

    def expected_parameters(self) -> list[str | None]:
        return [*self._names]

    def has_output(self) -> bool:
        return True

    @property
    def is_in_use(self) -> bool:
        return any(self.request.GET.get(name, "").strip() for name in self._names)

    @property
    def error(self) -> str:
        """For the top of the list: the filters stand beside or below it."""
        errors = [str(error) for found in self.form.errors.values() for error in found]
        return f"{self.title}：{'、'.join(errors)}" if errors else ""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What else the address says; the template sends it along."""
        for name, value in self._others:
            yield {"name": name, "value": value}

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if not self.form.is_valid():
            return queryset.none()
        since, until = self.form.cleaned_data["since"], self.form.cleaned_data["until"]
        conditions: dict[str, Any] = {}
        has_time = isinstance(self.field, models.DateTimeField)
        if since:
            conditions[f"{self.field_path}__gte"] = midnight(since) if has_time else since
        if until and has_time:
            conditions[f"{self.field_path}__lt"] = midnight(until + timedelta(days=1))
        elif until:
            conditions[f"{self.field_path}__lte"] = until
        return queryset.filter(**conditions)
