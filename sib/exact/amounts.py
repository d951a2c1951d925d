"""The law of one amount: its values at a fine rule over a standard normal, or its atoms.

In come the terms of an amount, out come values in euros with their chances. The formulas are written here once more,
apart from the quantile functions that trials use, so that one can be held against the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import betainccinv, betaincinv, gammainccinv, gammaincinv, ndtr

from sib.arrays import Floats
from sib.deal.programme import Empirical, Fixed, Gamma, Lognormal, Pert, Triangular, Uniform

NODES, FEWER, FAR = 8001, 1001, 8.2
"""Nodes of the rule, alone and where much else varies too, and standard deviations to which it reaches."""


def _lognormal(terms: Lognormal, z: Floats) -> Floats:
    variance = np.log1p(terms.cv**2)
    return np.asarray(terms.mean * np.exp(np.sqrt(variance) * z - variance / 2))


def _gamma(terms: Gamma, z: Floats) -> Floats:
    if terms.cv == 0:
        return np.full(len(z), terms.mean)
    shape = terms.cv**-2.0
    quantiles = _two_tails(z, lambda u: gammaincinv(shape, u), upper=lambda u: gammainccinv(shape, u))
    return np.asarray(quantiles * (terms.mean / shape))


def _pert(terms: Pert, z: Floats) -> Floats:
    span = terms.high - terms.low
    if span == 0:
        return np.full(len(z), terms.low)
    a, b = 1 + 4 * (terms.mode - terms.low) / span, 1 + 4 * (terms.high - terms.mode) / span
    return terms.low + span * _two_tails(z, lambda u: betaincinv(a, b, u), upper=lambda u: betainccinv(a, b, u))


def _triangular(terms: Triangular, z: Floats) -> Floats:
    span, rise, fall = terms.high - terms.low, terms.mode - terms.low, terms.high - terms.mode
    below, above = terms.low + np.sqrt(ndtr(z) * span * rise), terms.high - np.sqrt(ndtr(-z) * span * fall)
    return np.where(ndtr(z) * span < rise, below, above)


def _uniform(terms: Uniform, z: Floats) -> Floats:
    return np.asarray(terms.low + (terms.high - terms.low) * ndtr(z))


def _two_tails(z: Floats, lower: Callable[[Floats], Floats], *, upper: Callable[[Floats], Floats]) -> Floats:
    """Take quantiles from the tail that is nearer, where digits are left."""
    return np.where(z < 0, lower(ndtr(np.minimum(z, 0.0))), upper(ndtr(-np.maximum(z, 0.0))))


SMOOTH: dict[type, Callable[[Any, Floats], Floats]] = {
    Lognormal: _lognormal, Gamma: _gamma, Pert: _pert, Triangular: _triangular, Uniform: _uniform,
}
"""Values at the nodes, of each kind of amount that is spread out."""
ATOMS: dict[type, Callable[[Any], tuple[float, ...]]] = {
    Fixed: lambda terms: (terms.amount,),
    Empirical: lambda terms: terms.values,
}
"""Equally likely values, of each kind of amount that is not."""


def amount_law(terms: Any, nodes: int = NODES) -> tuple[Floats, Floats]:
    """Return values of an amount, rising, and their chances; euros for amounts of money."""
    if type(terms) in ATOMS:
        listed, counts = np.unique(np.array(ATOMS[type(terms)](terms), dtype=np.float64), return_counts=True)
        return listed, counts / counts.sum()
    z = np.linspace(-FAR, FAR, nodes)
    masses = np.exp(-(z**2) / 2)
    return SMOOTH[type(terms)](terms, z), masses / masses.sum()


def few(terms: Any, n: int) -> Floats:
    """Return n equally likely values of an amount: its quantiles in the middles of n equal parts."""
    values, masses = amount_law(terms)
    return np.interp((np.arange(n) + 0.5) / n, np.cumsum(masses) - masses / 2, values)
