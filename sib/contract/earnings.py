"""What a metric is worth: one function for each kind of payment that depends on nothing but a metric.

In come the terms of a line and the metrics, out goes what is owed by payment date and trial, in cents: to date
for a cumulative metric, on each date for one per period. Nothing here knows what was paid or who receives it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from sib.arrays import EXACT, Array, Cents, Ints
from sib.contract.metrics import Metrics
from sib.contract.triggers import bound
from sib.deal.lines import (
    FixedPayment,
    InterpolatedTable,
    PerPoint,
    Proportional,
    RateCard,
    Shortfall,
    StepTable,
    TwoWay,
)
from sib.deal.rows import Price, RateStep, ShareStep, Step, bound_of
from sib.money import exact


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric as a payment line reads it.

    Parameters
    ----------
    number : ndarray of shape (n_dates, n_trials)
        In steps, times the base.
    base : ndarray that broadcasts to it
        0 where there is no value.
    scale : int
        Steps in one unit.
    is_whole : bool
        Whether numbers are whole, and not expected.
    """

    number: Cents
    base: Cents
    scale: int
    is_whole: bool

    def steps(self, level: float) -> Fraction:
        """Return a level of the metric in steps."""
        return exact(level) * self.scale

    @property
    def is_known(self) -> Array:
        """Where there is a value, shape (n_dates, n_trials)."""
        return np.broadcast_to(self.base > 0, self.number.shape)

    def row(self, rows: Sequence[Step | RateStep | ShareStep]) -> Ints:
        """Return the highest row that is reached, shape (n_dates, n_trials); -1 for none."""
        place = np.full(self.number.shape, -1, dtype=np.int64)
        for number, row in enumerate(rows):
            edge = bound_of(row)
            if edge is None:
                reached = self.is_known
            else:
                smallest, largest = bound(self.base, self.steps(edge[0]), is_whole=self.is_whole)
                reached = self.is_known & ((self.number > largest) if edge[1] else (self.number >= smallest))
            place[reached] = number
        return place

    def times(self, amount: int, *, start: Fraction = Fraction(0), unit: Fraction = Fraction(1)) -> Cents:
        """Return ``amount * (value - start) / unit`` in cents, halves away from zero, exactly; 0 without a value."""
        top, bottom = self._over(start, unit)
        if not self.is_whole:
            return np.asarray(np.rint(amount * top / bottom) * self.is_known)
        sign = np.sign(top)
        return np.asarray(sign * _floor(2 * amount, np.abs(top), 2 * bottom, addend=bottom) * self.is_known)

    def climb(self, rise: int, *, start: Fraction, unit: Fraction) -> Cents:
        """Return ``rise * (value - start) / unit`` in cents, halves up, exactly; the rise may be a fall."""
        top, bottom = self._over(start, unit)
        if not self.is_whole:
            return np.asarray(np.floor(rise * top / bottom + 0.5))
        return _floor(2 * rise, top, 2 * bottom, addend=bottom)

    def whole_units(self, *, start: Fraction, unit: Fraction) -> Cents:
        """Return the whole units that the value lies above ``start``; below it, or without a value, less than 0."""
        top, bottom = self._over(start, unit)
        return np.where(self.is_known, np.floor(top / bottom) if not self.is_whole else _floor(1, top, bottom), -1.0)

    def _over(self, start: Fraction, unit: Fraction) -> tuple[Cents, Cents]:
        """Numerator and denominator of ``(value - start) / unit`` as whole numbers."""
        top = self.number * start.denominator - start.numerator * self.base
        factor = Fraction(unit.denominator, start.denominator * unit.numerator)
        return top * factor.numerator, np.maximum(self.base, 1e-300 if not self.is_whole else 1) * factor.denominator


