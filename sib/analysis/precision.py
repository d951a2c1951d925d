"""As many trials as a figure needs: until half of its 95% interval is as small as was asked.

In comes a deal and what is asked, out goes a ``Reached`` paper with the last run. The first m trials of a longer run
are the run of m trials, so a run that goes on is the same as one that had known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sib.chance.draws import Source
from sib.deal.scenario import Scenario
from sib.engine import Effort, Simulation, simulate
from sib.results import Row, summarise

LARGEST = 2_000_000
"""Trials after which it is given up."""
MARGIN, GROWTH = 1.15, 16
"""How far the next run goes beyond what the error foretells, and how many times as long it is at most."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure of the summary and how sure it must be.

    Parameters
    ----------
    party, measure, statistic : str
    half_width : float
        Largest half of the 95% interval, in the unit of the row.
    """

    party: str
    measure: str
    statistic: str
    half_width: float

    @property
    def name(self) -> str:
        """Return the figure as it is written, such as ``investor.irr.mean``."""
        return f"{self.party}.{self.measure}.{self.statistic}"

    def found_in(self, rows: list[Row]) -> Row | None:
        """Return the row that is meant; None where there is none."""
        wanted = (self.party, self.measure, self.statistic)
        return next((row for row in rows if (row.party, row.measure, row.statistic) == wanted), None)


@dataclass(frozen=True, slots=True)
class Reached:
    """The run that was long enough, or the longest that was made.

    Parameters
    ----------
    run : Simulation
    rows : list of Row
        Its summary.
    half_widths : tuple of float
        Of each figure that was wanted; infinite where the trials support no interval.
    is_reached : bool
    """

    run: Simulation
    rows: list[Row]
    half_widths: tuple[float, ...]
    is_reached: bool


def half_width(row: Row | None) -> float:
    """Return half of the 95% interval of a row, the longer half where they differ; infinite without one."""
    if row is None or row.low is None or row.high is None or math.isnan(row.value):
        return math.inf
    return max(row.value - row.low, row.high - row.value)


def until(
    deal: Scenario, wanted: tuple[Wanted, ...], *, trials: int = 20_000, seed: int | Source = 1,
    effort: Effort | None = None,
) -> Reached:
    """Simulate until every figure that is wanted is sure enough, or too many trials have not sufficed.

    Parameters
    ----------
    deal : Scenario
    wanted : tuple of Wanted
    trials : int
        Of the first run; later ones are as long as its errors foretell.
    seed : int or Source
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    KeyError
        When the summary has no such figure.
    """
    while True:
        run = simulate(deal, trials, seed=seed, effort=effort)
        rows = summarise(run)
        for each in wanted:
            if each.found_in(rows) is None:
                raise KeyError(each.name)
        halves = tuple(half_width(each.found_in(rows)) for each in wanted)
        short = max(half / each.half_width for half, each in zip(halves, wanted, strict=True))
        if short <= 1 or trials >= LARGEST:
            return Reached(run, rows, halves, short <= 1)
        needed = trials * min(short**2 * MARGIN, GROWTH)
        trials = min(LARGEST, max(trials + 1, math.ceil(needed)))
