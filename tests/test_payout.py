"""The exact payoff against worked examples, published terms, and the simulation of deals that do not vary."""

from __future__ import annotations

from contextlib import nullcontext
from fractions import Fraction
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from charts import HOUSEHOLDS
from group_deal import PUPILS, counts_deal
from small_deal import deal as small_deal

from sib import engine
from sib.deal.reader import load, packaged
from sib.deal.scenario import Scenario
from sib.payout import ROOM, as_row, expectations, payoff, placed, refuse_impossible
from sib.stated import MetricError

REFERENCE = "zwarte-zwanen"
STEADY: dict[str, Any] = {
    f"{HOUSEHOLDS}.success": 1.0, f"{HOUSEHOLDS}.saving": 10_000, "programme.dependence": {"kind": "independent"},
    "accountant.delay": {"kind": "fixed", "months": 6}, "accountant.review.wrong_rejection": 0.0,
}
"""The reference deal with nothing left to chance: everybody succeeds, saves as much and is validated at once."""


def net_cash(deal: Scenario) -> dict[str, set[float]]:
    """Net cash by party of 256 simulated trials, in currency units: what there is, once each."""
    simulation = engine.simulate(deal, 256, seed=1, keep_flows=True)
    names = {"outcome_payer": "municipality"}
    parties = payoff(deal, {})[0].flows
    return {
        names.get(who, who): {float(cents) / 100 for cents in flows.sum(axis=1)}
        for who, flows in simulation.flows.items() if names.get(who, who) in parties
    }


def test_the_worked_example_by_hand() -> None:
    """60 on the first date (interest 4, principal 56), 45.76 on the second (interest 1.76, principal 44): 4% a year."""
    [point] = payoff(load("worked-example"), {"validated_savings": [180]})
    assert point.outcome_payment == point.payments["repayment"] == 105.76
    assert (point.investor.outlay, point.investor.receipts, point.unpaid) == (100.0, 105.76, 0.0)
    assert point.investor.irr == pytest.approx(0.04, abs=1e-12)
    assert {who: cash for who, cash in point.flows.items() if cash} == {
        "investor": 5.76, "municipality": -105.76, "provider": 100.0,
    }


def test_nothing_comes_of_nothing() -> None:
    [point] = payoff(load(REFERENCE), {"validated_savings": [0]})
    assert (point.outcome_payment, point.investor.irr, point.triggers) == (0.0, -1.0, {"proof": False})
    # 1,797,500 at 4% for six years, ACT/365F, compounded on anniversaries: one of the years has 366 days
    owed = 1_797_500 * 1.04**5 * (1 + 0.04 * 366 / 365)
    assert point.unpaid == pytest.approx(owed, abs=0.05)


YOUNG = "programme.segments.young parents"
BY_THE_CLAIM = ('fee = { line = "accountancy" }', "fee = { fixed = 1_000, per_case = 80.05 }")
SURE: dict[str, Any] = {
    f"{YOUNG}.success": 1.0, f"{YOUNG}.saving": 10_000, "programme.dependence": {"kind": "independent"},
    "accountant.review.wrong_rejection": 0.0, "accountant.delay": {"kind": "fixed", "months": 2},
}


@pytest.mark.parametrize("terms", [
    {}, {"accountant.claim_at": "plan"}, {"accountant.claim_at": "monthly"}, {"accountant.fee.payer": "provider"},
    {f"{YOUNG}.success": 0.0}, {f"{YOUNG}.success": 0.0, "accountant.claims.invalid": 1.0},
    {"accountant.mode": "none"}, {"contract.stop_intake": "proof"},
])
def test_the_accountant_is_paid_by_the_claim_as_in_a_simulation(tmp_path: Path, terms: dict[str, Any]) -> None:
    deal = small_deal(tmp_path, BY_THE_CLAIM, settings=SURE | terms)
    [point] = payoff(deal, {})
    assert {who: {cash} for who, cash in point.flows.items()} == net_cash(deal)


def test_the_fee_by_the_claim_is_for_all_that_are_expected(tmp_path: Path) -> None:
    """1,000, and 80.05 for each of ten households, all of which succeed; whatever is stated of the savings."""
    for saved in (0, 100_000):
        [point] = payoff(small_deal(tmp_path, BY_THE_CLAIM, settings=SURE), {"validated_savings": [saved]})
        [without] = payoff(small_deal(tmp_path, settings=SURE), {"validated_savings": [saved]})
        assert point.flows["accountant"] - without.flows["accountant"] == 1_000 + 10 * 80.05
        assert point.flows["municipality"] - without.flows["municipality"] == -1_000 - 10 * 80.05


