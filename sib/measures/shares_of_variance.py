"""Which share of the variance of an output comes from which input: Sobol indices and Shapley effects, with errors.

In come outputs at the points of a design, out come shares. What is evaluated, and how points are drawn, is not known
here.

An index that says "first" is the share of the variance that would go if an input became known, on average; "total" the
share that would stay if all others became known. Shapley effects divide the variance over all inputs, also where inputs
depend on each other, and add up to all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sib.arrays import Floats, Ints

REPLICATES = 400
"""Times that points are drawn again from the design, with replacement, for the errors."""


@dataclass(frozen=True, slots=True)
class Shares:
    """A share of the variance for each input, with its standard error.

    Parameters
    ----------
    values, errors : ndarray of shape (n_inputs,)
        Fractions of the variance; NaN where the output does not vary.
    """

    values: Floats
    errors: Floats


def variance(outputs: Floats) -> float:
    """Return the variance of outputs, exactly 0 where all are the same."""
    return 0.0 if np.ptp(outputs) == 0 else float(np.var(outputs))


def first_order(a: Floats, b: Floats, *, mixed: Floats) -> Floats:
    """Return the first-order Sobol indices of independent inputs.

    Parameters
    ----------
    a, b : ndarray of shape (n,)
        Outputs at two independent samples of the inputs.
    mixed : ndarray of shape (n_inputs, n)
        Outputs at the first sample with one input taken from the second.

    Returns
    -------
    ndarray of shape (n_inputs,)

    References
    ----------
    A. Saltelli et al., "Variance based sensitivity analysis of model output", *Computer Physics Communications* 181
    (2010), table 2 (b); with the mean taken off, which changes no expectation and makes it surer.
    """
    centre = (a.mean() + b.mean()) / 2
    return np.asarray(((b - centre) * (mixed - a)).mean(axis=1)) / _both(a, b)


def total(a: Floats, b: Floats, *, mixed: Floats) -> Floats:
    """Return the total Sobol indices of independent inputs; parameters as for ``first_order``.

    References
    ----------
    M. Jansen, "Analysis of variance designs for model output", *Computer Physics Communications* 117 (1999).
    """
    return np.asarray(np.square(mixed - a).mean(axis=1)) / 2 / _both(a, b)


def _both(a: Floats, b: Floats) -> float:
    """Return the variance of two samples together; NaN where there is none, so that shares of it are undefined."""
    return variance(np.concatenate([a, b])) or float("nan")


def shapley_parts(start: Floats, redrawn: Floats, *, orders: Ints) -> Floats:
    """Return what each input adds to half the squared distance between two outputs, point by point.

    Parameters
    ----------
    start : ndarray of shape (n,)
        Outputs at a sample of the inputs.
    redrawn : ndarray of shape (n, n_inputs)
        Outputs where the first 1, 2, … inputs of the point's order were drawn again, given the others.
    orders : ndarray of shape (n, n_inputs)
        An order of the inputs for each point.

    Returns
    -------
    ndarray of shape (n, n_inputs)
        By input. Its mean over points is the Shapley effect in units of variance; over inputs it sums to half the
        squared distance to the last column.

    Notes
    -----
    Half the expected squared distance between an output and one in which some inputs were drawn again given the others
    is the variance that those inputs leave when the others are known, the cost function of Song, Nelson and Staum,
    "Shapley effects for global sensitivity analysis", *SIAM/ASA Journal on Uncertainty Quantification* 4 (2016), with
    an outer and an inner loop of one and two points and an order of its own for each.
    """
    costs = np.square(redrawn - start[:, np.newaxis]) / 2
    steps = np.diff(costs, axis=1, prepend=0.0)
    parts = np.empty_like(steps)
    np.put_along_axis(parts, orders, steps, axis=1)
    return parts


def shapley(parts: Floats) -> Floats:
    """Return Shapley effects as shares of the variance, which is their sum; from ``shapley_parts``."""
    effects = np.asarray(parts.mean(axis=0))
    return effects / (float(effects.sum()) or float("nan"))


def with_errors(share: Callable[[Ints], Floats], n_points: int, *, seed: int) -> Shares:
    """Return shares with their standard errors, by drawing the points of the design again with replacement.

    Parameters
    ----------
    share : callable
        Gives the shares of the points at some places.
    n_points, seed : int

    Notes
    -----
    Points that were spread evenly are surer than that, so these errors are on the large side.
    """
    values = share(np.arange(n_points))
    if np.isnan(values).any():
        return Shares(values, np.full_like(values, np.nan))
    rng = np.random.default_rng(seed)
    again = np.array([share(rng.integers(0, n_points, n_points)) for _ in range(REPLICATES)])
    return Shares(values, np.asarray(np.nanstd(again, axis=0)))


def noise_share(halves: Floats) -> float:
    """Return the share of the variance of an output that is noise of the simulation behind it.

    Parameters
    ----------
    halves : ndarray of shape (n, 2)
        The output at each point from either half of the trials; the halves are those of the same trials everywhere.

    Returns
    -------
    float
        Variance between points of half the difference of the halves, as a share of that of their mean. What errs alike
        at every point moves no index and is not counted. At most 1; 0 where the output does not vary.
    """
    whole = variance(halves.mean(axis=1))
    return min(1.0, variance((halves[:, 0] - halves[:, 1]) / 2) / whole) if whole else 0.0
