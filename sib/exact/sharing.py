"""What the cases of a deal share: states of the trial, and how many cases succeed in each.

In come a deal and numbers of cases, out go chances of states and, for each, laws of counts. One state is enough where
segments are independent; a factor that all feel makes a state of each of its nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import betainc

from sib.arrays import Floats, read_only
from sib.deal.programme import (
    BetaBinomial,
    Chance,
    FixedFactor,
    GaussianFactor,
    Independent,
    Pert,
    Triangular,
    Uniform,
)
from sib.deal.scenario import Scenario
from sib.exact.reasons import refuse_where
from sib.exact.successes import beta_rule, binomial, correlated, given_factor, normal_rule
from sib.programme.intake import n_came
from sib.programme.outcomes import cause_weights, known_as, mean_of, outcome_correlation

UNKNOWN = 64
"""Nodes over an unknown chance under a Gaussian factor, where the law is no polynomial in it."""


@dataclass(frozen=True, slots=True)
class Shared:
    """States of a trial.

    Parameters
    ----------
    chances : ndarray of shape (n_states,)
    counts : tuple of ndarray of shape (n_states, n_cases + 1)
        Law of the successes by segment, in each state.
    """

    chances: Floats
    counts: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Cases, or people, whose chances of one success hang together.

    Parameters
    ----------
    names : tuple of str
        Segments or groups.
    chances : tuple of Chance
        What is known of the chance of success in each.
    weights : tuple of float
        Of the Gaussian factor in each; 0 elsewhere.
    """

    names: tuple[str, ...]
    chances: tuple[Chance, ...]
    weights: tuple[float, ...]
    dependence: Any


def of_segments(deal: Scenario) -> People:
    """Return the segments of a deal, refusing factors that are neither one nor independent."""
    terms, segments = deal.dependence, deal.segments
    weights = [0.0] * len(segments)
    if isinstance(terms, GaussianFactor):
        alone = [sum(cause_weights(terms, segment).values()) for segment in segments]
        weights = alone if terms.weight is None else [terms.weight] * len(segments)
        between = outcome_correlation(deal)[~np.eye(len(segments), dtype=np.bool_)]
        refuse_where(len(segments) > 1 and not (between > 1 - 1e-12).all() and max(weights) > 0, "causes")
    chances = tuple(segment.success for segment in segments)
    return People(tuple(segment.name for segment in segments), chances, tuple(weights), terms)


def shared(people: People, cases: Sequence[int]) -> Shared:
    """Return the states of a trial with so many cases in each segment."""
    several = len(people.names) > 1
    across = getattr(people.dependence, "across_segments", None)
    refuse_where(several and bool(across), "across_segments")
    unknown = sum(known_as(chance) is not None for chance in people.chances)
    refuse_where(unknown > 1 and people.dependence.parameters > 0, "parameters")
    return STATES[type(people.dependence)](people, cases)


def _independent(people: People, cases: Sequence[int]) -> Shared:
    return _apart(people, cases, 0.0)


def _beta_binomial(people: People, cases: Sequence[int]) -> Shared:
    return _apart(people, cases, people.dependence.icc)


def _apart(people: People, cases: Sequence[int], icc: float) -> Shared:
    """Segments that share nothing: one state."""
    laws = tuple(
        _over_chance(known_as(chance), mean_of(chance), n=n, icc=icc)[np.newaxis]
        for chance, n in zip(people.chances, cases, strict=True)
    )
    return Shared(np.ones(1), laws)


@lru_cache(maxsize=512)
def _over_chance(shape: tuple[float, float] | None, mean: float, *, n: int, icc: float) -> Floats:
    """Average the law of a count over what is not known of its chance; exact, being a polynomial in it."""
    if shape is None:
        return read_only(correlated(n, mean, icc=icc))
    nodes, masses = beta_rule(shape[0], shape[1], degree=n)
    return read_only(masses @ np.array([correlated(n, float(p), icc=icc) for p in nodes]))


