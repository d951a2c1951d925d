"""Effects on whole cohorts: means, spreads and correlations against closed forms; what is measured, and when."""

from __future__ import annotations

import numpy as np
import pytest
from group_deal import REDUCTION, VILLAGE, effect_deal
from one_block import TOLERANCE, distance

from sib.chance.draws import Stream
from sib.programme.effects import EFFECTS, in_steps, measure
from sib.programme.grid import grid

N_BLOCKS = 40
N = 256 * N_BLOCKS
FINE = {"unit": "points", "decimals": 6}
SCALE = 10**6


def metric(name="m", effect=5, **terms):
    return {"name": name, "effect": effect} | FINE | terms


def measured(deal, *, blocks=N_BLOCKS, true=False):
    """Values of each metric by cohort and date, over some blocks: arrays of shape (n_cohorts, n_dates, n_trials)."""
    papers = [measure(deal, Stream(1, block), calendar=grid(deal)) for block in range(blocks)]
    chosen = [paper.true if true else paper.found for paper in papers]
    found = {}
    for name, series in chosen[0].items():
        gained = np.concatenate([each[name].gained for each in chosen], axis=-1)
        weight = np.ones(1) if series.weight is None else np.maximum(series.weight, 1)
        found[name] = gained / weight / series.scale
    return found


def sure_to_be(sample, mean, sd, skew_free=True):
    """Whether mean and standard deviation are what they should be, by their standard errors under a normal."""
    assert distance(sample, mean, sd**2) < TOLERANCE
    assert abs(sample.std() / sd - 1) < TOLERANCE / np.sqrt(2 * len(sample)) * (1 if skew_free else 1.5)


NORMAL = {"kind": "normal", "mean": 9, "sd": 4}
DISTRIBUTED = [
    (NORMAL, 9, 4),
    ({"kind": "uniform", "low": -2, "high": 10}, 4, 12 / np.sqrt(12)),
    ({"kind": "triangular", "low": 0, "mode": 3, "high": 12}, 5, np.sqrt((0 + 9 + 144 - 0 - 0 - 36) / 18)),
    ({"kind": "pert", "low": 0, "mode": 3, "high": 12}, 4, np.sqrt(4 * 8 / 7)),
]


class TestTrueEffects:
    """Each kind by its mean and standard deviation."""

    @pytest.mark.parametrize(("effect", "mean", "sd"), DISTRIBUTED)
    def test_mean_and_sd(self, effect, mean, sd):
        sure_to_be(measured(effect_deal(metric(effect=effect)))["m"][0, 0], mean, sd, skew_free=False)

    def test_every_kind_is_here(self):
        assert len(EFFECTS) == len(DISTRIBUTED) + 1  # and what is sure

    def test_a_sure_effect(self):
        assert (measured(effect_deal(metric(effect=7.5)), blocks=1)["m"][0] == 7.5).all()

    def test_by_cohort(self):
        deal = effect_deal(
            metric(effect=5, by_cohort={"b": 8}), cohorts=[VILLAGE, VILLAGE | {"name": "b"}],
                ties={"across_cohorts": 0},
        )
        assert measured(deal, blocks=1)["m"][:2, 0, 0].tolist() == [5, 8]


def correlation(one, other):
    return np.corrcoef(one, other)[0, 1]


def close(found, expected):
    """Whether a correlation of two normals is within the standard errors of Fisher's z."""
    if abs(expected) == 1:
        return abs(found - expected) < 1e-6
    return abs(np.arctanh(found) - np.arctanh(expected)) < TOLERANCE / np.sqrt(N - 3)


class TestDependence:
    """Correlation b over cohorts, a over metrics, and a times b where both differ."""

    @pytest.mark.parametrize(("a", "b"), [(0.0, 0.0), (0.3, 0.0), (0.0, 0.7), (0.3, 0.7), (1.0, 0.4), (0.5, 1.0),
        (1.0, 1.0)])
    def test_by_closed_form(self, a, b):
        deal = effect_deal(
            metric("m", NORMAL), metric("k", NORMAL), cohorts=[VILLAGE, VILLAGE | {"name": "b"}],
            ties={"across_cohorts": b, "across_metrics": a},
        )
        found = measured(deal)
        assert close(correlation(found["m"][0, 0], found["m"][1, 0]), b)
        assert close(correlation(found["m"][0, 0], found["k"][0, 0]), a)
        assert close(correlation(found["m"][0, 0], found["k"][1, 0]), a * b)
        for values in (found["m"][0, 0], found["m"][1, 0], found["k"][0, 0], found["k"][1, 0]):
            sure_to_be(values, 9, 4)

    def test_one_draw_for_all_measurements_of_a_cohort(self):
        found = measured(effect_deal(metric(effect=NORMAL)), blocks=1)["m"][0]
        assert (found[0] == found[1]).all()
        assert (found[0] == found[2]).all()


