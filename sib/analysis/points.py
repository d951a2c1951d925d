"""Figures of many deals on the same draws, where each figure is the mean of one value a trial.

In come deals and the names of figures, out goes what is looked at in the simulation of each. No simulation is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np

from sib.alike import alike
from sib.analysis.compare import COMPARED, Compare
from sib.arrays import Floats
from sib.asked import asked
from sib.deal.scenario import Scenario
from sib.engine import Bench, Effort, Simulation
from sib.measures import risk
from sib.results import Row, measures_of, row_of

Seen = TypeVar("Seen")

AT_ONCE = 16
"""Most deals that share a bench."""
MEASURES = (
    "investor.irr", "investor.repaid_in_full", "investor.principal_loss",
    "municipality.net_cash", "municipality.outcome_payments", "municipality.pays_more_than_it_saves",
)
"""What is shown where nothing else is asked for; the first of each party is the one that it goes by."""


@dataclass(frozen=True, slots=True)
class Draws:
    """How each deal is simulated."""

    trials: int
    seed: int


def targets(deal: Scenario, names: Sequence[str]) -> tuple[Compare, ...]:
    """Return the figures that are meant by names such as ``investor.irr``.

    Raises
    ------
    KeyError
        When the summary has no such figure, or it is no mean of one value a trial.
    """
    known = {(each.party, each.measure, each.statistic): each for each in COMPARED}
    for each in measures_of(deal):
        known.setdefault((each.party, each.name, "mean"),
                         Compare(each.party, each.name, "mean", each.unit, partial(_trials, key=each.key)))
    found = []
    for figure in asked(deal, names):
        if figure.what not in known:
            raise KeyError(f"{figure.name} is neither a mean nor a chance over trials; take such as investor.irr, "
                           "investor.repaid_in_full or municipality.net_cash")
        found.append(known[figure.what])
    return tuple(dict.fromkeys(found))


def _trials(run: Simulation, *, key: str) -> Floats:
    return np.asarray(run.trials[key], dtype=np.float64)


def row(deal: Scenario, target: Compare, *, values: Floats) -> Row:
    """Return the row that a summary has, from one value a trial."""
    estimate = risk.probability(values == 1) if target.statistic == "probability" else risk.mean(values)
    return row_of(deal, (target.party, target.measure, target.statistic), estimate=estimate, unit=target.unit)


def looked_at(
    deals: Sequence[Scenario], look: Callable[[Simulation], Seen], *, draws: Draws, effort: Effort | None = None
) -> list[Seen]:
    """Simulate deals on the same draws and return what is looked at in each; equal deals are simulated once.

    Parameters
    ----------
    deals : sequence of Scenario
    look : callable
    draws : Draws
    effort : Effort, optional
        Threads, each with deals of its own, and progress; no figure depends on it.
    """
    effort = effort or Effort()
    distinct = list({deal.digest: deal for deal in deals}.values())
    parts = [group[first : first + AT_ONCE] for group in alike(distinct) for first in range(0, len(group), AT_ONCE)]

    def work(part: list[int]) -> list[tuple[str, Seen]]:
        bench = Bench(draws.trials, seed=draws.seed, effort=Effort(1, effort.progress))
        return [(distinct[place].digest, look(bench.run(distinct[place]))) for place in part]

    if effort.n_workers == 1 or len(parts) == 1:
        found = [work(part) for part in parts]
    else:
        with ThreadPoolExecutor(effort.n_workers) as pool:
            found = list(pool.map(work, parts))
    by_digest = {digest: seen for part in found for digest, seen in part}
    return [by_digest[deal.digest] for deal in deals]
