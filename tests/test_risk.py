"""Estimates and their errors against hand numbers, exact binomials and simulated coverage."""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sib.measures.risk import (
    Batches,
    Estimate,
    Estimates,
    error_method,
    expected_shortfall,
    mean,
    probability,
    quantiles,
    ratio,
    sd,
    undefined_share,
    value_at_risk,
)

NAN = math.nan
Z = 1.959964
DECIMAL_LEVELS = st.integers(1, 999).map(lambda thousandths: Fraction(thousandths, 1000))


def binomial_pmf(n: int, p: Fraction) -> list[Fraction]:
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


def brute_quantile(values: list[float], level: Fraction) -> float:
    """The smallest value that at least a share ``level`` of the values does not exceed."""
    return min(x for x in values if sum(y <= x for y in values) >= level * len(values))


def brute_shortfall(losses: list[float], level: Fraction) -> float:
    """Average of the worst (1 - level) n losses, the last of them counted for the part that fits."""
    left, total = (1 - level) * len(losses), Fraction(0)
    for loss in sorted(losses, reverse=True):
        part = min(Fraction(1), left)
        total, left = total + part * Fraction(loss), left - part
    return float(total / ((1 - level) * len(losses)))


def partly_stratified(n_blocks: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Uniforms in blocks of 256, of which 192 have one in every 192nd and 64 are free, in no order.

    A block mean has a quarter of the variance that it has with free uniforms, apart from the little within strata.
    """
    strata = (np.arange(192) + rng.random((n_blocks, 192))) / 192
    return rng.permuted(np.hstack([strata, rng.random((n_blocks, 64))]), axis=1).ravel()


class TestEstimate:
    def test_is_a_frozen_record_of_plain_floats(self):
        found = mean(np.array([1.0, 2.0, 3.0, 6.0]))
        assert [type(part) for part in dataclasses.astuple(found)] == [float] * 4
        assert not hasattr(found, "__dict__")
        with pytest.raises(dataclasses.FrozenInstanceError):
            found.value = 0.0  # type: ignore[misc]

    @pytest.mark.parametrize("values", [np.array([]), np.array([NAN, NAN])])
    def test_nothing_defined_is_nan_and_nothing_else(self, values):
        found = [mean(values), sd(values), value_at_risk(values, 0.95), expected_shortfall(values, 0.95)]
        for estimate in found:
            assert math.isnan(estimate.value)
            assert (estimate.standard_error, estimate.low, estimate.high) == (None, None, None)

    def test_one_trial_has_a_mean_and_no_error(self):
        assert mean(np.array([NAN, 3.0])) == Estimate(3.0, None, None, None)
        assert math.isnan(sd(np.array([NAN, 3.0])).value)


class TestErrorMethod:
    def test_twenty_whole_blocks_make_batches(self):
        assert error_method(20 * 256 - 1) == "independent trials"
        assert error_method(20 * 256) == "batch means"
        assert error_method(40, batches=Batches(2)) == "batch means"
        assert error_method(39, batches=Batches(2)) == "independent trials"

    def test_independent_trials_by_hand(self):
        """1, 2, 3, 6: mean 3, variance 14/3, error sqrt(14/12)."""
        found = mean(np.array([1.0, 2.0, 3.0, 6.0]))
        error = math.sqrt(14 / 12)
        assert dataclasses.astuple(found) == pytest.approx((3.0, error, 3 - Z * error, 3 + Z * error), rel=1e-14)

    def test_blocks_that_differ_as_a_whole(self):
        """Twenty blocks of two, 0 0 and 2 2 in turn: block means 0 and 2, variance 20/19, error 1/sqrt(19)."""
        found = mean(np.tile([0.0, 0.0, 2.0, 2.0], 10), batches=Batches(2))
        assert found.standard_error == pytest.approx(1 / math.sqrt(19), rel=1e-14)

    def test_blocks_that_agree_have_no_error(self):
        """The same forty values as 0 2, 0 2: every block has mean 1, and only the block tells."""
        values = np.tile([0.0, 2.0], 20)
        assert mean(values, batches=Batches(2)).standard_error == 0.0
        assert mean(values, batches=Batches(256)).standard_error == pytest.approx(1 / math.sqrt(39), rel=1e-14)

    def test_the_broken_block_counts_in_the_value_only(self):
        """A 41st trial of 42 lifts the mean from 1 to 2; the whole blocks keep their error."""
        found = mean(np.append(np.tile([0.0, 0.0, 2.0, 2.0], 10), 42.0), batches=Batches(2))
        assert found.value == 2.0
        assert found.standard_error == pytest.approx(1 / math.sqrt(19), rel=1e-14)

    def test_a_hit_in_the_broken_block_is_not_certain(self):
        """All whole blocks say no: the formula for independent trials is left, sqrt(p (1 - p) / (n - 1))."""
        hits = np.append(np.zeros(40, dtype=bool), True)
        assert probability(hits, batches=Batches(2)).standard_error == pytest.approx(1 / 41, rel=1e-12)

    def test_equal_values_are_exact(self):
        for n_trials in (10, 6000):
            assert mean(np.full(n_trials, 0.04)) == Estimate(0.04, 0.0, 0.04, 0.04)
            assert sd(np.full(n_trials, 0.04)) == Estimate(0.0, 0.0, 0.0, 0.0)


class TestCopies:
    """Mirrored trials: two of them may be as one."""

    PAIRS = Batches(2, copies=2)

    def test_pairs_are_batches_from_the_second_on(self):
        assert error_method(3, self.PAIRS) == "independent trials"
        assert [error_method(n, self.PAIRS) for n in (4, 5120)] == ["batch means", "batch means"]

    def test_trials_by_themselves_are_never_batches(self):
        values = np.random.default_rng(4).random(9_000)
        assert error_method(values.size, Batches(1)) == "independent trials"
        plain = values.std(ddof=1) / math.sqrt(values.size)
        assert mean(values, batches=Batches(1)).standard_error == pytest.approx(plain, rel=1e-12)

    def test_two_pairs_by_hand(self):
        """1 1 and 3 3: means 1 and 3, error 1, where four independent trials would give sqrt(1/3)."""
        values = np.array([1.0, 1.0, 3.0, 3.0])
        assert mean(values, batches=self.PAIRS).standard_error == pytest.approx(1.0, rel=1e-14)
        assert mean(values).standard_error == pytest.approx(math.sqrt(1 / 3), rel=1e-14)

    def test_one_pair_and_a_half_are_taken_for_one_and_a_half_trials(self):
        """1, 1, 3 have a variance of 4/3."""
        found = mean(np.array([1.0, 1.0, 3.0]), batches=self.PAIRS)
        assert found.standard_error == pytest.approx(math.sqrt(4 / 3 / 1.5), rel=1e-14)

    def test_mirror_images_that_cancel_have_no_error(self):
        assert mean(np.tile([0.0, 2.0], 20), batches=self.PAIRS).standard_error == 0.0

    def test_what_is_said_twice_is_no_surer(self):
        """Every estimate of copied trials has the interval of the trials before they were copied."""
        once = np.random.default_rng(4).standard_normal(997)
        twice = np.repeat(once, 2)
        for estimate in (mean, lambda x, batches: probability(x > 1, batches=batches)):
            plain, copied = estimate(once, batches=Batches(1)), estimate(twice, batches=self.PAIRS)
            assert dataclasses.astuple(copied) == pytest.approx(dataclasses.astuple(plain), rel=1e-12)
        levels = [0.01, 0.05, 0.5, 0.95, 0.99]
        assert quantiles(twice, levels, batches=self.PAIRS) == quantiles(once, levels)
        plain, copied = (expected_shortfall(x, 0.95, batches=b) for x, b in ((once, Batches(1)), (twice, self.PAIRS)))
        assert copied.standard_error == pytest.approx(plain.standard_error, rel=0.01)

    def test_no_hit_in_so_many_pairs_is_none_in_half_the_trials(self):
        found = probability(np.zeros(200, dtype=bool), batches=self.PAIRS)
        assert found.high == pytest.approx(1 - 0.05 ** (1 / 100), rel=1e-12)

    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_few_trials_bound_no_quantile(self, n):
        (found,) = quantiles(np.arange(float(n)), [0.5], batches=self.PAIRS)
        assert (found.low, found.high) == (None, None)

    def test_estimates_know_their_batches(self):
        values, of = np.random.default_rng(4).random(64), Estimates(self.PAIRS)
        assert of.mean(values) == mean(values, batches=self.PAIRS)
        assert of.sd(values) == sd(values, batches=self.PAIRS)
        assert of.ratio(values, values + 1) == ratio(values, values + 1, batches=self.PAIRS)
        assert of.probability(values > 0.5) == probability(values > 0.5, batches=self.PAIRS)
        assert of.value_at_risk(values, 0.5) == value_at_risk(values, 0.5, batches=self.PAIRS)
        assert of.expected_shortfall(values, 0.5) == expected_shortfall(values, 0.5, batches=self.PAIRS)


class TestUndefinedTrials:
    def test_independent_trials_are_counted_where_defined(self):
        found = mean(np.array([1.0, NAN, 2.0, NAN, 3.0, 6.0]))
        assert (found.value, found.standard_error) == pytest.approx((3.0, math.sqrt(14 / 12)), rel=1e-14)

    def test_batches_of_unequal_count(self):
        """Blocks 1 - and 3 5 in turn: mean 90/30; residuals add to -2 and 2 a block, variance 80/19.

        The error is sqrt(20) * sqrt(80/19) over the 30 defined trials. Means of block means would say 2.5.
        """
        found = mean(np.tile([1.0, NAN, 3.0, 5.0], 10), batches=Batches(2))
        assert (found.value, found.standard_error) == pytest.approx((3.0, 40 / math.sqrt(19) / 30), rel=1e-14)

    def test_deviation_in_batches_of_unequal_count(self):
        """The same blocks: squares 4 | 0 4 about 80/30 are 4/3 | -8/3 4/3, block sums 4/3 and -4/3; s^2 = 80/29."""
        found = sd(np.tile([1.0, NAN, 3.0, 5.0], 10), batches=Batches(2))
        s = math.sqrt(80 / 29)
        error = 4 / 3 * math.sqrt(20 / 19) * math.sqrt(20) / 30 / (2 * s)
        assert (found.value, found.standard_error) == pytest.approx((s, error), rel=1e-13)

    def test_is_the_ratio_of_sum_and_count(self):
        rng = np.random.default_rng(1)
        values = np.where(rng.random(24 * 256) < 0.3, NAN, rng.gamma(2.0, size=24 * 256))
        defined = ~np.isnan(values)
        wanted = ratio(np.where(defined, values, 0.0), defined.astype(float))
        assert dataclasses.astuple(mean(values)) == pytest.approx(dataclasses.astuple(wanted), rel=1e-12)

    def test_other_statistics_leave_them_out(self):
        values = np.array([4.0, 1.0, 3.0, 2.0] * 25)
        holed = np.full(200, NAN)
        holed[::2] = values
        assert sd(holed) == sd(values)
        assert quantiles(holed, [0.25, 0.5]) == quantiles(values, [0.25, 0.5])
        assert expected_shortfall(holed, 0.9) == expected_shortfall(values, 0.9)

    def test_share(self):
        found = undefined_share(np.array([NAN, 1.0, 2.0, 3.0]))
        assert (found.value, found.standard_error) == pytest.approx((0.25, 0.25), rel=1e-14)


class TestMoments:
    def test_sd_by_hand(self):
        """1, 2, 3, 6: squares 4 1 0 9 about 3.5 have variance 49/3; over 2 s and sqrt(4) that is 7 / (4 sqrt 14)."""
        found = sd(np.array([1.0, 2.0, 3.0, 6.0]))
        assert (found.value, found.standard_error) == pytest.approx(
            (math.sqrt(14 / 3), 7 / (4 * math.sqrt(14))), rel=1e-14
        )

    def test_ratio_by_hand(self):
        """3 + 5 over 1 + 3 is 2; residuals (3 - 2)/2 and (5 - 6)/2, so sqrt(0.5)/sqrt(2) = 0.5."""
        found = ratio(np.array([3.0, 5.0]), np.array([1.0, 3.0]))
        assert (found.value, found.standard_error) == pytest.approx((2.0, 0.5), rel=1e-14)

    def test_ratio_in_batches_sees_what_both_share(self):
        """Numerator twice the denominator: the ratio is sure although both means are not."""
        below = np.random.default_rng(2).gamma(1.0, size=6000)
        found = ratio(2 * below, below)
        assert found.value == pytest.approx(2.0, rel=1e-14)
        assert found.standard_error == pytest.approx(0.0, abs=1e-14)

    def test_ratio_without_a_denominator_is_undefined(self):
        assert math.isnan(ratio(np.array([1.0, 2.0]), np.array([1.0, -1.0])).value)
        assert math.isnan(ratio(np.array([]), np.array([])).value)

    @pytest.mark.parametrize("n_trials", [300, 6000])
    def test_scale_and_shift(self, n_trials):
        values = np.random.default_rng(3).gamma(2.0, size=n_trials) * 100
        moved = 4 * values + 1000
        for measure in (mean, lambda x: value_at_risk(x, 0.9), lambda x: expected_shortfall(x, 0.9)):
            was, now = measure(values), measure(moved)
            assert (now.value, now.low, now.high) == pytest.approx(
                tuple(4 * part + 1000 for part in (was.value, was.low, was.high)), rel=1e-12
            )
        assert dataclasses.astuple(sd(moved)) == pytest.approx(
            tuple(4 * part for part in dataclasses.astuple(sd(values))), rel=1e-11
        )


class TestProbability:
    def test_by_hand(self):
        """3 of 4: error sqrt(3/16 / 3) = 1/4, and no probability exceeds 1."""
        found = probability(np.array([True, True, False, True]))
        assert dataclasses.astuple(found) == pytest.approx((0.75, 0.25, 0.75 - Z / 4, 1.0), rel=1e-14)
        assert probability(np.array([False, True, False, False])).low == 0.0

    def test_no_hit_in_a_hundred(self):
        """0.02951 is the exact 95% limit in Stringer's table for no error in 100."""
        found = probability(np.zeros(100, dtype=bool))
        assert (found.value, found.standard_error, found.low) == (0.0, None, 0.0)
        assert found.high == pytest.approx(0.02951, abs=5e-6)

    def test_all_hits_mirror_no_hits(self):
        found, none = probability(np.ones(100, dtype=bool)), probability(np.zeros(100, dtype=bool))
        assert (found.value, found.standard_error, found.high) == (1.0, None, 1.0)
        assert found.low == pytest.approx(1 - none.high, rel=1e-14)

    def test_of_no_trials_is_undefined(self):
        assert math.isnan(probability(np.zeros(0, dtype=bool)).value)


class TestQuantiles:
    @settings(deadline=None)
    @given(st.lists(st.integers(-5, 5), min_size=1, max_size=40), DECIMAL_LEVELS)
    def test_smallest_value_that_reaches_the_level(self, values, level):
        found = quantiles(np.array(values, dtype=float), [float(level)])[0]
        assert found.value == brute_quantile(values, level)
        assert found.standard_error is None

    def test_levels_are_decimals(self):
        """7% of 100 is 7, though 0.07 * 100 is a little more in binary."""
        assert 0.07 * 100 > 7
        assert quantiles(np.arange(1.0, 101.0), [0.07])[0].value == 7.0

    def test_levels_keep_their_order(self):
        values = np.random.default_rng(4).permutation(np.arange(1.0, 1001.0))
        assert [found.value for found in quantiles(values, [0.9, 0.1, 0.5])] == [900.0, 100.0, 500.0]
        assert values[:3].tolist() != [1.0, 2.0, 3.0]

    @pytest.mark.parametrize("n_trials", [10, 100, 400])
    @pytest.mark.parametrize("level", ["0.05", "0.5", "0.8", "0.95"])
    def test_interval_is_the_tightest_that_an_exact_binomial_allows(self, n_trials, level):
        """Values 1..n are their own ranks. B of n fall below the quantile: P(B < low) and P(B >= high) are at
        most 2.5%, and would not be with a rank further in."""
        found = quantiles(np.arange(1.0, n_trials + 1), [float(level)])[0]
        pmf = binomial_pmf(n_trials, Fraction(level))
        tail = Fraction(25, 1000)
        low = 0 if found.low is None else int(found.low)
        high = n_trials + 1 if found.high is None else int(found.high)
        assert sum(pmf[:low]) <= tail < sum(pmf[: low + 1])
        assert sum(pmf[high:]) <= tail < sum(pmf[high - 1 :])
        assert low <= found.value <= high

    def test_a_tail_that_the_trials_cannot_support(self):
        """0.95^71 = 0.0262 and 0.95^72 = 0.0249: 72 trials bound a 95% quantile from above, 71 do not."""
        assert quantiles(np.arange(71.0), [0.95])[0].high is None
        assert quantiles(np.arange(72.0), [0.95])[0].high == 71.0
        assert quantiles(np.arange(71.0), [0.05])[0].low is None
        assert quantiles(np.arange(72.0), [0.05])[0].low == 0.0

    @pytest.mark.parametrize("level", [0.0, 1.0, 95.0, -0.1, NAN])
    def test_levels_lie_between_zero_and_one(self, level):
        with pytest.raises(ValueError, match=r"written 0\.95"):
            quantiles(np.arange(10.0), [level])


class TestTail:
    @pytest.mark.parametrize(
        ("level", "at_risk", "shortfall"), [(0.75, 0.0, 40 / 2.5), (0.85, 10.0, 35 / 1.5), (0.9, 10.0, 30.0)]
    )
    def test_boundary_atom_by_hand(self, level, at_risk, shortfall):
        """Eight zeros, 10 and 30. The worst 2.5 are 30, 10 and half a 0; the worst 1.5 are 30 and half of 10."""
        losses = np.array([0.0] * 8 + [10.0, 30.0])
        assert value_at_risk(losses, level).value == at_risk
        assert expected_shortfall(losses, level).value == pytest.approx(shortfall, rel=1e-14)

    @settings(deadline=None)
    @given(st.lists(st.integers(-5, 5), min_size=1, max_size=40), DECIMAL_LEVELS)
    def test_mean_of_the_worst_part(self, losses, level):
        found = expected_shortfall(np.array(losses, dtype=float), float(level))
        assert found.value == pytest.approx(brute_shortfall(losses, level), rel=1e-11, abs=1e-11)

    def test_error_by_hand(self):
        """100 losses 0..99 at 90%: VaR 89, excesses 1..10 have sum 55 and squares 385, over 0.1.

        Variance 100 (385 - 55^2/100) / 99, error its root over sqrt(100); value 89 + 10 * 0.55.
        """
        found = expected_shortfall(np.arange(100.0), 0.9)
        error = math.sqrt(100 * (385 - 30.25) / 99) / 10
        assert (found.value, found.standard_error) == pytest.approx((94.5, error), rel=1e-12)
        assert (found.low, found.high) == pytest.approx((94.5 - Z * error, 94.5 + Z * error), rel=1e-12)

    def test_a_tail_that_the_trials_cannot_support(self):
        """Without an upper bound for the 95% quantile (71 trials) the tail is a guess; with one it is not."""
        assert expected_shortfall(np.arange(71.0), 0.95).standard_error is None
        assert expected_shortfall(np.arange(72.0), 0.95).standard_error is not None

    def test_capped_payoff_of_fifty_cases(self):
        """K ~ Bin(50, 0.7), payment min(500,000, 15,000 K), loss max(0, 1,000,000 - 25,000 K).

        A sample holds each K as often as its probability allows; what that rounds away bounds the deviation.
        """
        n_trials = 2_000_000
        pmf = np.array([float(p) for p in binomial_pmf(50, Fraction(7, 10))])
        counts = np.round(pmf * n_trials).astype(int)
        counts[35] += n_trials - counts.sum()
        k = np.arange(51.0)
        payment, loss = np.minimum(500_000, 15_000 * k), np.maximum(0, 1_000_000 - 25_000 * k)
        rounded = np.abs(counts / n_trials - pmf)
        assert (rounded * 1_000_000).sum() < 5
        sample = np.repeat(k, counts)
        paid, lost = payment[sample.astype(int)], loss[sample.astype(int)]
        assert mean(paid).value == pytest.approx(490_353.906529, abs=(rounded * payment).sum() + 1e-6)
        assert mean(lost).value == pytest.approx(126_729.3691, abs=(rounded * loss).sum() + 1e-4)
        assert probability(paid == 500_000).value == pytest.approx(0.683878619, abs=rounded.sum() + 1e-9)
        assert value_at_risk(lost, 0.95).value == 250_000
        slack = (rounded * np.maximum(0, loss - 250_000)).sum() / 0.05
        assert slack < 10
        assert expected_shortfall(lost, 0.95).value == pytest.approx(297_264.8455, abs=slack + 1e-4)


class TestCoverage:
    """Forty blocks, 400 times over. With forty block means P(|t_39| < 1.96) is .943, so that hits of 400 have mean
    377 and sd 4.6: from 359 to 395 is four sd. Errors that overlook the blocks are twice too wide, P(|t| < 3.92):
    they would miss less than once in 400."""

    RUNS, BLOCKS = 400, 40

    @pytest.mark.parametrize(
        ("measure", "truth"),
        [
            (mean, 0.5),
            (sd, math.sqrt(1 / 12)),
            (lambda u: probability(u**2 < 0.5), math.sqrt(0.5)),
            (lambda u: ratio(u**2, u), 2 / 3),
            (lambda u: mean(np.where(u < 0.3, NAN, u)), (1 + 0.3) / 2),
            (lambda u: expected_shortfall(u, 0.9), 0.95),
        ],
        ids=["mean", "sd", "probability", "ratio", "mean of defined", "expected shortfall"],
    )
    def test_of_batch_intervals(self, measure, truth):
        rng = np.random.default_rng(5)
        found = [measure(partly_stratified(self.BLOCKS, rng)) for _ in range(self.RUNS)]
        hits = sum(estimate.low <= truth <= estimate.high for estimate in found)
        assert 359 <= hits <= 395

    def test_of_the_formula_for_independent_trials_on_the_same_draws(self):
        """One block as long as the run leaves no batches: sd .289/sqrt(n) against half of it.

        The spread of 400 block means is off by 1/sqrt(800); four of these.
        """
        draws = partly_stratified(400, np.random.default_rng(5))
        free = math.sqrt(1 / 12 / draws.size)
        half = math.sqrt((64 + 1 / 192) / 256) * free
        assert mean(draws, batches=Batches(draws.size)).standard_error == pytest.approx(free, rel=0.01)
        assert mean(draws).standard_error == pytest.approx(half, rel=4 / math.sqrt(800))

    def test_of_batches_when_trials_are_independent(self):
        """Where blocks share nothing the error is that of independent trials, within the error of a spread."""
        draws = np.random.default_rng(6).random(1000 * 256)
        error = math.sqrt(1 / 12 / draws.size)
        assert mean(draws).standard_error == pytest.approx(error, rel=4 / math.sqrt(2 * 1000))
