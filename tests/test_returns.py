"""Returns of dated flows against closed forms, a bisection written here, and pyxirr."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from sib.measures.returns import irr, irr_of_mean_cash_flow, moic, npv, payback_years, wal_years

ONE_CENT_BACK_AFTER_A_MONTH = [-(10.0**10), 1.0]


def one(flows: list[float], times: list[float] | None = None) -> float:
    """IRR of one trial, yearly dates unless given."""
    when = np.arange(len(flows), dtype=float) if times is None else np.array(times)
    return float(irr(np.array([flows], dtype=float), when)[0])


def bisected(flows: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Rates by halving log(1 + rate) between -60 and log 11, for flows that change sign once, outlay first.

    Relative to the last date every term with a negative rate shrinks, so nothing overflows.
    """
    low, high = np.full(len(flows), -60.0), np.full(len(flows), math.log(11))
    for _ in range(200):
        middle = (low + high) / 2
        worth = (flows * np.exp(np.multiply.outer(middle, times[-1] - times))).sum(axis=1)
        low, high = np.where(worth > 0, middle, low), np.where(worth > 0, high, middle)
    return np.expm1((low + high) / 2)


def scanned(flows: np.ndarray, times: np.ndarray) -> list[float]:
    """Highest rate below zero at which each trial is worth nothing: halving where a fine scan first turns."""
    ahead, grid = times[-1] - times, np.linspace(0.0, -12.0, 12_001)
    turned = flows @ np.exp(np.multiply.outer(ahead, grid)) >= 0
    rates = []
    for flow, at in zip(flows, turned.argmax(axis=1), strict=True):
        low, high = grid[at], grid[at - 1]
        for _ in range(60 if at else 0):
            middle = (low + high) / 2
            low, high = (middle, high) if flow @ np.exp(middle * ahead) >= 0 else (low, middle)
        rates.append(math.expm1(high) if at else math.nan)
    return rates


class TestIrrFigures:
    def test_worked_example_returns_its_coupon(self):
        """100 out, 60 and 45.76 back: 100 x 1.04 - 60 = 44, 44 x 1.04 = 45.76, nothing is left."""
        assert one([-10_000, 6_000, 4_576, 0]) == pytest.approx(0.04, abs=1e-14)

    def test_printed_figure_and_its_quadratic(self):
        """100 = 60 y + 50 y^2 with y = 1/(1 + r); printed as 6.8114574787%."""
        rate = one([-100, 60, 50])
        assert rate == pytest.approx(0.068114574787, abs=5e-13)
        assert rate == pytest.approx(100 / (math.sqrt(3600 + 20_000) - 60) - 1, abs=1e-14)

    def test_four_percent_paid_quarterly_is_more_than_four(self):
        """1% every quarter earns 1.01^4 - 1 = 4.06% a year."""
        flows = [-1_000_000.0] + [10_000.0] * 11 + [1_010_000.0]
        assert one(flows, [k / 4 for k in range(13)]) == pytest.approx(0.04060401, abs=1e-13)

    def test_zero_when_exactly_the_outlay_comes_back(self):
        assert one([-100, 50, 50]) == 0.0

    @pytest.mark.parametrize("years", [1 / 12, 0.25, 1.0, 6.0, 30.0])
    @pytest.mark.parametrize("multiple", [1e-8, 1e-3, 0.5, 0.999, 1.001, 2.0])
    def test_one_payment_has_a_closed_form(self, years, multiple):
        """(multiple)^(1/years) - 1, wherever that lies in the range and can be told from -1."""
        log_rate = math.log(multiple) / years
        rate = one([-1e10, 1e10 * multiple], [0.0, years])
        if log_rate > math.log(11):
            assert math.isnan(rate)
        elif log_rate > -30:
            assert math.log1p(rate) == pytest.approx(log_rate, rel=1e-12, abs=3e-16 / (1 + rate))
        else:
            assert -1 < rate < -1 + 1e-12

    def test_receiving_first_gives_the_rate_of_the_loan(self):
        assert one([100, -110]) == pytest.approx(0.10, abs=1e-14)
        assert one([100, -50]) == pytest.approx(-0.50, abs=1e-14)

    def test_date_of_closing_does_not_matter(self):
        """The first flow may come after closing: a rate depends on differences of dates only."""
        assert one([0, -100, 60, 50]) == pytest.approx(one([-100, 60, 50]), abs=1e-14)


