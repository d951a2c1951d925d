"""Distributions fitted to amounts by their mean and coefficient of variation, and how well they fit.

In come amounts of cases, out go fits and means of bands of neighbours, never an amount of one case. Knows no file and
no deal; what it draws comes from named uniforms.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc, gammaln, ndtr

from sib.arrays import Floats
from sib.chance import distributions
from sib.chance.draws import Stream, case_uniforms

PURPOSE = "calibration"
TWO_BLOCKS, ONE_BLOCK = 2_000, 20_000
"""Most amounts for which 512 samples are drawn to judge a fit, and for which 256 are; beyond that none are, since
with so many amounts every fit is refused."""
MOST_BANDS = 20
LEVEL = 0.95
"""Of the ranges that a fit would give."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family of distributions with a mean and a coefficient of variation, at amounts above zero.

    Parameters
    ----------
    quantiles, below, log_density : callable
        Of levels, of amounts, of amounts; each with ``mean`` and ``cv``.
    """

    quantiles: Callable[..., Floats]
    below: Callable[..., Floats]
    log_density: Callable[..., Floats]


def _lognormal_below(x: Floats, *, mean: Floats | float, cv: Floats | float) -> Floats:
    variance = np.log1p(np.square(cv))
    return np.asarray(ndtr((np.log(x) - np.log(mean) + variance / 2) / np.sqrt(variance)))


def _lognormal_log_density(x: Floats, *, mean: float, cv: float) -> Floats:
    variance = math.log1p(cv**2)
    z = (np.log(x) - math.log(mean) + variance / 2) / math.sqrt(variance)
    return np.asarray(-np.log(x) - z**2 / 2 - math.log(2 * math.pi * variance) / 2)


def _gamma_below(x: Floats, *, mean: Floats | float, cv: Floats | float) -> Floats:
    shape = 1 / np.square(cv)
    return np.asarray(gammainc(shape, x * shape / mean))


def _gamma_log_density(x: Floats, *, mean: float, cv: float) -> Floats:
    shape = 1 / cv**2
    scaled = x * shape / mean
    return np.asarray(shape * np.log(scaled) - scaled - np.log(x) - gammaln(shape))


FAMILIES = {
    "lognormal": Family(distributions.lognormal, _lognormal_below, _lognormal_log_density),
    "gamma": Family(distributions.gamma, _gamma_below, _gamma_log_density),
}
"""What is fitted; both have a mean and a cv, so the one with the higher likelihood fits better."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A distribution fitted by moments, and how well it fits.

    Parameters
    ----------
    kind : str
        One of ``FAMILIES``.
    mean, cv : float
        Those of the amounts.
    cv_error : float
        Standard error of the cv, were the fit the truth.
    log_likelihood : float
        Of the amounts above zero.
    distance : float
        Largest distance between the share of the amounts and of the fit below any amount (Kolmogorov-Smirnov).
    p_value : float
        Share of samples of the fit, each fitted again, that lie as far from their own fit; NaN where none were drawn.
    n_samples : int
    bands : tuple of (float, float, float)
        What the fit gives in each band: mean over the samples, and the ends of the range of 95% of them.
    """

    kind: str
    mean: float
    cv: float
    cv_error: float
    log_likelihood: float
    distance: float
    p_value: float
    n_samples: int
    bands: tuple[tuple[float, float, float], ...]


def moments(amounts: Floats) -> tuple[Floats, Floats]:
    """Return mean and coefficient of variation along the first axis; the variance is divided by n - 1.

    Notes
    -----
    The cv is that of whatever the mean is, with its sign; NaN where there is one amount, infinite where the mean is 0.
    """
    mean = amounts.mean(axis=0)
    if len(amounts) < 2:
        return mean, np.full_like(mean, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean, amounts.std(axis=0, ddof=1) / mean


def n_bands_of(n_amounts: int, fewest: int) -> int:
    """Return in how many bands so many amounts are shown, each of ``fewest`` or more."""
    return min(n_amounts // fewest, MOST_BANDS)


def band_means(amounts: Floats, n_bands: int) -> Floats:
    """Return the means of equal bands of amounts in order, from the lowest to the highest.

    Parameters
    ----------
    amounts : ndarray of shape (n, ...)
        Sorted along the first axis.
    n_bands : int

    Returns
    -------
    ndarray of shape (n_bands, ...)
        Their mean is the mean of the amounts: an amount on the edge of two bands counts in both for its part.

    Examples
    --------
    >>> band_means(np.array([1.0, 2.0, 6.0]), 2).tolist()
    [1.3333333333333333, 4.666666666666667]
    """
    n = len(amounts)
    if not n_bands:
        return np.zeros_like(amounts[:0])
    so_far = np.concatenate((np.zeros_like(amounts[:1]), np.cumsum(amounts, axis=0)))
    edges = np.arange(n_bands + 1) * (n / n_bands)
    whole = np.minimum(edges.astype(np.int64), n)
    part = (edges - whole).reshape(-1, *[1] * (amounts.ndim - 1))
    at_edges = so_far[whole] + part * amounts[np.minimum(whole, n - 1)]
    return np.asarray(np.diff(at_edges, axis=0) * (n_bands / n))


def distance(ordered: Floats, family: Family, *, mean: Floats | float, cv: Floats | float) -> Floats:
    """Return the Kolmogorov-Smirnov distance of sorted amounts of shape (n, ...) from a distribution."""
    n = len(ordered)
    positive = ordered > 0
    below = np.where(positive, family.below(np.where(positive, ordered, 1.0), mean=mean, cv=cv), 0.0)
    steps = np.arange(n + 1).reshape(-1, *[1] * (ordered.ndim - 1)) / n
    return np.asarray(np.maximum((steps[1:] - below).max(axis=0), (below - steps[:-1]).max(axis=0)))


def fitted(amounts: Floats, kind: str, *, n_bands: int, seed: int, name: str) -> Fit:
    """Fit a distribution by moments and judge it by samples of itself.

    Parameters
    ----------
    amounts : ndarray of shape (n,)
        Two at least, with a mean above zero, not all the same.
    kind : str
        One of ``FAMILIES``.
    n_bands : int
    seed : int
    name : str
        Of the segment, whose draws are its own.

    Notes
    -----
    Amounts of zero or less have no likelihood in either family and no chance; they count in the moments and in the
    distance.
    """
    family, ordered, n = FAMILIES[kind], np.sort(amounts), len(amounts)
    mean, cv = (float(each) for each in moments(ordered))
    found = float(distance(ordered, family, mean=mean, cv=cv))
    likelihood = float(family.log_density(ordered[ordered > 0], mean=mean, cv=cv).sum())
    n_blocks = 2 if n <= TWO_BLOCKS else int(n <= ONE_BLOCK)
    distances, cvs, bands = [], [], []
    for block in range(n_blocks):
        u = case_uniforms(Stream(seed, block), PURPOSE, segment=name, n_cases=n)
        samples = np.sort(family.quantiles(u, mean=mean, cv=cv), axis=0)
        means, spreads = moments(samples)
        distances.append(distance(samples, family, mean=means, cv=spreads))
        cvs.append(spreads)
        bands.append(band_means(samples, n_bands))
    if not n_blocks:
        return Fit(kind, mean, cv, math.nan, likelihood, found, math.nan, 0, ())
    drawn = np.concatenate(distances)
    return Fit(
        kind, mean, cv, float(np.std(np.concatenate(cvs), ddof=1)), likelihood, found,
        p_value=(1 + int((drawn >= found).sum())) / (1 + len(drawn)), n_samples=len(drawn),
        bands=_ranges(np.concatenate(bands, axis=1)),
    )


def _ranges(bands: Floats) -> tuple[tuple[float, float, float], ...]:
    """Return mean and ends of the range of each band, given its means by sample."""
    tail = (1 - LEVEL) / 2
    ends = np.quantile(bands, (tail, 1 - tail), axis=1) if len(bands) else np.zeros((2, 0))
    return tuple(zip(bands.mean(axis=1).tolist(), *ends.tolist(), strict=True))


def plain_cv_error(amounts: Floats) -> float:
    """Return the standard error of the cv without a distribution, by its third and fourth moment.

    Notes
    -----
    ``cv**2 / n (cv**2 - cv g + (k - 1) / 4)`` with skewness ``g`` and kurtosis ``k``: the delta method.
    """
    mean, cv = (float(each) for each in moments(amounts))
    spread = amounts - mean
    variance = float(np.mean(spread**2))
    if not variance or not mean:
        return math.nan
    skew, kurtosis = float(np.mean(spread**3)) / variance**1.5, float(np.mean(spread**4)) / variance**2
    return math.sqrt(max(cv**2 / len(amounts) * (cv**2 - cv * skew + (kurtosis - 1) / 4), 0.0))
