"""The oracles against figures that were computed without them, to the digits in which those are printed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import oracles
import pytest
from oracles import Bond

FOUR = Fraction(4, 100)


def test_pencil_and_paper_interest():
    assert oracles.compounded(1_300_000, rate=FOUR, times=3) == Fraction("1462323.20")
    assert oracles.compounded(1_800_000, rate=FOUR, times=3) == Fraction("2024755.20")
    # put back into the years one by one, the needed instalment leaves nothing
    left = Fraction(100)
    for _ in range(3):
        left = left * (1 + FOUR) - oracles.needed_instalment(100, rate=FOUR, times=3)
    assert left == 0


def test_days_one_by_one():
    # 306 days of 2024 at 1/366 and 59 of 2025 at 1/365: 40,000 on a million is 39,908.38
    found = oracles.year_fraction_day_by_day(date(2024, 3, 1), date(2025, 3, 1))
    assert found == Fraction(306, 366) + Fraction(59, 365)
    assert round(float(found) * 40_000, 2) == 39_908.38


class TestCounts:
    """The table "Outcomes" of the published figures."""

    def test_binomial(self):
        law = oracles.binomial_pmf(50, 0.7)
        assert law.sum() == pytest.approx(1, abs=1e-12)
        assert oracles.moments(np.arange(51.0), law) == pytest.approx((35, 3.240370), abs=5e-7)
        assert oracles.at_least(law, 35) == pytest.approx(0.569178436, abs=5e-10)
        assert oracles.at_least(law, 33) == pytest.approx(0.782193062, abs=5e-10)

    def test_beta_binomial(self):
        law = oracles.beta_binomial_pmf(50, 7, 3)
        assert oracles.moments(np.arange(51.0), law)[1] ** 2 == pytest.approx(57.272727, abs=5e-7)
        assert oracles.at_least(law, 35) == pytest.approx(0.561507803, abs=5e-10)
        assert oracles.at_most(law, 20) == pytest.approx(0.041079549, abs=5e-10)
        # rho = 1 / (7 + 3 + 1) is the same law
        np.testing.assert_allclose(oracles.count_pmf(50, 0.7, rho=1 / 11), law, rtol=1e-9)

    def test_gaussian_factor(self):
        failures = oracles.gaussian_factor_pmf(50, 0.3, weight=0.1)
        assert oracles.moments(np.arange(51.0), failures) == pytest.approx((15, 6.368192), abs=5e-7)
        assert oracles.at_most(failures, 15) == pytest.approx(0.562083143, abs=5e-10)
        assert oracles.at_least(failures, 25) == pytest.approx(0.080855153, abs=5e-10)

    def test_a_pilot_of_15_in_25_by_itself_and_with_an_icc(self):
        # the reference deal: 375 cases count as 11.4, or 19.0 once p is known
        assert oracles.pilot_correlation(15.5, 10.5, rho=0.0) == pytest.approx(0.037, abs=5e-4)
        both = oracles.effective_cases(375, oracles.pilot_correlation(15.5, 10.5, rho=0.05))
        assert (round(both, 1), round(oracles.effective_cases(375, 0.05), 1)) == (11.4, 19.0)
        mean, sd = oracles.moments(np.arange(376.0), oracles.pilot_pmf(375, 15.5, 10.5, rho=0.05))
        p = 15.5 / 26
        assert mean == pytest.approx(375 * p, rel=1e-10)
        assert sd**2 == pytest.approx(375**2 * p * (1 - p) / both, rel=1e-9)


class TestSums:
    """Sums of random amounts, on a grid."""

    def test_compound_binomial(self):
        severity = np.zeros(256)
        severity[[2, 5, 11]] = 0.5, 0.3, 0.2
        law = oracles.compound_pmf(oracles.binomial_pmf(20, 0.6), severity)
        mean, sd = oracles.moments(np.arange(256.0), law)
        assert (mean, sd**2) == pytest.approx((56.4, 245.352), abs=1e-9)
        assert oracles.at_least(law, 60) == pytest.approx(0.403463986, abs=5e-10)

    def test_compound_poisson(self):
        k = np.arange(60)
        poisson = np.exp(-3.0 + k * np.log(3.0) - np.cumsum(np.log(np.maximum(k, 1))))
        severity = np.zeros(256)
        severity[[1, 2]] = 0.6, 0.4
        printed = (0.04978707, 0.08961672, 0.14039953, 0.15593310, 0.15440961, 0.13043535)
        assert oracles.compound_pmf(poisson, severity)[:6] == pytest.approx(printed, abs=5e-9)

    def test_a_lognormal_on_a_grid_keeps_its_moments(self):
        severity = oracles.lognormal_on_grid(10_800, 0.8, step=100, size=2**15)
        mean, sd = oracles.moments(100.0 * np.arange(2**15), severity)
        assert mean == pytest.approx(10_800, rel=1e-6)
        assert sd == pytest.approx(8_640, rel=1e-3)


class TestPayoffs:
    """50 cases, p = .7, and a payoff that is bent once."""

    def test_a_capped_payoff(self):
        law = oracles.binomial_pmf(50, 0.7)
        payoff = np.minimum(500_000, 15_000 * np.arange(51.0))
        assert payoff @ law == pytest.approx(490_353.906529, abs=5e-7)
        assert law[payoff == 500_000].sum() == pytest.approx(0.683878619, abs=5e-10)

    def test_the_tail_of_a_loss_splits_the_atom(self):
        law = oracles.binomial_pmf(50, 0.7)
        losses = np.maximum(0, 1_000_000 - 25_000 * np.arange(51.0))
        assert losses @ law == pytest.approx(126_729.3691, abs=5e-5)
        assert oracles.value_at_risk(losses, law) == 250_000
        assert oracles.expected_shortfall(losses, law) == pytest.approx(297_264.8455, abs=5e-5)


PRINTED = {
    # rho: P(not in full), P(principal loss), E payment, E IRR, VaR95, ES95
    0.0: (0.000045, 0.000000, 2_024_754, 0.04000, -224_755, -224_733),
    0.02: (0.091055, 0.019330, 2_011_717, 0.03767, -133_200, -373),
}


@pytest.mark.parametrize(("rho", "printed"), PRINTED.items())
def test_the_reference_bond_with_fixed_savings(rho, printed):
    found = Bond().figures(*Bond().fixed_savings(rho))
    assert Bond().due == 2_024_755.20
    digits = (6, 6, 0, 5, 0, 0)
    rounded = [round(value, places) for value, places in zip(found.values(), digits, strict=True)]
    assert dict(zip(found, rounded, strict=True)) == dict(zip(found, printed, strict=True))


@pytest.mark.parametrize(("rho", "not_in_full", "payment", "sd"), [
    (0.0, 0.00498, 2_024_526, 165_208),
    (0.02, 0.1080, 2_007_964, 325_293),
])
def test_the_reference_bond_with_lognormal_savings(rho, not_in_full, payment, sd):
    found = Bond().figures(*Bond().lognormal_savings(rho))
    assert found["not_in_full"] == pytest.approx(not_in_full, abs=5e-5 if rho else 5e-6)
    assert round(found["payment"]) == payment
    assert round(oracles.compound_sd(oracles.count_pmf(375, 0.6, rho=rho), 10_800, 0.8)) == sd


@pytest.mark.parametrize(("accepted", "rejected", "printed"), [
    (0.0, 0.0, {"paid": 0.569178436, "false_trigger": 0.0, "missed_trigger": 0.0}),
    (0.05, 0.0, {"paid": 0.659157583, "false_trigger": 0.089979147, "missed_trigger": 0.0}),
    (0.0, 0.05, {"paid": 0.359588568, "false_trigger": 0.0, "missed_trigger": 0.209589868}),
])
def test_trigger_errors(accepted, rejected, printed):
    found = oracles.trigger_errors(50, 0.7, target=35, accepted_wrongly=accepted, rejected_wrongly=rejected)
    assert found == pytest.approx({"earned": 0.569178436} | printed, abs=5e-10)
    # a review lets Bin(n, p (1 - b) + (1 - p) a) through: the other way to the same chance
    let_through = oracles.binomial_pmf(50, 0.7 * (1 - rejected) + 0.3 * accepted)
    assert found["paid"] == pytest.approx(oracles.at_least(let_through, 35), abs=1e-12)


def test_what_a_run_may_show():
    # 20 trials at one half: 1 to 19 hits leave out 2 in 2**20, 2 to 18 leave out 42 in 2**20, under 1 in 10,000
    assert oracles.may_count(0.5, 20) == (2, 18)
    assert oracles.is_likely([True] * 2 + [False] * 18, 0.5)
    assert not oracles.is_likely([True] * 1 + [False] * 19, 0.5)
    assert oracles.errors_off(1.5, 1.0, sd=2.0, n_trials=64) == 2.0
