"""What chance alone shows: closed forms against integrals, a simulation and printed numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from sib.measures.luck import paid_on_noise, selected

HOUSEHOLDS = [(10_000, 2.0, 0.04, 0.7), (9_333, 1.87, 0.04, 0.9), (50_000, 0.3, 0.5, 0.0), (1.0, 5.0, 0.001, 0.5)]


@pytest.mark.parametrize(("mean", "cv", "top", "correlation"), HOUSEHOLDS)
def test_those_picked_against_an_integral_over_the_population(
    mean: float, cv: float, top: float, correlation: float
) -> None:
    """Next year's logarithm given this year's z has mean r s z and variance s**2 (1 - r**2)."""
    s, cut = np.sqrt(np.log1p(cv**2)), norm.isf(top)

    def cost(z: float, r: float) -> float:
        return float(mean * np.exp(r * s * z + s**2 * (1 - r**2) / 2 - s**2 / 2) * norm.pdf(z) / top)

    picked = selected(mean, cv, top_share=top, correlation=correlation)
    for found, r in ((picked.then, 1.0), (picked.later, correlation)):
        assert found == pytest.approx(quad(cost, cut, cut + 40, args=(r,), limit=400)[0], rel=1e-7)
    assert picked.fall == picked.then - picked.later


def test_those_picked_in_a_simulation() -> None:
    """A hundred thousand households, by their cost in the first year; 4.5 standard errors."""
    rng = np.random.default_rng(1)
    s = np.sqrt(np.log1p(4.0))
    one, other = rng.standard_normal((2, 100_000))
    costs = 10_000 * np.exp(s * one - s**2 / 2), 10_000 * np.exp(s * (0.7 * one + np.sqrt(0.51) * other) - s**2 / 2)
    among = one >= norm.isf(0.04)
    picked = selected(10_000, 2.0, top_share=0.04, correlation=0.7)
    for cost, expected in zip(costs, (picked.then, picked.later), strict=True):
        error = cost[among].std() / np.sqrt(among.sum())
        assert abs(cost[among].mean() - expected) < 4.5 * error


def test_four_percent_take_thirty_percent_where_the_cv_is_1_87() -> None:
    """The share of all cost is the mean of those picked times their share, over the mean of all."""
    assert 0.04 * selected(1.0, 1.87, top_share=0.04, correlation=1.0).then == pytest.approx(0.30, abs=0.001)


@pytest.mark.parametrize(
    ("cv", "top", "correlation"), [(2.0, 1.0, 0.3), (2.0, 0.04, 1.0), (0.0, 0.04, 0.3), (0.0, 1.0, 1.0)]
)
def test_picking_everybody_or_what_never_changes_shows_nothing(cv: float, top: float, correlation: float) -> None:
    assert selected(100.0, cv, top_share=top, correlation=correlation).fall == 0.0


def test_picking_more_strictly_or_from_what_changes_more_shows_more() -> None:
    falls = [selected(1.0, 2.0, top_share=top, correlation=0.7).fall for top in (0.5, 0.2, 0.04, 0.01)]
    assert falls == sorted(falls)
    falls = [selected(1.0, 2.0, top_share=0.04, correlation=r).fall for r in (1.0, 0.9, 0.5, 0.0)]
    assert falls == sorted(falls)
    # without any memory those picked cost what everybody costs
    assert selected(7.0, 2.0, top_share=0.04, correlation=0.0).later == pytest.approx(7.0)


@pytest.mark.parametrize(("noise", "inflated"), [(1, 1.083), (2, 1.396), (3, 1.763)])
def test_noise_inflates_what_is_paid(noise: float, inflated: float) -> None:
    assert round(float(paid_on_noise(1.0, noise)), 3) == inflated
    assert paid_on_noise(250.0, 250.0 * noise) == pytest.approx(250 * paid_on_noise(1.0, noise))


@pytest.mark.parametrize(("effect", "sd"), [(1.0, 0.5), (0.0, 2.0), (-3.0, 2.0), (9.0, 2.5)])
def test_noise_against_an_integral(effect: float, sd: float) -> None:
    expected = quad(lambda x: x * norm.pdf(x, effect, sd), 0, effect + 40 * sd, points=[max(effect, 0.0)])[0]
    assert float(paid_on_noise(effect, sd)) == pytest.approx(expected, rel=1e-9)


def test_without_noise_the_effect_is_paid_and_a_bad_one_costs_nothing() -> None:
    assert paid_on_noise([-1.0, 0.0, 2.5], 0.0).tolist() == [0.0, 0.0, 2.5]


def test_shapes_broadcast() -> None:
    found = paid_on_noise(np.array([[0.0], [1.0]]), np.array([0.0, 1.0, 2.0]))
    assert found.shape == (2, 3)
    assert (np.diff(found, axis=1) > 0).all()  # more noise, more paid
    assert (np.diff(found, axis=0) > 0).all()  # a larger effect too
