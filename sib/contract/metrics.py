"""What triggers and payments can be put to: metrics by cohort, on payment dates, as whole numbers.

In come what was validated, measured or counted, out goes any metric as a numerator and a base, so that rates are
compared and paid without rounding. Docs/model.md, section 5.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from sib.arrays import Cents, so_far
from sib.money import exact
from sib.programme.series import Series


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
    series : dict of str to Series
        Metrics that a group programme measures, and numbers by date.
    """

    savings: Cents
    cases: Cents
    enrolled: Cents
    cohorts: tuple[str, ...]
    is_whole: bool = True
    series: dict[str, Series] = field(default_factory=dict)

    def of(self, array: Cents, cohort: str | None) -> Cents:
        """Return one cohort of an array, or all cases together."""
        return np.asarray(array.sum(axis=0) if cohort is None else array[self.cohorts.index(cohort)])

    def with_late(self, savings: Cents, cases: Cents) -> Metrics:
        """Return the metrics as if what came too late, shape (n_cohorts, n_trials), had come by the last date."""
        return Metrics(
            _added(self.savings, savings),
            _added(self.cases, cases),
            self.enrolled,
            self.cohorts,
            series=self.series,
        )

    def reading(self, metric: str, *, cohort: str | None, measure: str) -> tuple[Cents, Cents]:
        """Return numerator, shape (n_dates, n_trials), and base of a metric, in steps of its scale.

        Where the base is 0 there is no value: nobody in the cohort, or nothing measured yet. All cohorts together
        have a value once each of them has one.
        """
        if metric in self.series:
            return self._of_series(self.series[metric], cohort, measure)
        amounts = self.savings if metric == "validated_savings" else self.cases
        gained = self.of(amounts, cohort)
        counted = so_far(gained) if measure == "cumulative" else gained
        if metric == "validated_share":
            return counted, self.of(self.enrolled, cohort)
        return counted, np.ones(1)

    def _of_series(self, series: Series, cohort: str | None, measure: str) -> tuple[Cents, Cents]:
        gained = self.of(series.gained, cohort)
        if series.weight is None or series.fresh is None:
            return (so_far(gained) if measure == "cumulative" else gained), np.ones(1)
        weight = self.of(series.weight, cohort)
        if cohort is None:
            known, fresh = series.weight[:-1].all(axis=0), series.fresh[:-1].any(axis=0)
        else:
            known, fresh = weight > 0, series.fresh[self.cohorts.index(cohort)]
        base = weight * known * (1.0 if measure == "cumulative" else np.asarray(fresh)[:, np.newaxis])
        return gained * (base > 0), base

    def scale(self, metric: str) -> int:
        """Return the steps in one unit of a metric: cents in a euro, tenths in a percent."""
        if metric in self.series:
            return self.series[metric].scale
        return 100 if metric == "validated_savings" else 1

    def steps(self, metric: str, level: float | Fraction) -> Fraction:
        """Return a level of a metric in its steps."""
        return (level if isinstance(level, Fraction) else exact(level)) * self.scale(metric)


def _added(array: Cents, late: Cents) -> Cents:
    result = array.copy()
    result[:, -1] += late
    return result


Bound = tuple[Cents, Cents]
"""A level as the smallest whole number not below it and the largest not above it."""
