"""What a chance or an amount comes to on average, over everything that a trial draws once.

In come a deal and one of its segments, out go chances and amounts on a grid, and their means. No draws are made.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sib.arrays import Floats
from sib.chance import dependence, distributions
from sib.deal.programme import BetaBinomial, GaussianFactor, Segment
from sib.deal.scenario import Scenario
from sib.programme.outcomes import beta_of, cause_weights, mean_chance
from sib.programme.savings import amounts, experience

POINTS = 2000
"""Points of the grid over which an amount is averaged."""
COARSE = 400, 40
"""Points of factor and chance where both are averaged over; a finer grid moves the result by some 1e-4."""


def midpoints(n: int) -> Floats:
    """Return the middles of ``n`` equal parts of (0, 1)."""
    return np.asarray((np.arange(n) + 0.5) / n, dtype=np.float64)


def amount_grid(terms: object) -> Floats:
    """Return equally likely amounts in euros; where the mean is a term, they have exactly that mean."""
    euros = np.maximum(amounts(midpoints(POINTS), terms), 0.0)
    stated = getattr(terms, "mean", None)
    return euros * (stated / euros.mean()) if stated else euros


def mean_saving(segment: Segment) -> float:
    """Return the mean saving of a success, in euros."""
    return float(amount_grid(segment.saving).mean())


def gaussian_weight(terms: GaussianFactor, segment: Segment) -> float:
    """Return the weight of all factors together in a segment."""
    return terms.weight if terms.weight is not None else sum(cause_weights(terms, segment).values())


def points_of(segment: Segment, *, with_parameters: bool, n_points: int = 200) -> Floats:
    """The chance of success as it may be, on a grid."""
    shape = beta_of(segment) if with_parameters else None
    if shape is None:
        return np.array([mean_chance(segment)])
    return distributions.beta(midpoints(n_points), a=shape[0], b=shape[1])


def chance_at(
    deal: Scenario, segment: Segment, *, u: Floats, with_parameters: bool, n_points: int = 200
) -> Floats:
    """The shared chance at a uniform of its factor, averaged over what is not known of p."""
    terms = deal.dependence
    total = np.zeros_like(u)
    points = points_of(segment, with_parameters=with_parameters, n_points=n_points)
    for p in points:
        if isinstance(terms, BetaBinomial):
            total += dependence.beta_binomial(u, float(p), icc=terms.icc)
        elif isinstance(terms, GaussianFactor):
            total += dependence.gaussian_factor(ndtri(u), float(p), weight=gaussian_weight(terms, segment))
        else:
            total += p
    return total / len(points)


def selection(deal: Scenario, segment: Segment) -> float:
    """Return how much more a success saves than the amount drawn: experience, and leaning on the same factor.

    The mean experience of the planned cases, times ``E[P m] / E[P]`` with m = exp(b z - b**2 / 2), which is 1 where
    savings do not load on the outcome factor.
    """
    learnt = float(experience(segment, np.arange(segment.cases)).mean())
    loading = deal.dependence.savings
    if loading == 0:
        return learnt
    u = midpoints(POINTS if beta_of(segment) is None else COARSE[0])
    chance = chance_at(deal, segment, u=u, with_parameters=True, n_points=COARSE[1])
    total = chance.sum()
    return learnt * float(chance @ np.exp(loading * ndtri(u) - loading**2 / 2) / total) if total else learnt
