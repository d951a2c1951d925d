"""The value of a term at which a figure is what it should be, and how sure that value is.

In come a deal and a ``Goal``, out goes a ``Solved`` paper. Every value is simulated on the same draws, so that the
figure changes with the term alone. A scan says where it passes the goal and whether it moves one way; ``bracketing``
does the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from sib.analysis.bracketing import Pair, Root, Search, Try
from sib.analysis.sweep import told
from sib.asked import Asked, asked, rows_of
from sib.deal.number import Number, number_at
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.deal.vary import Base, base_of
from sib.engine import Bench, Effort
from sib.errors import ScenarioError, Stopped

N_SCAN, WIDE = 9, 50
"""Values of the scan; from this ratio of its ends on they are spaced by equal factors."""
HALVINGS = 40
"""Steps in looking for the last value that makes a deal; each costs a millisecond."""
NOISE = 2.0
"""Standard errors that a figure may move the wrong way without being taken to turn."""
Verdict = Literal["found", "several", "turns", "none", "flat", "alone", "open"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked.

    Parameters
    ----------
    measure : str
        Figure of the summary, such as ``investor.irr`` or ``municipality.net_cash.p05``.
    value : float
        What it should be: in currency units, as a fraction, in years or as a count.
    path : str
        The term that may change; a ``*`` stands for every name of a list.
    between : (float, float), optional
        Where to look; the ends that the kind of the term has, or a tenth to ten times what it is now.
    """

    measure: str
    value: float
    path: str
    between: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Solved:
    """What was found.

    Parameters
    ----------
    deal : Scenario
        As it is.
    goal : Goal
        With the bracket that was used.
    number : Number
        The term.
    what : (str, str, str)
        Party, measure and statistic of the figure.
    seed, n_trials : int
    verdict : {"found", "several", "turns", "none", "flat", "alone", "open"}
        One root; several that the scan brackets; one, while the figure turns somewhere in the bracket; none; the same
        figure at every value; fewer than two values at which there is a figure; given up before it was found.
    scan : tuple of Try
    roots : tuple of Root
    """

    deal: Scenario
    goal: Goal
    number: Number
    what: tuple[str, str, str]
    seed: int
    n_trials: int
    verdict: Verdict
    scan: tuple[Try, ...]
    roots: tuple[Root, ...]

    @property
    def is_found(self) -> bool:
        """Whether there is one answer, and no sign of another."""
        return self.verdict == "found"

    @property
    def value(self) -> float | int | None:
        """The answer; None where there is not exactly one."""
        return self.roots[0].value if len(self.roots) == 1 else None

    @property
    def low(self) -> float | int | None:
        """Low end of its interval."""
        return self.roots[0].low if len(self.roots) == 1 else None

    @property
    def high(self) -> float | int | None:
        """High end of its interval."""
        return self.roots[0].high if len(self.roots) == 1 else None


def solve(
    deal: Reading | Scenario, goal: Goal, *, trials: int = 20_000, seed: int = 1, effort: Effort | None = None
) -> Solved:
    """Find the value of a term at which a figure is what it should be.

    Parameters
    ----------
    deal : Reading or Scenario
    goal : Goal
    trials, seed : int
        As for a simulation.
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    ScenarioError
        When the path leads to no number, or no value that was tried makes a valid deal.
    KeyError
        When the summary has no such figure.
    ValueError
        When nothing says where to look, or the goal cannot be.
    Stopped
        When it was given up before there was a figure at any value.
    """
    if not math.isfinite(goal.value):
        raise ValueError(f"{goal.value} is no value that a figure can have")
    base = base_of(deal)
    number = replace(number_at(base.term(goal.path)), path=goal.path)
    low, high = _bracket(number, goal)
    if goal.between is None and number.now is not None:
        nearer = tuple(_last_deal(base, number, end) for end in (low, high))
        low, high = nearer if nearer[0] < nearer[1] else (low, high)
    (figure,) = asked(base.deal, (goal.measure,))
    if figure.what[2] == "probability" and not 0 <= goal.value <= 1:
        raise ValueError(f"{goal.value:g} is no chance; chances are fractions, so 90% is written 0.9")
    measured = _measured(base, goal.path, bench=Bench(trials, seed=seed, effort=effort), figure=figure)
    search = Search(number, goal.value, measured=measured)
    scan, roots, verdict = _looked(search, _scanned(number, low, high))
    if not any(each.row for each in scan):
        base.with_terms({goal.path: scan[0].value})
    asked_for = replace(goal, between=(low, high))
    return Solved(base.deal, asked_for, number, figure.what, seed, trials, verdict, tuple(scan), tuple(roots))


