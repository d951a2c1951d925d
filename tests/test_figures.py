"""Statistics of values with masses, by hand."""

from __future__ import annotations

import numpy as np
import pytest

import sib
from sib.exact.figures import Figures, Spread
from sib.results import Measure

DIE = Spread(np.array([4.0, 1, 6, 2, 3, 5]), np.full(6, 1 / 6))


def test_quantiles_and_the_tail():
    rising = DIE.defined()
    assert [rising.quantile(level) for level in (0.5, 0.51, 0.99)] == [3, 4, 6]
    # the worst quarter: the whole 6 and half of the 5, (6/6 + 5/12) / (1/4)
    assert rising.shortfall(0.75) == pytest.approx((6 / 6 + 5 / 12) / 0.25)


def test_what_is_undefined_is_told_and_left_out():
    half = Spread(np.array([np.nan, 2.0, 4.0]), np.array([0.5, 0.25, 0.25]))
    assert half.undefined == 0.5
    assert half.defined().masses.tolist() == [0.5, 0.5]
    figures = Figures(sib.load("worked-example"))
    figures.spread(Measure("investor", "irr", "investor.irr", "fraction", True), half.values, masses=half.masses)
    rows = {row.statistic: row.value for row in figures.rows}
    assert (rows["mean"], rows["sd"], rows["undefined_share"]) == (3, 1, 0.5)
    assert all(row.standard_error is None for row in figures.rows)


def test_money_is_told_in_euros():
    figures = Figures(sib.load("worked-example"))
    npv = Measure("investor", "npv", "investor.npv", "money")
    figures.spread(npv, np.array([100.0, 300.0]), masses=np.full(2, 0.5))
    assert {row.statistic: row.value for row in figures.rows}["mean"] == 2
    assert {row.unit for row in figures.rows} == {"EUR"}


def test_a_rare_loss_has_a_peak():
    # p (1 - p)**4 + (1 - p) p**4 over the variance squared, about 1 / p
    rare = Spread(np.array([0.0, 1.0]), np.array([0.999, 0.001]))
    p = 0.001
    assert rare.peak == pytest.approx((p * (1 - p) ** 4 + (1 - p) * p**4) / (p * (1 - p)) ** 2)
