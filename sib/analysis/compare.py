"""Deals side by side, paired trial by trial: what each party gets under each, and how sure the difference is.

In come deals, out goes a ``Compared`` paper. All are simulated on the same draws, so that what they share does not blur
what they do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sib.arrays import Floats
from sib.deal.scenario import Scenario
from sib.engine import Effort, Simulation, simulate_all
from sib.measures import risk
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
    """

    deals: tuple[Scenario, ...]
    seed: int
    n_trials: int
    rows: tuple[tuple[Row, ...], ...]
    differences: tuple[tuple[Row, ...], ...]
    spared: tuple[float, ...]


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
    """
    if len(deals) < 2:
        raise ValueError("a comparison takes two deals or more")
    if len({deal.currency for deal in deals}) > 1:
        raise ValueError("deals in different currencies cannot be compared; restate one of them")
    runs = simulate_all(deals, trials, seed=seed, effort=effort)
    rows = tuple(tuple(_figure(run, each) for each in COMPARED) for run in runs)
    differences = tuple(tuple(_difference(runs[0], run, each) for each in COMPARED) for run in runs[1:])
    spared = tuple(_spared(runs[0], run) for run in runs[1:])
    return Compared(deals, seed, runs[0].n_trials, rows, differences, spared)


def _figure(run: Simulation, each: Compare) -> Row:
    estimate = risk.mean(each.values(run))
    return row_of(run.deal, (each.party, each.measure, each.statistic), estimate=estimate, unit=each.unit)


def _difference(first: Simulation, other: Simulation, each: Compare) -> Row:
    estimate = risk.mean(each.values(other) - each.values(first))
    return row_of(other.deal, (each.party, each.measure, each.statistic), estimate=estimate, unit=each.unit)


def _spared(first: Simulation, other: Simulation) -> float:
    """How much of the error of a difference pairing leaves."""
    one, two = (run.trials["municipality.net_cash"].astype(np.float64) for run in (first, other))
    apart = float(np.sqrt(one.var() + two.var()))
    return float((two - one).std()) / apart if apart > 0 else 0.0