class TestIrrEdges:
    def test_total_loss_is_exactly_minus_one(self):
        assert one([-100, 0, 0]) == -1.0
        assert one([-100, -20, -3]) == -1.0

    def test_a_cent_back_is_not_a_total_loss(self):
        """(1e-10)^12 is far below the rounding of -1; the rate stays inside the open end all the same."""
        assert one(ONE_CENT_BACK_AFTER_A_MONTH, [0.0, 1 / 12]) == np.nextafter(-1.0, 0.0)

    @pytest.mark.parametrize("log_rate", [-36.0, -36.6, -36.8, -37.0, -37.45, -38.0, -50.0])
    def test_no_rate_rounds_to_a_total_loss(self, log_rate):
        """The last numbers above -1 are 1.1e-16 = exp(-36.7) apart; a cent back is never reported as none."""
        rate = one([-1e14, 1.0], [0.0, math.log(1e14) / -log_rate])
        assert rate == max(math.expm1(log_rate), np.nextafter(-1.0, 0.0))

    def test_a_long_horizon_of_other_trials(self):
        """Flows of another trial sixty years on leave -40% after one year alone, and -1 + 1e-12 above -1."""
        flows, times = np.array([[-100.0, 60, 0], [-1e12, 1, 0], [-100, 0, 100]]), np.array([0.0, 1.0, 60.0])
        rates = irr(flows, times)
        assert rates[0] == pytest.approx(-0.4, abs=1e-14)
        assert -1 < rates[1] < -1 + 1e-4
        assert rates[2] == 0

    def test_no_flow_and_no_outlay_are_undefined(self):
        assert math.isnan(one([0, 0, 0]))
        assert math.isnan(one([0, 100, 20]))

    def test_two_rates_are_undefined(self):
        """-1000, +2300, -1320 is worth nothing at 10% and at 20%."""
        flows, times = np.array([[-1000.0, 2300.0, -1320.0]]), np.arange(3.0)
        assert [abs(npv(flows, times, rate=rate)[0]) < 1e-9 for rate in (0.10, 0.15, 0.20)] == [True, False, True]
        assert math.isnan(irr(flows, times)[0])

    def test_back_to_zero_after_a_gain_is_undefined(self):
        """-100, +250, -150 is worth nothing at 0 and at 50%."""
        flows, times = np.array([[-100.0, 250.0, -150.0]]), np.arange(3.0)
        assert npv(flows, times, rate=0.0)[0] == 0
        assert npv(flows, times, rate=0.5)[0] == pytest.approx(0, abs=1e-12)
        assert math.isnan(irr(flows, times)[0])

    def test_touching_zero_is_no_change_of_sign(self):
        """Cumulative -100, 0, -50, +10: one change. 0 = -100 + 100 y - 50 y^2 + 60 y^3 is put back."""
        rate = one([-100, 100, -50, 60])
        assert -100 + 100 / (1 + rate) - 50 / (1 + rate) ** 2 + 60 / (1 + rate) ** 3 == pytest.approx(0, abs=1e-12)

    def test_ten_is_in_and_above_ten_is_out(self):
        assert one([-100, 1100]) == 10.0
        assert one([-100, 1099]) == pytest.approx(9.99, rel=1e-13)
        assert math.isnan(one([-100_000_000, 1_100_000_001]))
        assert math.isnan(one([-100, 5000]))

    def test_loss_that_ends_with_an_outlay_takes_the_highest_rate(self):
        """100 - 90 y + 10 y^2 = 0 has y = (9 -+ sqrt 41)/2; the smaller y is the higher rate, -23%."""
        assert one([-100, 90, -10]) == pytest.approx(2 / (9 - math.sqrt(41)) - 1, abs=1e-14)

    def test_loss_with_three_rates_takes_the_highest(self):
        """(y - 4)(y - 5)(y - 6) = y^3 - 15 y^2 + 74 y - 120: rates -75%, -80% and -83%."""
        assert one([-120, 74, -15, 1]) == pytest.approx(-0.75, abs=1e-12)

    def test_loss_whose_equation_has_no_rate_is_undefined(self):
        """100 - 50 y + 10 y^2 has discriminant 2500 - 4000 < 0."""
        assert math.isnan(one([-100, 50, -10]))

    def test_empty_run(self):
        assert irr(np.zeros((0, 3)), np.arange(3.0)).shape == (0,)
        assert irr(np.zeros((2, 0)), np.zeros(0)).tolist() == pytest.approx([math.nan] * 2, nan_ok=True)

    def test_dates_must_fit_the_flows(self):
        with pytest.raises(ValueError, match="times has shape"):
            irr(np.zeros((2, 3)), np.zeros(4))


