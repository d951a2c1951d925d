"""Distributions as quantile functions: uniforms in, values out.

Every function takes uniforms strictly inside (0, 1), of any shape, and returns the values at those levels,
rising with the uniform; so the same draws under other terms stay comparable trial by trial. Parameters are
numbers, or arrays that broadcast against the uniforms where a ``Number`` is asked for. A distribution
without spread returns its constant exactly. Units are the caller's.

`FAMILIES` is the list of what a scenario may name, with the mean and variance of each in closed form. This
room draws nothing and rounds nothing; limits on parameters are checked where a deal is read, and here only
where a wrong one would still give a plausible number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, gammaincinv, ndtri

from sib.arrays import Floats, Ints

Number = float | Floats
"""A parameter: one number, or an array that broadcasts against the uniforms."""

PRIORS = {"jeffreys": 0.5, "uniform": 1.0}
"""What each prior adds to the successes and to the failures of a pilot."""

NARROWEST = 1e-10
"""Below this part of ``mean (1 - mean)`` as variance (sd under 5e-6) a beta counts as its mean: the
inverse of the incomplete beta function stops rising with its level near there."""

_PERT_WEIGHT = 4.0
_LEAST_PARAMETER = 1e-300
_LEAST_CV = 1e-8


def fixed(u: Floats, *, value: Number) -> Floats:
    """Return the same value at every level."""
    return value + np.zeros(np.shape(u))


def lognormal(u: Floats, *, mean: Number, cv: Number) -> Floats:
    """Give quantiles of a lognormal with this mean, zero or more, and coefficient of variation.

    Notes
    -----
    ``mean * exp(sigma * z - sigma**2 / 2)`` with ``z`` the standard normal quantile and
    ``sigma**2 = log(1 + cv**2)``.
    """
    variance = np.log1p(np.square(cv))
    return np.asarray(mean * np.exp(np.sqrt(variance) * ndtri(u) - variance / 2.0))


def gamma(u: Floats, *, mean: Number, cv: Number) -> Floats:
    """Give quantiles of a gamma with this mean, zero or more, and coefficient of variation (shape 1/cv²)."""
    spread = np.square(np.maximum(cv, _LEAST_CV))
    return np.where(np.greater(cv, _LEAST_CV), mean * spread * gammaincinv(1.0 / spread, u), mean)


def pert(u: Floats, *, low: Number, mode: Number, high: Number) -> Floats:
    """Give quantiles of a PERT: a beta on [low, high] with mean (low + 4 mode + high) / 6.

    References
    ----------
    D. Vose, *Risk Analysis*, 3rd ed., Wiley 2008, appendix III: PERT distribution.
    """
    span = np.subtract(high, low)
    unit = np.where(span > 0.0, span, 1.0)
    left = _PERT_WEIGHT * np.subtract(mode, low) / unit
    right = _PERT_WEIGHT * np.subtract(high, mode) / unit
    return np.asarray(low + span * betaincinv(1.0 + left, 1.0 + right, u))


def triangular(u: Floats, *, low: Number, mode: Number, high: Number) -> Floats:
    """Give quantiles of a triangular distribution on [low, high]."""
    span, rise, fall = np.subtract(high, low), np.subtract(mode, low), np.subtract(high, mode)
    below = np.minimum(low + np.sqrt(u * span * rise), mode)
    above = np.maximum(high - np.sqrt((1.0 - u) * span * fall), mode)
    return np.where(u * span < rise, below, above)


def uniform(u: Floats, *, low: Number, high: Number) -> Floats:
    """Give quantiles of a uniform on (low, high)."""
    return low + np.subtract(high, low) * u


def uniform_months(u: Floats, *, low: int, high: int) -> Ints:
    """Give quantiles of a whole number of months from low to high, both ends included, all equally likely."""
    return low - 1 + np.ceil(u * (high - low + 1)).astype(np.int64)


def empirical(u: Floats, *, values: ArrayLike) -> Floats:
    """Give quantiles of a list of values with equal weights: the smallest x with F(x) >= u.

    Parameters
    ----------
    u : ndarray
        Levels.
    values : array_like of shape (n_values,)
        At least one value, in any order; no interpolation between them.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    return np.take(ordered, np.ceil(u * ordered.size).astype(np.int64) - 1)


def beta(u: Floats, *, a: Number, b: Number) -> Floats:
    """Give quantiles of a beta with parameters a and b, both above zero."""
    return np.asarray(betaincinv(a, b, u))


def beta_moments(u: Floats, *, mean: float, sd: float) -> Floats:
    """Give quantiles of a beta with this mean and standard deviation; an sd of zero is a fixed share.

    Raises
    ------
    ValueError
        No law on [0, 1] with this mean has so large an sd.
    """
    return beta_of_mean(u, mean, spread=_spread(mean, sd))


