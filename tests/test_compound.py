"""Sums over cases: against convolution by hand, closed moments, and printed figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sib.exact.compound import (
    BEYOND,
    SIZE,
    Amounts,
    Part,
    added_variance,
    compound,
    on_grid,
    total_moments,
)
from sib.exact.law import moments
from sib.exact.successes import binomial, correlated

NOTHING = Amounts(np.zeros(1), np.ones(1))
SURE = np.ones(1)


def by_hand(counts: np.ndarray, won: dict[int, float], lost: dict[int, float]) -> dict[int, float]:
    """The total of k successes and n - k others, one case after the other."""
    n, law = len(counts) - 1, {}
    for k, chance in enumerate(counts):
        total = {0: chance}
        for amounts in [won] * k + [lost] * (n - k):
            after: dict[int, float] = {}
            for so_far, a in total.items():
                for amount, b in amounts.items():
                    after[so_far + amount] = after.get(so_far + amount, 0.0) + a * b
            total = after
        for value, mass in total.items():
            law[value] = law.get(value, 0.0) + mass
    return law


def amounts(law: dict[int, float]) -> Amounts:
    return Amounts(np.array([*law], dtype=np.float64), np.array([*law.values()]))


SMALL = st.dictionaries(st.integers(-3, 9), st.floats(0.05, 1), min_size=1, max_size=3).map(
    lambda found: {value: weight / sum(found.values()) for value, weight in found.items()})


@given(n=st.integers(1, 5), p=st.floats(0.05, 0.95), icc=st.floats(0, 0.5), won=SMALL, lost=SMALL)
def test_a_total_case_by_case(n, p, icc, won, lost):
    counts = correlated(n, p, icc=icc)
    law = compound(SURE, [Part(counts[np.newaxis], amounts(won), amounts(lost))])
    for value, chance in by_hand(counts, won, lost).items():
        found = float(law.masses[law.values == value].sum())
        assert found == pytest.approx(chance, abs=1e-12)
    assert law.masses.sum() == pytest.approx(1, abs=1e-12)


def test_segments_that_share_a_state_are_convolved_within_it():
    # two states, in one everything succeeds and in the other nothing: totals of both segments or none
    sure, never = np.eye(3)[2], np.eye(3)[0]
    parts = [Part(np.array([sure, never]), amounts({value: 1.0}), NOTHING) for value in (5, 7)]
    law = compound(np.array([0.25, 0.75]), parts)
    assert {float(v): round(float(m), 12) for v, m in zip(law.values, law.masses, strict=True) if m > 1e-12} == {
        0.0: 0.75, 24.0: 0.25}


class TestPrinted:
    """The published sums."""

    def test_compound_binomial(self):
        part = Part(binomial(20, 0.6), amounts({2: 0.5, 5: 0.3, 11: 0.2}), NOTHING)
        law = compound(SURE, [part])
        mean, sd = moments(law.values, law.masses)
        assert (mean, sd**2) == pytest.approx((56.4, 245.352), abs=1e-9)
        assert law.masses[law.values >= 60].sum() == pytest.approx(0.403463986, abs=5e-10)
        assert total_moments(SURE, [part]) == pytest.approx((56.4, np.sqrt(245.352)), abs=1e-12)

    def test_compound_poisson(self):
        # so many cases with so small a chance are Poisson to the printed digits: the law differs by about 9/(2 n)
        n = 2**17 - 1
        k = np.arange(60)
        counts = np.exp(-3.0 + k * np.log(3.0) - np.cumsum(np.log(np.maximum(k, 1))))
        assert n > len(counts)
        law = compound(SURE, [Part(counts[np.newaxis], amounts({1: 0.6, 2: 0.4}), NOTHING)])
        printed = (0.04978707, 0.08961672, 0.14039953, 0.15593310, 0.15440961, 0.13043535)
        assert law.masses[:6] == pytest.approx(printed, abs=5e-9)


@pytest.fixture(scope="module", params=[0.0, 0.02])
def varied(request):
    """375 cases with lognormal amounts of a mean of 10,800 euros, in cents."""
    from sib.deal.programme import Lognormal
    from sib.exact.amounts import amount_law

    euros, masses = amount_law(Lognormal(kind="lognormal", mean=10_800, cv=0.8))
    return Part(correlated(375, 0.6, icc=request.param)[np.newaxis], Amounts(np.rint(euros * 100), masses), NOTHING)


def test_a_grid_keeps_the_mean_and_says_what_it_adds_to_the_variance(varied):
    law = compound(SURE, [varied])
    points = np.linspace(law.low, law.high, 20_001)
    mean, sd = moments(np.rint(points), law.at(np.rint(points)))
    closed = total_moments(SURE, [varied])
    assert mean == pytest.approx(closed[0], rel=1e-8)
    added = 375 * 0.6 * added_variance(varied.won, step=law.step) + law.step**2 / 12 + np.diff(points).max() ** 2
    assert closed[1] ** 2 * (1 - 1e-6) <= sd**2 <= closed[1] ** 2 * (1 + 1e-6) + added
    assert law.wrapped <= BEYOND


def test_half_the_step_changes_next_to_nothing(varied, monkeypatch):
    coarse = compound(SURE, [varied])
    monkeypatch.setattr("sib.exact.compound.SIZE", 2 * SIZE)
    fine = compound(SURE, [varied])
    assert fine.step == pytest.approx(coarse.step / 2, rel=1e-4)
    for value in np.linspace(coarse.low, coarse.high, 101):
        assert fine.below(value) == pytest.approx(coarse.below(value), abs=1e-5)


def test_amounts_between_two_points_keep_their_mean():
    masses = on_grid(Amounts(np.array([0.0, 2.5, 7.9, -1.2]), np.array([0.1, 0.4, 0.3, 0.2])), step=1.0, size=16)
    places = np.where(np.arange(16) < 8, np.arange(16), np.arange(16) - 16.0)
    places[8] = 8
    assert masses @ places == pytest.approx(0.4 * 2.5 + 0.3 * 7.9 - 0.2 * 1.2, abs=1e-12)
    assert masses.sum() == pytest.approx(1, abs=1e-15)


def test_nothing_uncertain_is_known():
    assert compound(SURE, [Part(np.eye(4)[3][np.newaxis], amounts({9: 1.0}), NOTHING)]).mode == 27
    assert compound(SURE, [Part(binomial(4, 0.5), NOTHING, NOTHING)]).mode == 0
