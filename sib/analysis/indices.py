"""All assumptions at a time: which share of the variance of a figure comes from which number.

In come a deal and ranges, out goes an ``Indices`` paper. Each point of a design is a deal with every uncertain number
somewhere in its range; its figure is a mean or a chance over trials on the same draws. No model is fitted in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sib.analysis.points import MEASURES, targets
from sib.analysis.sensitivity import refuse_none
from sib.analysis.together import Draws, looked_at
from sib.arrays import Array, Floats, Ints
from sib.asked import What
from sib.chance.copula import mixed_levels, orders_of, redrawn_levels
from sib.chance.distributions import pert, triangular, uniform
from sib.deal.rangefile import correlations
from sib.deal.ranges import Input, Ranges
from sib.deal.reader import Reading
from sib.deal.scenario import Scenario
from sib.deal.vary import Base, base_of
from sib.engine import Effort, Simulation
from sib.errors import RefusedError
from sib.measures import shares_of_variance as shares
from sib.measures.shares_of_variance import Shares

MOST = 20_000
"""Most deals of one design."""
HALF_BLOCK = 256
"""Halves of the trials are whole blocks of draws where there are two."""
QUANTILES = {
    "uniform": lambda one, u: uniform(u, low=one.low, high=one.high),
    "triangular": lambda one, u: triangular(u, low=one.low, mode=one.mode, high=one.high),
    "pert": lambda one, u: pert(u, low=one.low, mode=one.mode, high=one.high),
}
"""By kind: the value of an input at a level."""


@dataclass(frozen=True, slots=True)
class Design:
    """How much is evaluated.

    Parameters
    ----------
    measures : tuple of str
        As for a tornado.
    points : int
        Of the design, a power of two; each takes one deal more than there are inputs, two more for Sobol indices.
    trials : int
        Of each deal.
    seed : int
        Of the draws and of the design.
    """

    measures: tuple[str, ...] = MEASURES
    points: int = 256
    trials: int = 256
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """What of the variance of a figure comes from one input.

    Parameters
    ----------
    input : Input
    shares : dict of str to (float, float)
        Share and standard error: ``first`` and ``total`` of independent inputs, ``shapley`` where inputs depend.
    """

    input: Input
    shares: dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Spread:
    """How one figure varies over what is not known.

    Parameters
    ----------
    what : (str, str, str)
        Party, measure and statistic.
    unit : str
    mean, sd : float
        Over the points of the design, in currency units, fractions, years or counts.
    noise_share : float
        Share of the variance that is noise of the simulation.
    parts : tuple of Part
        From the largest share to the smallest.
    """

    what: What
    unit: str
    mean: float
    sd: float
    noise_share: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Indices:
    """Which share of what is not known of each figure comes from which input.

    Parameters
    ----------
    deal : Scenario
    ranges : Ranges
    design : Design
    kind : {"sobol", "shapley"}
    n_deals : int
        Evaluated, equal ones once each.
    spreads : tuple of Spread
        By figure.
    """

    deal: Scenario
    ranges: Ranges
    design: Design
    kind: Literal["sobol", "shapley"]
    n_deals: int
    spreads: tuple[Spread, ...]


def kind_of(ranges: Ranges) -> Literal["sobol", "shapley"]:
    """Return which shares can be told: Sobol indices of independent inputs, Shapley effects where some depend."""
    return "shapley" if ranges.dependences else "sobol"


def n_deals(ranges: Ranges, design: Design) -> int:
    """Return how many deals a design has."""
    return design.points * (len(ranges.inputs) + (2 if kind_of(ranges) == "sobol" else 1))


def indices(
    deal: Reading | Scenario, ranges: Ranges, *, design: Design | None = None, effort: Effort | None = None
) -> Indices:
    """Divide the variance of figures over the uncertain numbers of a deal.

    Parameters
    ----------
    deal : Reading or Scenario
    ranges : Ranges
        From ``sib.deal.rangefile.ranges``.
    design : Design, optional
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    KeyError
        When the summary has no such figure, or it is no mean or chance.
    RefusedError
        When no number has a range, or the design is too large.
    ScenarioError
        When a point of the design is no valid deal.
    """
    design, base = design or Design(), base_of(deal)
    scenario = base.deal
    refuse_none(ranges)
    if n_deals(ranges, design) > MOST:
        raise RefusedError(f"{n_deals(ranges, design):,} deals are too many; the largest number is {MOST:,}: take "
                           "fewer points")
    figures = targets(scenario, design.measures)
    inputs = tuple(sorted(ranges.inputs, key=lambda each: each.name))
    cube, orders = _cube(inputs, ranges, design)
    deals = [_at(base, inputs, u=u) for u in cube.reshape(-1, len(inputs))]

    def look(run: Simulation) -> Floats:
        return np.array([halves(each.values(run)) for each in figures])

    seen = np.array(looked_at(deals, look, draws=Draws(design.trials, design.seed), effort=effort))
    outputs = seen.reshape(*cube.shape[:2], len(figures), 3)
    spreads = []
    for place, figure in enumerate(figures):
        scale = 100.0 if figure.unit == "money" else 1.0
        unit = scenario.currency if figure.unit == "money" else figure.unit
        what = (figure.party, figure.measure, figure.statistic)
        spreads.append(_spread(outputs[:, :, place] / scale, inputs, what=(what, unit), orders=orders, design=design))
    n_distinct = len({each.digest for each in deals})
    return Indices(scenario, ranges, design, kind_of(ranges), n_distinct, tuple(spreads))


def halves(values: Floats) -> tuple[float, float, float]:
    """Return the mean over the defined trials, and over those of either half; NaN where there are none."""
    cut = len(values) // 2
    cut = cut // HALF_BLOCK * HALF_BLOCK or cut
    return _mean(values), _mean(values[:cut]), _mean(values[cut:])


def _mean(values: Floats) -> float:
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")


def _cube(inputs: tuple[Input, ...], ranges: Ranges, design: Design) -> tuple[Floats, Ints]:
    """Return levels of the inputs, shape (variants, points, inputs), and the order of the inputs at each point."""
    n = len(inputs)
    if kind_of(ranges) == "sobol":
        return mixed_levels(design.points, n, seed=design.seed), orders_of(design.points, n, seed=design.seed)
    return redrawn_levels(design.points, np.array(correlations(inputs, ranges.dependences)), seed=design.seed)


def _at(base: Base, inputs: tuple[Input, ...], *, u: Array) -> Scenario:
    """Return the deal at some levels of its inputs."""
    terms: dict[str, float | int] = {}
    for one, level in zip(inputs, u, strict=True):
        terms |= one.terms(float(QUANTILES[one.shape](one, np.float64(level))))
    return base.with_terms(terms)


def _spread(
    outputs: Floats, inputs: tuple[Input, ...], *, what: tuple[What, str], orders: Ints, design: Design
) -> Spread:
    """Return how a figure varies, from its mean and the means of two halves, shape (variants, points, 3)."""
    means = outputs[..., 0]
    n_samples = len(means) - len(inputs)
    found = _sobol(means, design) if n_samples == 2 else _shapley(means, orders, design)
    by_input = [
        Part(one, {name: (float(each.values[place]), float(each.errors[place])) for name, each in found.items()})
        for place, one in enumerate(inputs)
    ]
    sample = outputs[:n_samples].reshape(-1, 3)
    return Spread(*what, float(sample[:, 0].mean()), shares.variance(sample[:, 0]) ** 0.5,
                  shares.noise_share(sample[:, 1:]), tuple(sorted(by_input, key=_rank)))


def _rank(part: Part) -> tuple[float, str]:
    share = list(part.shares.values())[-1][0]
    return (-share if share == share else 0.0, part.input.name)


def _sobol(means: Floats, design: Design) -> dict[str, Shares]:
    a, b, mixed = means[0], means[1], means[2:]

    def first(at: Ints) -> Floats:
        return shares.first_order(a[at], b[at], mixed=mixed[:, at])

    def total(at: Ints) -> Floats:
        return shares.total(a[at], b[at], mixed=mixed[:, at])

    return {name: shares.with_errors(share, design.points, seed=design.seed)
            for name, share in (("first", first), ("total", total))}


def _shapley(means: Floats, orders: Ints, design: Design) -> dict[str, Shares]:
    parts = shares.shapley_parts(means[0], means[1:].T, orders=orders)
    return {"shapley": shares.with_errors(lambda at: shares.shapley(parts[at]), design.points, seed=design.seed)}