def beta_of_mean(u: Floats, mean: Number, *, spread: float) -> Floats:
    """Give quantiles of a beta with this mean whose variance is the part ``spread`` of ``mean (1 - mean)``.

    Parameters
    ----------
    u : ndarray
        Levels.
    mean : float or ndarray
        Between 0 and 1, ends included.
    spread : float
        From 0, where the value is the mean, to 1, where it is 0 or 1.

    Returns
    -------
    ndarray
        Rises with the level and with the mean. Where the mean is 0 or 1 so is the value.

    Notes
    -----
    A beta with ``a = mean * k``, ``b = (1 - mean) * k``, ``k = 1 / spread - 1``. About a microsecond a value.
    """
    if not 0.0 <= spread <= 1.0:
        raise ValueError(f"spread = {spread} is not a share; it lies from 0 (no spread) to 1 (all or nothing)")
    if spread < NARROWEST:
        return fixed(u, value=mean)
    if spread == 1.0:
        return np.where(np.greater(u, np.subtract(1.0, mean)), 1.0, 0.0)
    weight = 1.0 / spread - 1.0
    a = np.maximum(np.multiply(mean, weight), _LEAST_PARAMETER)
    b = np.maximum(np.subtract(1.0, mean) * weight, _LEAST_PARAMETER)
    inside = np.greater(mean, 0.0) & np.less(mean, 1.0)
    return np.where(inside, betaincinv(a, b, u), mean)


def beta_from_evidence(successes: float, trials: float, *, prior: str) -> tuple[float, float]:
    """Turn a pilot's result into the beta that describes the chance of success.

    Parameters
    ----------
    successes, trials : float
        Successes among so many trials.
    prior : {"jeffreys", "uniform"}
        What was believed before, see `PRIORS`.

    Returns
    -------
    tuple of float
        a and b.

    Raises
    ------
    ValueError
        More successes than trials, fewer than none, or another prior.

    Examples
    --------
    >>> beta_from_evidence(15, 25, prior="jeffreys")
    (15.5, 10.5)
    """
    if prior not in PRIORS:
        raise ValueError(f"prior = {prior!r} is not known; allowed are {', '.join(PRIORS)}")
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials; successes lie from 0 to the trials")
    return successes + PRIORS[prior], trials - successes + PRIORS[prior]


def beta_from_moments(mean: float, sd: float) -> tuple[float, float]:
    """Give a and b of the beta with this mean and standard deviation.

    Raises
    ------
    ValueError
        The sd is zero (then there is no beta: `beta_moments` gives the constant) or too large for the mean.
    """
    spread = _spread(mean, sd)
    if not 0.0 < spread < 1.0:
        raise ValueError(f"no beta has mean {mean} and sd {sd}; the sd lies above 0 and below {_largest_sd(mean):.6g}")
    return mean * (1.0 / spread - 1.0), (1.0 - mean) * (1.0 / spread - 1.0)


def _spread(mean: float, sd: float) -> float:
    """Express an sd as the part of the largest variance that a law on [0, 1] with this mean can have."""
    if not 0.0 <= mean <= 1.0:
        raise ValueError(f"mean = {mean} is not a share; shares lie from 0 to 1, so 70% is written 0.70")
    if not 0.0 <= sd <= _largest_sd(mean):
        raise ValueError(f"sd = {sd} cannot go with mean {mean}; it lies from 0 to {_largest_sd(mean):.6g}")
    return (sd / _largest_sd(mean)) ** 2 if sd > 0.0 else 0.0


def _largest_sd(mean: float) -> float:
    """Return the sd of a law that takes only the values 0 and 1."""
    return float(np.sqrt(mean * (1.0 - mean)))


@dataclass(frozen=True, slots=True)
class Family:
    """A distribution that a scenario may name.

    Parameters
    ----------
    quantile : callable
        Levels and the family's parameters (by keyword) to values.
    mean, variance : callable
        The same parameters to the closed form.
    """

    quantile: Callable[..., Floats | Ints]
    mean: Callable[..., float]
    variance: Callable[..., float]


FAMILIES = {
    "fixed": Family(fixed, lambda value: value, lambda value: 0.0),
    "lognormal": Family(lognormal, lambda mean, cv: mean, lambda mean, cv: (mean * cv) ** 2),
    "gamma": Family(gamma, lambda mean, cv: mean, lambda mean, cv: (mean * cv) ** 2),
    "pert": Family(
        pert,
        lambda low, mode, high: (low + 4 * mode + high) / 6,
        lambda low, mode, high: (4 * mode + high - 5 * low) * (5 * high - 4 * mode - low) / 252,
    ),
    "triangular": Family(
        triangular,
        lambda low, mode, high: (low + mode + high) / 3,
        lambda low, mode, high: ((high - low) ** 2 - (mode - low) * (high - mode)) / 18,
    ),
    "uniform": Family(uniform, lambda low, high: (low + high) / 2, lambda low, high: (high - low) ** 2 / 12),
    "uniform_months": Family(
        uniform_months, lambda low, high: (low + high) / 2, lambda low, high: ((high - low + 1) ** 2 - 1) / 12
    ),
    "empirical": Family(empirical, lambda values: float(np.mean(values)), lambda values: float(np.var(values))),
    "beta": Family(beta, lambda a, b: a / (a + b), lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1))),
    "beta_moments": Family(beta_moments, lambda mean, sd: mean, lambda mean, sd: sd**2),
}
"""Every family that a scenario may name."""
