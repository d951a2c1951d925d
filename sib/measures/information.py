"""What it is worth to know more before a decision: pure functions of arrays, which know no deal.

In come what a deal is worth to a party in each trial, what it decides by, and how likely each thing it may learn is in
each trial; out goes what learning it is worth, trial by trial, so that its error is that of a mean. Trials are weighed,
never drawn again: the mean of a value after an outcome is its mean over all trials, weighed by how likely each makes
that outcome.

References
----------
H. Raiffa and R. Schlaifer (1961), *Applied Statistical Decision Theory*: the value of sample information.

M. Strong, J. E. Oakley and A. Brennan (2014), Estimating multiparameter partial expected value of perfect information
from a probabilistic sensitivity analysis sample, *Medical Decision Making* 34(3): the regression behind ``perfect``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sib.arrays import Bools, Floats

KNOTS, POWER = 8, 3
"""Of the spline by which a value follows an unknown chance: knots inside, and the power of its pieces."""
FEWEST = 100.0
"""Trials on which a mean after an outcome must rest, as if all weighed the same, to be called well known."""


@dataclass(frozen=True, slots=True)
class Stake:
    """What a decision means to a party: go, and it has the values; do nothing, and it has 0.

    Parameters
    ----------
    values : ndarray of shape (n_trials,)
        What going is worth.
    judged : ndarray of shape (n_trials,)
        What it decides by: it goes where the mean of this is on the right side of the bound. NaN where undefined.
    bound : float
    is_at_least : bool
        Whether the right side is the bound and more; else it is the bound and less.
    """

    values: Floats
    judged: Floats
    bound: float = 0.0
    is_at_least: bool = True

    def goes(self, weights: Floats) -> Bools:
        """Return whether it goes after each of some outcomes, given their weights, shape (m, n_trials).

        Means are compared as sums, so that an outcome that cannot be is no division by zero. Where nothing is known of
        what it decides by, it does not go.
        """
        known = np.isfinite(self.judged)
        above = weights @ np.where(known, self.judged - self.bound, 0.0)
        return np.asarray((above >= 0 if self.is_at_least else above <= 0) & known.any())


@dataclass(frozen=True, slots=True)
class Learned:
    """What learning something is worth to a party.

    Parameters
    ----------
    gains : ndarray of shape (n_trials,)
        What it is worth in each trial, where what is learned only shifts chances; their mean is what it is worth.
    goes : ndarray of bool, shape (n_outcomes,)
        Whether the party goes after each outcome.
    """

    gains: Floats
    goes: Bools


@dataclass(frozen=True, slots=True)
class Lesson:
    """What may be learned.

    Parameters
    ----------
    parties : tuple of Learned
        In the order of the stakes.
    chances : ndarray of shape (n_outcomes,)
        How likely each outcome is before it is known.
    effective : ndarray of shape (n_outcomes,)
        Trials that a mean after each outcome rests on, as if all weighed the same.
    """

    parties: tuple[Learned, ...]
    chances: Floats
    effective: Floats

    @property
    def thin_share(self) -> float:
        """Chance of an outcome after which too few trials are left to tell what is best."""
        return float(self.chances[self.effective < FEWEST].sum())


def goes_now(stake: Stake) -> bool:
    """Return whether a party goes if it learns nothing."""
    return bool(stake.goes(np.ones((1, len(stake.values))))[0])


def learn(stakes: Sequence[Stake], outcomes: Iterable[Floats]) -> Lesson:
    """Return what it is worth to each party to see an outcome before it decides.

    Parameters
    ----------
    stakes : sequence of Stake
    outcomes : iterable of ndarray of shape (some outcomes, n_trials)
        How likely each outcome is in each trial; over all outcomes each trial adds up to 1.

    Notes
    -----
    With the chance ``L[k, t]`` of outcome k in trial t, the value V and the decisions d_k and d_0 with and without it,
    trial t gains ``V[t] sum_k L[k, t] (d_k - d_0)``. Where no outcome changes the decision that is exactly 0. For a
    party that decides by the mean of its own value the mean of the gains is never below 0.
    """
    now = [goes_now(stake) for stake in stakes]
    shifts = [np.zeros(len(stake.values)) for stake in stakes]
    goes: list[list[Bools]] = [[] for _ in stakes]
    chances, effective = [], []
    for weights in outcomes:
        total = weights.sum(axis=1)
        chances.append(total / weights.shape[1])
        squares = np.einsum("kt,kt->k", weights, weights)
        effective.append(np.divide(total**2, squares, out=np.zeros_like(total), where=squares > 0))
        for place, stake in enumerate(stakes):
            decided = stake.goes(weights)
            goes[place].append(decided)
            changed = decided != now[place]
            if changed.any():
                shifts[place] += (1.0 - 2.0 * now[place]) * weights[changed].sum(axis=0)
    parties = tuple(Learned(stake.values * shift, np.concatenate(each))
                    for stake, shift, each in zip(stakes, shifts, goes, strict=True))
    return Lesson(parties, np.concatenate(chances), np.concatenate(effective))


def perfect(stake: Stake, unknown: Floats) -> Learned:
    """Return what it is worth to a party to know exactly what is unknown, one value a trial.

    Parameters
    ----------
    stake : Stake
    unknown : ndarray of shape (n_trials,)

    Returns
    -------
    Learned
        ``goes`` is by trial.

    Notes
    -----
    What it decides by is a smooth function of the unknown plus chance; the function is a cubic spline, fitted by least
    squares over the trials. Decisions come from the fit, values from the trials themselves, so that a poor fit shows
    too little, never too much, but for the noise of the trials.
    """
    now = goes_now(stake)
    known = np.isfinite(stake.judged)
    if np.ptp(unknown) == 0 or not known.any():
        return Learned(np.zeros(len(unknown)), np.full(len(unknown), now))
    basis = _spline(unknown)
    weights, *_ = np.linalg.lstsq(basis[known], stake.judged[known] - stake.bound, rcond=None)
    fitted = basis @ weights
    goes = fitted >= 0 if stake.is_at_least else fitted <= 0
    return Learned(stake.values * (goes.astype(np.float64) - float(now)), np.asarray(goes))


def _spline(unknown: Floats) -> Floats:
    """Return the columns that a cubic spline is made of, with knots at quantiles; shape (n_trials, columns)."""
    ranks = (unknown - unknown.min()) / np.ptp(unknown)
    knots = np.unique(np.quantile(ranks, np.linspace(0, 1, KNOTS + 2)[1:-1]))
    pieces = [ranks**power for power in range(POWER + 1)]
    return np.column_stack([*pieces, *(np.maximum(ranks - knot, 0.0) ** POWER for knot in knots)])
