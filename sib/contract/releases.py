"""What the metrics make of each payment line, date by date, and what its trigger releases of it.

In come metrics and triggers, out go the lines of a contract, ready to pay. Nothing here knows what was paid before
or what is due.
"""

from __future__ import annotations

import numpy as np

from sib.arrays import Bools, Cents, Ints, so_far
from sib.contract.earnings import MADE, cents, curve, read
from sib.contract.metrics import Metrics
from sib.contract.payments import RATE_STEPS, Line, is_to_date
from sib.contract.triggers import Met
from sib.deal.contract import Contract
from sib.deal.coupons import InterestTable, MinimumCoupon, RedemptionTable
from sib.deal.lines import Payment, SavingsShare
from sib.money import exact


def payment_lines(contract: Contract, metrics: Metrics, *, met: Met, months: tuple[int, ...]) -> list[Line]:
    """Return the payment lines ready to pay, each with what its trigger releases.

    Parameters
    ----------
    met : dict of str to ndarray of shape (n_dates, n_trials)
        Triggers.
    months : tuple of int
        Payment dates as months after closing.
    """
    releases = {trigger.name: trigger.releases for trigger in contract.triggers}
    return [
        _line(terms, metrics, met=met, backlog=releases.get(terms.when or "") != "from_then", months=months)
        for terms in contract.payments
    ]


def _line(terms: Payment, metrics: Metrics, *, met: Met, backlog: bool, months: tuple[int, ...]) -> Line:
    shape = metrics.savings.shape[1:]
    is_met = met[terms.when] if terms.when is not None else np.ones(shape, dtype=np.bool_)
    if isinstance(terms, SavingsShare):
        gained = _gained(terms, metrics)
        after = so_far(met[terms.change.when], np.logical_or) if terms.change is not None else None
        first, later = (gained, None) if after is None else (gained * ~after, gained * after)
        pieces = [
            None if part is None else np.multiply(so_far(part if backlog else part * is_met), is_met)
            for part in (first, later)
        ]
        assert pieces[0] is not None
        return Line(terms, pieces[0], is_met, later=pieces[1])
    if isinstance(terms, MinimumCoupon):
        return Line(terms, np.zeros((0, 0)), is_met)
    if isinstance(terms, InterestTable | RedemptionTable):
        return Line(terms, np.zeros((0, 0)), is_met, rows=_rows(terms, metrics))
    is_date = np.isin(months, terms.months) if terms.months is not None else np.ones(len(months), dtype=np.bool_)
    made = MADE[type(terms)](terms, metrics)
    if is_to_date(terms):
        made = _rounded(terms, _indexed(terms, _held(made, is_date), months=months))
        return Line(terms, np.zeros((0, 0)), is_met, made=_to_date(made, is_met, backlog=backlog))
    owed = _rounded(terms, _indexed(terms, made, months=months)) * is_date[:, np.newaxis]
    return Line(terms, np.zeros((0, 0)), is_met, made=_each_date(owed, is_met, backlog=backlog))


def _gained(terms: SavingsShare, metrics: Metrics) -> Cents:
    """Savings newly found on each date, in cents."""
    if terms.metric == "validated_savings" and terms.metric not in metrics.series:
        return metrics.of(metrics.savings, terms.cohort)
    number, _ = metrics.reading(terms.metric, cohort=terms.cohort, measure="per_period")
    return number


def _rows(terms: InterestTable | RedemptionTable, metrics: Metrics) -> Ints:
    if terms.metric is None:
        return np.zeros(metrics.savings.shape[1:], dtype=np.int64)
    found = read(terms, metrics)
    if isinstance(terms, InterestTable) and terms.points:
        rates = [(point.at, int(exact(point.rate) * RATE_STEPS)) for point in terms.points]
        return np.asarray(np.where(found.is_known, curve(found, rates), -1.0).astype(np.int64))
    return np.asarray(found.row(terms.rows))


def _held(made: Cents, is_date: Bools) -> Cents:
    """What is owed to date moves on the line's own dates only; before the first of them nothing is owed."""
    last = np.maximum.accumulate(np.where(is_date, np.arange(1, len(made) + 1), 0))
    return np.concatenate([np.zeros((1, made.shape[1])), made])[last]


def _rounded(terms: Payment, made: Cents) -> Cents:
    """Round to the line's unit, half up."""
    if terms.round_to is None:
        return made
    unit = cents(terms.round_to)
    return np.asarray(np.floor((2 * made + unit) / (2 * unit)) * unit)


def _indexed(terms: Payment, made: Cents, *, months: tuple[int, ...]) -> Cents:
    """Let what is newly owed grow on every anniversary of closing, rounded half up to a cent."""
    if terms.indexed is None:
        return made
    rate = 1 + exact(terms.indexed)
    factors = np.array([float(rate ** (month // 12)) for month in months])[:, np.newaxis]
    if not is_to_date(terms):
        return np.asarray(np.floor(made * factors + 0.5))
    return np.asarray(np.cumsum(np.floor(np.diff(made, axis=0, prepend=0.0) * factors + 0.5), axis=0))


def _to_date(made: Cents, is_met: Bools, *, backlog: bool) -> Cents:
    """What is owed to date: all of it once the trigger is met, or what is added from then on."""
    if backlog:
        return np.asarray(made * is_met)
    return np.asarray(np.cumsum(np.diff(made, axis=0, prepend=0.0) * is_met, axis=0) * is_met)


def _each_date(owed: Cents, is_met: Bools, *, backlog: bool) -> Cents:
    """What is owed on each date; what was kept back is released with the trigger, or lost."""
    if not backlog:
        return np.asarray(owed * is_met)
    number = np.arange(1, len(owed) + 1)[:, np.newaxis]
    last_met = np.maximum.accumulate(number * is_met, axis=0)
    made = np.concatenate([np.zeros((1, owed.shape[1])), np.cumsum(owed, axis=0)])
    return np.diff(np.take_along_axis(made, last_met, axis=0), axis=0, prepend=0.0)
