"""Points spread evenly over what is not known: uniforms of a scrambled net, and normals that hang together.

In come numbers of points and correlations, out go arrays. What a point means is not known here, and no deal.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from sib.arrays import Bools, Floats, Ints

_LOWEST, _HIGHEST = 2.0**-33, 1.0 - 2.0**-33
"""Ends of the uniforms that leave this room."""


def even_points(n: int, dimensions: int, *, seed: int) -> Floats:
    """Return uniforms that fill a cube more evenly than chance would: a scrambled Sobol net.

    Parameters
    ----------
    n : int
        Number of points, a power of two.
    dimensions : int
    seed : int
        Of the scrambling and of the order of columns.

    Returns
    -------
    ndarray of shape (n, dimensions)
        Each column above 0 and below 1.

    Notes
    -----
    Of few points, some pairs of columns of a net are uneven together, however it is scrambled. Columns are therefore
    dealt by lot: no pair of inputs is always the worst, and over seeds an estimate is no less sure than from points by
    chance.

    References
    ----------
    A. Owen, "Scrambled net variance for integrals of smooth functions", *Annals of Statistics* 25 (1997).
    """
    if n < 1 or n & (n - 1):
        raise ValueError(f"a net has a power of two as its number of points, such as 64 or 128; found {n}")
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    points = np.asarray(qmc.Sobol(dimensions, scramble=True, seed=rng).random(n), dtype=np.float64)
    return np.clip(points[:, rng.permutation(dimensions)], _LOWEST, _HIGHEST)


def orders_of(n: int, things: int, *, seed: int) -> Ints:
    """Return an order of some things for each point, by lot and in pairs of an order and its reverse.

    Returns
    -------
    ndarray of shape (n, things)
    """
    rng = np.random.default_rng([seed, things])
    found = np.array([rng.permutation(things) for _ in range(-(-n // 2))], dtype=np.int64).reshape(-1, things)
    return np.stack([found, found[:, ::-1]], axis=1).reshape(-1, things)[:n]


def joint_normals(u: Floats, correlation: Floats) -> Floats:
    """Return standard normals that hang together.

    Parameters
    ----------
    u : ndarray of shape (n, d)
        Independent uniforms.
    correlation : ndarray of shape (d, d)
        Positive definite.

    Returns
    -------
    ndarray of shape (n, d)
    """
    return np.asarray(ndtri(u) @ np.linalg.cholesky(correlation).T)


def redrawn(z: Floats, u: Floats, *, which: Bools, correlation: Floats) -> Floats:
    """Draw some of the normals of a point again, given the others.

    Parameters
    ----------
    z : ndarray of shape (d,)
        Normals of the point, as from ``joint_normals``.
    u : ndarray of shape (d,)
        Fresh uniforms.
    which : ndarray of bool of shape (d,)
        What is drawn again.
    correlation : ndarray of shape (d, d)

    Returns
    -------
    ndarray of shape (d,)

    Notes
    -----
    Given the others, the normals that are drawn again are normal around ``C_uo C_oo^-1 z_o`` with covariance
    ``C_uu - C_uo C_oo^-1 C_ou``, where u are they and o the others.
    """
    new = np.array(z, dtype=np.float64)
    if not which.any():
        return new
    within, across = correlation[np.ix_(which, which)], correlation[np.ix_(which, ~which)]
    weights = np.linalg.solve(correlation[np.ix_(~which, ~which)], across.T).T
    spread = np.linalg.cholesky(within - weights @ across.T)
    new[which] = weights @ z[~which] + spread @ ndtri(u[which])
    return new


def mixed_levels(n: int, inputs: int, *, seed: int) -> Floats:
    """Return levels for Sobol indices of independent inputs.

    Returns
    -------
    ndarray of shape (2 + inputs, n, inputs)
        Two samples, and the first with each input in turn taken from the second.
    """
    a, b = np.split(even_points(n, 2 * inputs, seed=seed), 2, axis=1)
    return np.array([a, b, *(np.where(np.arange(inputs) == place, b, a) for place in range(inputs))])


def redrawn_levels(n: int, correlation: Floats, *, seed: int) -> tuple[Floats, Ints]:
    """Return levels for Shapley effects of inputs that hang together by their normal scores.

    Parameters
    ----------
    n : int
        A power of two.
    correlation : ndarray of shape (d, d)
    seed : int

    Returns
    -------
    levels : ndarray of shape (1 + d, n, d)
        A sample, and that with the first 1, 2, … inputs of the order of each point drawn again given the others.
    orders : ndarray of shape (n, d)
    """
    inputs = len(correlation)
    a, b = np.split(even_points(n, 2 * inputs, seed=seed), 2, axis=1)
    z, orders = joint_normals(a, correlation), orders_of(n, inputs, seed=seed)
    again = [
        [redrawn(one, fresh, which=np.isin(np.arange(inputs), order[: done + 1]), correlation=correlation)
         for one, fresh, order in zip(z, b, orders, strict=True)]
        for done in range(inputs)
    ]
    return np.asarray(ndtr(np.array([z, *again]))), orders