class TestEvaluator:
    """Measured is true, and an error of its own in each measurement."""

    def test_spread_and_correlation_of_measurements(self):
        # sd 4 and an error of 3: 5 in all; two measurements share 16 of 25
        found = measured(effect_deal(metric(effect=NORMAL, evaluator_sd=3)))["m"][0]
        sure_to_be(found[0], 9, 5)
        sure_to_be(found[2], 9, 5)
        assert close(correlation(found[0], found[1]), 16 / 25)

    def test_the_error_knows_nothing_of_the_effect_or_of_other_errors(self):
        deal = effect_deal(
            metric("m", NORMAL, evaluator_sd=3), metric("k", NORMAL, evaluator_sd=3),
            cohorts=[VILLAGE, VILLAGE | {"name": "b"}], ties={"across_cohorts": 1, "across_metrics": 1},
        )
        found, true = measured(deal), measured(deal, true=True)
        errors = [found[name][cohort, date] - true[name][cohort, date]
                  for name in ("m", "k") for cohort in (0, 1) for date in (0, 1)]
        for place, error in enumerate(errors):
            sure_to_be(error, 0, 3)
            assert close(correlation(error, true["m"][0, 0]), 0)
            assert all(close(correlation(error, other), 0) for other in errors[:place])

    def test_without_error_measured_is_true(self):
        deal = effect_deal(metric(effect=NORMAL))
        assert (measured(deal, blocks=1)["m"] == measured(deal, blocks=1, true=True)["m"]).all()


class TestNames:
    """A cohort or metric more leaves the draws of all others as they are."""

    def deal(self, cohorts=("a",), metrics=("m",), effect=NORMAL):
        return effect_deal(
            *(metric(name, effect, evaluator_sd=2) for name in metrics),
            cohorts=[VILLAGE | {"name": name} for name in cohorts],
            ties={"across_cohorts": 0.4, "across_metrics": 0.6},
        )

    @pytest.mark.parametrize(("cohorts", "metrics"), [(("a", "b"), ("m",)), (("a",), ("m", "k")), (("a", "z"), ("m",
        "y"))])
    def test_adding_behind(self, cohorts, metrics):
        before, after = measured(self.deal(), blocks=2), measured(self.deal(cohorts, metrics), blocks=2)
        assert (before["m"][0] == after["m"][0]).all()

    def test_adding_before(self):
        before, after = measured(self.deal(), blocks=2), measured(self.deal(("b", "a"), ("k", "m")), blocks=2)
        assert (before["m"][0] == after["m"][1]).all()

    def test_another_distribution_keeps_the_order(self):
        one = measured(self.deal(effect={"kind": "uniform", "low": 0, "high": 1}), blocks=1, true=True)["m"][0, 0]
        other = measured(self.deal(), blocks=1, true=True)["m"][0, 0]
        assert (np.argsort(one) == np.argsort(other)).all()

    def test_a_measurement_more_leaves_the_first_as_it_was(self):
        one = effect_deal(metric(effect=NORMAL, evaluator_sd=2), cohorts=[VILLAGE | {"measured": [12]}])
        two = effect_deal(metric(effect=NORMAL, evaluator_sd=2))
        assert (measured(one, blocks=1)["m"][0, 0] == measured(two, blocks=1)["m"][0, 0]).all()


