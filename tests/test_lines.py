"""What a payment line may say: each fault in one sentence that says what is allowed."""

from __future__ import annotations

from typing import get_args

import pytest
from group_deal import line, refused
from pydantic import TypeAdapter, ValidationError

from sib.contract.payments import PAYMENTS
from sib.deal.coupons import InterestTable, MinimumCoupon, RedemptionTable
from sib.deal.lines import (
    FixedPayment,
    InterpolatedTable,
    Payment,
    PerPoint,
    Proportional,
    RateCard,
    SavingsShare,
    Shortfall,
    StepTable,
    TwoWay,
)

POINTS = [{"at": 0, "pays": 0}, {"at": 10, "pays": 5}]
COUPON = {"tranche": "investor", "day_count": "ACT/360"}
PLAIN = {
    SavingsShare: {"share": 0.5},
    FixedPayment: {"amount": 1},
    StepTable: {"rows": [{"at_least": 1, "pays": 1}]},
    InterpolatedTable: {"points": POINTS},
    PerPoint: {"from": 5, "amount": 1},
    Proportional: {"target": 10, "amount": 1},
    RateCard: {"prices": [{"outcome": "job", "price": 1}]},
    InterestTable: COUPON | {"metric": None, "rows": [{"rate": 0.05}]},
    MinimumCoupon: COUPON | {"rate": 0.05, "until": 12},
    RedemptionTable: {"tranche": "investor", "metric": "m", "rows": [{"at_least": 1, "share": 1}]},
    TwoWay: {"rows": [{"pays": -1}]},
    Shortfall: {"agreed": 10, "amount": 1, "months": [12]},
}


def name_of(kind):
    return kind.model_fields["kind"].annotation.__args__[0]


def said(kind, **terms):
    """What is said of a plain line of a kind with these terms laid over it."""
    metric = {"metric": "m"} if "metric" in kind.model_fields else {}
    return refused(Payment, kind=name_of(kind), name="line", **(metric | PLAIN[kind] | terms))


def test_every_kind_can_be_written_and_paid():
    assert set(PLAIN) == set(get_args(get_args(Payment)[0])) == set(PAYMENTS)
    for kind, terms in PLAIN.items():
        assert isinstance(line(kind, **terms), kind)


def test_a_kind_that_does_not_exist():
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Payment).validate_python({"kind": "steps", "name": "line"})
    assert all(name_of(kind) in str(caught.value) for kind in PLAIN)


