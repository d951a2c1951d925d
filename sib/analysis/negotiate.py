"""Where the parties of a negotiation can meet: which of the terms on the table keep every red line.

In come a deal and a sheet of red lines, out goes a ``Negotiation`` paper. Every combination of terms is measured on the
same draws. A red line holds surely where the whole 95% interval of its figure is on the right side of the limit, and
perhaps where the limit lies within it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from sib.analysis.sweep import Piece, Plan, Point, Sweep, sweep
from sib.asked import What, known_figures, meant
from sib.deal.clauses import nearest
from sib.deal.reader import Reading
from sib.deal.red_lines import FaultyError, RedLine, Sheet
from sib.deal.scenario import Scenario
from sib.deal.term import percent
from sib.deal.vary import base_of
from sib.engine import Effort, simulate
from sib.errors import Problem, ScenarioError, Stopped
from sib.results import Row

FAILS, PERHAPS, HOLDS = 0, 1, 2
"""How a red line stands."""
BEST: dict[str, tuple[str, int]] = {"investor": ("investor.irr", 1), "municipality": ("municipality.net_cash", 1)}
"""By party: what its best terms have most of (1) or least of (-1)."""
PAYER = "the outcome payer is called 'municipality'"
N_NEAREST = 3
"""How many of the nearest terms are kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """A red line on a figure of the deal.

    Parameters
    ----------
    party : str
        Whose it is.
    what : (str, str, str)
        Party, measure and statistic of the figure.
    limit : float
    is_floor : bool
        Whether the figure must be at least the limit; otherwise at most.
    why : str
        Reason or source, as the file has it; may be empty.
    """

    party: str
    what: What
    limit: float
    is_floor: bool
    why: str = ""

    @property
    def name(self) -> str:
        """Return the line in one text."""
        return f"{self.party}: {'.'.join(self.what)} {'>=' if self.is_floor else '<='} {self.limit:.12g}"

    def gap(self, row: Row) -> float:
        """Return how far a figure is on the wrong side, in its unit; below 0 on the right side, infinite undefined."""
        if math.isnan(row.value):
            return math.inf
        return self.limit - row.value if self.is_floor else row.value - self.limit

    def stands(self, row: Row) -> int:
        """Return whether the line holds, holds perhaps or fails; what is undefined fails."""
        if math.isnan(row.value):
            return FAILS
        low, high = ends(row)
        best, worst = (high, low) if self.is_floor else (-low, -high)
        limit = self.limit if self.is_floor else -self.limit
        return HOLDS if worst >= limit else PERHAPS if best >= limit else FAILS


def ends(row: Row) -> tuple[float, float]:
    """Return the 95% interval of a row: the value itself where it is exact, infinite where trials support no end."""
    if row.statistic == "value" and row.low is None and row.high is None:
        return row.value, row.value
    return (-math.inf if row.low is None else row.low, math.inf if row.high is None else row.high)


@dataclass(frozen=True, slots=True)
class Removal:
    """Red lines without which there is a zone, and how far they would have to move for the nearest terms of it.

    Parameters
    ----------
    lines : tuple of int
        Places of the lines; as few as leave all the others standing somewhere.
    point : int
        Place of the terms at which they have to move least.
    moves : tuple of float
        By line, how far its limit would have to move, in the unit of its figure.
    """

    lines: tuple[int, ...]
    point: int
    moves: tuple[float, ...]


