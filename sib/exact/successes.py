"""How many of n cases succeed: laws of a count, exact or by quadrature.

In come numbers of cases and what is known of their shared chance, out come arrays of chances of 0, 1, …, n successes.
Knows no deal and draws nothing.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh_tridiagonal
from scipy.special import ndtr, ndtri

from sib.arrays import Floats
from sib.chance.successes import independent, log_ways

FAR = 8.5
"""Standard deviations beyond which a normal is left out: 2e-17 of it."""
COARSEST, NARROW = 1 / 4, 0.5
"""Largest step of the rule over a normal, and its step as a part of the narrowest feature under it."""


def binomial(n: int, p: Floats | float) -> Floats:
    """Return the law of the successes of independent cases.

    Parameters
    ----------
    p : float or ndarray of shape (n_nodes,)
        Chance of success, 0 and 1 included.

    Returns
    -------
    ndarray of shape (n_nodes, n + 1)
    """
    return independent(np.arange(n + 1.0), n, p=np.atleast_1d(np.asarray(p, dtype=np.float64))[:, np.newaxis])


def beta_binomial(n: int, a: float, *, b: float) -> Floats:
    """Return the law of successes that share a chance ~ Beta(a, b): C(n, k) B(a + k, b + n - k) / B(a, b)."""
    return _urn(n, a / (a + b), step=1 / (a + b))


def correlated(n: int, p: float, *, icc: float) -> Floats:
    """Return the law of n cases with chance p each and correlation ``icc`` between any two, by a shared beta."""
    if icc in (0.0, 1.0) or p in (0.0, 1.0) or n == 0:
        together = np.zeros(n + 1)
        together[0], together[-1] = (1 - p, p) if n else (1.0, 1.0)
        return together if icc == 1.0 or n == 0 else binomial(n, p)[0]
    return _urn(n, p, step=icc / (1 - icc))


def _urn(n: int, p: float, *, step: float) -> Floats:
    """Return the law of n draws from Polya's urn: each changes the chances by a step, however small it is."""
    drawn = step * np.arange(float(n))
    won, lost = (np.concatenate(([0.0], np.cumsum(np.log(chance + drawn)))) for chance in (p, 1 - p))
    return np.asarray(np.exp(log_ways(n, np.arange(n + 1.0)) + won + lost[::-1] - np.log1p(drawn).sum()))


def beta_rule(a: float, b: float, *, degree: int) -> tuple[Floats, Floats]:
    """Return nodes and masses of the Gauss-Jacobi rule under a Beta(a, b).

    Parameters
    ----------
    degree : int
        Polynomials up to it are averaged exactly; the laws above are polynomials of degree n in p.

    References
    ----------
    G. H. Golub and J. H. Welsch, "Calculation of Gauss quadrature rules", *Math. Comp.* 23 (1969).
    """
    m = degree // 2 + 1
    alpha, beta, k = b - 1.0, a - 1.0, np.arange(1.0, m)
    both = alpha + beta
    diagonal = np.empty(m)
    diagonal[0] = (beta - alpha) / (both + 2)
    diagonal[1:] = (beta**2 - alpha**2) / ((2 * k + both) * (2 * k + both + 2))
    squares = 4 * k * (k + alpha) * (k + beta) / ((2 * k + both) ** 2 * (2 * k + both + 1))
    squares[1:] *= (k[1:] + both) / (2 * k[1:] + both - 1)
    nodes, vectors = eigh_tridiagonal(diagonal, np.sqrt(squares))
    masses = vectors[0] ** 2
    return np.clip((1 + nodes) / 2, 0.0, 1.0), np.asarray(masses / masses.sum())


def normal_rule(n: int, weight: float) -> tuple[Floats, Floats]:
    """Return nodes and masses over a standard normal factor that n cases feel with a weight.

    Equally spaced: under a normal that converges faster than any power of the step once it resolves what lies under it,
    here the law of n cases given the factor, about ``sqrt((1 - w) / (w n))`` wide. Gauss-Hermite nodes for the same
    distance between them would be several times as many.
    """
    width = np.sqrt((1 - weight) / (weight * max(n, 1))) if weight else 1.0
    step = min(COARSEST, NARROW * width)
    nodes = step * np.arange(-np.ceil(FAR / step), np.ceil(FAR / step) + 1)
    masses = np.exp(-(nodes**2) / 2)
    return nodes, np.asarray(masses / masses.sum())


def given_factor(p: Floats | float, z: Floats, *, weight: float) -> Floats:
    """Return the chance of success given the factor: Phi((Phi^-1(p) + sqrt(w) z) / sqrt(1 - w))."""
    return np.asarray(ndtr((ndtri(p) + np.sqrt(weight) * z) / np.sqrt(1 - weight)))
