"""The law of a number: points, masses, quantiles, multiples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sib.exact.law import MOST, Law, coarse, known, leaning, moments, of_counts

BELL = Law(np.zeros(0), np.zeros(0), lambda x: norm.cdf(x, 500, 80), -100, 1100)


def test_points_hold_the_quantiles():
    points = BELL.points((0.05,))
    assert {round(norm.ppf(level, 500, 80)) for level in (0.05, 0.95)} <= set(points.tolist()) | {632.0, 368.0}
    masses = BELL.at(points)
    assert masses.sum() == pytest.approx(1, abs=1e-12)
    assert moments(points, masses) == pytest.approx((500, 80), abs=0.01)


def test_a_quantile_is_the_smallest_number_that_is_enough():
    three = Law(np.array([1.0, 5.0, 9.0]), np.array([0.5, 0.3, 0.2]))
    assert [three.quantile(level) for level in (0.5, 0.5001, 0.8, 0.9)] == [1, 5, 5, 9]
    # of a normal rounded to whole numbers: P(X <= k) = Phi((k + 1/2 - 500) / 80)
    k = BELL.quantile(0.25)
    assert norm.cdf(k + 0.5, 500, 80) >= 0.25 > norm.cdf(k - 0.5, 500, 80)


def test_atoms_and_what_lies_between():
    both = Law(np.array([0.0]), np.array([0.25]), lambda x: 0.75 * norm.cdf(x, 500, 80), -100, 1100)
    points = both.points()
    masses = both.at(points)
    assert masses[points == 0] == pytest.approx(0.25, abs=1e-9)
    assert both.below(0) == pytest.approx(0.25, abs=1e-9)
    assert both.quantile(0.2) == 0


def test_multiples():
    assert of_counts(np.array([0.25, 0.5, 0.25])).scaled(10).values.tolist() == [0, 10, 20]
    assert BELL.scaled(2).quantile(0.5) == 1000
    assert BELL.scaled(0).mode == 0
    assert known(7).is_known


def test_many_atoms_become_smooth():
    pmf = np.full(2 * MOST, 1 / (2 * MOST))
    found = coarse(of_counts(pmf))
    assert found.smooth is not None
    assert found.below(MOST - 1) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("loading", [0.1, 0.5, -0.5])
def test_a_sure_amount_that_leans_is_lognormal(loading):
    # 100,000 exp(b z - b**2 / 2): P(<= x) = Phi((ln(x / 100,000) + b**2 / 2) / |b|), to whole cents
    found = leaning(known(100_000.0), loading)
    for x in (60_000, 90_000, 120_000, 200_000):
        exact = norm.cdf((np.log((x + 0.5) / 100_000) + loading**2 / 2) / abs(loading))
        assert found.below(x) == pytest.approx(exact, abs=1e-5)


def test_a_spread_amount_that_leans_keeps_its_mean_and_gains_variance():
    found = leaning(BELL.scaled(1000), 0.2)
    points = np.rint(np.linspace(found.low, found.high, 20_001))
    mean, sd = moments(points, found.at(points))
    factor = np.exp(0.04)  # E[m**2] of the factor
    assert mean == pytest.approx(500_000, rel=1e-5)
    assert sd == pytest.approx(1000 * np.sqrt(factor * (500**2 + 80**2) - 500**2), rel=1e-3)