class TestIrrOnManyTrials:
    def test_agrees_with_pyxirr(self):
        rng = np.random.default_rng(1)
        days = np.cumsum(rng.integers(20, 120, 25))
        flows = np.round(rng.gamma(0.4, 1.0, (300, 25)) * 2e6)
        flows[:, :5] = -np.round(rng.random((300, 5)) * 5e6)
        dates = [dt.date(2026, 1, 1) + dt.timedelta(int(day)) for day in days]
        wanted = [pyxirr.xirr(dates, row.tolist()) for row in flows]
        rates = irr(flows, days / 365)
        assert rates == pytest.approx(np.array(wanted, dtype=float), abs=1e-9)
        assert (rates < 0).sum() > 20
        assert (rates > 0).sum() > 20

    def test_agrees_with_bisection_on_wild_flows(self):
        """Lognormal receipts over nine orders of magnitude at uneven dates, rates from near -1 to 10."""
        rng = np.random.default_rng(2)
        times = np.sort(rng.random(12)) * 3
        flows = np.round(np.exp(rng.normal(0, 4, (3000, 12)) + 5))
        flows[:, 0] = -np.round(np.exp(rng.normal(0, 5, 3000) + 15))
        rates, wanted = irr(flows, times), bisected(flows, times)
        beyond = wanted > 10 - 1e-9
        assert np.isnan(rates).tolist() == beyond.tolist()
        assert np.log1p(rates[~beyond]) == pytest.approx(np.log1p(wanted[~beyond]), rel=1e-11, abs=1e-12)
        assert beyond.sum() > 50
        assert (wanted < -0.9).sum() > 50

    def test_late_costs_still_give_the_rate_that_profit_shades_into(self):
        """Costs of 18,000 after the last receipt put a second rate near -90% under every loss; it is not taken.

        Receipts above the outlay but not above it and the late costs turn the cumulative flow twice: undefined.
        """
        times = np.arange(0, 6.1, 0.25)
        flows = np.zeros((401, times.size))
        flows[:, 0], flows[:, 16:] = -1_000_000, -2_000
        flows[:, 4:16] = np.arange(60_000, 100_100, 100)[:, None]
        rates = irr(flows, times)
        receipts = flows[:, 4:16].sum(axis=1)
        assert np.isnan(rates).tolist() == ((receipts > 1_000_000) & (receipts <= 1_018_000)).tolist()
        found = ~np.isnan(rates)
        assert np.all(np.diff(rates[found]) > 0)
        for flow, rate in zip(flows[found][::20], rates[found][::20], strict=True):
            assert npv(flow[None], times, rate=rate)[0] == pytest.approx(0, abs=1e-5)

    @pytest.mark.parametrize(
        ("flows", "times"),
        [
            ([-111_907_336, 11_553, 19_389, -4], [0.0, 1.0, 6.0, 11.0]),
            ([-14_463, 7_783, 889, -104], [0.0, 0.25, 10.25, 15.25]),
            ([-21_027, 3_731, -15_533, 5_364, -1_037], [0.0, 5.0, 10.0, 10.25, 10 + 1 / 3]),
            ([-351_544, 49, -1], [0.0, 0.25, 1 / 3]),
        ],
    )
    def test_a_step_past_both_rates_comes_back(self, flows, times):
        """Where the first step from zero flies over two rates, or there are none and it flies off."""
        wanted = scanned(np.array([flows], dtype=float), np.array(times))
        assert [one(flows, times)] == pytest.approx(wanted, abs=1e-11, nan_ok=True)

    def test_losses_of_every_shape_take_the_highest_rate(self):
        """Receipts and outlays in any order, last flow an outlay too: one, two, three rates or none."""
        rng = np.random.default_rng(7)
        times = np.array([0.0, 0.25, 1.5, 2.0, 4.0, 7.0])
        flows = np.round(np.exp(rng.normal(8, 2, (4000, 6))) * rng.choice([-1, 0, 1], (4000, 6), p=[0.4, 0.1, 0.5]))
        flows[:, 0] = -np.round(np.exp(rng.normal(10, 1, 4000)))
        flows = flows[(np.cumsum(flows, axis=1) < 0).all(axis=1) & (flows.max(axis=1) > 0)]
        rates, wanted = irr(flows, times), np.array(scanned(flows, times))
        assert np.isnan(wanted).sum() > 50
        assert ((flows[:, -1] < 0) & ~np.isnan(wanted)).sum() > 50
        assert rates == pytest.approx(wanted, abs=1e-9, nan_ok=True)

    def test_scale_does_not_matter(self):
        """Doubling every flow is exact in binary, so the rates are equal to the last bit."""
        rng = np.random.default_rng(3)
        flows = np.round(rng.normal(size=(500, 8)) * 1e6)
        times = np.arange(8) / 4
        rates = irr(flows, times)
        assert 50 < np.isnan(rates).sum() < 450
        np.testing.assert_array_equal(irr(flows * 1024, times), rates)

    def test_trials_do_not_touch_each_other(self):
        """More trials than are solved together; any slice, order or layout gives the same bits."""
        rng = np.random.default_rng(4)
        flows = np.round(rng.normal(0.3, 1.0, (9000, 6)) * 1e6)
        flows[:, 0] = -2e6
        times = np.arange(6.0)
        rates = irr(flows, times)
        np.testing.assert_array_equal(irr(flows[::-1], times)[::-1], rates)
        np.testing.assert_array_equal(irr(np.asfortranarray(flows), times), rates)
        for start in range(8150, 8250, 7):
            np.testing.assert_array_equal(irr(flows[start : start + 5], times), rates[start : start + 5])
        np.testing.assert_array_equal([irr(flows[[i]], times)[0] for i in range(300)], rates[:300])

    def test_flows_are_left_alone(self):
        flows = np.array([[100.0, -110.0], [-100.0, 110.0]])
        kept = flows.copy()
        irr(flows, np.arange(2.0))
        np.testing.assert_array_equal(flows, kept)


