"""The same deal at many values of its terms: every combination, on the same draws.

In come a deal and values by path, out goes a ``Sweep`` paper with the rows that were asked for. Of a simulation nothing
else is kept. A combination that makes no valid deal says so, and the others go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

from sib.alike import alike
from sib.asked import Asked, What, asked, rows_of
from sib.deal.number import now_at
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.deal.vary import Base, base_of
from sib.engine import Bench, Effort
from sib.errors import RefusedError, ScenarioError, Stopped
from sib.results import Row

MEASURES = (
    "investor.repaid_in_full", "investor.principal_loss", "investor.irr",
    "municipality.outcome_payments", "municipality.net_cash", "municipality.pays_more_than_it_saves",
)
"""What is shown where nothing else is asked for."""
RISK, COST = "investor.principal_loss.probability", "municipality.outcome_payments.mean"
"""What a front weighs against each other; both are better small."""
MOST = 10_000
"""Most combinations of one sweep."""
AT_ONCE, TRIALS_AT_ONCE = 16, 320_000
"""Most combinations, and about how many trials in all, that an executor gets as one piece of work: what has begun is
finished even when it is given up, and that should take seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is wanted of each combination.

    Parameters
    ----------
    measures : tuple of str
        Figures of the summary, such as ``investor.irr`` or ``investor.irr.p05``.
    trials, seed : int
        As for a simulation.
    has_front : bool
        Whether the front is wanted: the combinations of which no other has both less risk for the investor and less
        to pay for the municipality.
    """

    measures: tuple[str, ...] = MEASURES
    trials: int = 20_000
    seed: int = 1
    has_front: bool = False

    def figures(self, deal: Scenario) -> tuple[Asked, ...]:
        """Return the figures that are wanted; those of the front too where there is one."""
        names = (*self.measures, *((RISK, COST) if self.has_front else ()))
        return tuple(dict.fromkeys(asked(deal, names)))


@dataclass(frozen=True, slots=True)
class Point:
    """One combination of values.

    Parameters
    ----------
    values : tuple
        By path, in the order of the paths.
    rows : tuple of Row
        In the order of the figures; money in currency units. Empty where there is no such deal.
    digest : str
        Of the deal; empty where there is none.
    problem : str
        Why there is no such deal; empty where there is one.
    """

    values: tuple[Any, ...]
    rows: tuple[Row, ...]
    digest: str
    problem: str

    @property
    def is_open(self) -> bool:
        """Whether it was given up before it was measured."""
        return bool(self.digest) and not self.rows


@dataclass(frozen=True, slots=True)
class Sweep:
    """A deal at many values of some of its terms.

    Parameters
    ----------
    deal : Scenario
        As it is.
    terms : dict of str to tuple
        Values by path.
    now : tuple
        What stands at each path as it is, or by default; None where nothing does.
    figures : tuple of (str, str, str)
        Party, measure and statistic of the rows of a point.
    plan : Plan
    points : tuple of Point
        Every combination; the last path changes fastest.
    front : tuple of int
        Places of the points on the front, from the least risk to the most; empty where it was not wanted.
    """

    deal: Scenario
    terms: dict[str, tuple[Any, ...]]
    now: tuple[Any, ...]
    figures: tuple[What, ...]
    plan: Plan
    points: tuple[Point, ...]
    front: tuple[int, ...]

    @property
    def n_open(self) -> int:
        """How many points were given up before they were measured."""
        return sum(point.is_open for point in self.points)

    def row(self, point: Point, name: str) -> Row:
        """Return a row of a valid point by party and measure, and statistic where there are several."""
        names = [(".".join(what), ".".join(what[:2])) for what in self.figures]
        return next(row for row, known in zip(point.rows, names, strict=True) if name in known)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some deals to be measured together; can be sent to another process.

    Parameters
    ----------
    deals : tuple of Scenario
        Best if they differ in their contract alone.
    figures : tuple of Asked
    trials, seed : int
    """

    deals: tuple[Scenario, ...]
    figures: tuple[Asked, ...]
    trials: int
    seed: int

    def measured(self, effort: Effort | None = None) -> list[tuple[Row, ...]]:
        """Return the rows of each deal; one simulation is held at a time. Those given up have none."""
        bench = Bench(self.trials, seed=self.seed, effort=effort or Effort(1))
        found: list[tuple[Row, ...]] = []
        with suppress(Stopped):
            for deal in self.deals:
                found.append(rows_of(bench.run(deal), self.figures))
        return found + [()] * (len(self.deals) - len(found))


