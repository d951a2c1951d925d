"""Ratios and products of means as values by trial, so that their errors can be read off as those of means.

In come values over trials of shape (n_trials,), NaN where undefined. Out come values whose mean over the defined trials
is the ratio or the product of the means, and whose spread is that of its linearisation: whatever finds the error of a
mean then finds the error of these too, and of differences between them trial by trial.
"""

from __future__ import annotations

import numpy as np

from sib.arrays import Floats


def ratio(above: Floats, below: Floats) -> Floats:
    """Return by trial what has the ratio of two means as its mean.

    Parameters
    ----------
    above, below : ndarray of shape (n_trials,)
        Defined in the same trials; the mean of ``below`` is not zero.

    Notes
    -----
    ``r + (a - r b) / mean(b)`` with ``r = mean(a) / mean(b)``.

    Examples
    --------
    >>> ratio(np.array([1.0, 3.0]), np.array([4.0, 4.0])).tolist()
    [0.25, 0.75]
    """
    value = np.nanmean(above) / np.nanmean(below)
    return np.asarray(value + (above - value * below) / np.nanmean(below))


def product(one: Floats, other: Floats) -> Floats:
    """Return by trial what has the product of two means as its mean.

    Parameters
    ----------
    one, other : ndarray of shape (n_trials,)
        Defined in the same trials.

    Notes
    -----
    ``p q + (a - p) q + p (b - q)`` with ``p = mean(a)`` and ``q = mean(b)``.

    Examples
    --------
    >>> product(np.array([1.0, 3.0]), np.array([4.0, 4.0])).tolist()
    [4.0, 12.0]
    """
    first, second = np.nanmean(one), np.nanmean(other)
    return np.asarray(first * second + (one - first) * second + first * (other - second))