def _floor(multiplier: int, top: Cents, bottom: Cents, addend: Cents | float = 0.0) -> Cents:
    """Return ``floor((multiplier * top + addend) / bottom)`` of whole numbers, exactly."""
    if abs(multiplier) * np.max(np.abs(top), initial=0.0) + np.max(addend) + np.max(bottom, initial=1.0) < EXACT:
        return np.asarray(np.floor((multiplier * top + addend) / bottom))
    a, b, c = (np.asarray(part).astype(np.int64).astype(object) for part in (top, bottom, addend))
    return np.asarray((a * multiplier + c) // b, dtype=np.float64)


def read(terms: Any, metrics: Metrics, *, metric: str | None = None, cohort: str | None = None) -> Reading:
    """Return the metric that a line names, or another one as the line reads it."""
    name = metric or terms.metric
    measure = getattr(terms, "measure", "cumulative")
    number, base = metrics.reading(name, cohort=cohort or getattr(terms, "cohort", None), measure=measure)
    return Reading(number, base, metrics.scale(name), metrics.is_whole)


def cents(amount: float) -> float:
    """Return a stated amount in cents, as a whole number."""
    return float(exact(amount) * 100)


def fixed(terms: FixedPayment, metrics: Metrics) -> Cents:
    """The amount, on each date."""
    return np.full(metrics.savings.shape[1:], cents(terms.amount))


def two_way(terms: TwoWay, metrics: Metrics) -> Cents:
    """An amount in steps or on straight lines, of either sign."""
    return interpolated_table(terms, metrics) if terms.points else step_table(terms, metrics)


def step_table(terms: StepTable | TwoWay, metrics: Metrics) -> Cents:
    """The amount of the highest row that is reached."""
    pays = np.array([*(cents(row.pays) for row in terms.rows), 0.0])
    return np.asarray(pays[read(terms, metrics).row(terms.rows)])


def interpolated_table(terms: InterpolatedTable | TwoWay, metrics: Metrics) -> Cents:
    """Straight lines between the points, level beyond the ends."""
    found = read(terms, metrics)
    return np.where(found.is_known, curve(found, [(point.at, int(cents(point.pays))) for point in terms.points]), 0.0)


def curve(found: Reading, points: Sequence[tuple[float, int]]) -> Cents:
    """Return whole numbers on straight lines between points, halves up, level beyond the ends."""
    place = found.row([Step(at_least=at, pays=0.0) for at, _ in points])
    along = np.full(found.number.shape, float(points[0][1]))
    for number, ((left, low), (right, high)) in enumerate(pairwise(points)):
        start, unit = found.steps(left), found.steps(right) - found.steps(left)
        along = np.where(place == number, low + found.climb(high - low, start=start, unit=unit), along)
    return np.where(place == len(points) - 1, float(points[-1][1]), along)


def per_point(terms: PerPoint, metrics: Metrics) -> Cents:
    """A jump at the threshold, and an amount for every whole point above it."""
    found = read(terms, metrics)
    start, point = found.steps(terms.from_value), found.steps(terms.point)
    points = found.whole_units(start=start, unit=point)
    if terms.up_to is not None:
        points = np.minimum(points, float((found.steps(terms.up_to) - start) // point))
    return np.where(points >= 0, cents(terms.jump) + cents(terms.amount) * np.maximum(points, 0.0), 0.0)


def proportional(terms: Proportional, metrics: Metrics) -> Cents:
    """An amount in proportion to the target."""
    found, target = read(terms, metrics), exact(terms.target)
    owed = np.maximum(found.times(int(cents(terms.amount)), unit=found.steps(terms.target)), 0.0)
    most = float(np.floor(float(exact(terms.amount) * 100 * exact(terms.at_most))))
    enough = found.row([Step(at_least=float(target * exact(terms.at_least)), pays=0.0)]) == 0
    return np.asarray(np.minimum(owed, most) * enough)


def shortfall(terms: Shortfall, metrics: Metrics) -> Cents:
    """An amount for each unit that is missing of what was agreed, less the tolerance."""
    found = read(terms, metrics)
    agreed = found.steps(terms.agreed) * (1 - exact(terms.tolerance))
    owed = found.times(int(cents(terms.amount)), start=agreed, unit=Fraction(found.scale))
    return np.asarray(np.maximum(-owed, 0.0))


def rate_card(terms: RateCard, metrics: Metrics) -> Cents:
    """Prices times numbers, line by line of the card; where a person has a cap, as worked out person by person."""
    if terms.cap_per_person is not None:
        return metrics.reading(card_name(terms), cohort=terms.cohort, measure="cumulative")[0]
    owed = np.zeros(metrics.savings.shape[1:])
    for price in terms.prices:
        owed = owed + capped(price, _earned(terms, price, metrics))
    return owed


def _earned(terms: RateCard, price: Price, metrics: Metrics) -> Cents:
    """What one outcome has earned to date, without its cap."""
    if not price.by_cohort:
        number, _ = metrics.reading(price.outcome, cohort=terms.cohort, measure="cumulative")
        return worth(price, terms, number=number)
    cohorts = metrics.cohorts if terms.cohort is None else (terms.cohort,)
    rest, _ = metrics.reading(price.outcome, cohort=terms.cohort, measure="cumulative")
    earned = np.zeros(metrics.savings.shape[1:])
    for cohort in cohorts:
        number, _ = metrics.reading(price.outcome, cohort=cohort, measure="cumulative")
        earned, rest = earned + worth(price, terms, number=number, cohort=cohort), rest - number
    return np.asarray(earned + worth(price, terms, number=rest))


def worth(price: Price, terms: RateCard, *, number: Cents, cohort: str | None = None) -> Cents:
    """Return what so many outcomes earn: each unit at the price of its tier."""
    counted = np.minimum(number, price.most) if price.most is not None else number
    if price.tiers is None:
        stated = (price.by_cohort or {}).get(cohort or "", price.price or 0.0)
        return np.asarray(np.rint(counted * discounted(stated, terms)))
    owed = np.zeros_like(counted)
    ends = [*(tier.after for tier in price.tiers[1:]), None]
    for tier, end in zip(price.tiers, ends, strict=True):
        inside = np.clip(counted - tier.after, 0.0, None if end is None else end - tier.after)
        owed = owed + inside * discounted(tier.price, terms)
    return np.asarray(np.rint(owed))


def discounted(price: float, terms: RateCard) -> float:
    """Return a price after the provider's discount, in whole cents, halves up."""
    return float((exact(price) * 100 * (1 - exact(terms.discount)) + Fraction(1, 2)) // 1)


def capped(price: Price, earned: Cents) -> Cents:
    """Return what an outcome earns within its cap."""
    return earned if price.cap is None else np.minimum(earned, cents(price.cap))


def card_name(terms: RateCard) -> str:
    """Return the name of the series that holds what a card has earned person by person."""
    return f"card {terms.name}"


MADE: dict[type, Callable[[Any, Metrics], Cents]] = {
    FixedPayment: fixed,
    StepTable: step_table,
    InterpolatedTable: interpolated_table,
    PerPoint: per_point,
    Proportional: proportional,
    RateCard: rate_card,
    TwoWay: two_way,
    Shortfall: shortfall,
}
"""What each kind of line makes of the metrics alone."""
