"""Ratios and products of means by trial: their means, and errors that other formulas give too."""

from __future__ import annotations

import numpy as np
import pytest

from sib.measures import risk
from sib.measures.linear import product, ratio

RANDOM = np.random.default_rng(7)
ONE, OTHER = RANDOM.normal(3.0, 1.0, 5_000), RANDOM.normal(5.0, 2.0, 5_000)


def test_a_ratio_has_the_value_and_the_error_of_the_ratio_of_means() -> None:
    found, expected = risk.mean(ratio(ONE, OTHER)), risk.ratio(ONE, OTHER)
    assert (found.value, found.standard_error) == pytest.approx((expected.value, expected.standard_error))


def test_a_product_has_the_error_of_the_delta_method() -> None:
    found = risk.mean(product(ONE, OTHER), batches=risk.Batches(5_000))
    (a, b), ((aa, ab), (_, bb)) = (ONE.mean(), OTHER.mean()), np.cov(ONE, OTHER)
    assert found.value == pytest.approx(a * b)
    assert found.standard_error == pytest.approx(np.sqrt((b * b * aa + 2 * a * b * ab + a * a * bb) / 5_000))


def test_a_ratio_of_a_figure_with_itself_is_one_in_every_trial() -> None:
    assert ratio(ONE, ONE) == pytest.approx(np.ones(5_000))


def test_undefined_trials_stay_undefined_and_count_for_nothing() -> None:
    one, other = ONE.copy(), OTHER.copy()
    one[::2] = other[::2] = np.nan
    assert np.nanmean(ratio(one, other)) == pytest.approx(ONE[1::2].mean() / OTHER[1::2].mean())
    assert np.isnan(ratio(one, other)[::2]).all()
