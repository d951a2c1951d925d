"""A simulation held against exact figures: what counts as off, and by how much."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, norm, t

import sib
from sib.exact.against import errors_off, held_against
from sib.exact.figures import Figures, Spread
from sib.exact.found import Found
from sib.results import Measure, Row

COIN = Spread(np.array([0.0, 1.0]), np.array([0.5, 0.5]))


def row(statistic: str, value: float, error: float | None = None, unit: str = "count") -> Row:
    return Row("programme", "successes", statistic, value, error, None, None, unit)


def off(exact: Row, simulated: Row, spread: Spread | None = COIN, trials: int = 100) -> float | None:
    return errors_off(exact, simulated, spread=None if spread is None else (spread, "count"), trials=trials)


def test_a_mean_is_off_by_its_own_error():
    assert off(row("mean", 0.5), row("mean", 0.65, 0.05)) == pytest.approx(3)


def test_trials_behind_the_last_whole_block_have_an_error_of_their_own():
    # 20 blocks and 128 trials: their part of the mean has a variance of (128 / 5,248)**2 x .25 / 128
    broken = 128 / 5_248 * math.sqrt(0.25 / 128)
    z = off(row("mean", 0.5), row("mean", 0.5 + broken, 1e-9), trials=5_248)
    # one error found from 20 blocks is as rare as P(t19 < -1) = .16494 of a normal
    assert norm.cdf(-z) == pytest.approx(t.cdf(-1, 19), rel=1e-6)


def test_where_trials_agree_the_law_says_what_could_be():
    # 100 coins of chance .01 that all fall alike: sd of the share is sqrt(.0099 / 100)
    assert off(row("probability", 0.01), row("probability", 0.0)) == pytest.approx(-0.01 / math.sqrt(0.0099 / 100))
    # a mean of coins has an error of .5 / sqrt(100)
    assert off(row("mean", 0.5), row("mean", 0.4)) == pytest.approx(-2)


def test_what_cannot_vary_must_be_the_same():
    sure = Spread(np.array([3.0]), np.ones(1))
    assert off(row("mean", 3.0), row("mean", 3.0), sure) == 0
    assert off(row("mean", 3.0), row("mean", 3.1), sure) == math.inf
    assert off(row("mean", 3.0, unit="EUR"), row("mean", 3.004, unit="EUR"), sure) == 0


def test_a_quantile_is_held_against_its_level():
    ten = Spread(np.arange(10.0), np.full(10, 0.1))
    # 30% lie below 3: a p25 of 3 says that at most 24 of 100 trials do
    assert norm.cdf(-off(row("p25", 2.0), row("p25", 3.0), ten)) == pytest.approx(binom.cdf(24, 100, 0.3))
    assert off(row("p25", 2.0), row("p25", 2.0), ten) == 0


def test_a_quantile_that_few_trials_are_beyond_is_as_rare_as_it_is():
    # the p01 of 64 trials is the least of them: at the exact p07, the chance that none is below it, 0.93**64 = 0.96%,
    # which is 2.34 errors and not the 4.8 of (.07 - .01) / sqrt(.01 x .99 / 64)
    hundred = Spread(np.arange(100.0) + 1, np.full(100, 0.01))
    z = off(row("p01", 1.0), row("p01", 8.0), hundred, trials=64)
    assert norm.cdf(-z) == pytest.approx(0.93**64)
    assert z == pytest.approx(2.34, abs=5e-3)
    # of 6,400 trials it is the 64th, so 63 at most lie below: far out, and told
    many = off(row("p01", 1.0), row("p01", 3.0), hundred, trials=6_400)
    assert norm.cdf(-many) == pytest.approx(binom.cdf(63, 6_400, 0.02))


def test_a_tail_at_one_value_may_be_short_of_trials():
    # 6% lose 1, so the worst 5% do; 3 of 100 trials did, which makes that .6. A trial counts for 1 / 5, and their
    # number has an error of sqrt(100 x .06 x .94) = 2.37
    six = Spread(np.array([0.0, 1.0]), np.array([0.94, 0.06]))
    assert off(row("es95", 1.0), row("es95", 0.6), six) == pytest.approx(-0.4 * 5 / math.sqrt(5.64))
    # of 100,000 trials 5% are not to be missed: no chance explains it
    assert off(row("es95", 1.0), row("es95", 0.6), six, trials=100_000) == math.inf


def test_ratios_without_an_error_are_not_compared():
    assert off(row("value", 1.0), row("value", 2.0)) is None


def test_the_worst_figure_is_named():
    found = Found(sib.load("worked-example"), Figures(sib.load("worked-example")))
    found.figures.spread(Measure("programme", "successes", "programme.successes", "count"), COIN.values,
                         masses=COIN.masses)
    rows = [row("mean", 0.5 + 5 * 0.01, 0.01), row("sd", 0.5, 0.01)]
    verdict = held_against(found, rows, trials=100)
    assert not verdict.is_passed
    assert verdict.largest == pytest.approx(5)
    assert verdict.worst is not None
    assert verdict.worst.exact.statistic == "mean"
    assert held_against(found, [], trials=100).worst is None
