"""Chances and amounts on a grid, and their means."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from sib.averages import midpoints, selection
from sib.deal.reader import load


def test_midpoints() -> None:
    assert midpoints(4).tolist() == [0.125, 0.375, 0.625, 0.875]


def test_savings_that_lean_on_the_factor_of_success_where_its_chance_is_not_known() -> None:
    """E[P m] / E[P] by scipy's own quadrature over the factor, the chance averaged over Beta(15.5, 10.5)."""
    deal = load("zwarte-zwanen", settings={"programme.dependence.savings": 0.2})
    chances = stats.beta(15.5, 10.5).ppf((np.arange(400) + 0.5) / 400)
    size = 1 / 0.05 - 1

    def leaning(z: float) -> float:
        chance = stats.beta.ppf(stats.norm.cdf(z), chances * size, (1 - chances) * size).mean()
        return float(chance * np.exp(0.2 * z - 0.02) * stats.norm.pdf(z))

    top, _ = integrate.fixed_quad(np.vectorize(leaning), -6.5, 6.5, n=60)
    assert selection(deal, deal.segments[0]) == pytest.approx(top / chances.mean(), abs=4e-4)
    assert selection(deal, deal.segments[0]) > 1.03
