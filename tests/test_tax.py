"""Tax on outcome payments, by hand: 21% on top of 121 is 25.41, within 121 it is 21."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_block import household, plain_deal

from sib.contract.tax import divided, tax_within, with_tax
from sib.deal.contract import ValueAddedTax
from sib.engine import replay, simulate

WITHIN, ON_TOP = (ValueAddedTax(rate=0.21, included=included) for included in (True, False))


def test_what_is_within() -> None:
    paid = np.array([12_100.0, 150.0])
    assert tax_within(WITHIN, paid).tolist() == [2_100.0, 26.0]  # 26.03
    assert not tax_within(ON_TOP, paid).any()
    assert not tax_within(None, paid).any()


@given(st.integers(0, 10**12), st.sampled_from([0.0, 0.06, 0.09, 0.21, 0.99]))
def test_grossed_up_it_settles_what_is_due_and_a_cent_less_does_not(due: int, rate: float) -> None:
    terms = ValueAddedTax(rate=rate, included=True)
    paid = with_tax(terms, np.array([float(due)]))
    assert paid - tax_within(terms, paid) >= due
    if due:
        assert paid - 1 < due * (1 + rate) + 1e-3


def vat_deal(**terms: object):
    """Two cases save 240 in all, validated at once; the investor laid out 100 at no interest."""
    return plain_deal(household(), contract={"vat": {"rate": 0.21, **terms}})


@pytest.mark.parametrize(
    ("terms", "paid", "state", "payer"),
    [
        ({}, 100, 21, -121),  # on top
        ({"compensable": True}, 100, 0, -100),
        ({"included": True}, 121, 21, -121),  # 121 less 21 repays the 100
        ({"included": True, "compensable": True}, 121, 0, -100),
    ],
)
def test_who_bears_it(terms: dict[str, bool], paid: int, state: int, payer: int) -> None:
    chapter, _ = replay(vat_deal(**terms), 1, trial=0)
    assert chapter.own_payments[0] == paid * 100
    found = {role: float(chapter.cash[role][:, 0].sum()) / 100 for role in ("state", "outcome_payer", "investor")}
    assert found == {"state": state, "outcome_payer": payer, "investor": 0}


def test_within_too_little_the_investor_bears_it() -> None:
    """Savings of 100 are all paid: 82.64 reach the investor, who is not repaid."""
    deal = plain_deal(household(saving=50), contract={"vat": {"rate": 0.21, "included": True}})
    chapter, _ = replay(deal, 1, trial=0)
    assert chapter.cash["state"][:, 0].sum() == 1_736
    assert chapter.cash["investor"][:, 0].sum() == 10_000 - 1_736 - 10_000


def test_on_top_it_changes_nothing_for_the_investor() -> None:
    taxed, plain = (simulate(deal, 300) for deal in (vat_deal(), plain_deal(household())))
    for name in ("investor.receipts", "investor.irr", "municipality.outcome_payments"):
        assert np.array_equal(taxed.trials[name], plain.trials[name], equal_nan=True)
    assert (plain.trials["municipality.net_cash"] - taxed.trials["municipality.net_cash"] == 2_100).all()


EARLY = {
    "payments": [{"kind": "savings_share", "name": "repayment", "share": 0.3}],
    "triggers": [{"name": "stop", "metric": "validated_savings", "at_least": 1}],
    "early_ends": [{"name": "done", "when": "stop", "principal": 1.0, "interest": 1.0}],
}
"""Of savings of 240 on the first date 72 are paid; the rest of the loan of 100 is settled on the same date."""


@pytest.mark.parametrize(
    ("terms", "settled", "state", "payer"),
    [
        ({}, 28.00, 15.12, -115.12),  # 21% of 72
        ({"compensable": True}, 28.00, 0, -100),
        ({"included": True}, 40.50, 12.50, -112.50),  # 72 x 21/121 = 12.496
        ({"included": True, "compensable": True}, 40.50, 0, -100),
    ],
)
def test_an_early_end_settles_a_loan_and_bears_no_tax(
    terms: dict[str, bool], settled: float, state: float, payer: float
) -> None:
    deal = plain_deal(household(), contract={"vat": {"rate": 0.21, **terms}, **EARLY})
    chapter, _ = replay(deal, 1, trial=0)
    early = [float(each.amounts[:, 0].sum()) / 100 for each in chapter.book if each.clause == "early end: done"]
    found = {role: float(chapter.cash[role][:, 0].sum()) / 100 for role in ("state", "outcome_payer", "investor")}
    assert early == [settled]
    assert found == {"state": state, "outcome_payer": payer, "investor": 0}


def test_tax_that_was_taken_on_the_whole_comes_back_on_the_whole() -> None:
    """Two of 3 cents each at 20% within: 1 cent of the 6 is tax, and 1 comes back to the first of equals."""
    terms = ValueAddedTax(rate=0.2, included=True, compensable=True)
    paid = np.array([3.0, 3.0])[:, np.newaxis, np.newaxis]
    assert divided(terms, paid).ravel().tolist() == [1.0, 0.0]
    assert tax_within(terms, paid.sum(axis=0)[0]).tolist() == [1.0]


def test_two_lines_on_a_date_redeem_what_is_due() -> None:
    """5 cents due at 21% within: 7 are grossed up, 6.05 rounded up; 1.21 of them are tax."""
    due = with_tax(WITHIN, np.array([5.0]))
    assert due.tolist() == [7.0]
    assert (due - tax_within(WITHIN, due) >= 5).all()
