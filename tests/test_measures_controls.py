"""Numbers of known mean: what they correct, by hand and in replicates."""

from __future__ import annotations

import numpy as np
import pytest

from sib.measures.controls import known
from sib.measures.risk import Batches, expected_shortfall, mean, probability, quantiles, ratio, sd

RNG = np.random.default_rng(7)
APART = Batches(1)


def corrected(numbers, means, batches=APART):
    table = np.column_stack(numbers) if isinstance(numbers, list) else numbers[:, np.newaxis]
    found = known(table.astype(float), np.atleast_1d(np.array(means, dtype=float)))
    return Batches(batches.size, batches.copies, found)


def test_by_hand():
    """x is 0 0 1 1 with a true mean of 0.75, y is 1 3 6 6: slope 4, so 4 + 4 * 0.25 = 5; residuals -1 1 0 0.

    Their variance is 2/3, and 4 trials less 2 coefficients scale it by 4/2: the error is sqrt(2/3 * 2 / 4).
    """
    found = mean(np.array([1.0, 3.0, 6.0, 6.0]), batches=corrected(np.array([0, 0, 1, 1]), 0.75))
    assert (found.value, found.standard_error) == pytest.approx((5.0, np.sqrt(1 / 3)), rel=1e-12)


def test_what_is_known_comes_out_as_it_is_known():
    x = RNG.standard_normal(500)
    of = corrected([x, x**2], [0.0, 1.0])
    found = mean(3 + 2 * x - x**2, batches=of)
    assert (found.value, found.standard_error) == pytest.approx((2.0, 0.0), abs=1e-12)
    assert ratio(x**2, x + 2, batches=of).value == pytest.approx(0.5, rel=0.01)


def test_sums_still_add_up():
    x, y, z = RNG.standard_normal((3, 500))
    of = corrected([x, np.maximum(x - 1, 0)], [0.0, 0.0833])
    parts = [mean(part, batches=of).value for part in (y + x, z - x)]
    assert sum(parts) == pytest.approx(mean(y + z, batches=of).value, rel=1e-10)


def test_what_does_not_vary_and_what_is_said_twice_corrects_nothing():
    x, y = RNG.standard_normal((2, 500))
    once = mean(x + y, batches=corrected(x, 0.0))
    again = mean(x + y, batches=corrected([x, 5 - 2 * x, np.full(500, 3.0)], [0.0, 5.0, 3.0]))
    assert again.value == pytest.approx(once.value, rel=1e-10)
    assert mean(np.full(500, 0.04), batches=corrected(x, 0.0)).value == 0.04


def test_quantiles_stay_those_of_the_trials():
    x = RNG.standard_normal(500)
    assert quantiles(x, [0.05, 0.5], batches=corrected(x, 0.3)) == quantiles(x, [0.05, 0.5])


def test_a_chance_stays_one():
    x = np.linspace(0, 1, 200)
    for far in (-5.0, 5.0):
        found = probability(x > 0.5, batches=corrected(x, far))
        assert found.value in (0.0, 1.0)


MEASURED = {
    "mean": lambda x, y, of: mean(y, batches=of),
    "mean of the defined": lambda x, y, of: mean(np.where(x > 2, np.nan, y), batches=of),
    "chance": lambda x, y, of: probability(y > 1, batches=of),
    "ratio": lambda x, y, of: ratio(y, 2 + x, batches=of),
    "sd": lambda x, y, of: sd(y, batches=of),
    "shortfall": lambda x, y, of: expected_shortfall(y, 0.95, batches=of),
}


@pytest.mark.parametrize("measure", MEASURED)
def test_stated_errors_are_those_of_replicates(measure):
    """y = x + x**2 + noise/2, x standard normal; 300 runs of 2,000, their spread known to sqrt(2 / 299).

    The truth is that of 400,000 trials apart; the mean of 300 runs is 4.5 of both errors from it at most, but for a
    bias of the order of the variance.
    """
    levels = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    above = np.array([0.977249868, 0.841344746, 0.5, 0.158655254, 0.022750132])
    means = [0.0, *(np.exp(-(levels**2) / 2) / np.sqrt(2 * np.pi) - levels * above)]

    def estimate(x, noise):
        y = x + x**2 + noise / 2
        of = corrected([x, *(np.maximum(x - level, 0) for level in levels)], means)
        return MEASURED[measure](x, y, of)

    rng = np.random.default_rng(3)
    truth = estimate(*np.random.default_rng(4).standard_normal((2, 400_000)))
    runs = [estimate(*rng.standard_normal((2, 2_000))) for _ in range(300)]
    values = np.array([run.value for run in runs])
    stated = np.mean([run.standard_error**2 for run in runs])
    assert values.var(ddof=1) == pytest.approx(stated, rel=4.5 * np.sqrt(2 / 299))
    assert abs(values.mean() - truth.value) < 4.5 * np.hypot(np.sqrt(stated / 300), truth.standard_error) + stated


def test_it_pays():
    """y = x + noise/2: a correlation of sqrt(0.8) leaves a fifth of the variance."""
    x, noise = np.random.default_rng(5).standard_normal((2, 20_000))
    y = x + noise / 2
    plain, surer = mean(y, batches=APART), mean(y, batches=corrected(x, 0.0))
    assert (surer.standard_error / plain.standard_error) ** 2 == pytest.approx(0.2, rel=4.5 * np.sqrt(4 / 20_000))