@dataclass(frozen=True)
class Negotiation:
    """Where the parties can meet.

    Parameters
    ----------
    found : Sweep
        Every combination of the terms on the table.
    lines : tuple of Line
    stands : tuple of tuple of int
        By combination and line; empty where there is no such deal.
    as_it_is : tuple of Row
        Figures of the deal as it is, in the order of the sweep.
    """

    found: Sweep
    lines: tuple[Line, ...]
    stands: tuple[tuple[int, ...], ...]
    as_it_is: tuple[Row, ...]

    @property
    def parties(self) -> tuple[str, ...]:
        """Who has red lines, in the order of the sheet."""
        return tuple(dict.fromkeys(line.party for line in self.lines))

    def verdict(self, place: int, party: str | None = None) -> int:
        """Return how the worst red line stands at some terms: of one party or of all."""
        states = [state for state, line in zip(self.stands[place], self.lines, strict=True)
                  if party in (None, line.party)] if self.stands[place] else [FAILS]
        return min(states, default=HOLDS)

    @cached_property
    def sure(self) -> tuple[int, ...]:
        """Places at which every red line holds surely."""
        return tuple(place for place in range(len(self.stands)) if self.verdict(place) == HOLDS)

    @cached_property
    def zone(self) -> tuple[int, ...]:
        """Places at which no red line surely fails."""
        return tuple(place for place in range(len(self.stands)) if self.verdict(place) != FAILS)

    def row(self, place: int, what: What) -> Row:
        """Return a figure of valid terms."""
        return self.found.points[place].rows[self.found.figures.index(what)]

    def now(self, what: What) -> Row:
        """Return a figure of the deal as it is."""
        return self.as_it_is[self.found.figures.index(what)]

    def gap(self, place: int, line: Line) -> float:
        """Return how far a line is violated at valid terms, in the unit of its figure; below 0 where it is kept."""
        return line.gap(self.row(place, line.what))

    @cached_property
    def scales(self) -> tuple[float, ...]:
        """By line, how far its figure moves over the table: largest less smallest value; 0 where it does not move."""
        spreads = []
        for line in self.lines:
            values = [self.row(place, line.what).value for place in self.valid]
            defined = [value for value in values if math.isfinite(value)]
            spreads.append(max(defined) - min(defined) if defined else 0.0)
        return tuple(spreads)

    @cached_property
    def valid(self) -> tuple[int, ...]:
        """Places of terms that make a deal."""
        return tuple(place for place, states in enumerate(self.stands) if states)

    def violation(self, place: int, number: int) -> float:
        """Return a gap as a part of all that the table can do for the figure: 1 where the table does nothing for it."""
        gap, scale = self.gap(place, self.lines[number]), self.scales[number]
        return math.copysign(1.0, gap) if scale == 0 and math.isfinite(gap) and gap else gap / (scale or 1.0)

    def violations(self, place: int) -> list[float]:
        """Return the violation of each line at valid terms."""
        return [self.violation(place, number) for number in range(len(self.lines))]

    def distance(self, place: int, numbers: Sequence[int]) -> tuple[Any, ...]:
        """Return what terms are ordered by: the worst violation of some lines, then the second, ..., then the terms."""
        worst_first = sorted((self.violation(place, number) for number in numbers), reverse=True)
        point = self.found.points[place]
        listed = sorted(zip(self.found.terms.items(), point.values, strict=True), key=lambda each: each[0][0])
        return (*worst_first, *(values.index(value) for (_, values), value in listed))

    @cached_property
    def ranked(self) -> tuple[int, ...]:
        """Valid places, those first whose worst violation is smallest; within the zone those with most room."""
        numbers = range(len(self.lines))
        return tuple(sorted(self.valid, key=lambda place: self.distance(place, numbers)))

    @property
    def nearest(self) -> tuple[int, ...]:
        """The terms nearest to a zone; none where there is one."""
        return () if self.zone else self.ranked[:N_NEAREST]

    @property
    def middle(self) -> int | None:
        """The terms of the zone that leave most room to the line that has least; None where there is no zone."""
        return next(iter(self.inside), None)

    @cached_property
    def inside(self) -> tuple[int, ...]:
        """Places of the zone, those with most room first: where every line holds surely, if there are such."""
        zone = frozenset(self.sure or self.zone)
        return tuple(place for place in self.ranked if place in zone)

    @cached_property
    def best(self) -> dict[str, int]:
        """By party, the terms of the zone that it likes best; of several those with most room."""
        found = {}
        for party, (name, sign) in BEST.items():
            what = next((each for each in self.found.figures if ".".join(each[:2]) == name and each[2] == "mean"), None)
            if what and self.zone:
                found[party] = max(self.inside, key=lambda place: sign * self.row(place, what).value)
        return found

    @cached_property
    def removals(self) -> tuple[Removal, ...]:
        """The fewest red lines without which there is a zone, those first that have to move least; none with a zone."""
        if self.zone:
            return ()
        kept = {frozenset(number for number, state in enumerate(self.stands[place]) if state) for place in self.valid}
        most = max(map(len, kept))
        everything = frozenset(range(len(self.lines)))
        sets = [tuple(sorted(everything - each)) for each in kept if len(each) == most]
        removals = [self._removal(numbers) for numbers in sets]
        return tuple(sorted(removals, key=lambda each: (
            self.distance(each.point, each.lines), sorted(self.lines[number].name for number in each.lines)
        )))

    def _removal(self, numbers: tuple[int, ...]) -> Removal:
        others = [number for number in range(len(self.lines)) if number not in numbers]
        opened = [place for place in self.valid if all(self.stands[place][number] for number in others)]
        point = min(opened, key=lambda place: self.distance(place, numbers))
        return Removal(numbers, point, tuple(self.gap(point, self.lines[number]) for number in numbers))

    @cached_property
    def conflicts(self) -> tuple[tuple[int, ...], ...]:
        """The smallest sets of red lines that no terms on the table keep together: one line, a pair, ..."""
        return tuple(_conflicts([self.stands[place] for place in self.valid], len(self.lines)))


def _conflicts(stands: Sequence[Sequence[int]], n_lines: int) -> Iterator[tuple[int, ...]]:
    """Yield each smallest set of lines that do not stand together anywhere."""
    kept = {frozenset(number for number, state in enumerate(states) if state) for states in stands}
    found: list[frozenset[int]] = []
    for size in range(1, n_lines + 1):
        for numbers in combinations(range(n_lines), size):
            together = frozenset(numbers)
            if not any(together <= each for each in kept) and not any(each < together for each in found):
                found.append(together)
                yield numbers


