"""The three numbers that decide a deal.

In comes a deal, out goes ``Decisive``: the chance of success that just repays in full when nothing varies, the
effective cases, and the euros that count per success. No draws are made; effective cases come from closed forms
and quadrature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from sib.arrays import Floats
from sib.averages import chance_at, gaussian_weight, points_of
from sib.chance import dependence, distributions
from sib.chance.draws import BLOCK
from sib.contract.settlement import settle
from sib.course import success_course
from sib.deal.programme import BetaBinomial, GaussianFactor, Segment
from sib.deal.scenario import Scenario
from sib.profile import expected_metrics, expected_spending
from sib.programme.grid import grid
from sib.programme.outcomes import beta_of, mean_chance, outcome_correlation


@dataclass(frozen=True, slots=True)
class Decisive:
    """The three numbers that decide a deal, and what they are compared with.

    Parameters
    ----------
    needed_success : float
        Smallest mean chance of success at which the deal without variance repays in full; NaN where none does.
    expected_success : float
        Mean chance of success, weighted by cases.
    effective_cases, effective_cases_given_parameters : float
        Independent cases that would carry the same risk, with and without the uncertainty about p.
    euros_per_success : float
        Validated savings that one success is expected to bring.
    success_correlation : float
        Correlation of success between two cases of a segment, given its chance; the mean over cases.
    """

    needed_success: float
    expected_success: float
    effective_cases: float
    effective_cases_given_parameters: float
    euros_per_success: float
    success_correlation: float


def needed_success(deal: Scenario) -> float:
    """Return the smallest mean chance of success at which the deal without variance repays in full."""
    calendar = grid(deal)
    spending = expected_spending(deal, calendar)
    weights = np.array([segment.cases * segment.triage_share for segment in deal.segments])
    means = np.array([mean_chance(segment) for segment in deal.segments])
    if not (means * weights).any():
        return float("nan")
    low, high = 0.0, 1 / means[means > 0].min()
    for _ in range(3):
        factors = np.linspace(low, high, BLOCK)
        chances = np.minimum(means[:, np.newaxis] * factors, 1.0)
        flows = settle(deal, expected_metrics(deal, chances, calendar=calendar), spending=spending, calendar=calendar)
        repaid = np.flatnonzero(np.sum(list(flows.written_off.values()), axis=0) == 0)
        if not len(repaid):
            return float("nan")
        low, high = factors[max(repaid[0] - 1, 0)], factors[repaid[0]]
    return float(weights @ np.minimum(means * high, 1.0) / weights.sum())


def effective_cases(deal: Scenario, *, with_parameters: bool = True) -> float:
    """Return how many independent cases would carry the same risk; intake as planned.

    Parameters
    ----------
    with_parameters : bool
        Whether the uncertainty about the chance of success counts.
    """
    segments = deal.segments
    triage = np.array([segment.triage_share for segment in segments])
    means = np.array([mean_chance(segment) for segment in segments])
    covariance = np.zeros((len(segments), len(segments)))
    for i in range(len(segments)):
        for j in range(len(segments)):
            covariance[i, j] = _covariance(deal, i, j, with_parameters=with_parameters)
    counts = [segment.cases for segment in segments]
    return dependence.effective_cases(counts, means * triage, covariance=covariance * np.outer(triage, triage))


def _covariance(deal: Scenario, i: int, j: int, *, with_parameters: bool) -> float:
    """Covariance of the shared chances of two segments, or the variance of one."""
    terms, segments = deal.dependence, deal.segments
    if i == j:
        return _variance(deal, segments[i], with_parameters=with_parameters)
    between = float(outcome_correlation(deal)[i, j])
    known = [_chance_of(deal, segments[place], with_parameters=with_parameters) for place in (i, j)]
    covariance = dependence.covariance_across(known[0], known[1], loading=between) if between else 0.0
    shapes = [beta_of(segments[place]) if with_parameters else None for place in (i, j)]
    if terms.parameters and shapes[0] is not None and shapes[1] is not None:
        betas = [partial(distributions.beta, a=shape[0], b=shape[1]) for shape in shapes if shape is not None]
        covariance += dependence.covariance_across(betas[0], betas[1], loading=terms.parameters)
    return covariance


def _chance_of(deal: Scenario, segment: Segment, *, with_parameters: bool) -> Callable[[Floats], Floats]:
    """The shared chance of a segment as a function of the uniform of its factor."""
    return lambda u: chance_at(deal, segment, u=u, with_parameters=with_parameters)


def _variance(deal: Scenario, segment: Segment, *, with_parameters: bool) -> float:
    terms, mean = deal.dependence, mean_chance(segment)
    shape = beta_of(segment) if with_parameters else None
    var_p = shape[0] * shape[1] / (sum(shape) ** 2 * (sum(shape) + 1)) if shape else 0.0
    if isinstance(terms, BetaBinomial):
        return dependence.variance_beta_binomial(mean, var_p, icc=terms.icc)
    if not isinstance(terms, GaussianFactor):
        return var_p
    weight = gaussian_weight(terms, segment)
    points = points_of(segment, with_parameters=with_parameters)
    return float(np.mean([dependence.second_moment_gaussian(float(p), weight) for p in points])) - mean**2


def decisive(deal: Scenario) -> Decisive:
    """Return the three numbers that decide a deal."""
    segments = deal.segments
    expected = np.array([segment.cases * segment.triage_share * mean_chance(segment) for segment in segments])
    gains = np.array([success_course(deal, segment).savings.sum() / 100 for segment in segments])
    planned = sum(segment.cases * segment.triage_share for segment in segments)
    return Decisive(
        needed_success=needed_success(deal),
        expected_success=float(expected.sum() / planned) if planned else float("nan"),
        effective_cases=effective_cases(deal),
        effective_cases_given_parameters=effective_cases(deal, with_parameters=False),
        euros_per_success=float(expected @ gains / expected.sum()) if expected.any() else float("nan"),
        success_correlation=_correlation(deal),
    )


def _correlation(deal: Scenario) -> float:
    segments = deal.segments
    total = 0.0
    for segment in segments:
        mean = mean_chance(segment)
        if 0 < mean < 1:
            total += segment.cases * _variance(deal, segment, with_parameters=False) / (mean * (1 - mean))
    return total / sum(segment.cases for segment in segments)
