"""What makes cases move together, and how much that costs in effective cases.

In come uniforms or standard normals with one value per trial, and chances of success; out come the chances
that all cases of a segment share in a trial. The second half of the room holds the moments of those shared
chances, for the report's effective number of cases. Chances of 0 and 1 stay exactly that. Nothing is drawn
here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, owens_t

from sib.arrays import Floats
from sib.chance.distributions import Number, beta_of_mean, fixed

_LOWEST, _HIGHEST = 2.0**-54, 1.0 - 2.0**-53
"""Ends of the uniforms that leave this room."""

_NODES = 40


def beta_binomial(u: Floats, p: Number, *, icc: float) -> Floats:
    """Give the chance of success that all cases of a segment share in each trial.

    Parameters
    ----------
    u : ndarray of shape (n_trials,)
        Uniforms, one per trial.
    p : float or ndarray of shape (n_trials,)
        Mean chance, or its own draw in each trial.
    icc : float
        Correlation rho between the outcomes of two cases: 0 returns ``p``, 1 makes all cases fail or all
        succeed together.

    Returns
    -------
    ndarray of shape (n_trials,)
        Rises with ``u`` and with ``p``.

    Notes
    -----
    A beta with parameters ``p (1/rho - 1)`` and ``(1 - p)(1/rho - 1)``, so that its variance is
    ``rho p (1 - p)``; model, section 2.
    """
    _refuse_unless("icc", icc, 0.0 <= icc <= 1.0, "0 up to and including 1")
    return beta_of_mean(u, p, spread=icc)


def gaussian_factor(z: Floats, p: Number, *, weight: float) -> Floats:
    """Give the chance of success once a common normal factor is known.

    Parameters
    ----------
    z : ndarray of shape (n_trials,)
        Standard normal factor; a high one is a good trial.
    p : float or ndarray
        Chance over all values of the factor; broadcasts against ``z``.
    weight : float
        Share w of a case's own normal variable that the factor explains. It is not the correlation between
        outcomes: that is `icc_of_weight`.

    Returns
    -------
    ndarray
        ``Phi((Phi^-1(p) + sqrt(w) z) / sqrt(1 - w))``; its mean over ``z`` is ``p``.

    References
    ----------
    O. Vasicek, "The distribution of loan portfolio value", *Risk*, December 2002.
    """
    _refuse_weight(weight)
    if weight == 0.0:
        return fixed(z, value=p)
    found = np.empty(np.broadcast_shapes(np.shape(z), np.shape(p)))
    np.multiply(np.sqrt(weight), z, out=found)
    found += ndtri(p)
    found /= np.sqrt(1.0 - weight)
    return np.asarray(ndtr(found, out=found))


def causes_factor(zs: Mapping[str, Floats], weights: Mapping[str, float]) -> tuple[Floats, float]:
    """Combine named causes into the one factor that a segment feels, and its weight.

    Parameters
    ----------
    zs : mapping of str to ndarray of shape (n_trials,)
        Independent standard normals, one per cause; at least one cause.
    weights : mapping of str to float
        Weight of each cause for this segment, zero or more; a cause not named weighs nothing.

    Returns
    -------
    z : ndarray of shape (n_trials,)
        ``sum sqrt(w_k) z_k / sqrt(sum w_k)``, standard normal; zeros if nothing weighs.
    weight : float
        ``sum w_k``, below 1; both go into `gaussian_factor`.
    """
    unknown = sorted(set(weights) - set(zs))
    if unknown:
        raise ValueError(f"weights name the cause {unknown[0]!r}; known are {', '.join(zs)}")
    for name, part in weights.items():
        _refuse_weight(part, f"weight of {name}")
    weight = float(sum(weights.values()))
    _refuse_weight(weight, "sum of the weights")
    scale = np.sqrt(weight) if weight > 0.0 else 1.0
    parts = [np.sqrt(weights.get(name, 0.0)) / scale * z for name, z in zs.items()]
    return np.sum(parts, axis=0), weight


def causes_correlation(weights_a: Mapping[str, float], weights_b: Mapping[str, float]) -> float:
    """Return the correlation between two segments' combined factors of `causes_factor`.

    Zero where one of them has no factor.
    """
    shared = sum(np.sqrt(weights_a[name] * weights_b[name]) for name in weights_a.keys() & weights_b.keys())
    scale = np.sqrt(sum(weights_a.values()) * sum(weights_b.values()))
    return min(float(shared / scale), 1.0) if scale > 0.0 else 0.0


def share_factor(common: Floats, own: Floats, *, loading: float) -> Floats:
    """Give uniforms of one segment that lean on what all segments have in common.

    Parameters
    ----------
    common, own : ndarray of shape (n_trials,)
        Independent uniforms: of all segments, and of this one.
    loading : float
        Correlation r of the normals behind any two segments' results, 0 to 1.

    Returns
    -------
    ndarray of shape (n_trials,)
        ``Phi(sqrt(r) Phi^-1(common) + sqrt(1 - r) Phi^-1(own))``, uniform again, strictly inside (0, 1);
        ``own`` itself at 0 and ``common`` itself at 1.
    """
    _refuse_unless("loading", loading, 0.0 <= loading <= 1.0, "0 up to and including 1")
    if loading in (0.0, 1.0):
        return common if loading else own
    mixed = ndtr(np.sqrt(loading) * ndtri(common) + np.sqrt(1.0 - loading) * ndtri(own))
    return np.asarray(np.clip(mixed, _LOWEST, _HIGHEST))


def variance_beta_binomial(mean_p: float, var_p: float, *, icc: float) -> float:
    """Return the variance of the shared chance when p itself is uncertain: Var(p) + rho E[p (1 - p)]."""
    return var_p + icc * (mean_p * (1.0 - mean_p) - var_p)


def second_moment_gaussian(p: float, weight: float) -> float:
    """Return the chance that two cases that share one Gaussian factor both succeed: E[P²].

    Notes
    -----
    Two standard normals with correlation w both below ``h = Phi^-1(p)``:
    ``p - 2 T(h, sqrt((1 - w) / (1 + w)))`` with Owen's T.

    References
    ----------
    D. B. Owen, "Tables for computing bivariate normal probabilities", *Ann. Math. Statist.* 27 (1956).

    Examples
    --------
    >>> round(second_moment_gaussian(0.3, 0.1), 9)
    0.102266884
    """
    _refuse_weight(weight)
    return float(p - 2.0 * owens_t(ndtri(p), np.sqrt((1.0 - weight) / (1.0 + weight))))


def icc_of_weight(p: float, weight: float) -> float:
    """Return the correlation between two outcomes under a Gaussian factor; NaN where p is 0 or 1.

    Examples
    --------
    >>> round(icc_of_weight(0.3, 0.1), 4)
    0.0584
    """
    if p in (0.0, 1.0):
        return float("nan")
    return (second_moment_gaussian(p, weight) - p * p) / (p * (1.0 - p))


def average_over(quantile: Callable[[Floats], Floats], function: Callable[[float], Number]) -> Floats:
    """Return the mean of a function of an uncertain chance, by Gauss-Hermite quadrature.

    Parameters
    ----------
    quantile : callable
        The uncertain chance as a function of its uniforms.
    function : callable
        Takes one chance; returns a number or an array, averaged element by element.

    Examples
    --------
    >>> mean = average_over(lambda u: u, lambda p: p * (1.0 - p))
    >>> round(float(mean), 9)
    0.166666667
    """
    nodes, masses = normal_rule()
    values = [mass * function(float(p)) for p, mass in zip(quantile(_uniforms(nodes)), masses, strict=True)]
    return np.asarray(np.sum(values, axis=0))


def covariance_across(
    quantile_a: Callable[[Floats], Floats], quantile_b: Callable[[Floats], Floats], *, loading: float
) -> float:
    """Return the covariance of two segments' chances whose uniforms `share_factor` joins.

    Parameters
    ----------
    quantile_a, quantile_b : callable
        Chance of the segment as a function of its uniforms, of any shape; where p is uncertain and drawn
        apart, its mean over p (`average_over`).
    loading : float
        Correlation of the normals behind the two uniforms.

    Returns
    -------
    float

    Notes
    -----
    Gauss-Hermite product rule: to nine digits where both functions are smooth in the normal, to six for
    beta-binomial chances with an icc of one half, to one or two where they jump (an icc near 1).
    """
    _refuse_unless("loading", loading, 0.0 <= loading <= 1.0, "0 up to and including 1")
    nodes, masses = normal_rule()
    a = quantile_a(_uniforms(nodes))
    b = quantile_b(_uniforms(loading * nodes[:, np.newaxis] + np.sqrt(1.0 - loading**2) * nodes))
    return float((masses * (a - masses @ a)) @ b @ masses)


def effective_cases(counts: ArrayLike, means: ArrayLike, *, covariance: ArrayLike) -> float:
    """Return how many independent cases would leave as much uncertainty about the successes.

    Parameters
    ----------
    counts : array_like of shape (n_segments,)
        Cases per segment, as planned.
    means : array_like of shape (n_segments,)
        Chance of success of a case over everything that is drawn.
    covariance : array_like of shape (n_segments, n_segments)
        Covariance of the chances that the cases of a segment share; the variance on the diagonal.

    Returns
    -------
    float
        ``n sum(p (1 - p)) / Var(successes)`` with the sum over all n cases. All n if nothing is uncertain.

    Notes
    -----
    Two cases of segments s and t covary as the chances of s and t do, a case with itself as ``p (1 - p)``.
    For one segment this is ``n / (1 + (n - 1) rho)``; model, section 2.

    Examples
    --------
    >>> round(effective_cases([375], [0.6], covariance=[[0.05 * 0.6 * 0.4]]), 2)
    19.04
    """
    n = np.asarray(counts, dtype=np.float64)
    p = np.asarray(means, dtype=np.float64)
    shared = np.asarray(covariance, dtype=np.float64)
    independent = float(n @ (p * (1.0 - p)))
    variance = independent + float(n @ shared @ n - n @ np.diagonal(shared))
    return float(n.sum()) * independent / variance if variance > 0.0 else float(n.sum())


def normal_rule() -> tuple[Floats, Floats]:
    """Return the nodes and probabilities of the Gauss-Hermite rule for a standard normal."""
    nodes, masses = hermegauss(_NODES)
    return nodes, masses / masses.sum()


def _uniforms(normals: Floats) -> Floats:
    """Turn normals into uniforms strictly inside (0, 1)."""
    return np.asarray(np.clip(ndtr(normals), _LOWEST, _HIGHEST))


def _refuse_weight(weight: float, name: str = "weight") -> None:
    """Raise ``ValueError`` unless the weight lies in [0, 1)."""
    _refuse_unless(name, weight, 0.0 <= weight < 1.0, "0 up to but not including 1")


def _refuse_unless(name: str, value: float, allowed: bool, span: str) -> None:
    """Raise ``ValueError`` with the name, the value and what is allowed."""
    if not allowed:
        raise ValueError(f"{name} = {value} is out of range; it lies from {span}")
