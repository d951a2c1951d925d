"""The outcome that a deal needs: the smallest value of each metric that repays in full when nothing else varies.

In comes a deal whose programme is measured as a group, out goes a ``Needed`` for each metric. The contract is put to
stated values; no draws are made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sib.contract.settlement import settle
from sib.deal.scenario import Scenario
from sib.expectation import expected, spending
from sib.holding import investors_tranches
from sib.programme.grid import grid
from sib.stated import Stated, stated_metrics
from sib.thresholds import thresholds

POINTS = 33
"""Values that are tried at a time."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What is expected of a metric, and what is needed of it.

    Parameters
    ----------
    metric, unit : str
    expected, needed : float
        In the unit of the metric; NaN where nothing is expected, or where no value tried repays in full.
    """

    metric: str
    unit: str
    expected: float
    needed: float


def needed(deal: Scenario) -> list[Needed]:
    """Return for each metric what is expected and what is needed, all other metrics being as expected."""
    return [_needed(deal, name, unit) for name, unit in deal.metrics.items() if name != "enrolled"]


def _needed(deal: Scenario, name: str, unit: str) -> Needed:
    metrics = expected(deal, grid(deal))
    number, base = metrics.reading(name, cohort=None, measure="cumulative")
    weight = float(np.broadcast_to(base, number.shape)[-1, 0])
    today = float(number[-1, 0]) / weight / metrics.scale(name) if weight else float("nan")
    if name not in deal.contract.metrics_used:
        return Needed(name, unit, today, float("nan"))
    scale = metrics.scale(name)
    bounds = [threshold.value for threshold in thresholds(deal, name)]
    low, high = 0, math.ceil(2 * scale * max(abs(today), *map(abs, bounds), 1 / scale))
    while True:
        steps = sorted({low + (high - low) * place // (POINTS - 1) for place in range(POINTS)})
        full = np.flatnonzero(_repays(deal, name, [Fraction(step, scale) for step in steps]))
        if not len(full):
            return Needed(name, unit, today, float("nan"))
        low, high = steps[max(full[0] - 1, 0)], steps[full[0]]
        if high - low <= 1:
            return Needed(name, unit, today, high / scale)


def _repays(deal: Scenario, name: str, values: list[Fraction]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether the investor is repaid in full at each value."""
    calendar = grid(deal)
    metrics = stated_metrics(deal, (Stated(name, tuple(values)),), calendar=calendar)
    cost = spending(deal, calendar, n_points=len(values))
    flows = settle(deal, metrics, spending=cost, calendar=calendar)
    unpaid = np.sum([flows.written_off[tranche] for tranche in investors_tranches(deal)], axis=0)
    return np.asarray(unpaid == 0)
