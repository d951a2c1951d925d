"""How many of n cases succeed, where the chance that they are expected to have is known: the chance of every number.

In come numbers of successes and one chance a trial, out go probabilities of shape (numbers, trials): what a number says
for or against each chance. There is one function for each way in which cases can depend on each other. Nothing is
drawn here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from scipy.special import betaln, gammaln, xlog1py, xlogy

from sib.arrays import Array, Floats
from sib.chance.dependence import gaussian_factor, normal_rule

CELLS = 2**21
"""Most probabilities that are held at the same time."""
LEAST = 1e-12
"""Chances closer to 0 or 1 count as this far from them."""


class Pmf(Protocol):
    """From numbers of shape (m, 1), cases and chances of shape (n_trials,) to probabilities of shape (m, n_trials)."""

    def __call__(self, k: Floats, n: int, *, p: Floats) -> Floats:
        """Return how likely each number of successes is under each chance."""


def log_ways(n: float, k: Array) -> Floats:
    """Return the logarithm of the number of ways to pick k of n, of the shape of k."""
    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0))


def independent(k: Floats, n: int, *, p: Floats) -> Floats:
    """Return the binomial probabilities of k successes in n cases that do not depend on each other.

    Parameters
    ----------
    k : ndarray of shape (m, 1)
    n : int
    p : ndarray of shape (n_trials,)
        Chances, 0 and 1 included. Other shapes of k and p are broadcast as well.

    Returns
    -------
    ndarray of shape (m, n_trials)

    Examples
    --------
    >>> independent(np.array([[0.0], [1.0], [2.0]]), 2, p=np.array([0.5])).ravel().tolist()
    [0.25, 0.5, 0.25]
    """
    return np.asarray(np.exp(log_ways(n, k) + xlogy(k, p) + xlog1py(n - k, -p)))


def shared_chance(k: Floats, n: int, *, p: Floats, icc: float) -> Floats:
    """Return the beta-binomial probabilities where all cases share a chance of their own around p.

    Parameters
    ----------
    k, n, p
        As for ``independent``.
    icc : float
        Correlation between two cases, as in ``dependence.beta_binomial``: at 1 all fail or all succeed.
    """
    if icc == 0 or n == 0:
        return independent(k, n, p=p)
    if icc == 1:
        return np.where(k == n, p, np.where(k == 0, 1 - p, 0.0))
    spread = 1 / icc - 1
    a = spread * np.clip(p, LEAST, 1 - LEAST)
    b = spread - a
    return np.asarray(np.exp(log_ways(n, k) + betaln(k + a, n - k + b) - betaln(a, b)))


def shared_factor(k: Floats, n: int, *, p: Floats, weight: float) -> Floats:
    """Return the probabilities where all cases share a normal factor of their own, averaged over it.

    Parameters
    ----------
    k, n, p
        As for ``independent``.
    weight : float
        Of the factor, as in ``dependence.gaussian_factor``.
    """
    if weight == 0:
        return independent(k, n, p=p)
    found = np.zeros(np.broadcast_shapes(k.shape, p.shape))
    for node, mass in zip(*normal_rule(), strict=True):
        given = gaussian_factor(np.full(p.shape, node), np.clip(p, LEAST, 1 - LEAST), weight=weight)
        found += mass * independent(k, n, p=given)
    return found


def every_number(pmf: Pmf, n: int, *, p: Floats) -> Iterator[Floats]:
    """Yield the probabilities of 0 to n successes, in order, as many numbers at once as memory likes.

    Parameters
    ----------
    pmf : callable
    n : int
        Cases.
    p : ndarray of shape (n_trials,)

    Yields
    ------
    ndarray of shape (some numbers, n_trials)
        Together n + 1 rows, of which each column adds up to 1.
    """
    at_once = max(1, CELLS // len(p))
    for first in range(0, n + 1, at_once):
        k = np.arange(first, min(first + at_once, n + 1), dtype=np.float64)[:, np.newaxis]
        yield pmf(k, n, p=p)