class TestRounding:
    """To the metric's decimals, halves away from zero."""

    @pytest.mark.parametrize(("unit", "decimals", "effect", "steps"), [
        ("percent", 1, 7.25, 73), ("percent", 1, -7.25, -73), ("percent", 1, 7.24, 72), ("percent", 0, 78.5, 79),
        ("percent", None, 9.005, 901), ("fraction", None, 0.12345, 1235), ("eur", None, 12.345, 1235),
        ("count", None, 5.5, 6), ("count", None, -0.4, 0), ("points", None, 1.005, 101), ("percent", 6, 0.1234567,
         123457),
    ])
    def test_by_hand(self, unit, decimals, effect, steps):
        deal = effect_deal(metric(unit=unit, effect=effect, decimals=decimals))
        series = measure(deal, Stream(1, 0), calendar=grid(deal)).found["m"]
        assert series.gained[0, 0, 0] == steps

    def test_true_effects_are_rounded_alike_and_measured_ones_once(self):
        # 7.24 + error, rounded once: never 7.2 + error
        deal = effect_deal(metric(effect=NORMAL, decimals=1, evaluator_sd=2))
        fine = effect_deal(metric(effect=NORMAL, evaluator_sd=2))
        for true in (False, True):
            coarse, exact = (measured(each, blocks=2, true=true)["m"][0] for each in (deal, fine))
            assert (np.abs(coarse - exact) <= 0.05 + 1e-6).all()
            assert (np.round(coarse * 10) == np.round(coarse * 10, 9)).all()

    def test_in_steps(self):
        terms = effect_deal(REDUCTION).programme.metrics[0]
        # 1.15 * 10 is 11.499999999999998 in binary
        assert in_steps(terms, np.array([1.15, -1.15, 1.1499])).tolist() == [12, -12, 11]


class TestDates:
    """A measurement counts from the first payment date at or after its month."""

    def series(self, accumulates=False, **cohort):
        deal = effect_deal(metric(decimals=0, accumulates=accumulates), cohorts=[VILLAGE | cohort])
        return measure(deal, Stream(1, 0), calendar=grid(deal)).found["m"]

    @pytest.mark.parametrize(("month", "dates"), [
        (1, [1, 1, 1]), (12, [1, 1, 1]), (13, [0, 1, 1]), (24, [0, 1, 1]), (36, [0, 0, 1]), (37, [0, 0, 0]),
    ])
    def test_weight_and_freshness(self, month, dates):
        series = self.series(measured=month, size=20)
        assert series.weight[0, :, 0].tolist() == [20 * each for each in dates]
        assert series.gained[0, :, 0].tolist() == [100 * each for each in dates]
        first = dates.index(1) if 1 in dates else None
        assert series.fresh[0].tolist() == [place == first for place in range(3)]

    def test_what_accumulates_adds_up_within_a_date(self):
        series = self.series(accumulates=True, measured=[3, 6, 13], size=20)
        assert series.weight is None
        assert series.gained[0, :, 0].tolist() == [10, 5, 0]


class TestWorth:
    """True savings: effect times worth in each month of measurement."""

    def deal(self, **terms):
        payers = {"own": {"party": "municipality"}, "health": {"party": "insurer"}}
        return effect_deal(metric(effect=2.5, worth=10.01, **terms), payers=payers)

    def worth(self, deal):
        return measure(deal, Stream(1, 0), calendar=grid(deal)).worth

    def test_on_the_first_own_budget(self):
        worth = self.worth(self.deal())
        assert np.flatnonzero(worth["own"][:, 0]).tolist() == [12, 24, 36]
        assert set(worth["own"][[12, 24, 36], 5]) == {25_03}  # 25.025, a half goes up
        assert not worth["health"].any()

    def test_by_law_to_the_cent(self):
        worth = self.worth(self.deal(by_law={"health": 0.5, "own": 0.5}))
        assert (worth["health"][12, 0], worth["own"][12, 0]) == (12_52, 12_51)

    def test_the_error_of_the_evaluator_saves_nothing(self):
        deal = self.deal(evaluator_sd=5)
        assert (self.worth(deal)["own"][12] == 25_03).all()


def test_people_by_cohort_and_start_month():
    deal = effect_deal(cohorts=[VILLAGE | {"size": 30, "start": 2}, VILLAGE | {"name": "b", "size": 12, "start": 2}],
                       ties={"across_cohorts": 0})
    found = measure(deal, Stream(1, 0), calendar=grid(deal))
    assert found.enrolled[:, 0].tolist() == [30, 12, 0]
    assert found.plans[:, 0].tolist() == [0, 0, 42]
