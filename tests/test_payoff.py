"""Points of a law: jumps, caps and thresholds are found to the last unit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sib.exact.law import Law, of_counts
from sib.exact.payoff import at_points

MEAN, SD = 5_000_000.0, 1_000_000.0
BELL = Law(np.zeros(0), np.zeros(0), lambda x: norm.cdf(x, MEAN, SD), MEAN - 8 * SD, MEAN + 8 * SD)


def test_a_jump_is_found():
    told = at_points(BELL, lambda x: {"pays": (x >= 4_321_987) * 1.0})
    # whole numbers from 4,321,987 up are all above 4,321,986.5
    assert told.entries["pays"] @ told.masses == pytest.approx(norm.sf(4_321_986.5, MEAN, SD), abs=2e-6)


def test_a_cap_is_found():
    cap = 5_200_000
    told = at_points(BELL, lambda x: {"pays": np.minimum(x, cap)})
    # E min(X, c) = m - s [phi(d) - d (1 - Phi(d))], d = (c - m) / s
    d = (cap - MEAN) / SD
    assert told.entries["pays"] @ told.masses == pytest.approx(MEAN - SD * (norm.pdf(d) - d * norm.sf(d)), rel=1e-7)


def test_a_strip_without_a_value_is_found():
    told = at_points(BELL, lambda x: {"rate": np.where((x > 4e6) & (x < 4.5e6), np.nan, 1.0)})
    undefined = np.isnan(told.entries["rate"])
    exact = norm.cdf(4.5e6, MEAN, SD) - norm.cdf(4e6, MEAN, SD)
    assert told.masses[undefined].sum() == pytest.approx(exact, abs=1e-5)


def test_counts_are_all_points():
    told = at_points(of_counts(np.full(11, 1 / 11)), lambda x: {"pays": x**2})
    assert told.points.tolist() == [*range(11)]
    assert told.entries["pays"] @ told.masses == pytest.approx(35)