def negotiate(
    deal: Reading | Scenario, sheet: Sheet, *, trials: int = 20_000, seed: int = 1, effort: Effort | None = None
) -> Negotiation:
    """Find which of the terms on the table keep every red line.

    Parameters
    ----------
    deal : Reading or Scenario
    sheet : Sheet
        Red lines and terms, from ``read_red_lines``.
    trials, seed : int
        As for a simulation.
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    ScenarioError
        With every line and term that does not fit the deal, or when no terms on the table make a valid deal.
    RefusedError
        When there are too many combinations.
    Stopped
        When it was given up: terms that were not measured may be those where the parties meet.
    """
    lines = fitted(deal, sheet)
    values = {term.path: term.on_table for term in sheet.stated.terms}
    names = [*(".".join(line.what) for line in lines), *(name for name, _ in BEST.values())]
    plan = Plan(tuple(names), trials, seed, has_front=True)
    found = sweep(deal, values, plan=plan, effort=effort)
    (as_it_is,) = Piece((found.deal,), plan.figures(found.deal), trials, seed).measured(effort)
    if found.n_open or not as_it_is:
        raise Stopped
    return judged(found, lines, as_it_is=as_it_is)


def judged(found: Sweep, lines: tuple[Line, ...], *, as_it_is: tuple[Row, ...]) -> Negotiation:
    """Return how red lines stand over a sweep that has their figures."""

    def states(point: Point) -> tuple[int, ...]:
        return tuple(line.stands(point.rows[found.figures.index(line.what)]) for line in lines) if point.rows else ()

    return Negotiation(found, lines, tuple(states(point) for point in found.points), as_it_is)


def stated(deal: Reading | Scenario, read: Callable[[], Sheet]) -> Sheet:
    """Return red lines that are yet to be read; where they are faulty, tell what does not fit the deal along with it.

    Raises
    ------
    ScenarioError
        With every problem found, in the order of the file.
    """
    try:
        return read()
    except FaultyError as error:
        known = {problem.path for problem in error.problems}
        misfits = (each for each in _fitted(deal, error.named)[1] if each.path not in known)
        raise ScenarioError(_in_order([*error.problems, *misfits])) from None


def fitted(deal: Reading | Scenario, sheet: Sheet) -> tuple[Line, ...]:
    """Return the red lines with the figures that they mean; raise ``ScenarioError`` with all that does not fit."""
    lines, problems = _fitted(deal, sheet)
    if problems:
        raise ScenarioError(_in_order(problems))
    return tuple(lines)


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda each: each.line or 0)


def _fitted(deal: Reading | Scenario, sheet: Sheet) -> tuple[list[Line], list[Problem]]:
    """Return the red lines with the figures that they mean, and what does not fit the deal."""
    base = base_of(deal)
    known = known_figures(simulate(base.deal, 1))
    problems: list[Problem] = []
    lines = []
    for place, line in sheet.lines():
        what, fault = _figure(line, known)
        if what is None:
            keys = ("red_lines", place, fault[0])
            problems.append(sheet.problem(keys, f"red_lines[{place + 1}].{fault[0]}", message=fault[1]))
        else:
            lines.append(Line(line.party, what, line.limit, line.at_least is not None, _why(line)))
    for place, term in sheet.terms():
        try:
            base.term(term.path)
        except ScenarioError as error:
            message = "; ".join(f"= {term.path!r} leads nowhere: {each.path} {each.message}" for each in error.problems)
            problems.append(sheet.problem(("terms", place, "path"), f"terms[{place + 1}].path", message=message))
    return lines, problems


def _figure(line: RedLine, known: dict[str, What]) -> tuple[What | None, tuple[str, str]]:
    """Return the figure that a red line is about, or which term of the line is wrong and why."""
    parties = dict.fromkeys(what[0] for what in known.values())
    if line.party not in parties:
        hint = PAYER if line.party == "outcome_payer" else nearest(line.party, parties)
        return None, ("party", f"= {line.party!r} is no party of the summary; {hint}")
    what, fault = _first_meant(line.names, known)
    if what is None:
        return None, ("measure", f"= {line.measure!r} is not measured: {fault}")
    if what[2] == "probability" and not 0 <= line.limit <= 1:
        mend = f"; {line.limit:g}% is written {percent(line.limit)}" if 1 < line.limit <= 100 else ""
        key = "at_most" if line.at_least is None else "at_least"
        return None, (key, f"= {line.limit:g} is no chance; chances lie between 0 and 1{mend}")
    return what, ("", "")


def _first_meant(names: Sequence[str], known: dict[str, What]) -> tuple[What | None, str]:
    """Return the first figure that is meant by some names, or why the first of them means none."""
    faults = []
    for name in names:
        try:
            return meant(name, known), ""
        except KeyError as error:
            faults.append(str(error.args[0]))
    return None, faults[0]


def _why(line: RedLine) -> str:
    source = line.source if isinstance(line.source, str) else ""
    return line.reason or source


__all__ = ["FAILS", "HOLDS", "PERHAPS", "Line", "Negotiation", "Removal", "judged", "negotiate", "stated"]
