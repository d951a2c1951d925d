"""The calendar of a simulation: how far the periods run, and which fiscal window each lies in.

In comes a deal, out goes a ``Grid``: the same for every trial. No money and no chance here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sib.arrays import Bools, Cents, Floats, Ints, read_only, sums_from
from sib.deal.audit import FixedDelay
from sib.deal.consistency import last_start_month
from sib.deal.group import CountsProgramme, EffectProgramme, months_of
from sib.deal.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Grid:
    """Periods of a deal, from 0 (closing).

    Parameters
    ----------
    n_periods : int
        Periods, closing included.
    dates : tuple of date
        End of each period.
    years : ndarray of shape (n_periods,)
        Time since closing by ACT/365, in years.
    is_payment : ndarray of shape (n_periods,)
        Whether the period ends on a payment date.
    maturity : int
        Period of maturity.
    fiscal_year : ndarray of shape (n_periods,)
        Year in which the fiscal year of each period begins.
    window : ndarray of shape (n_periods,)
        Number of the fiscal window (fiscal years, cut at renewals of lump sums), from 0.
    window_starts : tuple of int
        First period of each window.
    """

    n_periods: int
    dates: tuple[date, ...]
    years: Floats
    is_payment: Bools
    maturity: int
    fiscal_year: Ints
    window: Ints
    window_starts: tuple[int, ...]

    @property
    def last_payment(self) -> int:
        """Period of the last payment date."""
        return int(np.flatnonzero(self.is_payment)[-1])

    @property
    def fiscal_years(self) -> tuple[int, ...]:
        """The fiscal years that the periods lie in, rising."""
        return tuple(range(int(self.fiscal_year[0]), int(self.fiscal_year[-1]) + 1))

    def in_windows(self, by_period: Cents) -> Cents:
        """Add up periods, on the first axis, to fiscal windows."""
        return sums_from(by_period, self.window_starts)

    def on_dates(self, by_period: Cents) -> Cents:
        """Add up periods, on the first axis, to payment dates; what comes after the last is left out."""
        dates = self.payment_periods
        return sums_from(by_period[: dates[-1] + 1], (0, *(period + 1 for period in dates[:-1])))

    def in_years(self, by_window: Cents) -> Cents:
        """Add up fiscal windows, on the first axis, to fiscal years."""
        years = self.fiscal_year[list(self.window_starts)]
        return np.asarray(np.add.reduceat(by_window, np.flatnonzero(np.diff(years, prepend=-1)), axis=0))

    @property
    def payment_periods(self) -> tuple[int, ...]:
        """Periods that end on a payment date, rising."""
        return tuple(np.flatnonzero(self.is_payment).tolist())


def grid(deal: Scenario) -> Grid:
    """Return the calendar of a deal."""
    n_periods = _last_period(deal) + 1
    timeline = deal.timeline
    dates = tuple(timeline.day(t) for t in range(n_periods))
    is_payment = np.zeros(n_periods, dtype=np.bool_)
    is_payment[list(timeline.payment_months)] = True
    years = np.array([(day - dates[0]).days / 365 for day in dates])
    fiscal = np.array([_fiscal_year(day, timeline.fiscal_year_start, t) for t, day in enumerate(dates)], dtype=np.int64)
    cuts = {payer.renewal_month for payer in deal.payers.values() if payer.renewal_month is not None}
    starts = tuple(t for t in range(n_periods) if t == 0 or fiscal[t] != fiscal[t - 1] or t in cuts)
    window = np.searchsorted(np.array(starts), np.arange(n_periods), side="right") - 1
    return Grid(
        n_periods=n_periods,
        dates=dates,
        years=read_only(years),
        is_payment=read_only(is_payment),
        maturity=timeline.maturity,
        fiscal_year=read_only(fiscal),
        window=read_only(window),
        window_starts=starts,
    )


def _fiscal_year(day: date, start_month: int, period: int) -> int:
    last_day = day if period == 0 else day - timedelta(days=1)
    return last_day.year if last_day.month >= start_month else last_day.year - 1


def fiscal_year_of(deal: Scenario, period: int) -> int:
    """Return the fiscal year that a period lies in, also beyond the grid."""
    return _fiscal_year(deal.timeline.day(period), deal.timeline.fiscal_year_start, period)


def _last_period(deal: Scenario) -> int:
    """The latest of maturity, last saving month, last cost and, where it costs a fee, last validation."""
    ends = [deal.timeline.maturity, *_group_months(deal)]
    for segment in deal.segments:
        last_saving = last_start_month(segment) + segment.months_to_effect + segment.saving_months - 1
        ends.append(last_saving)
        if deal.accountant.charges_by_work:
            ends.append(last_saving + longest_delay(deal))
    return max(ends)


def _group_months(deal: Scenario) -> Iterator[int]:
    """Months in which a group programme is measured, or its people reach an outcome for the last time."""
    if isinstance(deal.programme, EffectProgramme):
        programme = deal.programme
        yield from (months_of(metric, cohort)[-1] for metric in programme.metrics for cohort in programme.cohorts)
    if isinstance(deal.programme, CountsProgramme):
        for group in deal.programme.groups:
            last = last_start_month(group)
            yield from (group.last_month(outcome, start=last) for outcome in group.outcomes)


def longest_delay(deal: Scenario) -> int:
    """Return the longest time a validation can take, in months, a dispute included."""
    delay, disputes = deal.accountant.delay, deal.accountant.disputes
    longest = delay.months if isinstance(delay, FixedDelay) else delay.high
    return longest + (disputes.months if disputes.can_happen else 0)
