"""What many trials say together: estimates with their Monte Carlo error and 95% interval (model sections 7 and 8).

In come values over trials, shape (n_trials,), in the order in which the trials were drawn, NaN where a measure
is undefined; statistics are over the defined trials. Out come :class:`Estimate` objects in the values' unit.
The room never knows what it averages, and never draws.

Trials that were drawn together are not independent. Those of one draw block share a stratified factor, and their
spread overstates the error of a mean; two mirrored trials may say the same, and then it understates it. The error is
therefore read off the means of whole batches of trials that were drawn together. With too few of them the formula for
independent trials is used where it gives no less; :func:`error_method` names what was used. ``batches`` says
everywhere which trials were drawn together.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial

import numpy as np
from scipy.special import bdtr

from sib.arrays import Bools, Floats
from sib.measures.controls import Known

DRAW_BLOCK = 256
"""Consecutive trials that share a stratified draw."""
FEWEST_BLOCKS = 20
"""From this many whole batches on, errors come from batch means where the other formula would do too."""
_MISS = 0.05
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Batches:
    """Which trials were drawn together, and what is known of them.

    Parameters
    ----------
    size : int
        Consecutive trials that were drawn together; those of different batches are independent.
    copies : int
        Trials of a batch that may say the same at worst, and so may count for one. Where it is 1 the formula for
        independent trials gives no error that is too small.
    known : Known, optional
        What is known of each trial, where estimates are to be corrected by it. Everything with a standard error is;
        quantiles and their intervals stay those of the trials.
    """

    size: int = DRAW_BLOCK
    copies: int = 1
    known: Known | None = None

    @property
    def fewest(self) -> int:
        """From this many whole batches on, errors come from batch means."""
        return FEWEST_BLOCKS if self.copies == 1 else 2


BLOCKS = Batches()
"""Of stratified draws."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure estimated from trials, with how far off it may be.

    Parameters
    ----------
    value : float
        The estimate; NaN if no trial defines it.
    standard_error : float or None
        Monte Carlo standard error. None where there is none: quantiles, probabilities on which all trials
        agree, too few trials.
    low, high : float or None
        95% interval; None for an end that the trials cannot support.
    """

    value: float
    standard_error: float | None
    low: float | None
    high: float | None


_UNKNOWN = Estimate(math.nan, None, None, None)


def error_method(n_trials: int, batches: Batches = BLOCKS) -> str:
    """Return how errors of a run of ``n_trials`` are found: ``"batch means"`` or ``"independent trials"``.

    Undefined trials count: batch means are used from 20 whole blocks on, whatever the blocks hold; from 2 on where
    the other formula may understate. Trials of which each was drawn by itself are independent.
    """
    has_means = batches.size > 1 and n_trials // batches.size >= batches.fewest
    return "batch means" if has_means else "independent trials"


def mean(values: Floats, *, batches: Batches = BLOCKS) -> Estimate:
    """Return the mean over the defined trials.

    Parameters
    ----------
    values : ndarray of shape (n_trials,)
        NaN where undefined. With undefined trials the mean is a ratio, sum over count, and so is its error.
    batches : Batches
        Which trials were drawn together.

    Returns
    -------
    Estimate
        Unit of the values.
    """
    defined, residuals, centre = _centred(values)
    return _estimate(centre, residuals, defined, batches=batches)


def sd(values: Floats, *, batches: Batches = BLOCKS) -> Estimate:
    """Return the standard deviation over the defined trials.

    Parameters
    ----------
    values : ndarray of shape (n_trials,)
        NaN where undefined.
    batches : Batches
        Which trials were drawn together.

    Returns
    -------
    Estimate
        Divisor one less than the defined trials; NaN with fewer than two of them.

    Notes
    -----
    The error is that of the mean of ``((x - m)**2 - s**2) / (2 s)``, the deviation linearised at the run.
    """
    defined, residuals, _ = _centred(values)
    n_defined = int(np.count_nonzero(defined))
    if n_defined < 2:
        return _UNKNOWN
    squares = residuals**2
    total = float(squares.sum())
    value = math.sqrt(total / (n_defined - 1))
    if value > 0:
        squares -= total / n_defined
        squares *= defined / (2 * value)
    return _estimate(value, squares, defined, batches=batches)


def probability(hits: Bools, *, batches: Batches = BLOCKS) -> Estimate:
    """Return the share of trials in which something holds.

    Parameters
    ----------
    hits : ndarray of bool, shape (n_trials,)
        Whether it holds.
    batches : Batches
        Which trials were drawn together.

    Returns
    -------
    Estimate
        A fraction. If no trial hits, or every trial does, the interval is the exact one-sided one (without a
        hit in n trials at most ``1 - 0.05**(1/n)``) and there is no standard error.
    """
    n_trials, n_hits = len(hits), int(np.count_nonzero(hits))
    if n_trials == 0:
        return _UNKNOWN
    if n_hits in (0, n_trials):
        least = _MISS ** (batches.copies / n_trials)
        return Estimate(1.0, None, least, 1.0) if n_hits else Estimate(0.0, None, 0.0, 1 - least)
    _, residuals, _ = _centred(hits.astype(np.float64))
    found = _estimate(n_hits / n_trials, residuals, np.ones(n_trials, dtype=bool), batches=batches)
    low, high = (None if end is None else min(max(end, 0.0), 1.0) for end in (found.low, found.high))
    return Estimate(min(max(found.value, 0.0), 1.0), found.standard_error, low, high)


def undefined_share(values: Floats, *, batches: Batches = BLOCKS) -> Estimate:
    """Return the share of trials in which a measure is undefined, NaN, by the rules of :func:`probability`."""
    return probability(np.isnan(values), batches=batches)


def ratio(numerator: Floats, denominator: Floats, *, batches: Batches = BLOCKS) -> Estimate:
    """Return the ratio of two means.

    Parameters
    ----------
    numerator, denominator : ndarray of shape (n_trials,)
        Two figures of the same trials, defined in all of them.
    batches : Batches
        Which trials were drawn together.

    Returns
    -------
    Estimate
        NaN where the denominator adds up to zero.

    Notes
    -----
    The error is that of the mean of ``(numerator - ratio * denominator) / mean(denominator)``.
    """
    below = float(denominator.mean()) if len(denominator) else 0.0
    if below == 0:
        return _UNKNOWN
    value = float(numerator.mean()) / below
    residuals = (numerator - value * denominator) / below
    return _estimate(value, residuals, np.ones(len(residuals), dtype=bool), batches=batches)


def quantiles(values: Floats, levels: Sequence[float], *, batches: Batches = BLOCKS) -> list[Estimate]:
    """Return quantiles with their order-statistic intervals, from one sort.

    Parameters
    ----------
    values : ndarray of shape (n_trials,)
        NaN where undefined.
    levels : sequence of float
        Strictly between 0 and 1, read as the decimals they print as.
    batches : Batches
        Which trials were drawn together.

    Returns
    -------
    list of Estimate
        One a level: the smallest x with F(x) >= level. No standard error; an end of the interval is None where
        too few trials lie beyond the quantile to bound it.

    Raises
    ------
    ValueError
        If a level is not strictly between 0 and 1.

    Notes
    -----
    The interval lies between two order statistics whose ranks come from the binomial number of trials below the
    quantile, at most 2.5% on either side. It takes trials as independent: stratified draws need less. Of mirrored
    trials only half are taken to count, since at worst two of them are as one.
    """
    ordered = values[~np.isnan(values)]
    ordered.sort()
    ranks = [_ranks(ordered.size, level, copies=batches.copies) for level in levels]
    if ordered.size == 0:
        return [_UNKNOWN for _ in levels]
    return [Estimate(float(ordered[at - 1]), None, _at(ordered, low), _at(ordered, high)) for low, at, high in ranks]


def value_at_risk(losses: Floats, level: float, *, batches: Batches = BLOCKS) -> Estimate:
    """Return the value at risk: the quantile of the loss (positive lost) at ``level``, by :func:`quantiles`."""
    return quantiles(losses, [level], batches=batches)[0]


def expected_shortfall(losses: Floats, level: float, *, batches: Batches = BLOCKS) -> Estimate:
    """Return the mean of the worst ``1 - level`` of the losses.

    Parameters
    ----------
    losses : ndarray of shape (n_trials,)
        Positive is lost; NaN where undefined.
    level : float
        Strictly between 0 and 1, such as 0.95.
    batches : Batches
        Which trials were drawn together.

    Returns
    -------
    Estimate
        Without error or interval where too few trials lie in the tail to bound the value at risk from above.

    Notes
    -----
    ``VaR + E[(loss - VaR)+] / (1 - level)``: trials that lose exactly VaR count for the part that fills the tail
    up to ``1 - level``. The error is that of the mean of this expression at the run's VaR; the shortfall of a
    single block would be biased.

    References
    ----------
    R. T. Rockafellar and S. Uryasev (2002), Conditional value-at-risk for general loss distributions,
    Journal of Banking and Finance 26(7).
    """
    at_risk = value_at_risk(losses, level, batches=batches)
    defined, residuals, excess = _centred(np.maximum(losses - at_risk.value, 0.0) / (1 - level))
    value = at_risk.value + excess
    if at_risk.high is None:
        return Estimate(value, None, None, None)
    return _estimate(value, residuals, defined, batches=batches)


class Estimates:
    """What this room estimates, for trials that were drawn together in one way.

    Parameters
    ----------
    batches : Batches
        Which trials were drawn together.
    """

    def __init__(self, batches: Batches) -> None:
        self.mean = partial(mean, batches=batches)
        self.sd = partial(sd, batches=batches)
        self.probability = partial(probability, batches=batches)
        self.undefined_share = partial(undefined_share, batches=batches)
        self.ratio = partial(ratio, batches=batches)
        self.quantiles = partial(quantiles, batches=batches)
        self.value_at_risk = partial(value_at_risk, batches=batches)
        self.expected_shortfall = partial(expected_shortfall, batches=batches)


def _centred(values: Floats) -> tuple[Bools, Floats, float]:
    """Return which trials are defined, their deviations from the mean (zero elsewhere), and the mean."""
    defined = ~np.isnan(values)
    if not defined.any():
        return defined, np.zeros(len(values)), math.nan
    # Counting from one of the values leaves equal values with exactly their mean and deviations of zero.
    origin = values[np.argmax(defined)]
    residuals = np.where(defined, values - origin, 0.0)
    shift = residuals.sum() / np.count_nonzero(defined)
    residuals -= shift * defined
    return defined, residuals, float(origin + shift)


def _estimate(value: float, residuals: Floats, defined: Bools, *, batches: Batches) -> Estimate:
    """Return the estimate whose error is that of the mean of ``residuals``, which centre on zero."""
    if batches.known is not None and defined.any():
        more, residuals = batches.known.correct(residuals * (len(residuals) / np.count_nonzero(defined)))
        value, defined = value + more, np.ones(len(residuals), dtype=bool)
    error = _standard_error(residuals, defined, batches=batches)
    if error is None:
        return Estimate(value, None, None, None)
    return Estimate(value, error, value - _Z * error, value + _Z * error)


def _standard_error(residuals: Floats, defined: Bools, *, batches: Batches) -> float | None:
    """Return the standard error of the mean residual over the defined trials, None with fewer than two."""
    if error_method(len(residuals), batches) == "batch means":
        whole = residuals[: len(residuals) // batches.size * batches.size]
        # Whole batches that agree to the last trial cannot speak for a trial of the broken batch that differs.
        if (whole != whole[0]).any():
            sums = whole.reshape(-1, batches.size).sum(axis=1)
            return float(sums.std(ddof=1)) * math.sqrt(sums.size) / int(np.count_nonzero(defined[: whole.size]))
    chosen = residuals[defined]
    return float(chosen.std(ddof=1)) / math.sqrt(chosen.size / batches.copies) if chosen.size > 1 else None


@lru_cache(256)  # most measures of a run are defined in as many trials
def _ranks(n: int, level: float, *, copies: int) -> tuple[int, int, int]:
    """Return the ranks, from 1, of the interval's low end, the quantile and the high end among ``n`` trials.

    Where so many may be copies of one, the interval is that of the fewer trials with all of them copied.
    """
    if not 0 < level < 1:
        raise ValueError(f"level = {level} is not a quantile; levels lie between 0 and 1, so 95% is written 0.95")
    fewer = n // copies

    def chance(count: int) -> float:
        return float(bdtr(count, fewer, level))

    low = bisect_right(range(fewer + 1), _MISS / 2, key=chance)
    high = bisect_left(range(fewer + 1), 1 - _MISS / 2, key=chance) + 1
    return copies * (low - 1) + 1, math.ceil(Fraction(repr(float(level))) * n), copies * high


def _at(ordered: Floats, rank: int) -> float | None:
    """Return the order statistic of that rank, None if there is none."""
    return float(ordered[rank - 1]) if 1 <= rank <= ordered.size else None
