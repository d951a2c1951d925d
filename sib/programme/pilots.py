"""What a pilot of further cases, or a control group, would show of what is not known of a deal.

In come a deal and what may be true in each trial, out go the probabilities of every number of successes. A pilot is
another group of households: it has a luck of its own, of the same kind as the deal's, and shares with the deal only the
chance of success that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from sib.arrays import Floats
from sib.chance.draws import BLOCK, Stream
from sib.chance.successes import Pmf, every_number, independent, shared_chance, shared_factor
from sib.deal.programme import BetaBinomial, GaussianFactor, Independent, Segment
from sib.deal.scenario import Scenario
from sib.programme.outcomes import cause_weights, parameters


def chances(deal: Scenario, seed: int, *, segment: str, n_trials: int) -> Floats:
    """Return the chance of success of a segment as it may truly be, in each trial of a simulation.

    Parameters
    ----------
    deal : Scenario
    seed : int
    segment : str
    n_trials : int

    Returns
    -------
    ndarray of shape (n_trials,)
        Before what the cases of a trial have in common is laid over it.
    """
    place = [each.name for each in deal.segments].index(segment)
    blocks = [parameters(deal, Stream(seed, block))[place] for block in range(-(-n_trials // BLOCK))]
    return np.concatenate(blocks)[:n_trials]


def shown(deal: Scenario, segment: Segment, *, n_cases: int, p: Floats) -> Iterator[Floats]:
    """Yield the probabilities of every number of successes among some further cases of a segment.

    Parameters
    ----------
    deal : Scenario
    segment : Segment
    n_cases : int
    p : ndarray of shape (n_trials,)
        Their expected chance in each trial.

    Yields
    ------
    ndarray of shape (some numbers, n_trials)
    """
    return every_number(_DEPENDENCE[type(deal.dependence)](deal.dependence, segment), n_cases, p=p)


def _by_factor(terms: GaussianFactor, segment: Segment) -> Pmf:
    """Cases share a factor, or several causes, which weigh together what they add up to."""
    weight = terms.weight if terms.weight is not None else sum(cause_weights(terms, segment).values())
    return partial(shared_factor, weight=weight)


_DEPENDENCE: dict[type, Callable[[Any, Segment], Pmf]] = {
    Independent: lambda terms, _: independent,
    BetaBinomial: lambda terms, _: partial(shared_chance, icc=terms.icc),
    GaussianFactor: _by_factor,
}
"""By kind of dependence: how likely a number of successes is."""
