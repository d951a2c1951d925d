"""Who gets the money: every step by hand, the order as it is written, and nothing lost on the way."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.interest import Account, accrual
from sib.contract.waterfall import STEPS, Purse, flow
from sib.deal.lending import Interest

YEAR = (date(2025, 1, 1), date(2026, 1, 1))


def owed(*principal, percent):
    """An account that lent so many cents a year ago, in one trial or several, at simple interest."""
    terms = Interest(rate=percent / 100, basis="per_year", compounding="simple", day_count="30E/360")
    account = Account(accrual(terms, YEAR), len(principal), 10**11)
    account.draw(np.array(principal, dtype=float))
    account.accrue(1)
    return account


def purse(cash, *, senior=7_000, junior=3_000, fees=(), wanted=0):
    """Cash, a senior tranche at 4% and a junior one at 10%, and fees."""
    accounts = {"senior": owed(senior, percent=4), "junior": owed(junior, percent=10)}
    owed_fees = {name: np.array([float(due)]) for name, due in fees}
    return Purse(np.array([float(cash)]), accounts, owed_fees, wanted=float(wanted))


def given_out(steps, full):
    """What each claim got, in the one trial, after all steps in their order."""
    flow(tuple(steps), full)
    return {claim: float(amount[0]) for claim, amount in full.paid.items()}


SENIOR_FIRST = ("interest:senior", "principal:senior", "interest:junior", "principal:junior", "surplus")
INTEREST_FIRST = ("interest:senior", "interest:junior", "principal:senior", "principal:junior", "surplus")


@pytest.mark.parametrize(("cash", "interest_senior", "senior", "interest_junior", "junior", "surplus"), [
    # due: 280 and 7,000 to the senior, 300 and 3,000 to the junior tranche, 10,580 in all
    (100, 100, 0, 0, 0, 0),
    (280, 280, 0, 0, 0, 0),
    (7_000, 280, 6_720, 0, 0, 0),
    (7_280, 280, 7_000, 0, 0, 0),
    (7_281, 280, 7_000, 1, 0, 0),
    (9_000, 280, 7_000, 300, 1_420, 0),
    (10_580, 280, 7_000, 300, 3_000, 0),
    (12_000, 280, 7_000, 300, 3_000, 1_420),
])
def test_the_senior_tranche_first(cash, interest_senior, senior, interest_junior, junior, surplus):
    assert given_out(SENIOR_FIRST, purse(cash)) == {
        "interest:senior": interest_senior, "principal:senior": senior, "interest:junior": interest_junior,
        "principal:junior": junior, "surplus:": surplus,
    }


def test_all_interest_before_all_principal():
    found = given_out(INTEREST_FIRST, purse(1_000))
    assert found == {
        "interest:senior": 280, "interest:junior": 300, "principal:senior": 420, "principal:junior": 0, "surplus:": 0,
    }


def test_what_is_paid_is_no_longer_owed():
    full = purse(9_000)
    given_out(SENIOR_FIRST, full)
    assert (full.accounts["senior"].due, full.accounts["junior"].due) == (0, 1_580)
    assert full.cash == 0


def test_fees_in_the_order_of_the_file_and_the_rest_waits():
    full = purse(500, fees=[("management", 300), ("evaluation", 300)])
    found = given_out(("fees", *SENIOR_FIRST), full)
    assert (found["fees:management"], found["fees:evaluation"], found["interest:senior"]) == (300, 200, 0)
    assert {name: float(due[0]) for name, due in full.fees_due.items()} == {"management": 0, "evaluation": 100}


def test_a_success_fee_takes_all_that_is_left():
    steps = ("interest:senior", "principal:senior", "success_fee:junior", "surplus")
    found = given_out(steps, purse(8_000))
    assert (found["success_fee:junior"], found["surplus:"]) == (720, 0)


@pytest.mark.parametrize(
    ("cash", "kept", "surplus"), [(7_000, 0, 0), (7_281, 1, 0), (7_780, 500, 0), (8_000, 500, 220)]
)
def test_what_later_work_can_use_is_kept(cash, kept, surplus):
    # 280 and 7,000 go to the senior; of the rest later work can use 500
    found = given_out(("interest:senior", "principal:senior", "recycle", "surplus"), purse(cash, wanted=500))
    assert (found["recycle:"], found["surplus:"]) == (kept, surplus)


def test_a_tranche_without_a_step_gets_nothing():
    full = purse(20_000)
    assert given_out(("principal:senior", "surplus"), full) == {"principal:senior": 7_000, "surplus:": 13_000}
    assert (full.accounts["senior"].due, full.accounts["junior"].due) == (280, 3_300)


def test_every_trial_by_itself():
    full = Purse(np.array([40.0, 250.0, 10.0]), {"investor": owed(100, 100, 0, percent=4)}, {})
    flow(("interest:investor", "principal:investor", "surplus"), full)
    assert full.paid["interest:investor"].tolist() == [4, 4, 0]
    assert full.paid["principal:investor"].tolist() == [36, 100, 0]
    assert full.paid["surplus:"].tolist() == [0, 146, 10]


every_step = (*SENIOR_FIRST[:-1], "fees", "recycle", "success_fee:junior")


@given(
    st.integers(0, 20_000), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 500),
    st.integers(0, 500), st.permutations(every_step), st.integers(0, 7),
)
def test_in_any_order_all_cash_goes_out_and_nobody_gets_more_than_its_due(
    cash, senior, junior, fee, wanted, steps, n_steps,
):
    full = purse(cash, senior=senior, junior=junior, fees=[("fee", fee)], wanted=wanted)
    due = {
        "fees:fee": fee, "recycle:": wanted, "principal:senior": senior, "principal:junior": junior,
        "interest:senior": float(full.accounts["senior"].interest_due[0]),
        "interest:junior": float(full.accounts["junior"].interest_due[0]),
    }
    found = given_out((*steps[:n_steps], "surplus"), full)
    assert sum(found.values()) == cash
    assert min(found.values()) >= 0
    assert all(amount <= due[claim] for claim, amount in found.items() if claim in due)
    # whoever stands later gets something only if all before it got everything
    claims = [claim for claim in found if claim in due]
    first_short = next((place for place, claim in enumerate(claims) if found[claim] < due[claim]), len(claims))
    assert not any(found[claim] for claim in claims[first_short + 1 :])


def test_every_kind_of_step_is_tried_here():
    kinds = {step.partition(":")[0] for step in (*every_step, *SENIOR_FIRST)}
    assert kinds == set(STEPS)