class TestIrrProperties:
    @settings(deadline=None)
    @given(st.integers(1, 10**12), st.lists(st.integers(0, 10**11), min_size=1, max_size=12), st.integers(1, 400))
    def test_rate_put_back_is_worth_nothing(self, outlay, receipts, gap_days):
        flows = np.array([[-outlay, *receipts]], dtype=float)
        times = np.arange(flows.shape[1]) * gap_days / 365
        rate = irr(flows, times)[0]
        if not any(receipts):
            assert rate == -1
        elif math.isnan(rate):
            assert npv(flows, times, rate=10.0)[0] > 0
        else:
            assert -1 < rate <= 10
            growth = np.exp((times[-1] - times) * math.log1p(rate))
            slack = times[-1] * (1e-12 + 2.3e-16 / (1 + rate))
            if slack < 1e-3:
                assert abs((flows * growth).sum()) <= slack * (abs(flows) * growth).sum()

    @settings(deadline=None, max_examples=300)
    @given(st.lists(st.integers(-20, 20), min_size=2, max_size=6))
    def test_undefined_by_the_rule_of_signs(self, flows):
        """The rule, counted in whole numbers: more than one change of the cumulative flow leaves no figure."""
        balance = np.cumsum(flows)
        signs = np.sign(balance[balance != 0])
        changes = int((np.diff(signs) != 0).sum())
        rate = one([float(flow) for flow in flows])
        if min(flows) >= 0 or changes > 1:
            assert math.isnan(rate)
        elif max(flows) <= 0:
            assert rate == -1
        elif changes == 1 and balance[-1] != 0:
            invested = np.array([flows]) * -signs[0]
            assert math.isnan(rate) == (npv(invested, np.arange(len(flows)), rate=10.0)[0] > 0)
            assert math.isnan(rate) or rate > 0


