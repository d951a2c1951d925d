"""Attributes sampling: how many files, and what share of all files may be wrong given how many in the sample were.

In come a sample's size and the deviations found (or expected, when planning); out goes a share of the population, an
upper limit that holds with the confidence asked, or the smallest sample that can give it. Three models, by name in
``MODELS``: sampling with replacement (``binomial``), its limit for small rates (``poisson``, on which monetary-unit
sampling rests) and sampling without replacement from a population of known size (``hypergeometric``). They differ:
59 files bound a rate of 5% with 95% confidence in the first, 60 in the second. Which one is meant is always said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import count
from math import ceil, comb, floor

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, gammaincinv

from sib.arrays import Floats
from sib.chance.successes import log_ways
from sib.money import exact

LARGEST_SAMPLE = 1_000_000
"""Most files that a plan may come to; beyond it no sample is a help."""


def factor(confidence: float, n_errors: ArrayLike) -> Floats:
    """Return the expected number of errors that makes ``n_errors`` or fewer as rare as ``1 - confidence``.

    Parameters
    ----------
    confidence : float
        Above 0 and below 1.
    n_errors : array_like
        Errors found, 0 or more; need not be whole. Any shape.

    Returns
    -------
    ndarray of float64, same shape

    Notes
    -----
    The quantile at ``confidence`` of the gamma distribution of shape ``n_errors + 1``.

    Examples
    --------
    >>> factor(0.95, [0, 1, 2]).round(6).tolist()
    [2.995732, 4.743865, 6.295794]
    """
    _refuse_confidence(confidence)
    found = np.asarray(n_errors, dtype=np.float64)
    if not np.all(found >= 0):
        raise ValueError("a number of errors is 0 or more")
    return np.asarray(gammaincinv(found + 1.0, confidence), dtype=np.float64)


def printed_factor(confidence: float, n_errors: ArrayLike) -> Floats:
    """Return `factor` as tables print it: rounded up to two decimals.

    Examples
    --------
    >>> printed_factor(0.95, [0, 1, 2]).tolist()
    [3.0, 4.75, 6.3]
    """
    return np.ceil(factor(confidence, n_errors) * 100.0) / 100.0


FACTORS: dict[str, Callable[[float, ArrayLike], Floats]] = {"exact": factor, "printed": printed_factor}
"""By name: the factors that an evaluation may use."""


def _binomial(n: int, k: int, confidence: float, population: int | None) -> float:
    return 1.0 if k >= n else float(betaincinv(k + 1.0, n - k, confidence))


def _poisson(n: int, k: int, confidence: float, population: int | None) -> float:
    return min(1.0, float(gammaincinv(k + 1.0, confidence)) / n)


def _hypergeometric(n: int, k: int, confidence: float, population: int | None) -> float:
    """Return the largest number of deviations that the sample does not speak against, found by halving."""
    whole = _known(population)
    risk = 1 - exact(confidence)
    low, high = k, whole - (n - k)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (low, middle - 1) if _is_rare((k, middle, n, whole), risk) else (middle, high)
    return low / whole


MODELS: dict[str, Callable[[int, int, float, int | None], float]] = {
    "binomial": _binomial,
    "poisson": _poisson,
    "hypergeometric": _hypergeometric,
}
"""By model: the upper limit from sample, deviations, confidence and population."""


def upper_limit(
    model: str, *, n: ArrayLike, k: ArrayLike, confidence: float, population: int | None = None,
) -> Floats:
    """Return the share of the population that may be wrong, at most, with the confidence asked.

    Parameters
    ----------
    model : str
        A key of `MODELS`.
    n : array_like of int
        Files in the sample, 1 or more.
    k : array_like of int
        Deviations among them, from 0 to ``n``; broadcasts with ``n``.
    confidence : float
        Above 0 and below 1.
    population : int, optional
        Files in all. The hypergeometric model needs it; the others look away from it.

    Returns
    -------
    ndarray of float64, the shape that ``n`` and ``k`` broadcast to
        Fractions from 0 to 1.

    Raises
    ------
    ValueError
        When an argument is out of range, or no such model is known.

    Notes
    -----
    With X the deviations in the sample and c the confidence:

    - binomial: the rate p at which P(X <= k) = 1 - c, a quantile of the beta distribution (Clopper and Pearson); 1
      where every file deviates;
    - Poisson: ``factor(c, k) / n``, 1 at most;
    - hypergeometric: the largest whole number K of deviations in the population with P(X <= k | K) > 1 - c, over the
      population. Chances are compared as whole numbers, so that a tie is seen as one. Where the sample is the
      population the limit is what was found, ``k / population``.

    Examples
    --------
    >>> upper_limit("binomial", n=145, k=[0, 1], confidence=0.95).round(8).tolist()
    [0.02044826, 0.03229696]
    """
    limit = _model(model)
    _refuse_confidence(confidence)
    sizes, found = np.broadcast_arrays(_whole(n, "n"), _whole(k, "k"))
    if not np.all((sizes >= 1) & (found >= 0) & (found <= sizes)):
        raise ValueError("a sample has one file or more, and from 0 to all of them deviate")
    if population is not None and np.max(sizes, initial=0) > population:
        raise ValueError(f"a sample of {np.max(sizes)} does not come from a population of {population}")
    pairs = zip(sizes.flat, found.flat, strict=True)
    limits = [limit(int(size), int(deviating), confidence, population) for size, deviating in pairs]
    return np.array(limits, dtype=np.float64).reshape(sizes.shape)


def sample_size(
    model: str, *, tolerable: float, confidence: float, expected: int | Fraction = 0, population: int | None = None,
) -> int:
    """Return the smallest sample that, with the deviations expected in it, speaks against a rate as high as tolerable.

    Parameters
    ----------
    model : str
        A key of `MODELS`.
    tolerable : float
        Share of files that may be wrong, above 0 and below 1.
    confidence : float
        Above 0 and below 1.
    expected : int or Fraction
        Deviations expected: an ``int`` is a number of files in the sample; a ``Fraction`` is a rate, and the number in
        a sample of n is then the rate times n, rounded up.
    population : int, optional
        Files in all, as in `upper_limit`.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        When no sample can do it: the expected rate is not below the tolerable one, the population is too small or the
        sample would pass `LARGEST_SAMPLE`.

    Notes
    -----
    Smallest n with P(X <= k) of at most 1 - c at the tolerable rate. In the binomial and the Poisson model that is an
    upper limit of at most the tolerable rate; in a finite population, where there are as many deviations as the
    tolerable rate makes, rounded up, it is a limit below that number, which is what tables print.

    Examples
    --------
    >>> [sample_size(model, tolerable=0.05, confidence=0.95) for model in ("binomial", "poisson")]
    [59, 60]
    """
    _model(model)
    _refuse_confidence(confidence)
    if not 0 < tolerable < 1:
        raise ValueError(f"a tolerable rate of {tolerable} is no share between 0 and 1")
    if expected < 0:
        raise ValueError(f"{expected} expected deviations are fewer than none")
    if isinstance(expected, Fraction) and expected >= exact(tolerable):
        raise ValueError(f"an expected rate of {float(expected):g} is not below the tolerable {tolerable:g}; "
                         "no sample would be good enough")
    most = LARGEST_SAMPLE if population is None else min(population, LARGEST_SAMPLE)
    plan = _Plan(model, tolerable, confidence, population, most)
    for errors, low, high in _stretches(expected, most):
        smallest = plan.smallest(errors, low=low, high=high)
        if smallest is not None:
            return smallest
    raise ValueError(f"no sample of {most:,} files or fewer bounds a rate of {tolerable:g} at {confidence:g} "
                     "confidence with that many deviations; expect fewer, tolerate more or review everything")


class _Plan:
    """What a sample has to live up to."""

    def __init__(
        self, model: str, tolerable: float, confidence: float, population: int | None, most: int,
    ) -> None:
        self.is_finite = model == "hypergeometric"
        self.limit, self.tolerable, self.confidence = MODELS[model], tolerable, confidence
        self.population = _known(population) if self.is_finite else population
        self.most = most

    def is_enough(self, n: int, k: int) -> bool:
        """Return whether a sample speaks against the tolerable rate; for the finite one without working a limit out."""
        if not self.is_finite:
            return round(self.limit(n, k, self.confidence, self.population), 8) <= self.tolerable  # a tie is enough
        whole = _known(self.population)
        least = ceil(exact(self.tolerable) * whole)
        return k < least and _is_rare((k, least, n, whole), 1 - exact(self.confidence))

    def smallest(self, k: int, *, low: int, high: int) -> int | None:
        """Return the smallest size within two ends that is enough with k deviations, found by doubling and halving."""
        low, step = max(low, k, 1), 16
        while low + step < high and not self.is_enough(low + step, k):
            low, step = low + step, 2 * step
        high = min(high, low + step)
        if low > high or not self.is_enough(high, k):
            return None
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.is_enough(middle, k) else (middle + 1, high)
        return low


def _stretches(expected: int | Fraction, most: int) -> Iterator[tuple[int, int, int]]:
    """Yield deviations and the sizes, first and last, in which they are expected; sizes only grow."""
    if not isinstance(expected, Fraction) or expected == 0:
        yield int(expected), 1, most
        return
    for k in count(1):
        low, high = floor((k - 1) / expected) + 1, min(floor(k / expected), most)
        if low > most:
            return
        if low <= high:
            yield k, low, high


def _is_rare(drawn: tuple[int, int, int, int], risk: Fraction) -> bool:
    """Return whether P(X <= k) is at most a risk; only what floats cannot tell apart is counted in whole numbers.

    Drawn are k, the deviations in the population, the files in the sample and in the population. Logarithms of
    factorials of a million are good to eight digits.
    """
    k, deviations, n, population = drawn
    others = population - deviations
    found = np.arange(max(0, n - others), min(k, n, deviations) + 1)
    ways = log_ways(deviations, found) + log_ways(others, n - found) - log_ways(population, np.array(n))
    near = float(np.sum(np.exp(ways))) / float(risk)
    if abs(near - 1) > 1e-6:
        return near < 1
    whole = sum(comb(deviations, int(i)) * comb(others, n - int(i)) for i in found)
    return Fraction(whole, comb(population, n)) <= risk


def _model(name: str) -> Callable[[int, int, float, int | None], float]:
    if name not in MODELS:
        raise ValueError(f"{name!r} is no model; models: {', '.join(MODELS)}")
    return MODELS[name]


def _known(population: int | None) -> int:
    if population is None or population < 1:
        raise ValueError("the hypergeometric model needs the size of the population")
    return population


def _refuse_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence} is no share between 0 and 1")


def _whole(numbers: ArrayLike, name: str) -> Floats:
    found = np.asarray(numbers, dtype=np.float64)
    if not np.all(found == np.floor(found)):
        raise ValueError(f"{name} counts files; it is a whole number")
    return found
