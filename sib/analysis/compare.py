"""Deals side by side, paired trial by trial: what each party gets under each, and how sure the difference is.

In come deals, out goes a ``Compared`` paper. All are simulated on the same draws, so that what they share does not blur
what they do not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sib.analysis.together import Draws, finished
from sib.arrays import Floats
from sib.deal.scenario import Scenario
from sib.engine import Effort, Simulation
from sib.errors import Stopped
from sib.measures import risk
from sib.results import Row, Unit, row_of


def of_key(key: str) -> Callable[[Simulation], Floats]:
    """Return what looks up one value a trial, by its name among the trials."""
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

    @property
    def what(self) -> tuple[str, str, str]:
        """Party, measure and statistic."""
        return self.party, self.measure, self.statistic


COMPARED: tuple[Compare, ...] = (
    Compare("investor", "outlay", "mean", "money", of_key("investor.outlay")),
    Compare("investor", "receipts", "mean", "money", of_key("investor.receipts")),
    Compare("investor", "repaid_in_full", "probability", "fraction", of_key("investor.repaid_in_full")),
    Compare("investor", "principal_loss", "probability", "fraction", _loses),
    Compare("investor", "irr", "mean", "fraction", of_key("investor.irr")),
    Compare("investor", "npv", "mean", "money", of_key("investor.npv")),
    Compare("municipality", "outcome_payments", "mean", "money", of_key("municipality.outcome_payments")),
    Compare("municipality", "validated_savings", "mean", "money", of_key("municipality.validated_savings")),
    Compare("municipality", "cashable_savings", "mean", "money", of_key("municipality.cashable_savings")),
    Compare("municipality", "net_cash", "mean", "money", of_key("municipality.net_cash")),
    Compare("municipality", "pays_more_than_it_saves", "probability", "fraction", _pays_more),
    Compare("municipality", "present_value", "mean", "money", of_key("municipality.present_value")),
    Compare("society", "net_benefit", "mean", "money", of_key("society.net_benefit")),
)
"""What is compared; a new line is a new row."""
NET_CASH = next(place for place, each in enumerate(COMPARED) if each.what == ("municipality", "net_cash", "mean"))


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
    draws = Draws(trials, seed)
    found = finished(deals, lambda run: [each.values(run) for each in COMPARED], draws=draws, effort=effort)
    if 0 not in found or len(found) < 2:
        raise Stopped
    places = tuple(sorted(found))
    first, rest = found[0], places[1:]
    return Compared(
        deals=tuple(deals[place] for place in places), seed=seed, n_trials=trials,
        rows=tuple(_each(deals[place], row, found[place]) for place in places),
        differences=tuple(
            _each(deals[place], _difference, [mine - its for mine, its in zip(found[place], first, strict=True)])
            for place in rest
        ),
        spared=tuple(_spared(first[NET_CASH], found[place][NET_CASH]) for place in rest),
        places=places, n_asked=len(deals),
    )


def _each(deal: Scenario, made: Callable[..., Row], values: list[Floats]) -> tuple[Row, ...]:
    return tuple(made(deal, each, values=mine) for each, mine in zip(COMPARED, values, strict=True))


def row(deal: Scenario, figure: Compare, *, values: Floats) -> Row:
    """Return the row that a summary has, from one value a trial."""
    estimate = risk.probability(values == 1) if figure.statistic == "probability" else risk.mean(values)
    return row_of(deal, figure.what, estimate=estimate, unit=figure.unit)


def _difference(deal: Scenario, figure: Compare, *, values: Floats) -> Row:
    return row_of(deal, figure.what, estimate=risk.mean(values), unit=figure.unit)


def _spared(first: Floats, other: Floats) -> float:
    """Return how much of the error of a difference pairing leaves."""
    apart = float(np.sqrt(first.var() + other.var()))
    return float((other - first).std()) / apart if apart > 0 else 0.0
