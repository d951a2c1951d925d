"""When money is due at all: conditions on metrics, compared exactly.

In come metrics on payment dates, out goes whether each trigger is met, by date and trial. What a trigger
releases is decided by the payments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sib.arrays import Bools, Cents
from sib.deal.contract import Trigger
from sib.money import exact, floor_share

Bound = tuple[Cents, Cents]
"""A level as the smallest whole number not below it and the largest not above it."""


def _bound(base: Cents, level: Fraction, is_whole: bool) -> Bound:
    """Put ``level * base`` between whole numbers, exactly; where metrics are expectations, leave it as it is."""
    if not is_whole:
        return base * float(level), base * float(level)
    if level < 0:
        return -floor_share(base, -level), floor_share(-base, -level)
    return -floor_share(-base, level), floor_share(base, level)


COMPARE: dict[str, Callable[[Cents, tuple[Bound, ...]], Bools]] = {
    "at_least": lambda k, level: k >= level[0][0],
    "above": lambda k, level: k > level[0][1],
    "at_most": lambda k, level: k <= level[0][1],
    "below": lambda k, level: k < level[0][0],
    "between": lambda k, level: (k >= level[0][0]) & (k <= level[1][1]),
}
"""How each comparison reads the number ``k`` against its level or both ends."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What triggers can be put to, on payment dates.

    Parameters
    ----------
    savings, cases : ndarrays of shape (n_cohorts, n_dates, n_trials)
        Cents and cases newly validated since the previous payment date.
    enrolled : ndarray of shape (n_cohorts, n_trials)
    cohorts : tuple of str
        Names; the last of the ``n_cohorts`` is the rest and has none.
    is_whole : bool
        Whether cases are counted, and not expected.
    """

    savings: Cents
    cases: Cents
    enrolled: Cents
    cohorts: tuple[str, ...]
    is_whole: bool = True

    def of(self, array: Cents, cohort: str | None) -> Cents:
        """Return one cohort of an array, or all cases together."""
        return np.asarray(array.sum(axis=0) if cohort is None else array[self.cohorts.index(cohort)])

    def with_late(self, savings: Cents, cases: Cents) -> Metrics:
        """Return the metrics as if what came too late, shape (n_cohorts, n_trials), had come by the last date."""
        return Metrics(_added(self.savings, savings), _added(self.cases, cases), self.enrolled, self.cohorts)


def _added(array: Cents, late: Cents) -> Cents:
    result = array.copy()
    result[:, -1] += late
    return result


def values(trigger: Trigger, metrics: Metrics) -> tuple[Cents, Cents]:
    """Return numerator (n_dates, n_trials) and denominator of a trigger's metric."""
    amounts = metrics.savings if trigger.metric == "validated_savings" else metrics.cases
    counted = metrics.of(amounts, trigger.cohort)
    if trigger.measure == "cumulative":
        counted = np.cumsum(counted, axis=0)
    if trigger.metric == "validated_share":
        return counted, metrics.of(metrics.enrolled, trigger.cohort)
    return counted, np.ones(1)


def levels(trigger: Trigger) -> tuple[Fraction, ...]:
    """Return the threshold (or both ends) in the metric's own whole units: cents, cases, fractions."""
    stated = getattr(trigger, trigger.comparison)
    unit = 100 if trigger.metric == "validated_savings" else 1
    return tuple(exact(level) * unit for level in (stated if isinstance(stated, tuple) else (stated,)))


def met(trigger: Trigger, metrics: Metrics) -> Bools:
    """Return whether a trigger is met on each payment date.

    Returns
    -------
    ndarray of shape (n_dates, n_trials)
        A latched trigger stays met. A rate on an empty cohort meets nothing.
    """
    counted, base = values(trigger, metrics)
    bounds = tuple(_bound(base, level, metrics.is_whole) for level in levels(trigger))
    result = COMPARE[trigger.comparison](counted, bounds) & (base > 0)
    return np.logical_or.accumulate(result, axis=0) if trigger.latched else result


def ever_met(trigger: Trigger, metrics: Metrics) -> Bools:
    """Return whether a latched trigger is ever met, or a curable one on the last date; shape (n_trials,)."""
    return np.asarray(met(trigger, metrics)[-1])
