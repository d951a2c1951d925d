"""Where contracts change, read off their own terms."""

from __future__ import annotations

from typing import get_args

import pytest

from sib.deal.lines import Payment
from sib.deal.reader import load
from sib.payout import payoff
from sib.thresholds import AT, Threshold, thresholds


def test_every_kind_of_payment_is_in_the_table() -> None:
    union = get_args(Payment)[0]
    assert set(AT) == set(get_args(union))


def test_the_trigger_of_the_reference_deal() -> None:
    deal = load("zwarte-zwanen")
    assert thresholds(deal, "validated_savings") == [Threshold(1_200_000, "proof", True)]
    assert thresholds(deal, "validated_cases") == []
    assert thresholds(deal, "validated_savings", cohort="first") == []


def test_the_rows_of_a_table() -> None:
    """DC Water's offering of 2016: outside 18.6% to 41.3%."""
    found = thresholds(load("dc-water"), "runoff_reduction")
    assert [each.value for each in found] == [18.6, 41.3]
    assert not any(each.is_trigger for each in found)


@pytest.mark.parametrize(("name", "metric"), [("dc-water", "runoff_reduction"), ("peterborough", "reduction")])
def test_between_thresholds_nothing_jumps(name: str, metric: str) -> None:
    """A step of a thousandth moves no payment by more than a hundredth of them all, but where there is a threshold."""
    deal = load(name)
    known = [each.value for each in thresholds(deal, metric)]
    assert known
    low, high = int(min(known) * 1000) - 500, int(max(known) * 1000) + 500
    values = [f"{place / 1000:.3f}" for place in range(low, high)][:4000]
    paid = [point.outcome_payment for point in payoff(deal, {metric: values})]
    for before, after, value in zip(paid, paid[1:], values[1:], strict=False):
        if abs(after - before) > max(paid) / 100:
            assert min(abs(float(value) - each) for each in known) < 0.0015
