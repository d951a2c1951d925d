"""Every family: quantiles that rise, with the mean and variance that its closed form says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.special import bdtr, betainc, gammainc, ndtr

from sib.arrays import Floats
from sib.chance import distributions
from sib.chance.distributions import (
    FAMILIES,
    beta_from_evidence,
    beta_from_moments,
    beta_moments,
    beta_of_mean,
    empirical,
    gamma,
    lognormal,
    pert,
    triangular,
    uniform_months,
)

Terms = dict[str, Any]

EXAMPLES: dict[str, list[Terms]] = {
    "fixed": [{"value": 12.5}, {"value": -3.0}],
    "lognormal": [{"mean": 22_000.0, "cv": 0.8}, {"mean": 1.0, "cv": 0.05}, {"mean": 3.0, "cv": 2.0}],
    "gamma": [{"mean": 22_000.0, "cv": 0.8}, {"mean": 1.0, "cv": 0.05}, {"mean": 3.0, "cv": 2.0}],
    "pert": [{"low": 0.6, "mode": 1.0, "high": 1.1}, {"low": -2.0, "mode": -2.0, "high": 5.0}],
    "triangular": [
        {"low": 0.6, "mode": 1.0, "high": 1.1},
        {"low": -2.0, "mode": -2.0, "high": 5.0},
        {"low": 0.0, "mode": 4.0, "high": 4.0},
    ],
    "uniform": [{"low": -1.0, "high": 4.0}],
    "uniform_months": [{"low": 3, "high": 9}, {"low": 0, "high": 1}],
    "empirical": [{"values": [5.0, -1.0, 2.0, 2.0, 40.0]}, {"values": [1, 2]}],
    "beta": [{"a": 15.5, "b": 10.5}, {"a": 0.5, "b": 0.5}],
    "beta_moments": [{"mean": 0.6, "sd": 0.1}, {"mean": 0.05, "sd": 0.04}],
}
CONSTANTS: dict[str, list[tuple[Terms, float]]] = {
    "fixed": [({"value": 7.25}, 7.25)],
    "lognormal": [({"mean": 22_000.1, "cv": 0.0}, 22_000.1), ({"mean": 0.0, "cv": 0.8}, 0.0)],
    "gamma": [({"mean": 22_000.1, "cv": 0.0}, 22_000.1), ({"mean": 0.0, "cv": 0.8}, 0.0)],
    "pert": [({"low": 0.7, "mode": 0.7, "high": 0.7}, 0.7)],
    "triangular": [({"low": 0.7, "mode": 0.7, "high": 0.7}, 0.7)],
    "uniform": [({"low": 0.7, "high": 0.7}, 0.7)],
    "uniform_months": [({"low": 6, "high": 6}, 6.0)],
    "empirical": [({"values": [0.7]}, 0.7), ({"values": [3.0, 3.0, 3.0]}, 3.0)],
    "beta": [],
    "beta_moments": [({"mean": 0.6, "sd": 0.0}, 0.6), ({"mean": 0.0, "sd": 0.0}, 0.0), ({"mean": 1.0, "sd": 0.0}, 1.0)],
}
WHOLE = ("uniform_months", "empirical")
CASES = [pytest.param(name, terms, id=f"{name}-{i}") for name, rows in EXAMPLES.items() for i, terms in enumerate(rows)]
ENDS = np.array([2.0**-54, 2.0**-53, 1.0 - 2.0**-53])
LEVELS = st.lists(st.floats(2.0**-54, 1.0 - 2.0**-53), min_size=2, max_size=40).map(sorted)


def rule(name: str) -> tuple[Floats, Floats]:
    """Levels and masses to integrate a quantile function with.

    For smooth ones the trapezoidal rule in the standard normal, which converges faster than any power; for
    those of a few equally likely values the middles of 2520 equal parts, exact for up to ten values.
    """
    if name in WHOLE:
        return (np.arange(2520) + 0.5) / 2520, np.full(2520, 1.0 / 2520)
    normals = np.linspace(-8.2, 8.2, 16_401)
    masses = np.exp(-(normals**2) / 2.0)
    return ndtr(normals), masses / masses.sum()


def moments(name: str, terms: Terms) -> tuple[float, float]:
    """Mean and variance of a family by integrating its quantile function."""
    levels, masses = rule(name)
    values = FAMILIES[name].quantile(levels, **terms)
    mean = float(masses @ values)
    return mean, float(masses @ (values - mean) ** 2)


def test_every_family_is_tested() -> None:
    assert set(FAMILIES) == set(EXAMPLES) == set(CONSTANTS)


@pytest.mark.parametrize(("name", "terms"), CASES)
def test_integrating_the_quantiles_gives_mean_and_variance(name: str, terms: Terms) -> None:
    family = FAMILIES[name]
    mean, variance = moments(name, terms)
    assert mean == pytest.approx(family.mean(**terms), rel=1e-6, abs=1e-12)
    assert variance == pytest.approx(family.variance(**terms), rel=2e-6, abs=1e-12)


def test_the_integration_tells_a_wrong_spread() -> None:
    """A cv taken for the sigma of the logarithm, the classic slip, must not pass for the closed form."""
    _, variance = moments("lognormal", {"mean": 1.0, "cv": np.sqrt(np.expm1(0.8**2))})
    assert variance != pytest.approx(FAMILIES["lognormal"].variance(mean=1.0, cv=0.8), rel=0.1)


@pytest.mark.parametrize(("name", "terms"), CASES)
def test_values_rise_with_the_level(name: str, terms: Terms) -> None:
    @given(LEVELS)
    def check(levels: list[float]) -> None:
        values = FAMILIES[name].quantile(np.array(levels), **terms)
        assert np.all(np.diff(values) >= 0)

    check()


@pytest.mark.parametrize(("name", "terms"), CASES)
def test_values_are_finite_to_the_very_ends_and_keep_the_shape(name: str, terms: Terms) -> None:
    assert np.all(np.isfinite(FAMILIES[name].quantile(ENDS, **terms)))
    square = np.full((3, 5), 0.25)
    assert FAMILIES[name].quantile(square, **terms).shape == (3, 5)
    assert np.all(square == 0.25)


@pytest.mark.parametrize(
    ("name", "terms", "constant"), [(name, *row) for name, rows in CONSTANTS.items() for row in rows]
)
def test_without_spread_the_value_is_the_constant_exactly(name: str, terms: Terms, constant: float) -> None:
    levels = np.concatenate((ENDS, [0.1, 0.5, 0.9]))
    assert np.array_equal(FAMILIES[name].quantile(levels, **terms), np.full(6, constant))
    assert FAMILIES[name].mean(**terms) == pytest.approx(constant, rel=1e-15)
    assert FAMILIES[name].variance(**terms) == pytest.approx(0.0, abs=1e-15)


def test_known_quantiles() -> None:
    """Hand calculations: the median of a lognormal is mean / sqrt(1 + cv²); cv 1 makes a gamma exponential."""
    levels = np.array([0.5, 0.75])
    assert lognormal(levels, mean=10.0, cv=0.75)[0] == pytest.approx(8.0, rel=1e-14)
    assert gamma(levels, mean=3.0, cv=1.0) == pytest.approx([3.0 * np.log(2.0), 6.0 * np.log(2.0)], rel=1e-13)
    assert triangular(np.array([0.2, 0.8, 0.95]), low=0.6, mode=1.0, high=1.1) == pytest.approx(
        [0.8, 1.0, 1.05], rel=1e-14
    )


def test_gamma_and_pert_invert_their_distribution_functions() -> None:
    levels = np.linspace(0.01, 0.99, 99)
    assert gammainc(4.0, gamma(levels, mean=2.0, cv=0.5) / 0.5) == pytest.approx(levels, rel=1e-12)
    # low 0, mode 1, high 4: parameters 1 + 4 (1/4) and 1 + 4 (3/4)
    assert betainc(2.0, 4.0, pert(levels, low=0.0, mode=1.0, high=4.0) / 4.0) == pytest.approx(levels, rel=1e-12)


@pytest.mark.parametrize(("low", "mode", "high"), [(0.089, 0.175, 0.846), (0.148, 0.442, 0.931), (0.177, 0.769, 0.802)])
def test_triangular_does_not_turn_back_at_its_mode(low: float, mode: float, high: float) -> None:
    """Three of the shapes in which rounding makes the plain formulas overshoot where they meet."""
    near_mode = (mode - low) / (high - low) + np.arange(-60, 61) * 2.0**-54
    assert np.all(np.diff(triangular(near_mode, low=low, mode=mode, high=high)) >= 0)


def test_whole_months_include_both_ends_equally() -> None:
    months = uniform_months((np.arange(700) + 0.5) / 700, low=3, high=9)
    assert months.dtype == np.int64
    assert np.array_equal(np.bincount(months), [0, 0, 0, 100, 100, 100, 100, 100, 100, 100])
    assert np.array_equal(uniform_months(ENDS, low=3, high=9), [3, 3, 9])


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=12), st.floats(2.0**-54, 1.0 - 2.0**-53))
@example([1, 2, 3, 4], 0.5)
def test_empirical_is_the_smallest_value_that_reaches_the_level(values: list[int], level: float) -> None:
    """Counting in whole numbers; levels a rounding error away from a step are left out."""
    if 0.0 < abs(level * len(values) - round(level * len(values))) < 1e-12:
        return
    reached = [x for x in sorted(values) if sum(v <= x for v in values) >= level * len(values)]
    assert empirical(np.array([level]), values=values)[0] == reached[0]


def test_parameters_broadcast_against_the_uniforms() -> None:
    levels = np.array([[0.2, 0.5, 0.9], [0.3, 0.6, 0.7]])
    means, cvs = np.array([[10.0], [20.0]]), np.array([[0.0], [0.5]])
    for draw in (lognormal, gamma):
        values = draw(levels, mean=means, cv=cvs)
        assert np.array_equal(values[0], [10.0, 10.0, 10.0])
        assert np.array_equal(values[1], draw(levels[1], mean=20.0, cv=0.5))


@pytest.mark.parametrize(
    ("successes", "trials", "prior", "expected"),
    [
        (15, 25, "jeffreys", (15.5, 10.5)),
        (15, 25, "uniform", (16.0, 11.0)),
        (0, 0, "jeffreys", (0.5, 0.5)),
        (4, 4, "uniform", (5.0, 1.0)),
    ],
)
def test_beta_from_evidence(successes: int, trials: int, prior: str, expected: tuple[float, float]) -> None:
    assert beta_from_evidence(successes, trials, prior=prior) == expected


def test_the_uniform_prior_is_bayes_billiard() -> None:
    """Bayes 1763: under a uniform prior P(p <= x | k of n) is the chance of more than k in n + 1 tosses at x."""
    a, b = beta_from_evidence(7, 10, prior="uniform")
    assert betainc(a, b, 0.55) == pytest.approx(1.0 - bdtr(7, 11, 0.55), rel=1e-12)


@pytest.mark.parametrize(
    ("successes", "trials", "prior", "message"),
    [
        (26, 25, "jeffreys", "26 successes in 25 trials"),
        (-1, 25, "jeffreys", "-1 successes"),
        (1, 2, "haldane", "allowed are jeffreys, uniform"),
    ],
)
def test_impossible_evidence_is_refused(successes: int, trials: int, prior: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        beta_from_evidence(successes, trials, prior=prior)


def test_beta_from_moments() -> None:
    assert beta_from_moments(0.5, np.sqrt(1.0 / 12.0)) == pytest.approx((1.0, 1.0))  # the uniform
    assert beta_from_moments(15.5 / 26.0, np.sqrt(15.5 * 10.5 / (26.0**2 * 27.0))) == pytest.approx((15.5, 10.5))


@pytest.mark.parametrize(
    ("mean", "sd", "message"),
    [
        (0.5, 0.51, "sd = 0.51 cannot go with mean 0.5; it lies from 0 to 0.5"),
        (0.5, -0.1, "sd = -0.1 cannot"),
        (1.0, 0.1, "cannot go with mean 1.0; it lies from 0 to 0"),
        (60.0, 5.0, "mean = 60.0 is not a share"),
        (float("nan"), 0.1, "mean = nan"),
        (0.5, float("nan"), "sd = nan"),
    ],
)
def test_impossible_moments_are_refused(mean: float, sd: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        beta_from_moments(mean, sd)
    with pytest.raises(ValueError, match=message):
        beta_moments(np.array([0.5]), mean=mean, sd=sd)


@pytest.mark.parametrize("sd", [0.0, 0.5])
def test_the_limits_of_a_beta_are_no_beta(sd: float) -> None:
    with pytest.raises(ValueError, match=r"no beta has mean 0\.5"):
        beta_from_moments(0.5, sd)


def test_the_largest_sd_is_all_or_nothing() -> None:
    assert np.array_equal(beta_moments(np.array([0.1, 0.49, 0.51, 0.9]), mean=0.5, sd=0.5), [0.0, 0.0, 1.0, 1.0])


@pytest.mark.parametrize("spread", [-0.01, 1.01, float("nan")])
def test_a_spread_that_is_no_share_is_refused(spread: float) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        beta_of_mean(np.array([0.5]), 0.5, spread=spread)


@pytest.mark.parametrize("spread", [distributions.NARROWEST, 1e-6, 0.05, 0.5, 1.0 - 2.0**-53])
def test_a_beta_of_any_spread_stays_a_number_and_rises(spread: float) -> None:
    levels = np.concatenate((ENDS[:2], np.linspace(0.001, 0.999, 999), ENDS[2:]))
    assert np.all(beta_of_mean(levels, 0.0, spread=spread) == 0.0)
    assert np.all(beta_of_mean(levels, 1.0, spread=spread) == 1.0)
    for mean in (5e-324, 1e-300, 1e-9, 0.3, 0.6, 1.0 - 2.0**-53):
        values = beta_of_mean(levels, mean, spread=spread)
        assert np.all((values >= 0.0) & (values <= 1.0))
        assert np.all(np.diff(values) >= 0.0)


def test_below_the_narrowest_spread_little_is_lost() -> None:
    """At the limit nearly all values lie within five sds, 5e-6 at most each, of the mean that stands in."""
    levels = np.array([3e-7, 0.5, 1.0 - 3e-7])
    assert np.max(np.abs(beta_of_mean(levels, 0.5, spread=distributions.NARROWEST) - 0.5)) < 2.6e-5
    assert np.array_equal(beta_of_mean(levels, 0.5, spread=distributions.NARROWEST / 2.0), [0.5, 0.5, 0.5])
