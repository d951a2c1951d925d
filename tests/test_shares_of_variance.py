"""Shares of variance: functions whose indices are known in closed form, sums, what does nothing, and errors."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from math import pi

import numpy as np
import pytest
from scipy.special import ndtri

from sib.arrays import Floats
from sib.chance.copula import mixed_levels, redrawn_levels
from sib.measures import shares_of_variance as shares

A, B = 7.0, 0.1
N = 1024
ISHIGAMI = {
    "variance": A**2 / 8 + B * pi**4 / 5 + B**2 * pi**8 / 18 + 0.5,
    "1": (1 + B * pi**4 / 5) ** 2 / 2, "2": A**2 / 8, "13": 8 * B**2 * pi**8 / 225,
}
"""Variances of the parts of sin x1 + a sin² x2 + b x3⁴ sin x1 on (-pi, pi)³ (Ishigami and Homma 1990)."""


def ishigami(u: Floats) -> Floats:
    x = np.moveaxis(pi * (2 * u - 1), -1, 0)
    return np.sin(x[0]) + A * np.sin(x[1]) ** 2 + B * x[2] ** 4 * np.sin(x[0])


def test_the_parts_of_ishigami_are_its_variance() -> None:
    assert sum(ISHIGAMI[part] for part in ("1", "2", "13")) == pytest.approx(ISHIGAMI["variance"], rel=1e-14)
    assert [round(ISHIGAMI[part] / ISHIGAMI["variance"], 4) for part in ("1", "2", "13")] == [0.3139, 0.4424, 0.2437]


def test_sobol_indices_of_ishigami() -> None:
    a, b, *mixed = ishigami(mixed_levels(N, 3, seed=1))
    whole = ISHIGAMI["variance"]
    first = shares.with_errors(lambda at: shares.first_order(a[at], b[at], mixed=np.array(mixed)[:, at]), N, seed=1)
    total = shares.with_errors(lambda at: shares.total(a[at], b[at], mixed=np.array(mixed)[:, at]), N, seed=1)
    exact = np.array([ISHIGAMI["1"], ISHIGAMI["2"], 0.0]) / whole
    assert np.all(np.abs(first.values - exact) < 4 * first.errors)
    exact = np.array([ISHIGAMI["1"] + ISHIGAMI["13"], ISHIGAMI["2"], ISHIGAMI["13"]]) / whole
    assert np.all(np.abs(total.values - exact) < 4 * total.errors)
    assert np.all(first.errors < 0.06)
    assert np.all(total.errors < 0.06)


def test_shapley_effects_of_ishigami_share_the_interaction_equally() -> None:
    levels, orders = redrawn_levels(N, np.eye(3), seed=2)
    start, *again = ishigami(levels)
    parts = shares.shapley_parts(start, np.array(again).T, orders=orders)
    found = shares.with_errors(lambda at: shares.shapley(parts[at]), N, seed=1)
    half = ISHIGAMI["13"] / 2
    exact = np.array([ISHIGAMI["1"] + half, ISHIGAMI["2"], half]) / ISHIGAMI["variance"]
    assert np.all(np.abs(found.values - exact) < 4 * found.errors)


def shapley_of_linear(slopes: Floats, correlation: Floats) -> Floats:
    """Shapley effects of a sum of slopes times correlated standard normals, order by order from conditional variances.

    What inputs u leave of the variance when the others r are known is b_u' (C_uu - C_ur C_rr^-1 C_ru) b_u.
    """
    n = len(slopes)

    def cost(u: tuple[int, ...]) -> float:
        r = [place for place in range(n) if place not in u]
        within, across = correlation[np.ix_(u, u)], correlation[np.ix_(u, r)]
        left = within - across @ np.linalg.inv(correlation[np.ix_(r, r)]) @ across.T if r else within
        return float(slopes[list(u)] @ left @ slopes[list(u)]) if u else 0.0

    found = np.zeros(n)
    orders = list(permutations(range(n)))
    for order in orders:
        for done, place in enumerate(order):
            found[place] += (cost(tuple(sorted(order[: done + 1]))) - cost(tuple(sorted(order[:done])))) / len(orders)
    return found


@pytest.mark.parametrize("rho", [-0.6, 0.0, 0.8])
def test_the_linear_oracle_is_that_of_two_inputs_in_closed_form(rho: float) -> None:
    # c(1) = b1² (1 - rho²), c(2) = b2² (1 - rho²), c(12) = b1² + b2² + 2 rho b1 b2 and
    # Sh1 = (c(1) + c(12) - c(2)) / 2 = b1² (1 - rho²/2) + b2² rho²/2 + rho b1 b2  (Owen and Prieur 2017)
    b1, b2 = 1.0, 3.0
    found = shapley_of_linear(np.array([b1, b2]), np.array([[1.0, rho], [rho, 1.0]]))
    assert found[0] == pytest.approx(b1**2 * (1 - rho**2 / 2) + b2**2 * rho**2 / 2 + rho * b1 * b2, rel=1e-12)
    assert found.sum() == pytest.approx(b1**2 + b2**2 + 2 * rho * b1 * b2, rel=1e-12)
    alike = shapley_of_linear(np.ones(2), np.array([[1.0, rho], [rho, 1.0]]))
    assert alike == pytest.approx([1 + rho, 1 + rho])


@pytest.mark.parametrize(
    ("slopes", "correlation"),
    [
        ([1.0, 1.0], [[1.0, 0.5], [0.5, 1.0]]),
        ([1.0, 3.0], [[1.0, -0.6], [-0.6, 1.0]]),
        ([1.0, 2.0, 0.5], [[1.0, 0.6, 0.0], [0.6, 1.0, -0.3], [0.0, -0.3, 1.0]]),
        ([1.0, 0.0, 1.0, 2.0], [[1.0, 0.8, 0.1, 0.0], [0.8, 1.0, 0.0, 0.0], [0.1, 0.0, 1.0, 0.0], [0, 0, 0, 1.0]]),
    ],
)
def test_shapley_effects_of_a_sum_of_correlated_normals(slopes: list[float], correlation: list[list[float]]) -> None:
    b, c = np.array(slopes), np.array(correlation)
    levels, orders = redrawn_levels(N, c, seed=3)
    start, *again = ndtri(levels) @ b
    parts = shares.shapley_parts(start, np.array(again).T, orders=orders)
    exact, errors = shapley_of_linear(b, c), parts.std(axis=0) / np.sqrt(N)
    assert np.all(np.abs(parts.mean(axis=0) - exact) < 4 * errors)
    whole = float(b @ c @ b)
    assert abs(parts.sum(axis=1).mean() - whole) < 4 * parts.sum(axis=1).std() / np.sqrt(N)
    found = shares.with_errors(lambda at: shares.shapley(parts[at]), N, seed=1)
    assert found.values.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.all(np.abs(found.values - exact / whole) < 4 * found.errors)


def test_shapley_parts_add_up_point_by_point() -> None:
    rng = np.random.default_rng(5)
    start, again = rng.random(8), rng.random((8, 3))
    orders = np.array([rng.permutation(3) for _ in range(8)])
    parts = shares.shapley_parts(start, again, orders=orders)
    assert parts.sum(axis=1) == pytest.approx((again[:, -1] - start) ** 2 / 2, abs=1e-15)
    assert parts[0, orders[0, 0]] == (again[0, 0] - start[0]) ** 2 / 2  # the first of an order is drawn again alone


def test_what_does_nothing_has_nothing() -> None:
    a, b, *mixed = mixed_levels(64, 2, seed=1)[..., 0]
    assert shares.first_order(a, b, mixed=np.array(mixed))[1] == 0
    assert shares.total(a, b, mixed=np.array(mixed))[1] == 0
    levels, orders = redrawn_levels(64, np.eye(2), seed=1)
    start, *again = levels[..., 0]
    assert shares.shapley_parts(start, np.array(again).T, orders=orders).mean(axis=0)[1] == 0


def test_nothing_that_varies_is_undefined() -> None:
    same = np.full(8, 0.1)
    found = shares.with_errors(lambda at: shares.total(same[at], same[at], mixed=np.array([same])[:, at]), 8, seed=1)
    assert np.isnan(found.values).all()
    assert np.isnan(found.errors).all()
    assert shares.variance(same) == 0.0
    assert shares.noise_share(np.column_stack([same, same])) == 0.0


def test_noise_is_what_halves_differ_in_from_point_to_point() -> None:
    # halves x + e and x - e: the mean is x, half the difference e; var(e) / var(x) with x = -1, 1 and e = -0.1, 0.1
    x, e = np.tile([-1.0, 1.0], 8), np.repeat([-0.1, 0.1], 8)
    assert shares.noise_share(np.column_stack([x + e, x - e])) == pytest.approx(0.01)
    assert shares.noise_share(np.column_stack([x + 5, x])) == 0.0  # what errs alike everywhere is no noise here


def steep(u: Floats) -> Floats:
    """A chance that rises steeply over the ranges of two inputs and falls over that of a third."""
    return 1 / (1 + np.exp(-12 * (u @ np.array([1.0, 0.8, -0.3, 0.0, 0.0, 0.0]) - 0.7)))


def bent(u: Floats) -> Floats:
    """What is left of a product above a threshold."""
    return np.maximum(4 * u[..., 0] * u[..., 1] - u[..., 2], 0.0)


@pytest.mark.parametrize("output", [steep, bent])
@pytest.mark.parametrize("n", [64, 256])
def test_errors_that_are_told_are_not_too_small(output: Callable[[Floats], Floats], n: int) -> None:
    # against a design of 2^15 points, over many seeds: what is told covers what happens, for every input
    def both(n_points: int, seed: int) -> Floats:
        a, b, *mixed = output(mixed_levels(n_points, 6, seed=seed))
        return np.array([shares.first_order(a, b, mixed=np.array(mixed)), shares.total(a, b, mixed=np.array(mixed))])

    exact = both(2**15, 0)
    happened = np.sqrt(np.mean([(both(n, seed) - exact) ** 2 for seed in range(200)], axis=0))
    told = []
    for seed in range(10):
        y = output(mixed_levels(n, 6, seed=seed))
        told.append([shares.with_errors(lambda at, y=y: shares.first_order(y[0, at], y[1, at], mixed=y[2:, at]), n,
                                        seed=1).errors,
                     shares.with_errors(lambda at, y=y: shares.total(y[0, at], y[1, at], mixed=y[2:, at]), n,
                                        seed=1).errors])
    assert np.all(happened <= 1.15 * np.mean(told, axis=0) + 1e-9)


def test_errors_are_those_of_many_designs() -> None:
    found = []
    for seed in range(40):
        a, b, *mixed = mixed_levels(64, 2, seed=seed) @ np.array([1.0, 2.0])
        outputs = np.array([a, b, *mixed])
        share = shares.with_errors(
            lambda at, y=outputs: shares.total(y[0, at], y[1, at], mixed=y[2:, at]), 64, seed=1)
        found.append((share.values[0], share.errors[0]))
    values, errors = np.array(found).T
    assert values.mean() == pytest.approx(0.2, abs=4 * values.std() / np.sqrt(40))  # 1² / (1² + 2²)
    assert values.std() < errors.mean() * 1.3  # even points are surer than the error says