def _gaussian(people: People, cases: Sequence[int]) -> Shared:
    """A factor that all feel: a state for each of its nodes; of one segment alone they are averaged at once."""
    nodes, masses = normal_rule(max(cases), max(people.weights))
    laws = []
    for chance, n, weight in zip(people.chances, cases, people.weights, strict=True):
        shape = known_as(chance)
        points = np.array([mean_of(chance)]), np.ones(1)
        if shape:
            points = beta_rule(shape[0], shape[1], degree=2 * UNKNOWN)
        at_nodes = np.zeros((len(nodes), n + 1))
        for p, mass in zip(*points, strict=True):
            at_nodes += mass * binomial(n, given_factor(float(p), nodes, weight=weight))
        laws.append(at_nodes)
    if len(laws) == 1:
        return Shared(np.ones(1), ((masses @ laws[0])[np.newaxis],))
    return Shared(masses, tuple(laws))


STATES: dict[type, Callable[[People, Sequence[int]], Shared]] = {
    Independent: _independent,
    BetaBinomial: _beta_binomial,
    GaussianFactor: _gaussian,
}
"""What each form of dependence makes of the trial."""


def _pert_level(terms: Pert) -> Callable[[Floats], Floats]:
    span = terms.high - terms.low
    a, b = 1 + 4 * (terms.mode - terms.low) / span, 1 + 4 * (terms.high - terms.mode) / span
    return lambda x: np.asarray(betainc(a, b, np.clip((x - terms.low) / span, 0.0, 1.0)))


def _triangular_level(terms: Triangular) -> Callable[[Floats], Floats]:
    low, mode, high = terms.low, terms.mode, terms.high

    def level(x: Floats) -> Floats:
        below = np.maximum(x - low, 0.0) ** 2 / ((high - low) * max(mode - low, 1e-300))
        above = 1 - np.maximum(high - x, 0.0) ** 2 / ((high - low) * max(high - mode, 1e-300))
        return np.where(x < mode, below, above)

    return level


def _uniform_level(terms: Uniform) -> Callable[[Floats], Floats]:
    return lambda x: np.clip((x - terms.low) / (terms.high - terms.low), 0.0, 1.0)


DISTRIBUTED: dict[type, Callable[[Any], Callable[[Floats], Floats]]] = {
    Pert: _pert_level, Triangular: _triangular_level, Uniform: _uniform_level,
}
"""The distribution function of each kind of factor or effect between two ends."""


def distributed(terms: Any) -> Callable[[Floats], Floats]:
    """Return the chance of a number at or below a value, of terms with a low and a high end."""
    return DISTRIBUTED[type(terms)](terms)


def enrolments(enrolment: Any, planned: Sequence[int]) -> Iterator[tuple[float, float]]:
    """Yield the factors by which different numbers come, with their chances.

    A number changes where cases times the factor passes a half; between two such places one factor stands for all.
    """
    ends = (enrolment.value,) * 2 if isinstance(enrolment, FixedFactor) else (enrolment.low, enrolment.high)
    if ends[0] == ends[1]:
        yield 1.0, ends[0]
        return
    level = distributed(enrolment)
    turns = {(k + 0.5) / n for n in planned for k in range(int(np.ceil(n * ends[1])) + 1)}
    places = [ends[0], *sorted(turn for turn in turns if ends[0] < turn < ends[1]), ends[1]]
    shares = np.diff(level(np.array(places)))
    for low, high, share in zip(places[:-1], places[1:], shares, strict=True):
        yield float(share), (low + high) / 2


def came(deal: Scenario) -> list[tuple[float, tuple[int, ...]]]:
    """Return how many cases of each segment come, with the chance of it."""
    merged: dict[tuple[int, ...], float] = {}
    for chance, factor in enrolments(deal.enrolment, [segment.cases for segment in deal.segments]):
        numbers = tuple(int(n_came(deal, segment, factor=np.array([factor]))[0][0]) for segment in deal.segments)
        merged[numbers] = merged.get(numbers, 0.0) + chance
    refuse_where(len(merged) > 1 and deal.dependence.intake > 0, "intake")
    return [(chance, numbers) for numbers, chance in merged.items() if chance > 0]