def sweep(
    deal: Reading | Scenario,
    terms: Mapping[str, Sequence[Any]],
    *,
    plan: Plan | None = None,
    effort: Effort | None = None,
) -> Sweep:
    """Measure a deal at every combination of values of some terms, on the same draws.

    Parameters
    ----------
    deal : Reading or Scenario
    terms : mapping of str to sequence
        Values by path, as for ``--set``.
    plan : Plan, optional
        What is wanted of each.
    effort : Effort, optional
        Threads, or an executor that does the work in pieces, and progress; no figure depends on it.

    Raises
    ------
    ScenarioError
        When a path leads nowhere, or not one combination makes a valid deal.
    KeyError
        When the summary has no such figure.
    RefusedError
        When there are too many combinations.
    Stopped
        When it was given up before anything was finished.
    """
    plan, base = plan or Plan(), base_of(deal)
    values = {path: tuple(map(_bare, listed)) for path, listed in terms.items()}
    _refuse(values)
    now = tuple(now_at(base.term(path)) for path in values)
    piece = Piece((), plan.figures(base.deal), plan.trials, plan.seed)
    combinations = list(product(*values.values()))
    tried = [_tried(base, dict(zip(values, each, strict=True))) for each in combinations]
    faults = [error for _, error in tried if error is not None]
    if len(faults) == len(tried):
        raise faults[0]
    valid = [variant for variant, _ in tried if variant is not None]
    rows = iter(_measured(valid, piece, effort or Effort()))
    points = tuple(
        Point(each, next(rows), variant.digest, "") if variant else Point(each, (), "", told(error))
        for each, (variant, error) in zip(combinations, tried, strict=True)
    )
    if not any(point.rows for point in points):
        raise Stopped
    figures = tuple(figure.what for figure in piece.figures)
    found = Sweep(base.deal, values, now, figures, plan, points, ())
    return replace(found, front=front(found)) if plan.has_front else found


def n_points(terms: Mapping[str, Sequence[Any]]) -> int:
    """Return how many combinations there are of some values."""
    return prod(map(len, terms.values()))


def told(error: ScenarioError | None) -> str:
    """Return in one sentence why a deal is not valid."""
    problems = error.problems if error else ()
    return "; ".join(f"{each.path} {each.message}".strip() for each in problems)


def front(found: Sweep) -> tuple[int, ...]:
    """Return the places of the points that no other point beats, from the least risk to the most.

    A point beats another that has no less risk for the investor and no less to pay for the municipality, and more of
    one of them. Points that are the same in both are all kept. Undefined figures are never on the front.
    """
    priced = [
        (risk, cost, place) for place, point in enumerate(found.points) if point.rows
        for risk, cost in [(found.row(point, RISK).value, found.row(point, COST).value)]
        if risk == risk and cost == cost
    ]
    kept: list[tuple[float, float, int]] = []
    for risk, cost, place in sorted(priced):
        if not kept or cost < kept[-1][1] or (risk, cost) == kept[-1][:2]:
            kept.append((risk, cost, place))
    return tuple(place for _, _, place in kept)


def _bare(value: Any) -> Any:
    """Return a number of numpy as a plain one; anything else as it is."""
    to_plain = getattr(value, "item", None)
    return to_plain() if to_plain else value


def _refuse(values: Mapping[str, tuple[Any, ...]]) -> None:
    """Refuse a sweep of nothing, and one of too much."""
    empty = next((path for path, listed in values.items() if not listed), None)
    if not values or empty is not None:
        raise ValueError(f"a sweep takes a term and its values; {empty or 'the terms'} has none")
    if n_points(values) > MOST:
        raise RefusedError(f"a sweep of {n_points(values):,} combinations is too large; the largest number is "
                           f"{MOST:,}: take a larger step")


def _tried(base: Base, terms: Mapping[str, Any]) -> tuple[Scenario | None, ScenarioError | None]:
    """Return the deal with these terms, or what is wrong with it."""
    try:
        return base.with_terms(terms), None
    except ScenarioError as error:
        return None, error


def _measured(
    deals: Sequence[Scenario], piece: Piece, effort: Effort
) -> list[tuple[Row, ...]]:
    """Return the rows of each deal; those that share findings are measured one after the other."""
    groups = alike(deals)
    if effort.executor is None:
        places = [place for group in groups for place in group]
        found = replace(piece, deals=tuple(deals[place] for place in places)).measured(effort)
    else:
        at_once = min(AT_ONCE, max(1, TRIALS_AT_ONCE // piece.trials), -(-len(deals) // effort.n_workers))
        parts = [group[first : first + at_once] for group in groups for first in range(0, len(group), at_once)]
        places = [place for part in parts for place in part]
        work = [replace(piece, deals=tuple(deals[place] for place in part)) for part in parts]
        found = [rows for part in _sent_out(work, effort.executor, effort=effort) for rows in part]
    by_place = dict(zip(places, found, strict=True))
    return [by_place[place] for place in range(len(deals))]


def _sent_out(work: Sequence[Piece], executor: Executor, *, effort: Effort) -> list[list[tuple[Row, ...]]]:
    """Return the rows of each deal of each piece; of pieces that had not begun when it was given up, none."""
    futures = [executor.submit(Piece.measured, piece) for piece in work]
    try:
        for future, piece in zip(futures, work, strict=True):
            future.result()
            if effort.progress is not None:
                effort.progress(piece.trials * len(piece.deals))
    except Stopped:
        for future in futures:
            future.cancel()
    return [[()] * len(piece.deals) if future.cancelled() else future.result()
            for future, piece in zip(futures, work, strict=True)]
