"""What it is worth to know more before a deal is signed: a pilot, a control group, an accountant who errs less.

In come a deal and what could be found out, out go papers with what each party gains by it. A deal is simulated once,
with its chance of success drawn as it is known; what a pilot would show is worked out by weighing those trials, so
that no simulation stands inside another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import cast

import numpy as np

from sib.analysis.compare import COMPARED
from sib.arrays import Floats
from sib.deal.programme import Segment
from sib.deal.scenario import Scenario
from sib.engine import Effort, Simulation, simulate
from sib.errors import Problem, RefusedError, ScenarioError
from sib.measures import risk
from sib.measures.information import Lesson, Stake, goes_now, learn, perfect
from sib.programme.outcomes import beta_of
from sib.programme.pilots import chances, shown
from sib.results import Row, Unit, row_of
from sib.tally import unit_of

CASES = (10, 25, 50, 100)
MOST_CASES = 10_000
PARTIES = ("investor", "municipality")
VALUE = {"investor": "investor.npv", "municipality": "municipality.net_cash"}
"""What a deal is worth to a party: what it decides by, unless said, and what it loses by deciding wrongly."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a party goes: where the mean of a measure is a bound or more, or a bound or less.

    Parameters
    ----------
    measure : str
        A value that each trial has, such as ``investor.npv``, or a chance, such as ``investor.principal_loss``.
    bound : float
        In currency units, as a fraction, in years or as a count.
    is_at_least : bool
    """

    measure: str
    bound: float = 0.0
    is_at_least: bool = True


RULES = {party: Rule(measure) for party, measure in VALUE.items()}
"""By party: goes where the expected value is not negative."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a pilot.

    Parameters
    ----------
    cases : tuple of int
        Sizes of the pilot.
    segment : str, optional
        Whose chance of success it shows; the only one that is not known where none is given.
    cost_per_case : float, optional
        Euros; the deal's own where not given.
    rules : mapping of str to Rule
        By party.
    """

    cases: tuple[int, ...] = CASES
    segment: str | None = None
    cost_per_case: float | None = None
    rules: Mapping[str, Rule] | None = None

    def rule(self, party: str) -> Rule:
        """Return the rule of a party."""
        return (self.rules or {}).get(party, RULES[party])


@dataclass(frozen=True, slots=True)
class Worth:
    """What learning something is worth to a party before it decides, and the chance that it then goes."""

    worth: Row
    goes: float


@dataclass(frozen=True, slots=True)
class Pilot:
    """A pilot of some size.

    Parameters
    ----------
    n_cases : int
    cost : float
        Currency units.
    worths : tuple of Worth
        By party.
    both_go : float
        Chance that both parties go after it.
    thin_share : float
        Chance of an outcome of which too few trials speak.
    """

    n_cases: int
    cost: float
    worths: tuple[Worth, ...]
    both_go: float
    thin_share: float

    def net(self, place: int) -> float:
        """Return what it is worth to a party less its cost, in currency units."""
        return self.less_cost(place).value

    def less_cost(self, place: int) -> Row:
        """Return what it is worth to a party less its cost, with the error that its worth has."""
        row = self.worths[place].worth
        low, high = (None if end is None else end - self.cost for end in (row.low, row.high))
        return replace(row, measure="less_cost", value=row.value - self.cost, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Side:
    """A party as things stand.

    Parameters
    ----------
    party : str
    rule : Rule
    value : Row
        What the deal is worth to it, expected.
    judged : Row
        What it decides by, expected.
    goes : bool
    perfect : Worth
        What it would be worth to know the unknown exactly: no finding is worth more.
    """

    party: str
    rule: Rule
    value: Row
    judged: Row
    goes: bool
    perfect: Worth


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a pilot is worth.

    Parameters
    ----------
    deal : Scenario
    seed, n_trials : int
    segment : str
    chance : tuple of float
        Mean and standard deviation of what is known of its chance of success.
    cost_per_case : float
        Currency units.
    cost_lines : tuple of str
        Budget lines that it adds up; empty where it was given.
    sides : tuple of Side
        The investor and the municipality.
    pilots : tuple of Pilot
    """

    deal: Scenario
    seed: int
    n_trials: int
    segment: str
    chance: tuple[float, float]
    cost_per_case: float
    cost_lines: tuple[str, ...]
    sides: tuple[Side, ...]
    pilots: tuple[Pilot, ...]

    def best(self, place: int) -> Pilot | None:
        """Return the pilot that leaves a party most after its cost; none where no pilot is worth what it costs."""
        paying = [each for each in self.pilots if each.net(place) > 0]
        return max(paying, key=lambda each: each.net(place), default=None)


def evidence(
    deal: Scenario, trials: int = 20_000, *, seed: int = 1, asked: Asked | None = None, effort: Effort | None = None
) -> Evidence:
    """Return what pilots of some sizes are worth to each party before it decides on a deal.

    Parameters
    ----------
    deal : Scenario
    trials, seed : int
        As for a simulation.
    asked : Asked, optional
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    RefusedError
        When the deal has no cases, or it is not clear whose chance is meant.
    ScenarioError
        When there is no such segment.
    KeyError
        When a rule names no value of a trial.
    """
    asked = asked or Asked()
    segment = segment_of(deal, asked.segment)
    run = simulate(deal, trials, seed=seed, effort=effort)
    stakes = [stake_of(run, party, rule=asked.rule(party)) for party in PARTIES]
    p = chances(deal, seed, segment=segment.name, n_trials=run.n_trials)
    sides = tuple(_side(run, party, stake=stake, rule=asked.rule(party), unknown=p)
                  for party, stake in zip(PARTIES, stakes, strict=True))
    cost, lines = cost_of_a_case(deal) if asked.cost_per_case is None else (asked.cost_per_case, ())
    pilots = []
    for n_cases in asked.cases:
        lesson = learn(stakes, shown(deal, segment, n_cases=n_cases, p=p))
        pilots.append(_pilot(run, lesson, n_cases=n_cases, cost=cost * n_cases))
    return Evidence(deal, seed, run.n_trials, segment.name, _known(p), cost, lines, sides,
                    tuple(pilots))


