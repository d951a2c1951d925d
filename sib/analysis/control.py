"""What a control group is worth: households without help, to see what would have come anyway.

In come a deal and the range in which its deadweight may lie, out goes a ``Control`` paper. The deal is simulated at
some values across that range, all on the same draws and all equally likely; what a control group would show is worked
out by weighing the trials of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sib.analysis.evidence import PARTIES, Asked, Worth, segment_of, stake_of, worth_of
from sib.arrays import Floats
from sib.deal.location import spelled
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.deal.vary import vary
from sib.engine import Effort, simulate
from sib.measures import risk
from sib.measures.information import Lesson, Stake, goes_now, learn
from sib.programme.pilots import chances, shown
from sib.results import Row, row_of

N_VALUES = 5
"""Values of the deadweight that are tried: the middles of as many equal parts of the range."""


@dataclass(frozen=True, slots=True)
class Value:
    """The deal at one deadweight: what it is worth to each party, and whether each goes."""

    deadweight: float
    values: tuple[Row, ...]
    goes: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A control group of some size: what it is worth to each party, and the chance of too few trials."""

    n_cases: int
    worths: tuple[Worth, ...]
    thin_share: float


@dataclass(frozen=True, slots=True)
class Control:
    """What it is worth to know the deadweight of a segment.

    Parameters
    ----------
    deal : Scenario
        As it is.
    segment : str
    span : tuple of float
        Lowest and highest deadweight that may be, all between them equally likely.
    values : tuple of Value
        The deal across the range.
    goes : tuple of bool
        Whether each party goes if it learns nothing but the range.
    perfect : tuple of Worth
        By party: what it would be worth to know it exactly.
    groups : tuple of Group
    """

    deal: Scenario
    segment: str
    span: tuple[float, float]
    values: tuple[Value, ...]
    goes: tuple[bool, ...]
    perfect: tuple[Worth, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A range of the deadweight, and what is asked of it; how often it is simulated."""

    span: tuple[float, float]
    asked: Asked = Asked()  # noqa: RUF009
    trials: int = 20_000
    seed: int = 1


def control(deal: Reading | Scenario, question: Question, *, effort: Effort | None = None) -> Control:
    """Return what control groups are worth to each party before it decides on a deal.

    Parameters
    ----------
    deal : Reading or Scenario
    question : Question
    effort : Effort, optional

    Raises
    ------
    RefusedError
        When the deal has no cases, or it is not clear which segment is meant.
    ScenarioError
        When the range is none of shares.
    """
    scenario = deal.scenario if isinstance(deal, Reading) else deal
    asked, segment = question.asked, segment_of(scenario, question.asked.segment)
    points = middles(question.span)
    stakes, values = [], []
    for point in points:
        variant = vary(deal, {spelled(("programme", "segments", segment.name, "deadweight")): point})
        run = simulate(variant, question.trials, seed=question.seed, effort=effort)
        here = [stake_of(run, party, rule=asked.rule(party)) for party in PARTIES]
        rows = tuple(row_of(scenario, (party, "value", "mean"), estimate=risk.mean(each.values * 100))
                     for party, each in zip(PARTIES, here, strict=True))
        stakes.append(here)
        values.append(Value(point, rows, tuple(map(goes_now, here))))
    whole = [stacked([each[place] for each in stakes]) for place in range(len(PARTIES))]
    p = chances(scenario, question.seed, segment=segment.name, n_trials=question.trials)
    anyway = np.concatenate([p * point for point in points])
    known = learn(whole, [np.repeat(np.eye(len(points)), question.trials, axis=1)])
    groups = []
    for n_cases in asked.cases:
        lesson = learn(whole, map(_of_deadweight_alone, shown(scenario, segment, n_cases=n_cases, p=anyway)))
        groups.append(Group(n_cases, _worths(scenario, lesson), lesson.thin_share))
    return Control(scenario, segment.name, question.span, tuple(values), tuple(map(goes_now, whole)),
                   _worths(scenario, known), tuple(groups))


def middles(span: tuple[float, float]) -> list[float]:
    """Return the middles of equal parts of a range.

    Examples
    --------
    >>> middles((0.0, 0.5))
    [0.05, 0.15, 0.25, 0.35, 0.45]
    """
    low, high = span
    return [round(low + (high - low) * (place + 0.5) / N_VALUES, 12) for place in range(N_VALUES)]


def stacked(stakes: Sequence[Stake]) -> Stake:
    """Return the stakes of equally likely worlds as those of one: their trials behind each other."""
    return replace(stakes[0], values=np.concatenate([each.values for each in stakes]),
                   judged=np.concatenate([each.judged for each in stakes]))


def _worths(deal: Scenario, lesson: Lesson) -> tuple[Worth, ...]:
    """Return what a lesson is worth; gains are averaged over the worlds of a trial, which share their draws."""
    return tuple(
        Worth(worth_of(deal, party, gains=_by_trial(each.gains)), float(lesson.chances @ each.goes))
        for party, each in zip(PARTIES, lesson.parties, strict=True)
    )


def _of_deadweight_alone(weights: Floats) -> Floats:
    """Return what numbers of successes say of the deadweight, the chance with help not being known to those who look.

    In each world it is averaged over the trials: a control group is another group, with a chance of its own.
    """
    by_world = weights.reshape(len(weights), N_VALUES, -1)
    return np.repeat(by_world.mean(axis=2), by_world.shape[2], axis=1)


def _by_trial(gains: Floats) -> Floats:
    return np.asarray(gains.reshape(N_VALUES, -1).mean(axis=0))