def test_the_trigger_is_a_cliff() -> None:
    below, at = payoff(load(REFERENCE), {"validated_savings": ["1199999.99", "1200000"]})
    assert (below.outcome_payment, at.outcome_payment) == (0.0, 1_200_000.0)
    assert (below.triggers["proof"], at.triggers["proof"]) == (False, True)


def test_a_two_way_line_pays_both_ways() -> None:
    """DC Water's offering of 2016: 3.3 million either way, outside 18.6% to 41.3%."""
    points = payoff(load("dc-water"), {"runoff_reduction": [45, 30, 10, "18.6", "18.5", "41.3", "41.4"]})
    line = next(name for name, paid in points[0].payments.items() if paid == 3_300_000)
    assert [point.payments[line] for point in points] == [
        3_300_000, 0, -3_300_000, 0, -3_300_000, 0, 3_300_000,
    ]
    base = points[1].outcome_payment
    assert [point.outcome_payment - base for point in points[:3]] == [3_300_000, 0, -3_300_000]


def test_without_variance_a_simulation_is_the_payoff_of_the_worked_example() -> None:
    deal = load("worked-example")
    [point] = payoff(deal, {})
    assert net_cash(deal) == {who: {cash} for who, cash in point.flows.items()}


@pytest.mark.parametrize("saving", [8_000, 10_000, 12_345.67])
@pytest.mark.parametrize("overlays", [(), ("as-spent",), ("claim-at-plan",), ("claim-monthly",), ("from-then",)])
def test_without_variance_a_simulation_is_the_payoff(saving: float, overlays: tuple[str, ...]) -> None:
    deal = load(REFERENCE, overlays=overlays, settings={**STEADY, f"{HOUSEHOLDS}.saving": saving})
    simulated = net_cash(deal)
    trials = engine.simulate(deal, 256, seed=1).trials
    [validated] = set((trials["accountant.validated"] - trials["accountant.late"]).tolist())
    for values in ({}, {"validated_savings": [Fraction(int(validated), 100)]}, {"validated_cases": [375]}):
        [point] = payoff(deal, values)
        assert simulated == {who: {cash} for who, cash in point.flows.items()}


@pytest.mark.parametrize("name", packaged())
def test_what_is_expected_can_be_stated(name: str) -> None:
    deal = load(name)
    [expected] = payoff(deal, {})
    assert not expected.is_stated
    known = {metric: [value] for metric, value in expectations(deal).items() if not isnan(value)}
    assert known
    [stated] = payoff(deal, known)
    assert stated.outcome_payment == expected.outcome_payment
    assert stated.flows == expected.flows


def test_money_goes_from_one_to_another() -> None:
    for point in payoff(load(REFERENCE), {"validated_savings": list(range(0, 4_000_001, 250_000))}):
        assert sum(round(cash * 100) for cash in point.flows.values()) == 0
        assert point.flows["investor"] == pytest.approx(point.investor.receipts - point.investor.outlay)


def test_points_do_not_depend_on_their_neighbours() -> None:
    deal, values = load(REFERENCE), list(range(0, (ROOM + 5) * 1000, 1000))
    together = payoff(deal, {"validated_savings": values})
    assert len(together) == ROOM + 5
    for place in (0, 700, ROOM - 1, ROOM, ROOM + 4):
        assert payoff(deal, {"validated_savings": [values[place]]}) == [together[place]]


def test_a_value_arrives_where_it_is_placed() -> None:
    """All at month 24: two years at 4% with simple months within them, so 1,797,500 × 1.04² is due then."""
    deal = load(REFERENCE)
    by_month, by_date = (payoff(deal, {f"validated_savings@{when}": [3_000_000]}) for when in ("24", "2028-01-01"))
    assert by_month[0].outcome_payment == by_date[0].outcome_payment == round(1_797_500 * 1.04**2, 2)
    assert by_month[0].investor.irr == pytest.approx(0.04, abs=1e-12)
    values = {"validated_savings@36": [1_500_000], "validated_savings@24": [1_000_000]}
    turned = dict(reversed(values.items()))
    assert payoff(deal, values)[0].flows == payoff(deal, turned)[0].flows  # the order of the options says nothing


COHORTS: dict[str, Any] = {
    "contract.cohorts": [{"name": "first", "from": 1, "to": 3}, {"name": "second", "from": 4, "to": 6}],
}


