"""Many deals on the same draws: what is looked at in the simulation of each, and nothing else of it kept.

In come deals and what to look at, out goes that, deal by deal. Deals that share their findings share a bench.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from sib.alike import alike
from sib.deal.scenario import Scenario
from sib.engine import Bench, Effort, Simulation
from sib.errors import Stopped

Seen = TypeVar("Seen")
AT_ONCE = 16
"""Most deals that share a bench."""


@dataclass(frozen=True, slots=True)
class Draws:
    """How each deal is simulated."""

    trials: int
    seed: int


def finished(
    deals: Sequence[Scenario], look: Callable[[Simulation], Seen], *, draws: Draws, effort: Effort | None = None
) -> dict[int, Seen]:
    """Simulate deals on the same draws and return what is looked at in each, by its place; equal deals are one.

    Parameters
    ----------
    deals : sequence of Scenario
    look : callable
        Sees a simulation, which is not kept.
    draws : Draws
    effort : Effort, optional
        Threads, each with deals of its own, and progress; no figure depends on it.

    Returns
    -------
    dict of int to whatever ``look`` returns
        Without those that were given up.
    """
    effort = effort or Effort()
    distinct = list({deal.digest: deal for deal in deals}.values())
    parts = [group[first : first + AT_ONCE] for group in alike(distinct) for first in range(0, len(group), AT_ONCE)]
    alone = effort.n_workers == 1 or len(parts) == 1
    each = effort if alone else Effort(1, effort.progress)

    def work(part: list[int]) -> dict[str, Seen]:
        bench, seen = Bench(draws.trials, seed=draws.seed, effort=each), dict[str, Seen]()
        with suppress(Stopped):
            for place in part:
                seen[distinct[place].digest] = look(bench.run(distinct[place]))
        return seen

    if alone:
        found = [work(part) for part in parts]
    else:
        with ThreadPoolExecutor(effort.n_workers) as pool:
            found = list(pool.map(work, parts))
    by_digest = {digest: seen for part in found for digest, seen in part.items()}
    return {place: by_digest[deal.digest] for place, deal in enumerate(deals) if deal.digest in by_digest}


def looked_at(
    deals: Sequence[Scenario], look: Callable[[Simulation], Seen], *, draws: Draws, effort: Effort | None = None
) -> list[Seen]:
    """Return what is looked at in each deal, as ``finished`` does.

    Raises
    ------
    Stopped
        When one of them was given up.
    """
    found = finished(deals, look, draws=draws, effort=effort)
    if len(found) < len(deals):
        raise Stopped
    return [found[place] for place in range(len(deals))]
