"""The days that figures are asked for: a 年度 (April to March), or any other from-to."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from dateutil.relativedelta import relativedelta

from lib.moments import midnight
from lib.wareki import format_date, format_fiscal_year


@dataclass(frozen=True)
class Period:
    """Both days belong to it."""

    first: date
    last: date

    @classmethod
    def of_fiscal_year(cls, year: int) -> Self:
        return cls(date(year, 4, 1), date(year + 1, 3, 31))

    @classmethod
    def of_week(cls, day: date) -> Self:
        """Monday to Sunday."""
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + timedelta(days=6))

    @property
    def starts_at(self) -> datetime:
        return midnight(self.first)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + timedelta(days=1))

    @property
    def label(self) -> str:
        if self == self.of_fiscal_year(self.first.year):
            return format_fiscal_year(self.first)
        return f"{format_date(self.first)}から{format_date(self.last)}まで"

    @property
    def year_before(self) -> "Period":
        """The same days of the year before; the end of February stays the end of February."""
        year, day = relativedelta(years=1), timedelta(days=1)
        return Period(self.first - year, self.last + day - year - day)

    def parts(self, months: int) -> "list[Period]":
        """Months (1) or quarters of a 年度 (3), the first and the last cut off at the borders."""
        start = self.first.replace(day=1)
        start -= relativedelta(months=(start.month - 4) % months)
        found = []
        while start <= self.last:
            end = start + relativedelta(months=months) - timedelta(days=1)
            found.append(Period(max(start, self.first), min(end, self.last)))
            start += relativedelta(months=months)
        return found