def _looked(search: Search, values: Sequence[float | int]) -> tuple[list[Try], list[Root], Verdict]:
    """Return the scan, the roots and what they say, as far as the work came."""
    scan, roots = list[Try](), list[Root]()
    try:
        scan.extend(map(search.at, values))
        roots.extend(map(search.root, _passes(scan, search.goal)))
    except Stopped:
        if not any(each.row for each in scan):
            raise
        return scan, roots, "open"
    return scan, roots, _verdict(scan, len(roots))


def _measured(base: Base, path: str, *, bench: Bench, figure: Asked) -> Callable[[float | int], Try]:
    """Return what tells a figure at a value of a term."""

    def tried(value: float | int) -> Try:
        try:
            variant = base.with_terms({path: value})
        except ScenarioError as error:
            return Try(value, None, told(error))
        return Try(value, rows_of(bench.run(variant), (figure,))[0])

    return tried


def _bracket(number: Number, goal: Goal) -> tuple[float, float]:
    """Return where to look."""
    found = goal.between or number.bracket()
    if found is None:
        raise ValueError(f"nothing says where to look for {number.path}; give two values to look between")
    low, high = (number.written(end) for end in found)
    if not low < high:
        raise ValueError(f"there is nothing between {found[0]:g} and {found[1]:g}; give the smaller one first")
    return low, high


def _last_deal(base: Base, number: Number, end: float) -> float:
    """Return the value furthest from now, on the way to an end, that makes a deal: where to look when nobody said."""

    def is_deal(value: float) -> bool:
        try:
            base.with_terms({number.path: number.written(value)})
        except ScenarioError:
            return False
        return True

    known, beyond = float(number.now or 0), float(end)
    if is_deal(beyond) or not is_deal(known):
        return end
    for _ in range(HALVINGS):
        middle = number.written((known + beyond) / 2)
        if middle in (known, beyond):
            break
        known, beyond = (middle, beyond) if is_deal(middle) else (known, middle)
    return number.written(known)


def _scanned(number: Number, low: float, high: float) -> list[float | int]:
    """Return the values of the scan, and the value as it is where that lies between them."""
    by_factors = low > 0 and high / low >= WIDE
    spaced = np.geomspace(low, high, N_SCAN) if by_factors else np.linspace(low, high, N_SCAN)
    values = {number.written(_short(value, (high - low) / 1000)) for value in spaced.tolist()[1:-1]} | {low, high}
    if number.now is not None and low < number.now < high:
        values.add(number.now)
    return sorted(values)


def _short(value: float, step: float) -> float:
    """Return a value with as few digits as leave it within a step."""
    return round(value, -math.floor(math.log10(step)))


def _passes(scan: Sequence[Try], goal: float) -> list[Pair]:
    """Return the neighbours of a scan between which the figure passes its goal; at an edge, where it gets there."""
    pairs = [(one, other) for one, other in pairwise(scan) if one.is_defined and other.is_defined]
    reached = [pair for pair in pairs if (pair[0].figure >= goal) != (pair[1].figure >= goal)]
    return reached or [pair for pair in pairs if (pair[0].figure > goal) != (pair[1].figure > goal)]


def _verdict(scan: Sequence[Try], n_roots: int) -> Verdict:
    """Return what a scan says of the way a figure moves."""
    known = [each for each in scan if each.is_defined]
    figures = [each.figure for each in known]
    if len(known) < 2:
        return "alone"
    if len(set(figures)) == 1:
        return "flat"
    if n_roots != 1:
        return "several" if n_roots else "none"
    steps = [other.figure - one.figure for one, other in pairwise(known)]
    noise = [NOISE * max(one.error, other.error) for one, other in pairwise(known)]
    sign = 1.0 if figures[-1] >= figures[0] else -1.0
    turns = any(sign * step < -slack for step, slack in zip(steps, noise, strict=True))
    return "turns" if turns else "found"
