"""How many succeed: against enumeration of every course of a few cases, and against printed figures."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution
from scipy.stats import norm

from sib.exact import successes

FEW = st.integers(1, 6)
CHANCE = st.floats(0.01, 0.99)


def urn(n: int, a: float, b: float) -> np.ndarray:
    """Polya's urn, course by course: a success makes the next more likely; its counts are beta-binomial."""
    law = np.zeros(n + 1)
    for course in product((0, 1), repeat=n):
        chance, won = 1.0, 0
        for drawn, hit in enumerate(course):
            chance *= (a + won if hit else b + drawn - won) / (a + b + drawn)
            won += hit
        law[won] += chance
    return law


@given(n=FEW, p=CHANCE)
def test_independent_cases_course_by_course(n, p):
    law = np.zeros(n + 1)
    for course in product((0, 1), repeat=n):
        law[sum(course)] += p ** sum(course) * (1 - p) ** (n - sum(course))
    np.testing.assert_allclose(successes.binomial(n, p)[0], law, rtol=1e-12)


@pytest.mark.parametrize(("p", "certain"), [(0.0, 0), (1.0, 7)])
def test_a_sure_end_is_sure(p, certain):
    assert successes.binomial(7, p)[0].tolist() == np.eye(8)[certain].tolist()
    assert successes.correlated(7, p, icc=0.3).tolist() == np.eye(8)[certain].tolist()


@given(n=FEW, p=CHANCE, icc=st.floats(0.01, 0.9))
def test_correlated_cases_are_an_urn(n, p, icc):
    size = 1 / icc - 1
    np.testing.assert_allclose(successes.correlated(n, p, icc=icc), urn(n, p * size, (1 - p) * size), rtol=1e-9)


def test_all_together_or_none():
    assert successes.correlated(5, 0.3, icc=1.0).tolist() == [0.7, 0, 0, 0, 0, 0.3]


@settings(max_examples=15)
@given(n=FEW, a=st.floats(0.5, 20), b=st.floats(0.5, 20), icc=st.floats(0.02, 0.6))
def test_an_unknown_chance_is_averaged_exactly(n, a, b, icc):
    # the law is a polynomial of degree n in p; scipy's adaptive rule knows nothing of that
    nodes, masses = successes.beta_rule(a, b, degree=n)
    found = masses @ np.array([successes.correlated(n, float(p), icc=icc) for p in nodes])
    for k in (0, n // 2, n):
        exact = beta_distribution(a, b).expect(lambda p, k=k: successes.correlated(n, float(p), icc=icc)[k])
        assert found[k] == pytest.approx(exact, abs=2e-7)
    assert masses.sum() == pytest.approx(1, abs=1e-12)


def test_a_beta_of_a_chance_is_a_beta_binomial():
    # without correlation given p, averaging over Beta(15.5, 10.5) is the closed form itself
    nodes, masses = successes.beta_rule(15.5, 10.5, degree=375)
    found = masses @ successes.binomial(375, nodes)
    np.testing.assert_allclose(found, successes.beta_binomial(375, 15.5, b=10.5), atol=1e-14)


@pytest.mark.parametrize(("n", "p", "weight"), [(3, 0.3, 0.1), (5, 0.6, 0.5), (4, 0.05, 0.9)])
def test_a_factor_by_an_adaptive_rule(n, p, weight):
    nodes, masses = successes.normal_rule(n, weight)
    found = masses @ successes.binomial(n, successes.given_factor(p, nodes, weight=weight))
    for k in range(n + 1):
        def at(z, k=k):
            chance = norm.cdf((norm.ppf(p) + np.sqrt(weight) * z) / np.sqrt(1 - weight))
            return comb(n, k) * chance**k * (1 - chance) ** (n - k) * norm.pdf(z)

        assert found[k] == pytest.approx(quad(at, -9, 9, epsabs=1e-13, limit=200)[0], abs=1e-11)


class TestPrinted:
    """The published table of laws."""

    def test_binomial(self):
        law, k = successes.binomial(50, 0.7)[0], np.arange(51)
        assert float(np.sqrt(law @ (k - 35) ** 2)) == pytest.approx(3.240370, abs=5e-7)
        assert law[35:].sum() == pytest.approx(0.569178436, abs=5e-10)
        assert law[33:].sum() == pytest.approx(0.782193062, abs=5e-10)

    def test_beta_binomial(self):
        law, k = successes.beta_binomial(50, 7, b=3), np.arange(51)
        assert float(law @ (k - 35) ** 2) == pytest.approx(57.272727, abs=5e-7)
        assert law[35:].sum() == pytest.approx(0.561507803, abs=5e-10)
        assert law[:21].sum() == pytest.approx(0.041079549, abs=5e-10)

    def test_gaussian_factor(self):
        nodes, masses = successes.normal_rule(50, 0.1)
        chances, k = successes.given_factor(0.3, nodes, weight=0.1), np.arange(51)
        law = masses @ successes.binomial(50, chances)
        assert float(law @ k) == pytest.approx(15, abs=1e-9)
        assert float(np.sqrt(law @ (k - 15) ** 2)) == pytest.approx(6.368192, abs=5e-7)
        assert law[:16].sum() == pytest.approx(0.562083143, abs=5e-10)
        assert law[25:].sum() == pytest.approx(0.080855153, abs=5e-10)
        assert masses @ chances**2 == pytest.approx(0.102266884, abs=5e-10)

    def test_a_large_portfolio(self):
        # the limit: a share that fails is Phi of a normal, whose median is its value at z = 0
        for z, share in ((0.0, 0.290211595), (norm.ppf(0.95), 0.498211894), (norm.ppf(0.99), 0.588108734)):
            found = successes.given_factor(0.3, np.array([z]), weight=0.1)
            assert found[0] == pytest.approx(share, abs=5e-10)
