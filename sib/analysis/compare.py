"""Deals side by side, paired trial by trial: what each party gets under each, and how sure the difference is.

In come deals, out goes a ``Compared`` paper. All are simulated on the same draws, so that what they share does not blur
what they do not.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from sib.alike import alike
from sib.arrays import Floats
from sib.deal.scenario import Scenario
from sib.engine import Bench, Effort, Simulation
from sib.errors import Stopped
from sib.measures import risk
from sib.measures.risk import Estimate
from sib.results import Row, Unit, row_of


def _of(key: str) -> Callable[[Simulation], Floats]:
    return lambda run: np.asarray(run.trials[key], dtype=np.float64)


def _loses(run: Simulation) -> Floats:
    return np.asarray(run.trials["investor.receipts"] < run.trials["investor.outlay"], dtype=np.float64)


def _pays_more(run: Simulation) -> Floats:
    return np.asarray(run.trials["municipality.net_cash"] < 0, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Compare:
    """A figure that is the mean of one value a trial, so that differences can be paired."""

    party: str
    measure: str
    statistic: str
    unit: Unit
    values: Callable[[Simulation], Floats]


COMPARED: tuple[Compare, ...] = (
    Compare("investor", "outlay", "mean", "money", _of("investor.outlay")),
    Compare("investor", "receipts", "mean", "money", _of("investor.receipts")),
    Compare("investor", "repaid_in_full", "probability", "fraction", _of("investor.repaid_in_full")),
    Compare("investor", "principal_loss", "probability", "fraction", _loses),
    Compare("investor", "irr", "mean", "fraction", _of("investor.irr")),
    Compare("investor", "npv", "mean", "money", _of("investor.npv")),
    Compare("municipality", "outcome_payments", "mean", "money", _of("municipality.outcome_payments")),
    Compare("municipality", "validated_savings", "mean", "money", _of("municipality.validated_savings")),
    Compare("municipality", "cashable_savings", "mean", "money", _of("municipality.cashable_savings")),
    Compare("municipality", "net_cash", "mean", "money", _of("municipality.net_cash")),
    Compare("municipality", "pays_more_than_it_saves", "probability", "fraction", _pays_more),
    Compare("municipality", "present_value", "mean", "money", _of("municipality.present_value")),
    Compare("society", "net_benefit", "mean", "money", _of("society.net_benefit")),
)
"""What is compared; a new line is a new row."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Deals side by side.

    Parameters
    ----------
    deals : tuple of Scenario
        The first is what the others are compared with.
    seed, n_trials : int
    rows : tuple of tuple of Row
        By deal, in the order of ``COMPARED``; money in currency units.
    differences : tuple of tuple of Row
        By deal but the first: its figure less the first one's, over the trials in which both are defined, with the
        error of the paired difference.
    spared : tuple of float
        By deal but the first: the error of its difference in the municipality's net cash, as a share of what it would
        be on draws of its own.
    places : tuple of int
        Of these deals among those that were asked for; the first is always 0.
    n_asked : int
        Deals that were asked for; more than there are where it was given up.
    """

    deals: tuple[Scenario, ...]
    seed: int
    n_trials: int
    rows: tuple[tuple[Row, ...], ...]
    differences: tuple[tuple[Row, ...], ...]
    spared: tuple[float, ...]
    places: tuple[int, ...]
    n_asked: int

    @property
    def n_open(self) -> int:
        """How many deals were given up before they were measured."""
        return self.n_asked - len(self.deals)


def compare(
    deals: tuple[Scenario, ...], trials: int = 20_000, *, seed: int = 1, effort: Effort | None = None
) -> Compared:
    """Simulate deals on the same draws and compare each with the first.

    Parameters
    ----------
    deals : tuple of Scenario
        Two or more, in one currency.
    trials, seed : int
        As for a simulation.
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    ValueError
        When there are fewer than two deals, or their currencies differ.
    Stopped
        When it was given up before two of them were finished.
    """
    if len(deals) < 2:
        raise ValueError("a comparison takes two deals or more")
    if len({deal.currency for deal in deals}) > 1:
        raise ValueError("deals in different currencies cannot be compared; restate one of them")
    bench, measured = Bench(trials, seed=seed, effort=effort), dict[int, _Measured]()
    with suppress(Stopped):
        for place in (place for group in alike(deals) for place in group):
            measured[place] = _Measured(bench.run(deals[place]))
    if len(measured) < 2:
        raise Stopped
    places = tuple(sorted(measured))
    first, *others = (measured[place] for place in places)
    return Compared(
        deals=tuple(deals[place] for place in places), seed=seed, n_trials=trials,
        rows=tuple(each.rows() for each in (first, *others)),
        differences=tuple(each.less(first) for each in others),
        spared=tuple(each.spared(first) for each in others), places=places, n_asked=len(deals),
    )


class _Measured:
    """What is kept of a simulation: one value a trial of every figure that is compared."""

    def __init__(self, run: Simulation) -> None:
        self.deal = run.deal
        self.values = [each.values(run) for each in COMPARED]
        self.net_cash = run.trials["municipality.net_cash"].astype(np.float64)

    def rows(self) -> tuple[Row, ...]:
        """Return every figure."""
        return tuple(
            self._row(each, risk.probability(values > 0) if each.statistic == "probability" else risk.mean(values))
            for each, values in zip(COMPARED, self.values, strict=True)
        )

    def less(self, first: _Measured) -> tuple[Row, ...]:
        """Return every figure less that of another deal, trial by trial."""
        pairs = zip(COMPARED, self.values, first.values, strict=True)
        return tuple(self._row(each, risk.mean(mine - theirs)) for each, mine, theirs in pairs)

    def spared(self, first: _Measured) -> float:
        """Return how much of the error of a difference pairing leaves."""
        apart = float(np.sqrt(first.net_cash.var() + self.net_cash.var()))
        return float((self.net_cash - first.net_cash).std()) / apart if apart > 0 else 0.0

    def _row(self, each: Compare, estimate: Estimate) -> Row:
        return row_of(self.deal, (each.party, each.measure, each.statistic), estimate=estimate, unit=each.unit)