@pytest.mark.parametrize(("kind", "terms", "words"), [
    (FixedPayment, {"amount": -1}, "is negative"),
    (FixedPayment, {"amount": 1.005}, "has parts of a cent"),
    (FixedPayment, {"to": "investor", "pool": "side"},
     "goes straight to the investor and has a pool too; leave one out"),
    (FixedPayment, {"cap": -1}, "is negative"),
    (FixedPayment, {"round_to": 0}, "an amount from 0.01"),
    (SavingsShare, {"share": 0.0}, "pays nothing; leave the line out"),
    (SavingsShare, {"share": 50}, "50% is written 0.50"),
    (StepTable, {"rows": []}, "at least 1"),
    (StepTable, {"rows": [{"pays": -1}]}, 'kind = "two_way"'),
    (StepTable, {"rows": [{"at_least": 1, "above": 1, "pays": 1}]}, "both at_least and above; give one"),
    (StepTable, {"rows": [{"at_least": 1, "pays": 1}, {"pays": 2}]}, "only the first row, the lowest, may go without"),
    (StepTable, {"rows": [{"at_least": 2, "pays": 1}, {"at_least": 1, "pays": 2}]}, "rising order"),
    (StepTable, {"rows": [{"above": 2, "pays": 1}, {"above": 2, "pays": 2}]}, "each value once"),
    (StepTable, {"rows": [{"above": 2, "pays": 1}, {"at_least": 2, "pays": 2}]}, "rising order"),
    (TwoWay, {"rows": [{"at_least": 2, "pays": 1}, {"at_least": 1, "pays": -2}]}, "rising order"),
    (TwoWay, {"points": [{"at": 0, "pays": -1}, {"at": 1, "pays": 1}]}, "needs either rows or points"),
    (TwoWay, {"rows": []}, "needs either rows or points"),
    (TwoWay, {"rows": [], "points": [{"at": 0, "pays": -1}]}, "two points or more"),
    (Proportional, {"target": 5, "amount": 1, "at_most": 160}, "160% is written 1.6"),
    (Proportional, {"target": 5, "amount": 1, "at_least": 50, "at_most": 1.6}, "pays from 50 up to 1.6 times"),
    (TwoWay, {"liable": "intermediary"}, "'investor' or 'provider'"),
    (TwoWay, {"liability": -5}, "is negative"),
    (InterpolatedTable, {"points": POINTS[:1]}, "at least 2"),
    (InterpolatedTable, {"points": POINTS[::-1]}, "needs two points or more in rising order of at, each value once"),
    (InterpolatedTable, {"points": [*POINTS, POINTS[1]]}, "each value once"),
    (InterpolatedTable, {"points": [{"at": 0, "pays": -1}, POINTS[1]]}, 'kind = "two_way"'),
    (PerPoint, {"up_to": 4}, "counts from 5 up to 4"),
    (PerPoint, {"point": 0}, "greater than 0"),
    (PerPoint, {"amount": -1}, "is negative"),
    (Proportional, {"target": 0}, "greater than 0"),
    (Proportional, {"at_most": 0}, "greater than 0"),
    (Proportional, {"at_least": -0.1}, "greater than or equal to 0"),
    (RateCard, {"prices": []}, "at least 1"),
    (RateCard, {"prices": [{"outcome": "job"}]}, "needs either a price or tiers"),
    (RateCard, {"prices": [{"outcome": "job", "price": 1, "tiers": [{"after": 0, "price": 1}]}]},
     "either a price or tiers"),
    (RateCard, {"prices": [{"outcome": "job", "price": 1}] * 2}, "prices an outcome twice; use tiers, or by_cohort"),
    (RateCard, {"discount": 15}, "15% is written 0.15"),
    (RateCard, {"cap_per_person": -1}, "is negative"),
    (InterestTable, {"metric": "m"}, "needs a metric exactly where its rows have at_least or above"),
    (InterestTable, {"rows": [{"at_least": 1, "rate": 0.05}]}, "needs a metric exactly where"),
    (InterestTable, {"rows": [{"rate": 5}]}, "rates are fractions"),
    (InterestTable, {"day_count": "30/360"}, "'30E/360', 'ACT/365F', 'ACT/360' or 'ACT/ACT ISDA'"),
    (InterestTable, {"floor": {"rate": 0.01}}, "required"),
    (MinimumCoupon, {"until": 0}, "a number of months from 1"),
    (MinimumCoupon, {"rate": 5}, "5% is written 0.05"),
    (RedemptionTable, {"rows": [{"at_least": 1, "share": 80}]}, "80% is written 0.80"),
    (RedemptionTable, {"metric": None}, "needs a metric exactly where"),
    (RedemptionTable, {"rows": [{"share": 1}]}, "needs a metric exactly where"),
    (Shortfall, {"months": None}, "needs months: the payment dates on which the volume is looked at"),
    (Shortfall, {"months": []}, "needs months"),
    (Shortfall, {"agreed": 0}, "greater than 0"),
    (Shortfall, {"tolerance": 10}, "10% is written 0.10"),
])
def test_what_is_refused(kind, terms, words):
    assert words in said(kind, **terms)


@pytest.mark.parametrize("kind", PLAIN)
class TestEveryKind:
    """What all lines have in common."""

    def test_no_unknown_key(self, kind):
        assert "not permitted" in said(kind, wehn="low")

    def test_receivers(self, kind):
        assert "'waterfall', 'investor', 'provider', 'intermediary' or 'accountant'" in said(kind, to="guarantor")

    def test_a_pool_belongs_to_a_waterfall(self, kind):
        assert "leave one out" in said(kind, to="provider", pool="side")

    def test_caps_months_and_rounding(self, kind):
        found = line(kind, **PLAIN[kind] | {"cap": 0, "cap_per_year": 1, "months": [12, 24], "round_to": 0.05})
        assert (found.cap, found.cap_per_year, found.months, found.round_to) == (0, 1, (12, 24), 0.05)


def test_a_row_without_a_bound_needs_no_metric_but_may_not_have_one():
    assert line(InterestTable, **PLAIN[InterestTable]).metric is None
    two = [{"rate": 0.01}, {"above": 3, "rate": 0.02}]
    assert line(InterestTable, **COUPON, metric="m", rows=two).metric == "m"
