"""Filters of the public lists, as addresses that can be shared."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms

from lib import prefectures
from lib.forms import ANY
from lib.wareki import fiscal_year, format_date, format_fiscal_year
from news.models import Event, NewsCategory, Series
from news.models.event import EventQuerySet


class Filter(forms.Form):
    """Shows everything where the address makes no sense."""

    @property
    def asks_for_something(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())


def fiscal_year_field(days: Iterable[date]) -> forms.TypedChoiceField:
    """Offers the 年度 of these days."""
    choices = [ANY, *((str(fiscal_year(day)), format_fiscal_year(day)) for day in days)]
    return forms.TypedChoiceField(
        label="年度", choices=choices, coerce=int, empty_value=None, required=False
    )


class YearFilter(Filter):
    """By the 年度 of the rows, offered by a day in each, and by the choice that the list has besides."""

    def __init__(self, *args: Any, years: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"] = fiscal_year_field(years)

    def apply(self, rows: Any) -> Any:
        if not self.is_valid():
            return rows
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if year := chosen.pop("year", None):
            rows = rows.of_fiscal_year(year)
        return rows.filter(**chosen)


class NewsFilter(YearFilter):
    category = forms.ModelChoiceField(
        label="分類",
        queryset=NewsCategory.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=ANY[1],
    )


class PublicationFilter(YearFilter):
    series = forms.ModelChoiceField(
        label="種類",
        queryset=Series.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=ANY[1],
    )


class EventFilter(Filter):
    """Without a wish: what is to come."""

    WHEN = (("", "これから開催"), ("past", "終了したもの"), ("all", "すべて"))

    when = forms.ChoiceField(label="期間", choices=WHEN, required=False)
    prefecture = forms.ChoiceField(
        label="都道府県", choices=[ANY, *prefectures.CHOICES], required=False
    )
    kind = forms.ChoiceField(label="種別", choices=[ANY, *Event.Kind.choices], required=False)

    def __init__(self, *args: Any, months: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{day:%Y-%m}", format_date(day).removesuffix("1日")) for day in months]
        self.fields["month"] = forms.ChoiceField(
            label="月", choices=[ANY, *choices], required=False
        )

    def apply(self, events: EventQuerySet) -> EventQuerySet:
        if not self.is_valid():
            return events.upcoming()
        chosen = {
            name: value for name in ("prefecture", "kind") if (value := self.cleaned_data[name])
        }
        return self._in_time(events.filter(**chosen))

    def _in_time(self, events: EventQuerySet) -> EventQuerySet:
        """A month says more than 期間."""
        if self.cleaned_data["month"]:
            first = date.fromisoformat(f"{self.cleaned_data['month']}-01")
            next_month = (first + timedelta(days=31)).replace(day=1)
            return events.touching(first, next_month - timedelta(days=1))
        if self.cleaned_data["when"] == "past":
            return events.past()
        return events if self.cleaned_data["when"] == "all" else events.upcoming()
