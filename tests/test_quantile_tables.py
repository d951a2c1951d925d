"""Quantile functions from a table: never further off than is said, and the same mean and spread."""

from __future__ import annotations

import numpy as np
import pytest

from sib.chance.distributions import FAMILIES
from sib.chance.quantile_tables import Table, tabulated
from sib.programme.savings import CLOSE

FINE = (np.arange(400_000) + 0.5) / 400_000
TAILS = np.concatenate([np.geomspace(2.0**-54, 1e-3, 500), 1 - np.geomspace(2.0**-53, 1e-3, 500)])
AMOUNTS = [
    ("lognormal", {"mean": 22_000.0, "cv": 0.8}),
    ("lognormal", {"mean": 22_000.0, "cv": 5.0}),
    ("lognormal", {"mean": 5e6, "cv": 0.1}),
    ("gamma", {"mean": 22_000.0, "cv": 0.8}),
    ("gamma", {"mean": 300.0, "cv": 2.0}),
    ("pert", {"low": -5_000.0, "mode": 20_000.0, "high": 120_000.0}),
    ("pert", {"low": 0.0, "mode": 0.0, "high": 90_000.0}),
]


@pytest.mark.parametrize(("family", "terms"), AMOUNTS)
def test_an_amount_is_within_a_hundredth_of_a_cent_at_every_level(family, terms):
    table = tabulated(family, tolerance=CLOSE, **terms)
    levels = np.concatenate([FINE[::7], TAILS])
    off = np.abs(table(levels) - FAMILIES[family].quantile(levels, **terms))
    # held at three places in a cell; between them a cubic is off by at most a few percent more
    assert off.max() <= 1.1 * CLOSE


@pytest.mark.parametrize(("family", "terms"), AMOUNTS)
def test_mean_and_spread_are_those_of_the_family(family, terms):
    table, exactly = tabulated(family, tolerance=CLOSE, **terms)(FINE), FAMILIES[family].quantile(FINE, **terms)
    assert table.mean() == pytest.approx(exactly.mean(), abs=CLOSE)
    assert table.std() == pytest.approx(exactly.std(), abs=CLOSE)


@pytest.mark.parametrize(("family", "terms"), AMOUNTS[:4])
def test_most_levels_need_the_table_alone(family, terms):
    assert tabulated(family, tolerance=CLOSE, **terms).exact_share < 0.25


def test_values_rise_with_the_level():
    values = tabulated("lognormal", tolerance=CLOSE, mean=22_000.0, cv=0.8)(FINE)
    assert (np.diff(values) > 0).all()


def test_a_family_without_spread_gives_its_value_to_the_last_digit():
    assert (tabulated("lognormal", tolerance=CLOSE, mean=22_000.005, cv=0.0)(FINE[:1000]) == 22_000.005).all()


@pytest.mark.parametrize(("a", "b"), [(15.5, 10.5), (0.5, 0.5), (0.2, 40.0)])
def test_a_chance_of_success_is_within_its_tolerance(a, b):
    table = tabulated("beta", tolerance=1e-9, n_cells=256, a=a, b=b)
    levels = np.concatenate([FINE[::700], TAILS])
    assert np.abs(table(levels) - FAMILIES["beta"].quantile(levels, a=a, b=b)).max() <= 1.1e-9


def test_a_step_is_left_to_the_function():
    # a cubic through a step is wrong on both sides of it: the cell that holds the step must not use one
    table = Table(lambda u: np.where(u > 0.3, 1.0, 0.0), tolerance=1e-6, n_cells=16)
    levels = np.array([0.26, 0.2999, 0.3001, 0.31, 0.9])
    assert table(levels).tolist() == [0.0, 0.0, 1.0, 1.0, 1.0]


def test_any_shape_and_no_change_of_the_levels():
    levels = FINE[:12].reshape(3, 4).copy()
    before = levels.copy()
    table = tabulated("gamma", tolerance=CLOSE, mean=10.0, cv=1.0)
    assert table(levels).shape == (3, 4)
    assert (levels == before).all()
    assert table(levels)[1, 2] == table(levels[1, 2:3])[0]


def test_a_table_is_made_once():
    assert tabulated("gamma", tolerance=CLOSE, mean=10.0, cv=1.0) is tabulated(
        "gamma", tolerance=CLOSE, mean=10.0, cv=1.0
    )