def test_cohorts_add_up(tmp_path: Any) -> None:
    deal = small_deal(tmp_path, settings=COHORTS)
    parts = payoff(deal, {"validated_savings.first": [15_000], "validated_savings.second": [15_000]})
    low = payoff(deal, {"validated_savings.first": [5_000], "validated_savings.second": [5_000]})
    assert parts[0].outcome_payment == 30_000.0
    assert low[0].outcome_payment == 0.0  # 10,000 in all is less than the 20,000 that release it
    with pytest.raises(MetricError, match="for all and for a cohort too"):
        payoff(deal, {"validated_savings": [1], "validated_savings.first": [1]})


def test_more_successes_move_the_other_metrics_along() -> None:
    deal = load(REFERENCE)
    shares = payoff(deal, {"validated_share": ["0.4", "0.8"]})
    cases = payoff(deal, {"validated_cases": [150, 300]})
    assert [point.outcome_payment for point in shares] == [point.outcome_payment for point in cases]


def test_a_share_arrives_as_cases_do() -> None:
    """A curable trigger on the share, put to it as it stands on each date, is not met by cases yet to come."""
    terms = {"metric": "validated_share", "at_least": 0.3, "releases": "from_then"}
    deal = load(REFERENCE, settings={f"contract.triggers.proof.{name}": value for name, value in terms.items()})
    [point] = payoff(deal, {"validated_share": ["0.4"], "validated_savings": [2_000_000]})
    assert 0 < point.outcome_payment < 1_000_000


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ({"savings": [1]}, "'savings' is no metric of this deal; it has validated_savings (eur), validated_cases"),
        ({"validated_savings.east": [1]}, "'east' is no cohort of this deal; it has none"),
        ({"validated_savings@2027-01-02": [1]}, "no payment date; there are 24, from 2026-04-01 to 2032-01-01"),
        ({"validated_savings@1": [1]}, "'1' is no payment date"),
        ({"validated_savings": [1, 2], "enrolled": [1, 2, 3]}, "has 2 values where 3 are meant"),
        ({"validated_savings": []}, "has 0 values"),
        ({"validated_savings": ["0.001"]}, "is finer than its step, 0.01"),
        ({"validated_savings": [1e13]}, "is out of range"),
        ({"validated_savings@24": [1], "validated_savings@2028-01-01": [1]}, "given twice"),
        ({"validated_savings@24": [1], "validated_savings": [1]}, "with a date and without one"),
    ],
)
def test_what_no_deal_can_have(values: dict[str, Any], answer: str) -> None:
    with pytest.raises(MetricError) as caught:
        payoff(load(REFERENCE), values)
    assert answer in str(caught.value)


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ({"validated_cases": ["2.5"]}, "is no count"),
        ({"validated_cases": [-1]}, "is no count"),
        ({"validated_share": [70]}, "shares are fractions, 70% is 0.70"),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any], answer: str) -> None:
    with pytest.raises(MetricError, match=answer):
        refuse_impossible(load(REFERENCE), values)


def test_names_with_their_places() -> None:
    deal = load("dc-water")
    [cohort] = deal.cohorts
    assert placed(deal, "runoff_reduction") == ("runoff_reduction", None, None)
    last = deal.timeline.payment_months[-1]
    assert placed(deal, f"runoff_reduction.{cohort}@{last}") == ("runoff_reduction", cohort, last)


def test_shares_of_any_length_can_be_stated() -> None:
    shares = np.linspace(0, 1, 7).tolist()
    assert len(payoff(load(REFERENCE), {"validated_share": shares})) == 7


def test_a_row_names_everything() -> None:
    row = as_row(payoff(load(REFERENCE), {"validated_savings": [2_000_000]})[0])
    assert row["validated_savings"] == row["outcome_payment"] == row["payment.repayment"] == 2_000_000
    assert row["trigger.proof"] is True
    assert row["net_cash.municipality"] == -2_000_000
    assert row["investor.moic"] == pytest.approx(2_000_000 / 1_797_500)


@pytest.mark.parametrize(("values", "words"), [
    ({"job": [11], "diploma": [10]}, "it requires 'diploma', of which there are 10"),
    ({"job": [0, 11], "diploma": [10]}, "job = 11"),
    ({"job.pupils": [4], "diploma.pupils": [5, 3]}, "job.pupils = 4"),
    ({"job": [10], "diploma": [10]}, None),
    ({"job": [11]}, None),
])
def test_no_more_reach_an_outcome_than_the_one_it_requires(values: dict[str, list[int]], words: str | None) -> None:
    outcomes = [{"name": "diploma", "chance": 0.5}, {"name": "job", "chance": 0.5, "requires": "diploma"}]
    deal = counts_deal(PUPILS | {"people": 30, "outcomes": outcomes})
    with nullcontext() if words is None else pytest.raises(MetricError, match=words):
        refuse_impossible(deal, values)
