"""What many trials say together: estimates with their Monte Carlo error and 95% interval (model sections 7 and 8).

In come values over trials, shape (n_trials,), in the order in which the trials were drawn, NaN where a measure
is undefined; statistics are over the defined trials. Out come :class:`Estimate` objects in the values' unit.
The room never knows what it averages, and never draws.

Trials of one draw block share a stratified factor, so they are not independent and their spread overstates
the error of a mean. The error is therefore read off the means of whole blocks; a run with too few blocks
falls back on the formula for independent trials, and :func:`error_method` names the one that was used.
``block`` is everywhere the number of trials in a draw block.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from scipy.special import bdtr

from sib.arrays import Bools, Floats

DRAW_BLOCK = 256
"""Consecutive trials that share a stratified draw."""
FEWEST_BLOCKS = 20
"""From this many whole blocks on, errors come from batch means."""
_MISS = 0.05
_Z = 1.959964


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


def error_method(n_trials: int, block: int = DRAW_BLOCK) -> str:
    """Return how errors of a run of ``n_trials`` are found: ``"batch means"`` or ``"independent trials"``.

    Undefined trials count: batch means are used from 20 whole blocks on, whatever the blocks hold.
    """
    return "batch means" if n_trials // block >= FEWEST_BLOCKS else "independent trials"


def mean(values: Floats, *, block: int = DRAW_BLOCK) -> Estimate:
    """Return the mean over the defined trials.

    Parameters
    ----------
    values : ndarray of shape (n_trials,)
        NaN where undefined. With undefined trials the mean is a ratio, sum over count, and so is its error.
    block : int
        Trials in a draw block.

    Returns
    -------
    Estimate
        Unit of the values.
    """
    defined, residuals, centre = _centred(values)
    return _estimate(centre, residuals, defined, block=block)


def sd(values: Floats, *, block: int = DRAW_BLOCK) -> Estimate:
    """Return the standard deviation over the defined trials.

    Parameters
    ----------
    values : ndarray of shape (n_trials,)
        NaN where undefined.
    block : int
        Trials in a draw block.

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
    return _estimate(value, squares, defined, block=block)


def probability(hits: Bools, *, block: int = DRAW_BLOCK) -> Estimate:
    """Return the share of trials in which something holds.

    Parameters
    ----------
    hits : ndarray of bool, shape (n_trials,)
        Whether it holds.
    block : int
        Trials in a draw block.

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
        least = _MISS ** (1 / n_trials)
        return Estimate(1.0, None, least, 1.0) if n_hits else Estimate(0.0, None, 0.0, 1 - least)
    _, residuals, _ = _centred(hits.astype(np.float64))
    found = _estimate(n_hits / n_trials, residuals, np.ones(n_trials, dtype=bool), block=block)
    low, high = (None if end is None else min(max(end, 0.0), 1.0) for end in (found.low, found.high))
    return Estimate(found.value, found.standard_error, low, high)


def undefined_share(values: Floats, *, block: int = DRAW_BLOCK) -> Estimate:
    """Return the share of trials in which a measure is undefined, NaN, by the rules of :func:`probability`."""
    return probability(np.isnan(values), block=block)


def ratio(numerator: Floats, denominator: Floats, *, block: int = DRAW_BLOCK) -> Estimate:
    """Return the ratio of two means.

    Parameters
    ----------
    numerator, denominator : ndarray of shape (n_trials,)
        Two figures of the same trials, defined in all of them.
    block : int
        Trials in a draw block.

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
    return _estimate(value, residuals, np.ones(len(residuals), dtype=bool), block=block)


def quantiles(values: Floats, levels: Sequence[float]) -> list[Estimate]:
    """Return quantiles with their order-statistic intervals, from one sort.

    Parameters
    ----------
    values : ndarray of shape (n_trials,)
        NaN where undefined.
    levels : sequence of float
        Strictly between 0 and 1, read as the decimals they print as.

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
    quantile, at most 2.5% on either side. It takes trials as independent: stratified draws need less.
    """
    ordered = values[~np.isnan(values)]
    ordered.sort()
    ranks = [_ranks(ordered.size, level) for level in levels]
    if ordered.size == 0:
        return [_UNKNOWN for _ in levels]
    return [Estimate(float(ordered[at - 1]), None, _at(ordered, low), _at(ordered, high)) for low, at, high in ranks]


def value_at_risk(losses: Floats, level: float) -> Estimate:
    """Return the value at risk: the quantile of the loss (positive lost) at ``level``, by :func:`quantiles`."""
    return quantiles(losses, [level])[0]


def expected_shortfall(losses: Floats, level: float, *, block: int = DRAW_BLOCK) -> Estimate:
    """Return the mean of the worst ``1 - level`` of the losses.

    Parameters
    ----------
    losses : ndarray of shape (n_trials,)
        Positive is lost; NaN where undefined.
    level : float
        Strictly between 0 and 1, such as 0.95.
    block : int
        Trials in a draw block.

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
    at_risk = value_at_risk(losses, level)
    defined, residuals, excess = _centred(np.maximum(losses - at_risk.value, 0.0) / (1 - level))
    value = at_risk.value + excess
    if at_risk.high is None:
        return Estimate(value, None, None, None)
    return _estimate(value, residuals, defined, block=block)


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


def _estimate(value: float, residuals: Floats, defined: Bools, *, block: int) -> Estimate:
    """Return the estimate whose error is that of the mean of ``residuals``, which centre on zero."""
    error = _standard_error(residuals, defined, block=block)
    if error is None:
        return Estimate(value, None, None, None)
    return Estimate(value, error, value - _Z * error, value + _Z * error)


def _standard_error(residuals: Floats, defined: Bools, *, block: int) -> float | None:
    """Return the standard error of the mean residual over the defined trials, None with fewer than two."""
    if error_method(len(residuals), block) == "batch means":
        whole = residuals[: len(residuals) // block * block]
        # Whole blocks that agree to the last trial cannot speak for a trial of the broken block that differs.
        if (whole != whole[0]).any():
            sums = whole.reshape(-1, block).sum(axis=1)
            return float(sums.std(ddof=1)) * math.sqrt(sums.size) / int(np.count_nonzero(defined[: whole.size]))
    chosen = residuals[defined]
    return float(chosen.std(ddof=1)) / math.sqrt(chosen.size) if chosen.size > 1 else None


@lru_cache(256)  # most measures of a run are defined in as many trials
def _ranks(n: int, level: float) -> tuple[int, int, int]:
    """Return the ranks, from 1, of the interval's low end, the quantile and the high end among ``n`` trials."""
    if not 0 < level < 1:
        raise ValueError(f"level = {level} is not a quantile; levels lie between 0 and 1, so 95% is written 0.95")

    def chance(count: int) -> float:
        return float(bdtr(count, n, level))

    low = bisect_right(range(n + 1), _MISS / 2, key=chance)
    high = bisect_left(range(n + 1), 1 - _MISS / 2, key=chance) + 1
    return low, math.ceil(Fraction(repr(float(level))) * n), high


def _at(ordered: Floats, rank: int) -> float | None:
    """Return the order statistic of that rank, None if there is none."""
    return float(ordered[rank - 1]) if 1 <= rank <= ordered.size else None
