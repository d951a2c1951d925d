"""Deals whose terms no packaged deal has, written as files and nothing else: what they pay is worked out by hand.

Each table holds, at outcomes on and just around every boundary, what a separate calculation from the text of the
contract alone makes of it: whole cents, plain sums. The deals are in ``tests/unseen/``:

* *two classes of note*: 75 and 25% with coupons and repayment by tables of their own; a quarter of E is guaranteed
* *three to one*: learning by the half point and enrolment by target, 750,000 and 250,000 at most, under a cap a year
* *coupon floor*: never below 5% in the first three years, no minimum afterwards; half, three quarters or all comes back
* *cohort then pool*: 10% in a cohort, or 7.5% over unequal cohorts together where none has it
* *two-way*: a true-up every year that the investor may owe back, two payers of whom one is capped
* *tiers and caps*: tiers, groups, discount; a cap on an outcome, a line, a payer, a year and the contract
* *payers in turn*: three payers one after the other; the investor may walk away, the payer may buy it out
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sib.deal.reader import load
from sib.engine import simulate
from sib.payout import Point, payoff

FOLDER = Path(__file__).with_name("unseen")


@dataclass(frozen=True)
class Deal:
    """Amounts that ``shows`` names, by values of the metrics, worked out by hand; settings that leave no chance."""

    metrics: tuple[str, ...]
    shows: tuple[str, ...]
    rows: dict[tuple[float, ...], tuple[float, ...]]
    sure: dict[str, Any] = field(default_factory=dict)


DEALS = {
    "two-classes-of-note": Deal(
        metrics=("improvement",),
        shows=("paid", "P", "E", "guarantor"),
        rows={
            (4.9,): (7_500_000, 7_500_000, 625_000, 625_000),
            (5,): (11_766_780.82, 9_467_465.75, 2_299_315.07, 0),
            (14.9,): (11_766_780.82, 9_467_465.75, 2_299_315.07, 0),
            (15,): (13_016_780.82, 9_467_465.75, 3_549_315.07, 0),
            (19.9,): (13_016_780.82, 9_467_465.75, 3_549_315.07, 0),
            (20,): (15_771_232.88, 10_647_945.21, 5_123_287.67, 0),
            (40,): (15_771_232.88, 10_647_945.21, 5_123_287.67, 0),
            (40.1,): (17_869_863.02, 11_434_931.51, 6_434_931.51, 0),
        },
        sure={"programme.metrics.improvement.effect": 20, "programme.metrics.improvement.evaluator_sd": 0},
    ),
    "three-to-one": Deal(
        metrics=("learning.girls", "learning.boys", "enrolment"),
        shows=("learning girls", "learning all", "enrolment", "paid"),
        rows={
            (9.9, 9.9, 39.9): (0, 0, 0, 0),
            (10, 9.9, 40): (100_000, 0, 100_000, 200_000),
            (10.4, 20, 80): (100_000, 0, 200_000, 300_000),
            (10.5, 22.5, 99.9): (115_000, 0, 249_750, 364_750),
            (15, 14.9, 100): (250_000, 0, 250_000, 500_000),
            (30, 30, 127.9): (540_253.86, 171_259.30, 238_486.84, 950_000),
            (31, 55, 130): (511_039.92, 200_473.24, 238_486.84, 950_000),
        },
        sure={"programme.metrics.learning.effect": 17, "programme.metrics.enrolment.effect": 90},
    ),
    "coupon-floor": Deal(
        metrics=("rate@2021-01-31", "rate@2022-01-31", "rate@2023-01-31", "rate@2024-01-31", "rate@2025-01-31"),
        shows=("coupon", "principal"),
        rows={
            (0.449, 0.55, 0.549, 0.65, 0.649): (348_010.93, 1_234_567.89),
            (0.6, 0.6, 0.6, 0.6, 0.6): (263_134.39, 1_234_567.89),
            (0.3, 0.3, 0.3, 0.3, 0.449): (187_928.63, 617_283.95),
            (0.3, 0.3, 0.3, 0.3, 0.45): (187_928.63, 925_925.92),
            (0.65, 0.65, 0.65, 0.649, 0.7): (573_113.81, 1_234_567.89),
        },
        sure={"programme.metrics.rate.effect": 0.65},
    ),
    "cohort-then-pool": Deal(
        metrics=("reduction.one", "reduction.two", "reduction.three"),
        shows=("one", "two", "three", "pooled", "paid"),
        rows={
            (10, 0, 0): (2_000_000, 0, 0, 0, 2_000_000),
            (7.49, 7.5, 7.5): (0, 0, 0, 0, 0),
            (7.5, 7.5, 7.5): (0, 0, 0, 3_100_000, 3_100_000),
            (9.99, 5.51, 7.49): (0, 0, 0, 3_107_770.67, 3_107_770.67),
            (9.99, 9.99, 9.99): (0, 0, 0, 4_129_200, 4_129_200),
            (10, 10, 10): (2_000_000, 2_000_000, 500_000, 0, 4_500_000),
            (-2, -1, 10): (0, 0, 2_000_000, 0, 2_000_000),
        },
        sure={"programme.metrics.reduction.effect": 7.5, "programme.metrics.reduction.evaluator_sd": 0},
    ),
    "two-way": Deal(
        metrics=(
            "runoff@2019-07-01", "runoff@2020-07-01", "runoff@2021-07-01",
            "spend@2019-07-01", "spend@2020-07-01", "spend@2021-07-01",
        ),
        shows=("paid", "investor net", "provider net", "municipality net", "State net"),
        rows={
            (18.6, 18.6, 18.6, 1, 2, 3): (860_000, -120_000, 980_000, -602_000, -258_000),
            (18.7, 18.7, 18.7, 90000, 180000, 270000): (1_010_000, 0, 1_010_000, -707_000, -303_000),
            (18.6, 35, 18.6, 0, 89999, 179999): (995_500, 646.77, 994_853.23, -688_000, -307_500),
            (41.4, 10, 10, 0, 0, 0): (990_000, 10_000, 980_000, -681_000, -309_000),
            (10, 41.4, 41.3, 9, 100008, 200007): (1_049_000, 39_651.74, 1_009_348.26, -695_000, -354_000),
            (50, 50, 50, 90000, 180000, 270000): (1_163_000, 153_233.83, 1_009_766.17, -800_000, -363_000),
        },
        sure={"programme.metrics.runoff.effect": 10, "programme.metrics.spend.effect": 90000},
    ),
    "tiers-and-caps": Deal(
        metrics=("behaviour", "level 2.under 16", "level 2.over 16", "job@2017-07-15", "job@2017-10-15"),
        shows=("paid", "investor", "provider net"),
        rows={
            (50, 0, 0, 0, 0): (62_855, 62_855, 250_000),
            (51, 0, 0, 0, 0): (63_725.83, 63_725.83, 250_000),
            (91, 0, 0, 0, 0): (97_688.20, 97_688.20, 250_000),
            (120, 46, 0, 0, 0): (241_287.70, 241_287.70, 250_000),
            (10, 20, 25, 56, 57): (184_578, 184_578, 250_000),
            (10, 20, 25, 57, 97): (184_578, 184_578, 250_000),
            (120, 40, 40, 100, 200): (348_113.97, 319_256.92, 278_857.05),
        },
        sure={},
    ),
    "payers-in-turn": Deal(
        metrics=("uptake@2022-05-15", "uptake@2023-05-15", "uptake@2024-05-15", "uptake@2025-05-15"),
        shows=("paid", "investor", "municipality net", "province net", "State net"),
        rows={
            (19.9, 50, 50, 50): (96_000, 96_000, -96_000, 0, 0),
            (20, 19.9, 50, 50): (192_000, 192_000, -192_000, 0, 0),
            (20, 20, 19.9, 0): (0, 0, 0, 0, 0),
            (50, 79.9, 79.9, 80): (1_070_000, 1_070_000, -700_000, -320_000, -50_000),
            (90, 80, 0, 0): (630_000, 630_000, -400_000, -180_000, -50_000),
            (20, 50, 80, 50): (807_204.15, 807_204.15, -617_204.15, -140_000, -50_000),
            (55.5, 60.1, 33.3, 71.7): (1_007_500, 1_007_500, -700_000, -257_500, -50_000),
        },
        sure={"programme.metrics.uptake.effect": 55},
    ),
}


def shown(point: Point, what: str) -> float:
    """An amount of a point: of a party, a payment line, a tranche, or all that is paid."""
    if what.endswith(" net"):
        return point.flows[what.removesuffix(" net")]
    if what in point.payments:
        return point.payments[what]
    if what in point.tranches and what != "investor":
        return point.tranches[what].receipts
    others = {"paid": point.outcome_payment, "investor": point.investor.receipts,
              "guarantor": sum(point.guarantees.values())}
    return others[what]


ROWS = [(name, values) for name, deal in DEALS.items() for values in deal.rows]


@pytest.mark.parametrize(("name", "values"), ROWS)
def test_it_pays_what_is_worked_out_by_hand(name: str, values: tuple[float, ...]) -> None:
    deal = DEALS[name]
    [point] = payoff(load(FOLDER / f"{name}.toml"), {m: [str(v)] for m, v in zip(deal.metrics, values, strict=True)})
    assert tuple(shown(point, what) for what in deal.shows) == deal.rows[values]
    assert sum(round(net * 100) for net in point.flows.values()) == 0


@pytest.mark.parametrize("name", DEALS)
def test_a_simulation_closes_its_books(name: str) -> None:
    run = simulate(load(FOLDER / f"{name}.toml"), 256, seed=1)
    assert len(run.checks) > 10


@pytest.mark.parametrize("name", [name for name, deal in DEALS.items() if deal.sure])
def test_without_variance_a_simulation_pays_the_payoff(name: str) -> None:
    deal = load(FOLDER / f"{name}.toml", settings=DEALS[name].sure)
    run, [point] = simulate(deal, 256, seed=1, keep_flows=True), payoff(deal, {})
    for who, flows in run.flows.items():
        party = "municipality" if who == "outcome_payer" else who
        if party in point.flows:
            assert set(flows.sum(axis=1).tolist()) == {round(point.flows[party] * 100)}, who
