"""Shared chances: their exact laws, their order, and what they cost in effective cases."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import bdtr, bdtrc, betaln, gammaln, ndtr, ndtri

from sib.arrays import Floats
from sib.chance.dependence import (
    average_over,
    beta_binomial,
    causes_correlation,
    causes_factor,
    covariance_across,
    effective_cases,
    gaussian_factor,
    icc_of_weight,
    second_moment_gaussian,
    share_factor,
    variance_beta_binomial,
)
from sib.chance.distributions import FAMILIES, beta, beta_from_evidence, uniform

GRID = np.linspace(-8.2, 8.2, 1641)
MASSES = np.exp(-(GRID**2) / 2.0) / np.exp(-(GRID**2) / 2.0).sum()
LEVELS = ndtr(GRID)
ENDS = np.array([2.0**-54, 0.3, 0.5, 1.0 - 2.0**-53])

uniforms = st.floats(2.0**-54, 1.0 - 2.0**-53)
shares = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
iccs = st.sampled_from([0.0, 1e-4, 0.02, 0.05, 0.3, 0.9, 1.0])
weights = st.sampled_from([0.0, 1e-4, 0.1, 0.5, 0.99])


def mean_over_levels(values: Floats) -> Floats:
    """Integrate over the uniform: the trapezoidal rule in its normal, along the last axis."""
    return values @ MASSES


def beta_binomial_pmf(n: int, a: float, b: float) -> Floats:
    """Exact law of the count: C(n, k) B(a + k, b + n - k) / B(a, b)."""
    k = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.exp(choose + betaln(a + k, b + n - k) - betaln(a, b))


def simulated_moment(values: Floats) -> tuple[float, float]:
    """Mean of a sample and its standard error."""
    return float(values.mean()), float(values.std() / np.sqrt(values.size))


class TestBetaBinomial:
    """Counts of 50 with parameters 7 and 3: p = .7 and rho = 1 / (1 + 7 + 3)."""

    def test_the_count_has_the_exact_law(self) -> None:
        chances = beta_binomial(LEVELS, 0.7, icc=1.0 / 11.0)
        at_most = mean_over_levels(bdtr(np.arange(51)[:, np.newaxis], 50, chances))
        assert at_most == pytest.approx(np.cumsum(beta_binomial_pmf(50, 7.0, 3.0)), abs=1e-9)
        assert 1.0 - at_most[34] == pytest.approx(0.561507803, abs=5e-10)
        assert at_most[20] == pytest.approx(0.041079549, abs=5e-10)

    def test_the_count_has_the_published_variance(self) -> None:
        shared = variance_beta_binomial(0.7, 0.0, icc=1.0 / 11.0)
        assert 50 * 0.21 + 50 * 49 * shared == pytest.approx(57.272727, abs=5e-7)

    def test_the_ends_of_icc_and_p(self) -> None:
        p = np.array([0.0, 0.4, 0.5, 1.0])
        assert np.array_equal(beta_binomial(ENDS, p, icc=0.0), p)
        assert np.array_equal(beta_binomial(ENDS, 0.4, icc=0.0), np.full(4, 0.4))
        for icc in (0.0, 0.05, 0.9, 1.0):
            assert np.array_equal(beta_binomial(ENDS, 0.0, icc=icc), np.zeros(4))
            assert np.array_equal(beta_binomial(ENDS, 1.0, icc=icc), np.ones(4))

    def test_an_icc_of_one_is_all_or_nothing(self) -> None:
        levels = (np.arange(1000) + 0.5) / 1000
        chances = beta_binomial(levels, 0.3, icc=1.0)
        assert np.array_equal(np.unique(chances), [0.0, 1.0])
        assert chances.mean() == 0.3

    @given(uniforms, uniforms, shares, shares, iccs)
    def test_rises_with_the_level_and_with_p(self, u1: float, u2: float, p1: float, p2: float, icc: float) -> None:
        u1, u2 = sorted((u1, u2))
        p1, p2 = sorted((p1, p2))
        chances = beta_binomial(np.array([u1, u2, u1, u2]), np.array([p1, p1, p2, p2]), icc=icc)
        assert chances[0] <= chances[1] <= chances[3]
        assert chances[0] <= chances[2] <= chances[3]

    @pytest.mark.parametrize("icc", [-0.01, 1.01, float("nan")])
    def test_an_icc_that_is_no_share_is_refused(self, icc: float) -> None:
        with pytest.raises(ValueError, match=r"icc = .* lies from 0 up to and including 1"):
            beta_binomial(ENDS, 0.5, icc=icc)


class TestGaussianFactor:
    """Failures of 50 with p = .3 and w = .1."""

    def test_the_count_has_the_published_law(self) -> None:
        chances = gaussian_factor(GRID, 0.3, weight=0.1)
        assert mean_over_levels(chances) == pytest.approx(0.3, abs=1e-12)
        assert mean_over_levels(bdtr(15, 50, chances)) == pytest.approx(0.562083143, abs=5e-10)
        assert mean_over_levels(bdtrc(24, 50, chances)) == pytest.approx(0.080855153, abs=5e-10)

    def test_the_count_has_the_published_sd(self) -> None:
        shared = second_moment_gaussian(0.3, 0.1) - 0.09
        assert np.sqrt(50 * 0.21 + 50 * 49 * shared) == pytest.approx(6.368192, abs=5e-7)

    def test_quantiles_are_those_of_vasicek(self) -> None:
        quantiles = gaussian_factor(ndtri(np.array([0.5, 0.95, 0.99])), 0.3, weight=0.1)
        assert quantiles == pytest.approx([0.290211595, 0.498211894, 0.588108734], abs=5e-10)

    def test_the_ends_of_weight_and_p(self) -> None:
        p = np.array([0.0, 0.4, 0.5, 1.0])
        z = np.array([-8.3, 0.0, 1.0, 8.3])
        assert np.array_equal(gaussian_factor(z, p, weight=0.0), p)
        for weight in (0.0, 0.1, 0.99):
            assert np.array_equal(gaussian_factor(z, 0.0, weight=weight), np.zeros(4))
            assert np.array_equal(gaussian_factor(z, 1.0, weight=weight), np.ones(4))

    @given(st.floats(-8.3, 8.3), st.floats(-8.3, 8.3), shares, shares, weights)
    def test_rises_with_the_factor_and_with_p(self, z1: float, z2: float, p1: float, p2: float, weight: float) -> None:
        z1, z2 = sorted((z1, z2))
        p1, p2 = sorted((p1, p2))
        chances = gaussian_factor(np.array([z1, z2, z1, z2]), np.array([p1, p1, p2, p2]), weight=weight)
        assert chances[0] <= chances[1] <= chances[3]
        assert chances[0] <= chances[2] <= chances[3]

    @pytest.mark.parametrize("weight", [-0.01, 1.0, float("nan")])
    def test_a_weight_outside_its_range_is_refused(self, weight: float) -> None:
        with pytest.raises(ValueError, match=r"weight = .* not including 1"):
            gaussian_factor(GRID, 0.5, weight=weight)
        with pytest.raises(ValueError, match=r"weight = .* not including 1"):
            second_moment_gaussian(0.5, weight)


CAUSES = dict(zip(("housing", "policy", "provider"), np.random.default_rng(7).standard_normal((3, 4000)), strict=True))


class TestCauses:
    """Several named causes act as one factor."""

    def test_one_cause_is_the_factor_itself(self) -> None:
        z, weight = causes_factor(CAUSES, {"policy": 0.2})
        assert z == pytest.approx(CAUSES["policy"], rel=1e-15)
        assert weight == 0.2

    def test_weights_add_up_and_the_factor_stays_standard(self) -> None:
        """The square root of .09 is .3 and of .16 is .4, so the factor is (.3 z1 + .4 z2) / .5."""
        z, weight = causes_factor(CAUSES, {"housing": 0.09, "provider": 0.16})
        assert weight == 0.25
        assert z == pytest.approx(0.6 * CAUSES["housing"] + 0.8 * CAUSES["provider"], rel=1e-12)

    def test_segments_correlate_by_the_causes_they_share(self) -> None:
        """By hand: .3 * .1 / (.5 * .1) = .6; the sample agrees within 4.5 standard errors."""
        first, second = {"housing": 0.09, "provider": 0.16}, {"housing": 0.01}
        assert causes_correlation(first, second) == pytest.approx(0.6, rel=1e-14)
        assert causes_correlation(first, first) == pytest.approx(1.0, rel=1e-14)
        assert causes_correlation(first, {"policy": 0.5}) == 0.0
        assert causes_correlation(first, {"housing": 0.0}) == 0.0
        seen = np.corrcoef(causes_factor(CAUSES, {"housing": 0.09, "policy": 0.16})[0], CAUSES["housing"])[0, 1]
        assert abs(seen - 0.6) < 4.5 * (1.0 - 0.36) / np.sqrt(4000)

    @pytest.mark.parametrize("nothing", [{}, {"housing": 0.0}])
    def test_without_weight_the_chance_is_p(self, nothing: dict[str, float]) -> None:
        z, weight = causes_factor(CAUSES, nothing)
        assert np.array_equal(gaussian_factor(z, 0.3, weight=weight), np.full(4000, 0.3))

    @pytest.mark.parametrize(
        ("loads", "message"),
        [
            ({"weather": 0.1}, "weights name the cause 'weather'; known are housing, policy, provider"),
            ({"housing": 0.5, "policy": 0.5}, "sum of the weights = 1.0"),
            ({"housing": 0.5, "policy": -0.1}, "weight of policy = -0.1"),
        ],
    )
    def test_impossible_weights_are_refused(self, loads: dict[str, float], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            causes_factor(CAUSES, loads)


class TestShareFactor:
    """Uniforms of segments that lean on a common one."""

    common, first, second = np.random.default_rng(3).random((3, 40_000))

    def test_the_ends_return_their_argument_bit_for_bit(self) -> None:
        assert np.array_equal(share_factor(self.common, self.first, loading=0.0), self.first)
        assert np.array_equal(share_factor(self.common, self.first, loading=1.0), self.common)

    def test_two_segments_correlate_by_the_loading_and_stay_uniform(self) -> None:
        """Normals correlate by .4; uniforms by 6 / pi * arcsin(.2), the rank correlation of Pearson 1907."""
        first = share_factor(self.common, self.first, loading=0.4)
        second = share_factor(self.common, self.second, loading=0.4)
        rank = 6.0 / np.pi * np.arcsin(0.2)
        assert abs(np.corrcoef(ndtri(first), ndtri(second))[0, 1] - 0.4) < 4.5 * (1.0 - 0.16) / np.sqrt(40_000)
        assert abs(np.corrcoef(first, second)[0, 1] - rank) < 4.5 / np.sqrt(40_000)
        tenths = np.bincount((first * 10).astype(int), minlength=10)
        assert np.max(np.abs(tenths - 4000)) < 4.5 * np.sqrt(40_000 * 0.09)

    @given(uniforms, uniforms, uniforms, st.sampled_from([0.0, 0.01, 0.5, 0.99, 1.0]))
    def test_rises_with_both_and_stays_inside(self, common: float, own: float, other: float, loading: float) -> None:
        low, high = sorted((own, other))
        levels = share_factor(np.array([common, common]), np.array([low, high]), loading=loading)
        turned = share_factor(np.array([low, high]), np.array([common, common]), loading=loading)
        assert 0.0 < levels[0] <= levels[1] < 1.0
        assert 0.0 < turned[0] <= turned[1] < 1.0

    def test_two_extremes_together_stay_inside(self) -> None:
        for end in (2.0**-54, 1.0 - 2.0**-53):
            level = share_factor(np.array([end]), np.array([end]), loading=0.5)[0]
            assert 0.0 < level < 1.0

    @pytest.mark.parametrize("loading", [-0.1, 1.1, float("nan")])
    def test_a_loading_that_is_no_share_is_refused(self, loading: float) -> None:
        with pytest.raises(ValueError, match="loading = "):
            share_factor(self.common, self.first, loading=loading)
        with pytest.raises(ValueError, match="loading = "):
            covariance_across(lambda u: u, lambda u: u, loading=loading)


class TestMoments:
    """Closed forms against each other and against integration."""

    def test_variance_of_the_shared_chance_of_an_uncertain_p(self) -> None:
        """Integrate over p and over the chance given p, one inside the other."""
        levels, masses = LEVELS[::10], MASSES[::10] / MASSES[::10].sum()
        chances = beta_binomial(levels[:, np.newaxis], beta(levels, a=15.5, b=10.5), icc=0.05)
        integrated = masses @ (chances - masses @ chances @ masses) ** 2 @ masses
        p, var_p = (FAMILIES["beta"].mean(a=15.5, b=10.5), FAMILIES["beta"].variance(a=15.5, b=10.5))
        assert variance_beta_binomial(p, var_p, icc=0.05) == pytest.approx(integrated, rel=1e-9)

    def test_the_joint_chance_of_a_pair(self) -> None:
        assert second_moment_gaussian(0.3, 0.1) == pytest.approx(0.102266884, abs=5e-10)
        assert icc_of_weight(0.3, 0.1) == pytest.approx(0.0584, abs=5e-5)

    @pytest.mark.parametrize("p", [0.01, 0.3, 0.5, 0.9])
    @pytest.mark.parametrize("weight", [0.0, 0.1, 0.6])
    def test_the_second_moment_is_the_mean_square(self, p: float, weight: float) -> None:
        square = gaussian_factor(GRID, p, weight=weight) ** 2
        assert second_moment_gaussian(p, weight) == pytest.approx(mean_over_levels(square), abs=1e-12)

    def test_at_one_half_the_pair_has_its_arcsine(self) -> None:
        """Sheppard 1899: both halves with probability 1/4 + arcsin(w) / (2 pi)."""
        assert second_moment_gaussian(0.5, 0.3) == pytest.approx(0.25 + np.arcsin(0.3) / (2.0 * np.pi), rel=1e-14)

    @pytest.mark.parametrize("p", [0.0, 1.0])
    def test_a_certain_case_has_no_correlation(self, p: float) -> None:
        assert second_moment_gaussian(p, 0.1) == p
        assert np.isnan(icc_of_weight(p, 0.1))

    def test_covariance_of_uniforms(self) -> None:
        """Pearson 1907: arcsin(r / 2) / (2 pi)."""
        for loading in (0.0, 0.3, 1.0):
            covariance = covariance_across(lambda u: u, lambda u: uniform(u, low=2.0, high=5.0), loading=loading)
            assert covariance == pytest.approx(3.0 * np.arcsin(loading / 2.0) / (2.0 * np.pi), abs=1e-12)

    def test_covariance_of_gaussian_factors(self) -> None:
        """Two factors of weight w whose z correlate by r hold pairs that correlate by r w."""
        chance = factor_chance(0.3, 0.1)
        for loading in (0.0, 0.4, 1.0):
            joint = second_moment_gaussian(0.3, 0.1 * loading)
            assert covariance_across(chance, chance, loading=loading) == pytest.approx(joint - 0.09, abs=1e-12)

    def test_covariance_of_one_beta_with_itself_is_its_variance(self) -> None:
        for icc, digits in ((0.05, 1e-9), (0.5, 1e-5)):
            covariance = covariance_across(beta_chance(0.6, icc), beta_chance(0.6, icc), loading=1.0)
            assert covariance == pytest.approx(icc * 0.24, rel=digits)

    def test_covariance_is_symmetric(self) -> None:
        one, other = beta_chance(0.6, 0.05), factor_chance(0.3, 0.2)
        forwards = covariance_across(one, other, loading=0.7)
        assert forwards == pytest.approx(covariance_across(other, one, loading=0.7), rel=1e-9)
        assert forwards > 0.0

    def test_average_over_an_uncertain_chance(self) -> None:
        """E[p] = a / (a + b) and E[p²] = a (a + 1) / ((a + b)(a + b + 1)) of a beta."""
        first, second = average_over(lambda u: beta(u, a=15.5, b=10.5), lambda p: np.array([p, p * p]))
        assert first == pytest.approx(15.5 / 26.0, rel=1e-12)
        assert second == pytest.approx(15.5 * 16.5 / (26.0 * 27.0), rel=1e-12)


def beta_chance(p: float, icc: float) -> Callable[[Floats], Floats]:
    """Beta-binomial chance as a function of its uniform."""
    return lambda u: beta_binomial(u, p, icc=icc)


def factor_chance(p: float, weight: float) -> Callable[[Floats], Floats]:
    """Gaussian chance as a function of the uniform behind its factor."""
    return lambda u: gaussian_factor(ndtri(u), p, weight=weight)


class TestEffectiveCases:
    """How many independent cases the dependent ones are worth."""

    def pilot(self, icc: float) -> float:
        """375 cases whose chance is known from 15 of 25."""
        terms = dict(zip("ab", beta_from_evidence(15, 25, prior="jeffreys"), strict=True))
        p, var_p = FAMILIES["beta"].mean(**terms), FAMILIES["beta"].variance(**terms)
        return effective_cases([375], [p], covariance=[[variance_beta_binomial(p, var_p, icc=icc)]])

    def test_a_pilot_counts_as_correlation(self) -> None:
        """By hand 1 / (a + b + 1) = 1/27 = .037 from the pilot alone, and 375 / (1 + 374/27)."""
        assert self.pilot(0.0) == pytest.approx(375.0 / (1.0 + 374.0 / 27.0), rel=1e-12)
        assert self.pilot(0.05) == pytest.approx(11.4, abs=0.05)

    @pytest.mark.parametrize("p", [0.05, 15.5 / 26.0])
    def test_given_parameters_one_segment_has_the_design_effect(self, p: float) -> None:
        shared = variance_beta_binomial(p, 0.0, icc=0.05)
        assert effective_cases([375], [p], covariance=[[shared]]) == pytest.approx(375.0 / (1.0 + 374.0 * 0.05))
        assert effective_cases([375], [p], covariance=[[shared]]) == pytest.approx(19.04, abs=0.005)

    def test_independent_cases_all_count(self) -> None:
        assert effective_cases([30, 20], [0.2, 0.7], covariance=np.zeros((2, 2))) == pytest.approx(50.0)
        assert effective_cases([30, 20], [0.0, 1.0], covariance=np.zeros((2, 2))) == 50.0
        assert effective_cases([], [], covariance=np.zeros((0, 0))) == 0.0

    def test_splitting_a_segment_changes_nothing(self) -> None:
        """One shared chance for 375 cases, or for 100 and 275 that move as one."""
        shared = 0.05 * 0.24
        whole = effective_cases([375], [0.6], covariance=[[shared]])
        parts = effective_cases([100, 275], [0.6, 0.6], covariance=np.full((2, 2), shared))
        assert parts == pytest.approx(whole, rel=1e-12)

    def test_counting_successes_by_brute_force(self) -> None:
        """Two segments, p of one uncertain, both joined at .6: the variance of simulated counts.

        The mutant forgets the covariance between the segments.
        """
        counts, n_trials = (60, 40), 200_000
        random = np.random.default_rng(11)
        common, own_a, own_b, drawn = random.random((4, n_trials))
        p_a = beta(drawn, a=15.5, b=10.5)
        chance_a = beta_binomial(share_factor(common, own_a, loading=0.6), p_a, icc=0.05)
        chance_b = beta_binomial(share_factor(common, own_b, loading=0.6), 0.3, icc=0.1)
        successes = random.binomial(counts[0], chance_a) + random.binomial(counts[1], chance_b)

        mean_a, var_a = FAMILIES["beta"].mean(a=15.5, b=10.5), FAMILIES["beta"].variance(a=15.5, b=10.5)
        across = covariance_across(
            lambda u: average_over(lambda v: beta(v, a=15.5, b=10.5), lambda p: beta_binomial(u, p, icc=0.05)),
            beta_chance(0.3, 0.1),
            loading=0.6,
        )
        own = np.diag([variance_beta_binomial(mean_a, var_a, icc=0.05), variance_beta_binomial(0.3, 0.0, icc=0.1)])
        right = effective_cases(counts, [mean_a, 0.3], covariance=own + across * (1.0 - np.eye(2)))
        mutant = effective_cases(counts, [mean_a, 0.3], covariance=own)

        independent = 60 * mean_a * (1.0 - mean_a) + 40 * 0.21
        variance, error = simulated_moment((successes - successes.mean()) ** 2)
        assert abs(100.0 * independent / right - variance) < 4.5 * error
        assert abs(100.0 * independent / mutant - variance) > 10.0 * error
