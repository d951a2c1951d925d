"""What a tranche is owed: principal and interest, carried exactly.

In come the interest terms and the calendar, out goes an ``Account`` per tranche that accrues, capitalises and
is paid. Interest is a whole number over a fixed denominator until it is paid, capitalised or reported, when
it is rounded half up to a cent. Who pays, and why, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import exp, gcd, lcm

import numpy as np

from sib.arrays import Array, Bools, Cents, Floats
from sib.deal.lending import Interest
from sib.money import exact, share

MONTHS_BETWEEN = {"simple": 0, "annual": 12, "quarterly": 3, "monthly": 1, "continuous": 0}
"""Months from one compounding date to the next, counted from closing; 0 for none."""


def thirty_360(start: date, end: date) -> Fraction:
    """30E/360: every month has thirty days; a 31st is a 30th."""
    days = [12 * 30 * day.year + 30 * day.month + min(day.day, 30) for day in (start, end)]
    return Fraction(days[1] - days[0], 360)


def actual_365(start: date, end: date) -> Fraction:
    """ACT/365F: actual days over 365, leap year or not."""
    return Fraction((end - start).days, 365)


def actual_360(start: date, end: date) -> Fraction:
    """ACT/360: actual days over 360."""
    return Fraction((end - start).days, 360)


def actual_actual(start: date, end: date) -> Fraction:
    """ACT/ACT ISDA: days in leap years over 366, all others over 365."""
    total = Fraction(0)
    for year in range(start.year, end.year + 1):
        first, last = max(start, date(year, 1, 1)), min(end, date(year + 1, 1, 1))
        length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        total += Fraction(max((last - first).days, 0), length)
    return total


DAY_COUNTS: dict[str, Callable[[date, date], Fraction]] = {
    "30E/360": thirty_360,
    "ACT/365F": actual_365,
    "ACT/360": actual_360,
    "ACT/ACT ISDA": actual_actual,
}
"""Year fraction between two dates, by the name of the convention."""


def year_fraction(start: date, end: date, *, day_count: str) -> Fraction:
    """Return the part of a year from ``start`` to ``end``.

    Examples
    --------
    >>> from datetime import date
    >>> float(year_fraction(date(2024, 3, 1), date(2025, 3, 1), day_count="30E/360"))
    1.0
    """
    return DAY_COUNTS[day_count](start, end)


@dataclass(frozen=True, slots=True)
class Accrual:
    """Interest terms made ready for one calendar.

    Parameters
    ----------
    numerators : tuple of int
        Interest on one cent over each period, in units of ``1 / denominator`` cents.
    denominator : int
    growth : ndarray of shape (n_periods,) or None
        ``expm1(rate * year fraction)`` where interest compounds continuously.
    capitalises : ndarray of shape (n_periods,)
        Whether unpaid interest joins the base in a period.
    over_term : Fraction or None
        Interest on a draw, earned with it.
    on_committed : bool
        Whether undrawn commitment earns interest.
    """

    numerators: tuple[int, ...]
    denominator: int
    growth: Floats | None
    capitalises: Bools
    over_term: Fraction | None
    on_committed: bool


def accrual(terms: Interest, dates: tuple[date, ...]) -> Accrual:
    """Return interest terms made ready for the given ends of periods."""
    rate, n_periods = exact(terms.rate), len(dates)
    if terms.basis == "over_term" or terms.day_count is None or terms.compounding is None:
        nothing = np.zeros(n_periods, dtype=np.bool_)
        return Accrual((0,) * n_periods, 1, None, nothing, rate, terms.on == "committed")
    fractions = [Fraction(0)]
    fractions += [year_fraction(a, b, day_count=terms.day_count) for a, b in pairwise(dates)]
    shares = [rate * part for part in fractions]
    denominator = lcm(*(part.denominator for part in shares))
    numerators = [int(part * denominator) for part in shares]
    common = gcd(denominator, *numerators)
    every = MONTHS_BETWEEN[terms.compounding]
    capitalises = np.array([bool(every) and t > 0 and t % every == 0 for t in range(n_periods)])
    growth = np.expm1([float(part) for part in shares]) if terms.compounding == "continuous" else None
    return Accrual(
        tuple(number // common for number in numerators),
        denominator // common,
        growth,
        capitalises,
        None,
        terms.on == "committed",
    )


def grown(terms: Accrual, largest: int) -> float:
    """Return what a debt of ``largest`` cents can grow to at most, however often interest is compounded."""
    in_all = sum(terms.numerators) / terms.denominator + float(terms.over_term or 0)
    return largest * exp(min(in_all, 100.0))


class Account:
    """Principal and interest of one tranche in every trial; the one thing in the contract that changes.

    Parameters
    ----------
    terms : Accrual
    n_trials : int
    largest : int
        Cents that the tranche can ever hold; decides how wide the exact interest must be.
    """

    __slots__ = ("_accrued", "_runs", "_terms", "_undrawn", "capitalised", "lent", "principal")

    def __init__(self, terms: Accrual, n_trials: int, largest: int) -> None:
        self._terms = terms
        self.principal: Cents = np.zeros(n_trials)
        self.lent: Cents = np.zeros(n_trials)
        self.capitalised: Cents = np.zeros(n_trials)
        self._runs: Bools | None = None
        self._undrawn: Cents = np.zeros(n_trials)
        self._accrued: Array = np.zeros(n_trials, dtype=self._width(largest))

    def _width(self, largest: int) -> type:
        """Floats for continuous compounding, 64 bits where they suffice, else Python's whole numbers."""
        if self._terms.growth is not None:
            return np.float64
        bound = 4 * grown(self._terms, largest) * (sum(self._terms.numerators) + self._terms.denominator)
        return np.int64 if bound < 2**62 else object

    def accrue(self, period: int) -> None:
        """Add the period's interest on what was outstanding after the period before."""
        base = self.principal + self.capitalised
        if self._terms.on_committed:
            base = base + self._undrawn
        if self._runs is not None:
            base = base * self._runs
        if self._terms.growth is not None:
            earning = self._accrued if self._runs is None else self._accrued * self._runs
            self._accrued += (base + earning) * self._terms.growth[period]
        elif self._terms.numerators[period]:
            whole = base.astype(np.int64)
            if self._accrued.dtype == object:
                whole = whole.astype(object)
            self._accrued += whole * self._terms.numerators[period]

    def capitalise(self, period: int) -> None:
        """Let unpaid interest join the base on a compounding date."""
        if self._terms.capitalises[period]:
            self.capitalised = self.capitalised + self._rounded()
            self._accrued[:] = 0

    def commit(self, undrawn: Cents) -> None:
        """Note the tranche's part of the commitment that is not drawn yet."""
        self._undrawn = undrawn

    def draw(self, amount: Cents) -> None:
        """Lend more; over the term, its interest is earned at once."""
        self.principal, self.lent = self.principal + amount, self.lent + amount
        if self._terms.over_term is not None:
            self.capitalised = self.capitalised + share(amount, self._terms.over_term)

    def repay(self, amount: Cents) -> None:
        """Take principal back."""
        self.principal = self.principal - amount

    def take_back(self, amount: Cents) -> None:
        """Take back money that the work did not need; it counts as never lent."""
        self.principal, self.lent = self.principal - amount, self.lent - amount

    def earn(self, amount: Cents) -> None:
        """Owe a coupon that a table sets."""
        self.capitalised = self.capitalised + amount

    def halt(self, ended: Bools) -> None:
        """Stop earning interest in the trials whose contract has ended."""
        self._runs = ~ended if self._runs is None else self._runs & ~ended

    @property
    def interest_due(self) -> Cents:
        """Interest owed, rounded to cents."""
        return self.capitalised + self._rounded()

    @property
    def due(self) -> Cents:
        """Principal and interest owed, in cents."""
        return self.principal + self.interest_due

    def pay_interest(self, available: Cents) -> Cents:
        """Take what is available towards interest, oldest first, and return what was taken."""
        due = self.interest_due
        paid = np.minimum(available, due)
        from_capitalised = np.minimum(paid, self.capitalised)
        rest = paid - from_capitalised
        self.capitalised = self.capitalised - from_capitalised
        cleared = (paid > 0) & (paid == due)
        self._accrued = self._accrued - self._units(rest)
        self._accrued[cleared] = 0
        return paid

    def _units(self, cents: Cents) -> Array:
        """Cents in the unit of the accrued interest."""
        if self._accrued.dtype == np.float64:
            return cents
        return cents.astype(np.int64).astype(self._accrued.dtype) * self._terms.denominator

    def _rounded(self) -> Cents:
        """Accrued interest in whole cents, half up."""
        if self._accrued.dtype == np.float64:
            return np.floor(self._accrued + 0.5)
        double = 2 * self._terms.denominator
        return ((2 * self._accrued + self._terms.denominator) // double).astype(np.float64)
