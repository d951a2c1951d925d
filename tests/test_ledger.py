"""Every movement with its two ends: who pays whom under which clause, by hand and in sum."""

from __future__ import annotations

import numpy as np
import pytest
from one_block import household, plain_deal

from sib.deal.parties import ROLES
from sib.deal.reader import load
from sib.engine import replay
from sib.ledger import ACCOUNT, Movement, accountant_fee, balances


def book_of(deal, trial=0):
    """What moved in one trial: payer, payee, clause, and cents by period."""
    chapter, place = replay(deal, 1, trial=trial)
    found = []
    for movement in chapter.book:
        amounts = movement.in_trial(place)
        found.append((movement.payer, movement.payee, movement.clause, {
            int(period): int(amounts[period]) for period in np.flatnonzero(amounts)
        }))
    return found


def test_the_worked_example():
    assert book_of(load("worked-example")) == [
        ("investor", "account", "drawdown:investor", {0: 10_000}),
        ("account", "provider", "cost:two plans", {1: 10_000}),
        ("outcome_payer", "account", "payment:repayment", {12: 6_000, 24: 4_576}),
        ("account", "investor", "interest:investor", {12: 400, 24: 176}),
        ("account", "investor", "principal:investor", {12: 5_600, 24: 4_400}),
    ]


@pytest.fixture(scope="module")
def everything():
    """Four planned cases of which three come: all kinds of movement happen, each to its own party."""
    return plain_deal(
        household(cases=4, saving=600),
        enrolment=0.75,
        lines=[
            {"activity": "plans", "number": 4, "unit_price": 50, "when": {"stage": "plan"}},
            {"activity": "broker", "number": 1, "unit_price": 30, "when": {"at": 1}, "payee": "intermediary"},
        ],
        timeline={"maturity": 24},
        accountant={"fee": {"fixed": 7, "per_case": 2.5, "payer": "provider"}},
        contract={
            "interest": {"rate": 0.1, "basis": "over_term"},
            "fees": [{"name": "office", "payee": "intermediary", "amount": 11, "months": [12]}],
            "payments": [
                {"kind": "fixed", "name": "subsidy", "amount": 20, "months": [24], "to": "provider"},
                {"kind": "savings_share", "name": "repayment", "share": 0.5, "share_after_redemption": 0.1},
            ],
            "tranches": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}],
            "waterfall": ["fees", "interest:a", "principal:a", "interest:b", "principal:b", "success_fee:b", "surplus"],
        },
    )


def test_every_kind_of_movement_has_its_two_ends(everything):
    # 230 drawn; 150 + 30 spent and 50 for the fourth case back in month 1; 1,800 saved and validated in month 12:
    # due are 11 of fees, 23 of interest and 180, in all 214 out of 428; a tenth of the other 1,372 is 137.20
    assert book_of(everything) == [
        ("investor", "account", "drawdown:a", {0: 11_500}),
        ("investor", "account", "drawdown:b", {0: 11_500}),
        ("account", "provider", "cost:plans", {1: 15_000}),
        ("account", "intermediary", "cost:broker", {1: 3_000}),
        ("account", "investor", "unspent:a", {1: 2_500}),
        ("account", "investor", "unspent:b", {1: 2_500}),
        ("outcome_payer", "provider", "payment:subsidy", {24: 2_000}),
        ("outcome_payer", "account", "payment:repayment", {12: 21_400 + 13_720}),
        ("account", "intermediary", "fees:office", {12: 1_100}),
        ("account", "investor", "interest:a", {12: 1_150}),
        ("account", "investor", "principal:a", {12: 9_000}),
        ("account", "investor", "interest:b", {12: 1_150}),
        ("account", "investor", "principal:b", {12: 9_000}),
        ("account", "investor", "success_fee:b", {12: 13_720}),
        ("provider", "accountant", "fee:accountant", {0: 700, 12: 750}),
    ]


def test_net_cash_by_role(everything):
    chapter, _ = replay(everything, 1, trial=0)
    net = {role: float(flow[:, 0].sum()) / 100 for role, flow in chapter.cash.items()}
    assert net == {
        "investor": -230 + 50 + 203 + 137.20, "outcome_payer": -20 - 351.20, "provider": 150 + 20 - 14.50,
        "intermediary": 30 + 11, "accountant": 14.50, "guarantor": 0, "funder": 0, "state": 0, "account": 0,
    }
    assert set(chapter.cash) == {*ROLES, ACCOUNT}


def test_money_that_comes_back_to_the_outcome_payer():
    # 60 of 100 are saved and repaid in month 1, when it is known that half of the budget is not needed
    deal = plain_deal(household(saving=60, saving_months=1), enrolment=0.5, timeline={
        "maturity": 1, "payment_dates": {"every": 1},
    })
    assert ("account", "investor", "unspent:investor", {1: 5_000}) in book_of(deal)
    # and if savings repay it all before: month 1 brings 240, the last case that may come is known in month 2 only
    later = plain_deal(
        household(saving=240, saving_months=1, intake={"from": 1, "months": 2}), enrolment=0.5,
        timeline={"maturity": 3, "payment_dates": {"every": 1}},
    )
    assert ("outcome_payer", "account", "payment:repayment", {1: 10_000}) in book_of(later)
    assert ("account", "outcome_payer", "unspent:", {2: 5_000}) in book_of(later)


def test_the_accountants_fee():
    deal = plain_deal(accountant={"fee": {"fixed": 1000, "per_case": 0.29, "per_extra_review": 10}})
    opened, extra = np.zeros((3, 2)), np.zeros((3, 2))
    opened[2], extra[1] = (0, 7), (1, 0)
    charged = accountant_fee(deal, {"opened": opened, "extra": extra}, n_periods=3)
    assert charged.tolist() == [[100_000, 100_000], [1_000, 0], [0, 203]]
    assert accountant_fee(deal, {}, n_periods=3).tolist() == [[100_000], [0], [0]]
    assert opened[2, 1] == 7


class TestMovement:
    """Columns, and sums over a book."""

    narrow = Movement("investor", ACCOUNT, "drawdown:x", np.array([[5.0], [0.0]]))
    wide = Movement(ACCOUNT, "provider", "cost:y", np.array([[1.0, 2.0], [3.0, 0.0]]))

    def test_one_column_stands_for_all_trials(self):
        assert self.narrow.in_trial(1).tolist() == [5, 0]
        assert self.wide.in_trial(1).tolist() == [2, 0]

    def test_cash_is_received_less_paid(self):
        book = [self.narrow, self.wide]
        assert balances(book, ROLES, shape=(2, 2))["investor"].tolist() == [[-5, -5], [0, 0]]
        assert balances(book, ROLES, shape=(2, 2))[ACCOUNT].tolist() == [[4, 3], [-3, 0]]
        assert balances(book, ROLES, shape=(2, 2))["accountant"].tolist() == [[0, 0], [0, 0]]

    def test_balances_of_all_add_up_to_nothing(self):
        found = balances([self.narrow, self.wide], ROLES, shape=(2, 2))
        assert list(found) == [*ROLES, ACCOUNT]
        assert not sum(found.values()).any()


def test_what_does_not_move_is_not_in_the_book():
    clauses = [clause for _, _, clause, _ in book_of(load("worked-example"))]
    assert "surplus:" not in clauses
    assert "fee:accountant" not in clauses
