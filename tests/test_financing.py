"""Draws, what is never needed, and what goes back, by hand and as identities."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.financing import DRAWDOWNS, commitment_cents, finance
from sib.deal.contract import Contract
from sib.deal.lending import AsSpent, Schedule, UpFront
from sib.programme.budget import Spending


def contract(drawdown, commitment):
    return Contract(
        commitment=commitment, drawdown=drawdown, interest={"rate": 0.0, "basis": "over_term"},
        payments=[{"kind": "savings_share", "name": "repayment", "share": 1.0}],
        waterfall=["principal:investor", "surplus"],
    )


def schedule(*draws):
    return {"kind": "schedule", "draws": [{"month": month, "amount": amount} for month, amount in draws]}


def spending(*trials, commitment, known=0):
    """What the work costs by period, one list of euros a trial; the rest of the commitment is unspent."""
    cost = np.array(trials, dtype=float).T * 100
    return Spending({"work": cost}, commitment * 100 - cost.sum(axis=0), known)


def by_trial(amounts):
    return (amounts.T / 100).tolist()


def back(found):
    """What goes back, in euros, by period: one amount a trial."""
    return {period: by_trial(amounts) for period, amounts in found.back.items()}


UP_FRONT, AS_SPENT = {"kind": "up_front"}, {"kind": "as_spent"}


class TestByHand:
    """100 euros committed; the work costs 90 in one trial and 100 in the other, known at the end of month 2."""

    costs = spending([0, 40, 30, 20, 0], [0, 40, 40, 10, 10], commitment=100, known=2)

    def found(self, drawdown):
        return finance(contract(drawdown, 100), self.costs)

    def test_up_front(self):
        found = self.found(UP_FRONT)
        assert by_trial(found.needs) == [[100, 0, 0, 0, 0]] * 2
        assert by_trial(found.to_come) == [[0] * 5] * 2
        assert back(found) == {2: [10, 0]}

    def test_as_spent_is_drawn_a_month_ahead(self):
        found = self.found(AS_SPENT)
        assert by_trial(found.needs) == [[40, 30, 20, 0, 0], [40, 40, 10, 10, 0]]
        # 100 less 40, less 30; then 10 are known not to be needed and the last 20 are drawn
        assert by_trial(found.to_come) == [[60, 30, 0, 0, 0], [60, 20, 10, 0, 0]]
        assert back(found) == {}

    def test_as_spent_draws_the_cost_of_closing_at_closing(self):
        costs = spending([5, 40, 55], commitment=100)
        assert by_trial(finance(contract(AS_SPENT, 100), costs).needs) == [[45, 55, 0]]

    def test_a_schedule_loses_its_last_draws_first(self):
        found = self.found(schedule((0, 70), (2, 15), (3, 10), (4, 5)))
        assert by_trial(found.needs) == [[70, 0, 15, 5, 0], [70, 0, 15, 10, 5]]
        assert by_trial(found.to_come) == [[30, 30, 5, 0, 0], [30, 30, 15, 5, 0]]
        assert back(found) == {}

    def test_what_was_drawn_before_it_was_known_goes_back(self):
        # 97 are drawn when 10 turn out not to be needed: 3 are never drawn, 7 go back
        found = self.found(schedule((0, 70), (1, 27), (2, 3)))
        assert by_trial(found.needs) == [[70, 27, 0, 0, 0], [70, 27, 3, 0, 0]]
        assert by_trial(found.to_come) == [[30, 3, 0, 0, 0], [30, 3, 0, 0, 0]]
        assert back(found) == {2: [7, 0]}

    def test_a_schedule_that_would_run_dry_draws_earlier(self):
        # 70 are spent by month 2 (80 in the other trial): the 40 of closing last until month 1
        found = self.found(schedule((0, 40), (3, 60)))
        assert by_trial(found.needs) == [[40, 0, 30, 20, 0], [40, 0, 40, 20, 0]]
        assert back(found) == {}

    def test_a_commitment_is_the_decimal_that_was_written(self):
        # 4.35 * 100 is 434.99999999999994 in binary
        assert int(4.35 * 100) == 434
        assert commitment_cents(contract(UP_FRONT, 4.35)) == 435


def test_every_drawdown_has_its_function():
    assert set(DRAWDOWNS) == {UpFront, Schedule, AsSpent}


@st.composite
def financed(draw):
    """A drawdown of a commitment, a budget, and two trials of costs within it, known from some period on."""
    n_periods = draw(st.integers(2, 8))
    costs = draw(st.lists(st.lists(st.integers(0, 50), min_size=n_periods, max_size=n_periods), min_size=2, max_size=2))
    budget = max(map(sum, costs)) + draw(st.integers(0, 60)) or 1
    commitment = draw(st.sampled_from([budget, budget + 30, max(1, budget * 2 // 3)]))
    cuts = sorted(draw(st.lists(st.integers(0, commitment), max_size=n_periods - 1)))
    parts = [later - earlier for earlier, later in pairwise([0, *cuts, commitment])]
    by_plan = schedule(*[(month, amount) for month, amount in enumerate(parts) if amount])
    drawdown, known = draw(st.sampled_from([UP_FRONT, AS_SPENT, by_plan])), draw(st.integers(0, n_periods - 1))
    return contract(drawdown, commitment), budget, costs, known


@given(financed())
def test_needs_pay_the_work_and_nothing_else(case):
    """Needed less returned is what the work cost; the account is never short; nothing is to come at the end."""
    terms, budget, trials, known = case
    costs = spending(*trials, commitment=budget, known=known)
    found = finance(terms, costs)
    assert set(found.back) <= {known}
    returned = np.zeros_like(costs.total)
    for period, amounts in found.back.items():
        returned[period] = amounts
    np.testing.assert_array_equal((found.needs - returned).sum(axis=0), costs.total.sum(axis=0))
    assert np.cumsum(found.needs - returned - costs.total, axis=0).min() >= 0
    for amounts in (found.needs, found.to_come, returned):
        assert amounts.min() >= 0
        np.testing.assert_array_equal(amounts, np.rint(amounts))
    assert not found.to_come[-1].any()
    # until it is known that money is not needed nothing is cancelled
    most = max(budget, terms.commitment) * 100
    np.testing.assert_array_equal((np.cumsum(found.needs, axis=0) + found.to_come)[:known], most)
    # what goes back was drawn: nobody gives more than the work needs beyond the commitment
    beyond = np.maximum(found.needs.sum(axis=0) - terms.commitment * 100, 0)
    np.testing.assert_array_equal(beyond * returned.sum(axis=0), 0)


@pytest.mark.parametrize("drawdown", [UP_FRONT, AS_SPENT, schedule((0, 60), (1, 40))])
def test_trials_that_agree_may_share_a_column(drawdown):
    alike = finance(contract(drawdown, 100), spending([0, 60, 40], [0, 60, 40], commitment=100))
    one = finance(contract(drawdown, 100), spending([0, 60, 40], commitment=100))
    np.testing.assert_array_equal(alike.needs, np.repeat(one.needs, 2, axis=1))
    np.testing.assert_array_equal(alike.to_come, np.repeat(one.to_come, 2, axis=1))