def _known(p: Floats) -> tuple[float, float]:
    """Return the mean and the standard deviation of a chance; exactly 0 where it is known."""
    return (float(p.mean()), float(p.std())) if np.ptp(p) else (float(p[0]), 0.0)


def segment_of(deal: Scenario, name: str | None) -> Segment:
    """Return the segment whose chance of success is meant: the one of that name, or the only one that is not known."""
    if not deal.segments:
        raise RefusedError(f'programme.kind is "{deal.programme.kind}", not "cases": a pilot shows how many of its '
                           "cases succeed; choose a deal of cases")
    names = ", ".join(segment.name for segment in deal.segments)
    if name is not None:
        found = next((segment for segment in deal.segments if segment.name == name), None)
        if found is None:
            raise ScenarioError([Problem("--segment", None, "", f"the deal has no {name!r}; its segments: {names}")])
        return found
    unknown = [segment for segment in deal.segments if beta_of(segment) is not None]
    if len(unknown) > 1 or (not unknown and len(deal.segments) > 1):
        raise RefusedError(f"a pilot may be of more than one segment ({names}); choose one with --segment (Python: "
                           "segment)")
    return (unknown or list(deal.segments))[0]


def cost_of_a_case(deal: Scenario) -> tuple[float, tuple[str, ...]]:
    """Return what a further case costs in currency units, and the budget lines that it is the sum of.

    Lines by case count in full, a custom budget by what is planned for a case; where there are neither, all lines are
    spread over the planned cases.
    """
    planned = sum(segment.cases for segment in deal.segments)
    by_case = [line for line in deal.budget.lines if line.when.stage is not None] or list(deal.budget.lines)
    prices = [line.unit_price if line.is_per_case else line.number * line.unit_price / planned for line in by_case]
    return float(sum(prices)), tuple(line.activity for line in by_case)


_CHANCES: dict[str, Callable[[Simulation], Floats]] = {
    f"{each.party}.{each.measure}": each.values for each in COMPARED
}
"""By name: what is true or false in a trial, as 1 or 0, and what has a value in each."""


def values_of(run: Simulation, name: str) -> tuple[Floats, Unit]:
    """Return a measure of each trial in currency units, years, counts or as a fraction; and its unit.

    Raises
    ------
    KeyError
        With the nearest names, when a trial has no such value.
    """
    known = dict.fromkeys((*_CHANCES, *run.trials))
    if name not in known:
        close = get_close_matches(name, known, n=3, cutoff=0.4)
        raise KeyError(f"no trial has a value {name!r}; the nearest: {', '.join(close) or 'none'}")
    values = _CHANCES[name](run) if name in _CHANCES else np.asarray(run.trials[name], dtype=np.float64)
    unit = cast(Unit, next((each.unit for each in COMPARED if f"{each.party}.{each.measure}" == name), unit_of(name)))
    return (values / 100 if unit == "money" else values), unit


def stake_of(run: Simulation, party: str, *, rule: Rule) -> Stake:
    """Return what the decision on a simulated deal means to a party.

    It is worth what the party decides by where that is money of its own, else its usual value.
    """
    judged, unit = values_of(run, rule.measure)
    is_own = unit == "money" and rule.measure.startswith(f"{party}.")
    values = judged if is_own else values_of(run, VALUE[party])[0]
    return Stake(values, judged, rule.bound, rule.is_at_least)


def _side(run: Simulation, party: str, *, stake: Stake, rule: Rule, unknown: Floats) -> Side:
    unit, known = values_of(run, rule.measure)[1], perfect(stake, unknown)
    estimate = risk.mean(stake.judged * (100 if unit == "money" else 1))
    who, _, measure = rule.measure.rpartition(".")
    judged = row_of(run.deal, (who, measure, "mean"), estimate=estimate, unit=unit)
    return Side(
        party, rule, row_of(run.deal, (party, "value", "mean"), estimate=risk.mean(stake.values * 100)), judged,
        goes_now(stake), Worth(worth_of(run.deal, party, gains=known.gains), float(known.goes.mean())),
    )


def worth_of(deal: Scenario, party: str, *, gains: Floats) -> Row:
    """Return what learning is worth, from what it gains in each trial, as a row."""
    return row_of(deal, (party, "evidence", "mean"), estimate=risk.mean(gains * 100))


def _pilot(run: Simulation, lesson: Lesson, *, n_cases: int, cost: float) -> Pilot:
    worths = tuple(Worth(worth_of(run.deal, party, gains=learned.gains), float(lesson.chances @ learned.goes))
                   for party, learned in zip(PARTIES, lesson.parties, strict=True))
    both = np.logical_and.reduce([learned.goes for learned in lesson.parties])
    return Pilot(n_cases, cost, worths, float(lesson.chances @ both), lesson.thin_share)
