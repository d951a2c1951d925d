"""When: closing, maturity, payment dates and the fiscal year. Dates are data here; day counts live in contract/."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, model_validator

from sib.deal.term import Day, Month, MonthSpan, Term, Whole, between, exactly_one, fault


def _within_reach(day: Day) -> Day:
    if not 1900 <= day.year <= 2200:
        raise fault("date", "is out of range; deals close between 1900 and 2200")
    return day


Closing = Annotated[Day, AfterValidator(_within_reach)]


class PaymentDates(Term):
    """The dates on which the outcome payer may owe money.

    Parameters
    ----------
    every : int, optional
        Every so many months from closing, up to maturity.
    months : tuple of int, optional
        Months after closing.
    dates : tuple of date, optional
        Calendar dates; each must be a whole number of months after closing.
    """

    every: MonthSpan | None = None
    months: tuple[MonthSpan, ...] | None = None
    dates: tuple[Day, ...] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> PaymentDates:
        field = exactly_one(self, ("every", "months", "dates"))
        listed = getattr(self, field)
        if field != "every" and (not listed or list(listed) != sorted(set(listed))):
            raise fault("order", f"needs {field} in rising order, each once, at least one")
        return self


class Timeline(Term):
    """Closing, maturity, payment dates and the first month of the fiscal year."""

    closing: Closing
    maturity: MonthSpan
    payment_dates: PaymentDates
    fiscal_year_start: Annotated[Whole, AfterValidator(between(1, 12, what="a month of the year"))] = 1

    @model_validator(mode="after")
    def _in_range(self) -> Timeline:
        for day in self.payment_dates.dates or ():
            if self._month_of(day) is None:
                raise fault("date", f"has a payment date {day}, no whole number of months after closing {self.closing}")
        late = [month for month in self.payment_months if month > self.maturity]
        if late:
            raise fault("date", f"has a payment date in month {late[0]}, after maturity in month {self.maturity}")
        if not self.payment_months:
            raise fault("date", "has no payment date up to maturity")
        return self

    @property
    def payment_months(self) -> tuple[Month, ...]:
        """Payment dates as whole months after closing, rising."""
        dates = self.payment_dates
        if dates.every is not None:
            return tuple(range(dates.every, self.maturity + 1, dates.every))
        if dates.months is not None:
            return dates.months
        return tuple(month for day in dates.dates or () if (month := self._month_of(day)) is not None)

    def day(self, month: int) -> Day:
        """Return the date ``month`` months after closing; the day is clipped to the month's length."""
        return add_months(self.closing, month)

    def _month_of(self, day: Day) -> int | None:
        months = (day.year - self.closing.year) * 12 + day.month - self.closing.month
        return months if months > 0 and self.day(months) == day else None


def add_months(start: Day, months: int) -> Day:
    """Return ``start`` moved by whole calendar months, its day clipped to the month's length.

    Examples
    --------
    >>> from datetime import date
    >>> add_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    count = start.year * 12 + start.month - 1 + months
    year, month = divmod(count, 12)
    length = [31, 29 if _is_leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
    return start.replace(year=year, month=month + 1, day=min(start.day, length))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
