"""What a metric is worth: each kind of payment a step below, on and above each of its boundaries, in cents by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from group_deal import adding, line, on_dates, standing
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.earnings import MADE, read
from sib.contract.metrics import Metrics
from sib.deal.lines import (
    FixedPayment,
    InterpolatedTable,
    PerPoint,
    Proportional,
    RateCard,
    Shortfall,
    StepTable,
    TwoWay,
)
from sib.programme.series import Series

STEPS = [{"at_least": 5, "pays": 100}, {"above": 7.5, "pays": 250.25}, {"at_least": 10, "pays": 400}]
OPEN = [{"pays": 10}, {"at_least": 0, "pays": 20}]
DAMAGES = [{"pays": -500}, {"at_least": 0, "pays": 0}, {"above": 10, "pays": 300.01}]
RISING = [{"at": 0, "pays": 0}, {"at": 10, "pays": 1000}, {"at": 12, "pays": 1000}, {"at": 20, "pays": 5000}]
ODD_UP = [{"at": 0, "pays": 0}, {"at": 2, "pays": 0.01}]
ODD_DOWN = [{"at": 0, "pays": 0.02}, {"at": 2, "pays": 0.01}]
FALLING = [{"at": 0, "pays": 90}, {"at": 9, "pays": 0}]
THIRDS = [{"at": 0, "pays": 0}, {"at": 3, "pays": 1}]

TABLES = {
    StepTable: [
        # rows at 5, above 7.5 and at 10 of a percentage with one decimal: 4.9, 5.0, 5.1; 7.4, 7.5, 7.6; 9.9, 10, 10.1
        ({"rows": STEPS}, 10, {
            "-3.0": 0, "4.9": 0, "5.0": 100_00, "5.1": 100_00, "7.4": 100_00, "7.5": 100_00, "7.6": 250_25,
            "9.9": 250_25, "10.0": 400_00, "10.1": 400_00, "99": 400_00,
        }),
        ({"rows": OPEN}, 10, {"-0.1": 10_00, "0.0": 20_00, "0.1": 20_00}),
        # bounds between two steps: 5.0 of tenths is below 5.05, 5.1 above it, whichever way the row is bounded
        ({"rows": [{"at_least": 5.05, "pays": 1}]}, 10, {"5.0": 0, "5.1": 100}),
        ({"rows": [{"above": 5.05, "pays": 1}]}, 10, {"5.0": 0, "5.1": 100}),
        ({"rows": [{"at_least": -5, "pays": 1}, {"above": -2.5, "pays": 2}]}, 10, {
            "-5.1": 0, "-5.0": 100, "-2.6": 100, "-2.5": 100, "-2.4": 200,
        }),
        # fractions with four decimals, euros in cents, counts
        ({"rows": [{"at_least": 0.07, "pays": 1}]}, 10_000, {"0.0699": 0, "0.07": 100, "0.0701": 100}),
        ({"rows": [{"above": 1200.5, "pays": 1}]}, 100, {"1200.49": 0, "1200.50": 0, "1200.51": 100}),
        ({"rows": [{"at_least": 35, "pays": 1}]}, 1, {"34": 0, "35": 100, "36": 100}),
    ],
    TwoWay: [
        ({"rows": DAMAGES}, 10, {
            "-7.0": -500_00, "-0.1": -500_00, "0.0": 0, "0.1": 0, "10.0": 0, "10.1": 300_01,
        }),
        ({"rows": [{"at_least": 1, "pays": -0.01}]}, 1, {"0": 0, "1": -1, "2": -1}),
        # 20 a tenth below 10, 30 above; halves of a cent go up on both sides of nothing
        ({"points": [{"at": 0, "pays": -20}, {"at": 10, "pays": 0}, {"at": 20, "pays": 30}]}, 10, {
            "-0.1": -20_00, "0.0": -20_00, "0.1": -19_80, "9.9": -20, "10.0": 0, "10.1": 30, "20.0": 30_00, "99": 30_00,
        }),
        ({"points": [{"at": 0, "pays": -0.01}, {"at": 2, "pays": 0}]}, 1, {"0": -1, "1": 0, "2": 0}),
    ],
    InterpolatedTable: [
        # 100 a point up to 10, level to 12, then 500 a point; level beyond the ends
        ({"points": RISING}, 10, {
            "-4": 0, "-0.1": 0, "0": 0, "0.1": 10_00, "9.9": 990_00, "10": 1000_00, "10.1": 1000_00, "11.9": 1000_00,
            "12": 1000_00, "12.1": 1050_00, "19.9": 4950_00, "20": 5000_00, "20.1": 5000_00, "400": 5000_00,
        }),
        # half a cent at 1 goes up; falling from 2 cents, 1.5 goes up to 2; just beyond the half it is 1
        ({"points": ODD_UP}, 10, {"0.9": 0, "1.0": 1, "1.1": 1, "2": 1}),
        ({"points": ODD_DOWN}, 10, {"0": 2, "0.9": 2, "1.0": 2, "1.1": 1, "2": 1, "2.1": 1}),
        ({"points": FALLING}, 10, {"-0.1": 90_00, "0": 90_00, "0.1": 89_00, "4.5": 45_00, "8.9": 1_00, "9": 0,
         "9.1": 0}),
        ({"points": THIRDS}, 1, {"0": 0, "1": 33, "2": 67, "3": 100}),
        ({"points": [{"at": -2, "pays": 4}, {"at": -1, "pays": 2}]}, 100, {
            "-2.01": 4_00, "-2": 4_00, "-1.99": 3_98, "-1.01": 2_02, "-1": 2_00, "-0.99": 2_00,
        }),
        ({"points": [{"at": 0.1, "pays": 0}, {"at": 0.4, "pays": 3}]}, 10_000, {
            "0.0999": 0, "0.1": 0, "0.1001": 0, "0.1005": 1, "0.2": 1_00, "0.4": 3_00, "0.4001": 3_00,
        }),
    ],
    PerPoint: [
        # from 5: a jump of 10, then 2 for each whole point
        ({"from": 5, "amount": 2, "jump": 10}, 10, {
            "-9": 0, "4.9": 0, "5.0": 10_00, "5.1": 10_00, "5.9": 10_00, "6.0": 12_00, "6.1": 12_00, "7.0": 14_00,
        }),
        ({"from": 5, "amount": 2, "up_to": 7.5}, 10, {"6.9": 2_00, "7.0": 4_00, "7.5": 4_00, "8.0": 4_00, "99": 4_00}),
        ({"from": 5, "amount": 2, "up_to": 8}, 10, {"7.9": 4_00, "8.0": 6_00, "8.1": 6_00, "9.0": 6_00}),
        ({"from": 5, "amount": 2, "up_to": 5, "jump": 1}, 10, {"4.9": 0, "5.0": 1_00, "9.0": 1_00}),
        ({"from": 1, "amount": 3, "point": 0.5}, 10, {"1.4": 0, "1.5": 3_00, "1.9": 3_00, "2.0": 6_00, "2.1": 6_00}),
        # a point of one percent of a fraction: 0.57 / 0.01 is 56.99... in binary
        ({"from": 0, "amount": 1, "point": 0.01}, 10_000, {
            "-0.0001": 0, "0": 0, "0.0099": 0, "0.01": 1_00, "0.5699": 56_00, "0.57": 57_00, "0.5701": 57_00,
        }),
        ({"from": 0.29, "amount": 1, "point": 0.01}, 10_000, {"0.2899": 0, "0.29": 0, "0.2999": 0, "0.30": 1_00}),
        ({"from": -2, "amount": 1}, 10, {"-2.1": 0, "-2.0": 0, "-1.1": 0, "-1.0": 1_00, "0": 2_00}),
        ({"from": 5, "amount": 2, "jump": 10, "point": 0.3}, 10, {"5.2": 10_00, "5.3": 12_00, "5.5": 12_00,
         "5.6": 14_00}),
    ],
    Proportional: [
        # 1,000 at 10%, from 70% of it, up to 160% of it
        ({"target": 10, "amount": 1000, "at_most": 1.6, "at_least": 0.7}, 10, {
            "-3": 0, "0": 0, "6.9": 0, "7.0": 700_00, "7.1": 710_00, "10": 1000_00, "15.9": 1590_00, "16.0": 1600_00,
            "16.1": 1600_00, "400": 1600_00,
        }),
        ({"target": 10, "amount": 1000}, 10, {"-0.1": 0, "0": 0, "0.1": 10_00, "9.9": 990_00, "10.1": 1000_00}),
        # a cent over two: half a cent goes up; 1.5 x 0.33 is cut at 49 cents, not 49.5
        ({"target": 2, "amount": 0.01}, 10, {"0.9": 0, "1.0": 1, "2": 1}),
        ({"target": 3, "amount": 0.33, "at_most": 1.5}, 10, {"4.4": 48, "4.5": 49, "9": 49}),
        # 85% of 1.5 is 1.275: 1.2 is below it and 1.3 above
        ({"target": 1.5, "amount": 15, "at_least": 0.85}, 10, {"1.2": 0, "1.3": 13_00}),
        ({"target": 0.7, "amount": 700, "at_least": 0.1}, 10_000, {"0.0699": 0, "0.07": 70_00, "0.0701": 70_10}),
        ({"target": 3, "amount": 100}, 1, {"1": 33_33, "2": 66_67, "3": 100_00, "4": 100_00}),
    ],
    Shortfall: [
        # 200 agreed, 10% may be missing: 15 for each below 180
        ({"agreed": 200, "tolerance": 0.1, "amount": 15, "months": [12]}, 1, {
            "0": 2700_00, "179": 15_00, "180": 0, "181": 0, "199": 0, "200": 0, "201": 0,
        }),
        ({"agreed": 200, "amount": 15, "months": [12]}, 1, {"199": 15_00, "200": 0, "201": 0}),
        # of 33 a tenth may be missing: 29.7, so 29 is 0.7 short, of 0.05 euros each 3.5 cents
        ({"agreed": 33, "tolerance": 0.1, "amount": 0.05, "months": [12]}, 1, {"28": 9, "29": 4, "30": 0}),
        ({"agreed": 5, "amount": 1, "months": [12]}, 10, {"-1": 6_00, "4.9": 10, "5": 0, "5.1": 0}),
    ],
    FixedPayment: [({"amount": 12.34}, 1, {"0": 12_34, "7": 12_34})],
    RateCard: [
        ({"prices": [{"outcome": "m", "price": 12.5}]}, 1, {"0": 0, "1": 12_50, "7": 87_50}),
        ({"prices": [{"outcome": "m", "price": 10, "most": 3}]}, 1, {"2": 20_00, "3": 30_00, "4": 30_00}),
        ({"prices": [{"outcome": "m", "price": 10, "cap": 25}]}, 1, {"2": 20_00, "3": 25_00, "4": 25_00}),
        # the first two at 10, the third to fifth at 8, from the sixth on 1
        ({"prices": [{"outcome": "m", "tiers": [
            {"after": 0, "price": 10}, {"after": 2, "price": 8}, {"after": 5, "price": 1},
        ]}]}, 1, {"0": 0, "1": 10_00, "2": 20_00, "3": 28_00, "5": 44_00, "6": 45_00, "9": 48_00}),
        ({"prices": [{"outcome": "m", "tiers": [{"after": 0, "price": 10}, {"after": 2, "price": 8}],
                      "most": 3, "cap": 27}]}, 1, {"2": 20_00, "3": 27_00, "4": 27_00}),
        # a price after discount is a whole cent, halves up: 0.125 of 0.99 is 0.86625, a half of 0.05 is 0.025
        ({"prices": [{"outcome": "m", "price": 0.99}], "discount": 0.125}, 1, {"1": 87, "100": 87_00}),
        ({"prices": [{"outcome": "m", "price": 0.05}], "discount": 0.5}, 1, {"1": 3, "2": 6}),
        ({"prices": [{"outcome": "m", "tiers": [{"after": 0, "price": 10}, {"after": 1, "price": 0.05}]}],
          "discount": 0.5}, 1, {"1": 5_00, "3": 5_06}),
        ({"prices": [{"outcome": "m", "price": 10}], "discount": 1.0}, 1, {"9": 0}),
    ],
}
"""By kind: terms, steps in one unit of the metric, and cents by value."""

STANDING = [kind for kind in TABLES if kind not in (FixedPayment, RateCard)]


def cases():
    for kind, tables in TABLES.items():
        for number, (terms, scale, rows) in enumerate(tables):
            for value, cents in rows.items():
                yield pytest.param(kind, terms, scale, value, cents, id=f"{kind.__name__} {number}: {value}")


def test_every_kind_has_a_table():
    assert set(TABLES) == set(MADE)


@pytest.mark.parametrize(("kind", "terms", "scale", "value", "cents"), list(cases()))
def test_by_hand(kind, terms, scale, value, cents):
    found = standing(value, scale=scale) if kind in STANDING else adding(float(value), scale=scale)
    assert MADE[kind](line(kind, **terms), found).tolist() == [[cents]]


@pytest.mark.parametrize(("kind", "terms", "scale", "value", "cents"), [
    each for each in cases() if each.values[0] in STANDING
])
def test_a_mean_over_cohorts_pays_as_the_same_value_of_one(kind, terms, scale, value, cents):
    # weights 3 and 4: the value is a fraction with base 7, and not a whole number of steps in either
    steps = int(Fraction(value) * scale)
    gained = np.array([[[3.0 * (steps + 4)]], [[4.0 * (steps - 3)]], [[0.0]]])
    weight = np.array([[[3.0]], [[4.0]], [[0.0]]])
    fresh = np.array([[True], [True], [False]])
    nothing = np.zeros((3, 1, 1))
    found = Metrics(nothing, nothing, np.zeros((3, 1)), ("a", "b"), series={"m": Series(gained, weight, fresh, scale)})
    assert MADE[kind](line(kind, **terms), found).tolist() == [[cents]]


@pytest.mark.parametrize(("kind", "terms"), [
    *((kind, terms) for kind in STANDING for terms, _, _ in TABLES[kind]),
    (StepTable, {"rows": [{"pays": 7}]}), (TwoWay, {"rows": [{"pays": -7}]}),
    (InterpolatedTable, {"points": [{"at": -9, "pays": 5}, {"at": 9, "pays": 5}]}),
    (PerPoint, {"from": -9, "jump": 1, "amount": 1}),
])
def test_without_a_value_nothing_is_made(kind, terms):
    assert MADE[kind](line(kind, **terms), standing(None, scale=10)).tolist() == [[0]]
    # measured on the first date only: per period the second date has no value
    first, second = MADE[kind](line(kind, **terms, measure="per_period"), standing(1, None, scale=10))
    assert second.tolist() == [0]
    assert first.tolist() == MADE[kind](line(kind, **terms), standing(1, scale=10))[0].tolist()


def test_a_share_of_nobody_pays_nothing():
    nobody = Metrics(np.zeros((1, 1, 2)), np.array([[[0.0, 1.0]]]), np.array([[0.0, 4.0]]), ())
    terms = line(StepTable, metric="validated_share", rows=[{"pays": 3}, {"at_least": 0.25, "pays": 9}])
    assert MADE[StepTable](terms, nobody).tolist() == [[0, 9_00]]
    terms = line(Shortfall, metric="validated_share", agreed=1.0, amount=100, months=[12])
    assert MADE[Shortfall](terms, nobody).tolist() == [[0, 75_00]]


class TestShares:
    """A validated share is a fraction of whole cases: 7 of 100 is 0.07, though 0.07 * 100 is above 7 in binary."""

    @pytest.mark.parametrize(("k", "cents"), [(6, 0), (7, 100), (8, 100)])
    def test_a_row(self, k, cents):
        found = Metrics(np.zeros((1, 1, 1)), np.array([[[float(k)]]]), np.array([[100.0]]), ())
        terms = line(StepTable, metric="validated_share", rows=[{"at_least": 0.07, "pays": 1}])
        assert MADE[StepTable](terms, found).tolist() == [[cents]]

    def test_points_and_proportions(self):
        # 2 of 3: 66 whole percents; 2/3 of a target of 0.8 is 5/6 of 100
        found = Metrics(np.zeros((1, 1, 1)), np.array([[[2.0]]]), np.array([[3.0]]), ())
        points = line(PerPoint, metric="validated_share", **{"from": 0}, amount=1, point=0.01)
        assert MADE[PerPoint](points, found).tolist() == [[66_00]]
        assert MADE[Proportional](line(Proportional, metric="validated_share", target=0.8, amount=100),
            found).tolist() \
            == [[83_33]]


class TestRateCards:
    """Several outcomes and several cohorts on one card."""

    def test_outcomes_add_up(self):
        found = adding(2, 1, job=(1, 0))
        card = line(RateCard, prices=[{"outcome": "m", "price": 10}, {"outcome": "job", "price": 100, "most": 1}])
        assert MADE[RateCard](card, found)[:, 0].tolist() == [120_00, 130_00]  # to date

    def of_two(self):
        gained = np.array([[[3.0]], [[2.0]], [[0.0]]])
        nothing = np.zeros((3, 1, 1))
        return Metrics(nothing, nothing, np.zeros((3, 1)), ("a", "b"), series={"m": Series(gained)})

    @pytest.mark.parametrize(("price", "cohort", "cents"), [
        ({}, None, 50_00),
        ({}, "a", 30_00),
        ({"by_cohort": {"b": 7}}, None, 44_00),  # 3 at 10 and 2 at 7
        ({"by_cohort": {"b": 7, "a": 1}}, None, 17_00),
        ({"by_cohort": {"b": 7}}, "b", 14_00),
        ({"by_cohort": {"b": 7}}, "a", 30_00),
        ({"by_cohort": {"b": 7}, "cap": 40}, None, 40_00),
        ({"by_cohort": {"b": 7}, "cap": 40}, "a", 30_00),
        ({"most": 4}, None, 40_00),
    ])
    def test_prices_by_cohort(self, price, cohort, cents):
        card = line(RateCard, cohort=cohort, prices=[{"outcome": "m", "price": 10} | price])
        assert MADE[RateCard](card, self.of_two()).tolist() == [[cents]]

    def test_the_discount_is_taken_off_a_cohorts_price_too(self):
        # 90% of 7 is 6.30, of 0.05 is 4.5 cents, so 5
        card = line(RateCard, discount=0.1, prices=[{"outcome": "m", "price": 7, "by_cohort": {"b": 0.05}}])
        assert MADE[RateCard](card, self.of_two()).tolist() == [[3 * 6_30 + 2 * 5]]

    def test_who_is_in_no_cohort_has_the_common_price(self):
        rest = Metrics(
            np.zeros((2, 1, 1)), np.zeros((2, 1, 1)), np.zeros((2, 1)), ("a",),
            series={"m": Series(np.array([[[3.0]], [[2.0]]]))},
        )
        card = line(RateCard, prices=[{"outcome": "m", "price": 10, "by_cohort": {"a": 7}}])
        assert MADE[RateCard](card, rest).tolist() == [[41_00]]


class TestExactness:
    """Amounts that no float can hold on the way."""

    def test_a_large_mean_is_divided_exactly(self):
        # 10^9 steps in seven parts, 10^10 cents of amount: beyond 2^53 on the way
        weight, value = 7.0, 999_999_999.0
        fresh = np.array([[True], [False]])
        series = Series(np.array([[[value]], [[0.0]]]), np.array([[[weight]], [[0.0]]]), fresh, 100)
        terms = line(Proportional, target=1_000_000, amount=100_000_000, at_most=100)
        exactly = Fraction(10**10) * Fraction(999_999_999, 700) / 10**6
        assert MADE[Proportional](terms, on_dates(1, m=series)).tolist() == [[int(exactly + Fraction(1, 2))]]

    @given(st.integers(-3000, 3000), st.integers(1, 999), st.integers(1, 97))
    def test_proportions_as_fractions(self, steps, cents, weight):
        series = Series(np.array([[[float(steps)]], [[0.0]]]), np.array([[[float(weight)]], [[0.0]]]),
                        np.array([[True], [False]]), 10)
        terms = line(Proportional, target=0.7, amount=cents / 100, at_most=9)
        value = Fraction(cents) * Fraction(steps, 10 * weight) / Fraction(7, 10)
        expected = max(0, min((2 * value + 1) // 2, 9 * cents))
        assert MADE[Proportional](terms, on_dates(1, m=series)).tolist() == [[expected]]


class TestReading:
    """What lines read of a metric."""

    def test_rows_of_expected_numbers_are_compared_as_they_are(self):
        found = Metrics(np.zeros((1, 1, 1)), np.array([[[2.5]]]), np.array([[10.0]]), (), is_whole=False)
        rows = line(StepTable, metric="validated_cases", rows=[{"at_least": 2.5, "pays": 1}]).rows
        assert read(line(StepTable, metric="validated_cases", rows=rows), found).row(rows).tolist() == [[0]]

    def test_a_value_in_tenths_is_put_to_levels_in_units(self):
        found = read(line(StepTable, rows=[{"pays": 0}]), standing("7.5", scale=10))
        assert found.steps(7.5) == 75
        assert found.whole_units(start=Fraction(20), unit=Fraction(10)).tolist() == [[5]]
        assert found.times(3, start=Fraction(70), unit=Fraction(10)).tolist() == [[2]]  # 1.5, away from zero
        assert found.times(3, start=Fraction(80), unit=Fraction(10)).tolist() == [[-2]]