class TestOtherReturns:
    def test_npv_undoes_compounding(self):
        """1,300,000 grows to 1,462,323.20 in three years at 4%."""
        worth = npv(np.array([[0.0, 0.0, 0.0, 146_232_320.0], [5.0, 0, 0, 0]]), np.arange(4.0), rate=0.04)
        assert worth == pytest.approx([130_000_000.0, 5.0], rel=1e-14)

    def test_npv_at_zero_adds_up(self):
        assert npv(np.array([[-100.0, 60.0, 50.0]]), np.arange(3.0), rate=0.0).tolist() == [10.0]

    @pytest.mark.parametrize("rate", [-1.0, -2.0, math.nan])
    def test_npv_needs_a_discount_factor(self, rate):
        with pytest.raises(ValueError, match="above -1"):
            npv(np.zeros((1, 1)), np.zeros(1), rate=rate)

    def test_moic(self):
        multiples = moic(np.array([100.0, 100.0, 0.0]), np.array([110.0, 0.0, 5.0]))
        assert multiples.tolist() == pytest.approx([1.1, 0.0, math.nan], nan_ok=True)

    def test_wal_of_the_worked_example(self):
        """56.00 after one year and 44.00 after two: (56 + 88) / 100."""
        principal = np.array([[0.0, 5_600.0, 4_400.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
        assert wal_years(principal, np.arange(4.0)).tolist() == pytest.approx([1.44, math.nan], nan_ok=True)

    def test_payback_is_the_first_date_that_covers_the_whole_outlay(self):
        receipts = np.array([[0.0, 60, 40, 60], [0, 60, 39, 0], [0, 60, 39, 1], [0, 0, 5, 0]])
        years = payback_years(np.array([100.0, 100, 100, 0]), receipts, times=np.array([0.0, 0.5, 1.5, 3.0]))
        assert years.tolist() == pytest.approx([1.5, math.nan, 3.0, math.nan], nan_ok=True)

    def test_irr_of_the_mean_is_not_the_mean_irr(self):
        """All lost, or 242 of 100 after two years: the mean flow is -100, +121, so 10%; the rates average -22%."""
        flows, times = np.array([[-100.0, 0.0, 0.0], [-100.0, 0.0, 242.0]]), np.arange(3.0)
        assert irr_of_mean_cash_flow(flows, times) == pytest.approx(0.10, abs=1e-14)
        assert irr(flows, times).mean() == pytest.approx((math.sqrt(2.42) - 2) / 2, abs=1e-14)

    def test_irr_of_the_mean_without_trials(self):
        assert math.isnan(irr_of_mean_cash_flow(np.zeros((0, 3)), np.arange(3.0)))
