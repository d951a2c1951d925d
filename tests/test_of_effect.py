"""Deals on an effect: everything follows from one number."""

from __future__ import annotations

import pytest
from exact_deals import value
from group_deal import effect_deal

from sib.exact.method import exact

UNIFORM = {"name": "reduction", "unit": "percent", "decimals": 1, "worth": 100.0,
           "effect": {"kind": "uniform", "low": 0, "high": 10}}
PROPORTIONAL = {"kind": "proportional", "name": "result", "metric": "reduction", "target": 10, "amount": 2000}
ONCE = [{"name": "village", "measured": [12]}]


def test_without_an_error_net_cash_is_known_too():
    found = exact(effect_deal(UNIFORM, cohorts=ONCE, contract={"payments": [PROPORTIONAL]}))
    assert not found.refused
    # saves 100 and pays 200 a point: on average 500 and 1,000; always pays more than it saves
    assert value(found, "municipality.true_savings", "mean") == pytest.approx(500, abs=0.01)
    assert value(found, "municipality.net_cash", "mean") == pytest.approx(-500, abs=0.01)
    assert value(found, "municipality.net_cash", "p05") == pytest.approx(-950, abs=1)
    # in tenths, halves up: nothing is paid, and saved a few cents, for an effect below .05
    assert value(found, "municipality.pays_more_than_it_saves", "probability") == pytest.approx(0.9975, abs=0.0026)


def test_an_effect_that_is_measured_again_is_the_same_effect():
    again = UNIFORM | {"accumulates": True}
    cohorts = [{"name": "village", "measured": [12, 24, 36]}]
    found = exact(effect_deal(again, cohorts=cohorts, contract={"payments": [PROPORTIONAL]}))
    assert value(found, "programme.reduction", "mean") == pytest.approx(15, abs=1e-3)
    assert value(found, "municipality.true_savings", "mean") == pytest.approx(1500, abs=0.01)


def test_with_an_error_savings_and_payments_part():
    noisy = UNIFORM | {"evaluator_sd": 2.0}
    found = exact(effect_deal(noisy, cohorts=ONCE, contract={"payments": [PROPORTIONAL]}))
    assert found.refused["net_cash"].key == "error_between"
    assert value(found, "municipality.true_savings", "sd") == pytest.approx(1000 / 12**0.5, rel=1e-4)


@pytest.mark.parametrize(("metrics", "cohorts", "key"), [
    ([UNIFORM | {"evaluator_sd": 1.0}], [{"name": "village", "measured": [12, 24]}], "measurements"),
    ([UNIFORM], [{"name": name, "measured": [12]} for name in "ab"], "several_cohorts"),
    ([UNIFORM, UNIFORM | {"name": "other"}], ONCE, "metrics"),
])
def test_more_than_one_number(metrics, cohorts, key):
    ties = {"across_cohorts": 0.5, "across_metrics": 0.5}
    found = exact(effect_deal(*metrics, cohorts=cohorts, ties=ties, contract={"payments": [PROPORTIONAL]}))
    assert found.refused["contract"].key == key
