"""The contract period by period, on metrics and costs written by hand; amounts in euros unless said."""

from __future__ import annotations

import numpy as np
import pytest
from one_block import plain_deal

from sib.contract.settlement import settle
from sib.contract.triggers import Metrics
from sib.programme.budget import Spending
from sib.programme.grid import grid

YEARLY = {"rate": 0.04, "basis": "per_year", "compounding": "annual", "day_count": "30E/360"}
TEN = YEARLY | {"rate": 0.10}
TWO = {
    "tranches": [{"name": "senior", "share": 0.7}, {"name": "junior", "share": 0.3, "interest": TEN}],
    "waterfall": ["interest:senior", "principal:senior", "interest:junior", "principal:junior", "surplus"],
}


def bond(total=1000, *, months=36, every=12, **contract):
    """A deal over ``total`` at 4% a year, with one tranche and all savings to it unless the terms say otherwise."""
    terms = {"interest": YEARLY, "waterfall": ["interest:investor", "principal:investor", "surplus"]} | contract
    return plain_deal(
        lines=[{"activity": "work", "number": 1, "unit_price": total, "when": {"at": 1}}], contract=terms,
        timeline={"maturity": months, "payment_dates": {"every": every}},
    )


def settled(deal, *trials, unspent=0, known=1, cost=None):
    """Settle savings validated on each payment date, one list a trial; the work is paid in month 1."""
    calendar = grid(deal)
    savings = np.array(trials, dtype=float).T[np.newaxis] * 100
    total = deal.budget.total * 100
    spent = np.zeros((calendar.n_periods, 1))
    spent[1] = total - unspent * 100
    if cost is not None:
        spent[: len(cost), 0] = np.array(cost) * 100
    work = Spending({"work": spent}, total - spent.sum(axis=0), known)
    metrics = Metrics(np.rint(savings), savings > 0, np.ones((1, len(trials))), ())
    return settle(deal, metrics, spending=work, calendar=calendar)


def row(amounts, *periods, trial=0):
    """Euros in some periods of one trial; in all others there must be none."""
    assert not np.delete(amounts[:, trial], periods).any()
    return [float(cents) / 100 for cents in amounts[list(periods), trial]]


def outstanding(flows, name, *periods):
    return [(flows.outstanding[name][period, 0] + flows.interest_due[name][period, 0]) / 100 for period in periods]


class TestTranches:
    """700 senior at 4%, 300 junior at 10%."""

    def test_senior_before_junior_year_by_year(self):
        flows = settled(bond(**TWO), [500, 500, 500])
        assert row(flows.draws["senior"], 0) + row(flows.draws["junior"], 0) == [700, 300]
        # year 1: 28 + 472 to the senior tranche, whose 228 make 9.12; the junior's 330 make 33
        assert row(flows.paid["interest:senior"], 12, 24) == [28, 9.12]
        assert row(flows.paid["principal:senior"], 12, 24) == [472, 228]
        # year 2: 262.88 left: 63 of interest, 199.88 of 300; the 100.12 make 10.012 and 110.13 is due in year 3
        assert row(flows.paid["interest:junior"], 24, 36) == [63, 10.01]
        assert row(flows.paid["principal:junior"], 24, 36) == [199.88, 100.12]
        assert row(flows.payments["repayment"], 12, 24, 36) == [500, 500, 110.13]
        assert outstanding(flows, "senior", 11, 12, 23, 24) == [725.67, 228, 236.36, 0]  # 28 x 11/12, 9.12 x 11/12
        assert outstanding(flows, "junior", 12, 24, 36) == [330, 100.12, 0]
        assert [float(cents[0]) for cents in flows.written_off.values()] == [0, 0]

    def test_a_draw_is_split_to_the_cent_ties_to_the_first(self):
        halves = {"tranches": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5}]}
        flows = settled(bond(100.01, waterfall=["interest:a", "principal:a", "interest:b", "principal:b", "surplus"],
                             **halves), [0, 0, 0])
        assert row(flows.draws["a"], 0) + row(flows.draws["b"], 0) == [50.01, 50.00]

    def test_what_is_not_paid_at_maturity_is_written_off(self):
        flows = settled(bond(**TWO), [0, 0, 0], [0, 0, 800])
        # 700 x 1.04**3 = 787.4048 and 300 x 1.1**3 = 399.30; year by year 728, 757.12, 787.40 to the cent
        assert (flows.written_off["senior"] / 100).tolist() == [787.40, 0]
        assert (flows.written_off["junior"] / 100).tolist() == [399.30, 386.70]


class TestUnspent:
    """100 of 1,000 turn out not to be needed."""

    def test_back_to_the_tranches_as_principal(self):
        flows = settled(bond(**TWO), [0, 0, 0], unspent=100, known=6)
        assert row(flows.returned["senior"], 6) + row(flows.returned["junior"], 6) == [70, 30]
        assert row(flows.unspent_to_payer) == []
        # half a year on 700 and half on 630 at 4%: 26.60; on 300 and 270 at 10%: 28.50
        assert [flows.interest_due[name][12, 0] / 100 for name in ("senior", "junior")] == [26.60, 28.50]

    def test_what_exceeds_the_principal_goes_to_the_outcome_payer(self):
        deal = bond(interest={"rate": 0.0, "basis": "over_term"}, every=6)
        flows = settled(deal, [950, 0, 0, 0, 0, 0], unspent=100, known=12)
        assert row(flows.payments["repayment"], 6) == [950]
        assert row(flows.returned["investor"], 12) == [50]
        assert row(flows.unspent_to_payer, 12) == [50]

    def test_a_redeemed_tranche_gets_nothing_back(self):
        flows = settled(bond(every=6, **TWO), [800, 0, 0, 0, 0, 0], unspent=400, known=12)
        # month 6: 14 + 700 to the senior, 15 + 71 to the junior tranche, which still lends 229 when 400 come back
        assert row(flows.returned["senior"]) == []
        assert row(flows.returned["junior"], 12) + row(flows.unspent_to_payer, 12) == [229, 171]

    def test_it_comes_before_the_payment_of_the_same_date(self):
        # 40.00 of interest and 900 of principal are due when 1,000 of savings come in
        flows = settled(bond(), [1000, 0, 0], unspent=100, known=12)
        assert row(flows.payments["repayment"], 12) == [940]


TWO_DRAWS = {"kind": "schedule", "draws": [{"month": 0, "amount": 600}, {"month": 6, "amount": 600}]}
COST_OF_BOTH = [0, 500, 0, 0, 0, 0, 0, 700]


class TestDraws:
    """When money is lent, and what it earns until then."""

    @pytest.mark.parametrize(("on", "interest"), [("outstanding", 108), ("committed", 144)])
    def test_a_schedule_with_and_without_interest_on_what_is_undrawn(self, on, interest):
        # 12% simple: a year on 600 and half a year on 600, or a year on 1,200
        terms = YEARLY | {"rate": 0.12, "compounding": "simple", "on": on}
        flows = settled(bond(1200, months=12, drawdown=TWO_DRAWS, interest=terms), [0], cost=COST_OF_BOTH)
        assert row(flows.draws["investor"], 0, 6) == [600, 600]
        assert flows.interest_due["investor"][12, 0] == interest * 100

    def test_as_spent(self):
        terms = YEARLY | {"rate": 0.12, "compounding": "simple"}
        deal = bond(1200, months=12, drawdown={"kind": "as_spent"}, interest=terms)
        flows = settled(deal, [0], cost=[0, 300, 0, 0, 900])
        assert row(flows.draws["investor"], 0, 3) == [300, 900]
        assert flows.interest_due["investor"][12, 0] == 36_00 + 81_00  # a year, nine months

    def test_a_draw_of_the_day_is_owed_that_day_and_has_earned_nothing(self):
        deal = bond(1200, months=12, every=6, drawdown=TWO_DRAWS)
        flows = settled(deal, [2000, 0], cost=COST_OF_BOTH)
        assert row(flows.payments["repayment"], 6) == [1212]  # 600 with 2% of half a year, and the new 600

    def test_nothing_is_redeemed_while_money_is_left_to_draw(self):
        draws = {"kind": "schedule", "draws": [{"month": 0, "amount": 600}, {"month": 9, "amount": 600}]}
        deal = bond(1200, months=12, every=6, drawdown=draws, interest={"rate": 0.0, "basis": "over_term"})
        flows = settled(deal, [1000, 0], cost=[0, 600, 0, 0, 0, 0, 0, 0, 0, 0, 600])
        # 600 of the 1,000 saved repay the first draw; the other 400 wait for the second
        assert row(flows.payments["repayment"], 6, 12) == [600, 400]


COMMITTED = YEARLY | {"rate": 0.12, "compounding": "simple", "on": "committed"}
FREE = {"rate": 0.0, "basis": "over_term"}


class TestCommitment:
    """A commitment that is not the budget: a reserve, or a rest that others pay."""

    def rest(self, cost, *payments, **terms):
        """600 of 1,000 are committed; what the work needs beyond that and recycled money the funder pays."""
        lines = [{"kind": "fixed", "name": "block", "amount": amount, "months": [6]} for amount in payments]
        lines = lines or [{"kind": "fixed", "name": "block", "amount": 0}]
        recycled = {"recycling": True, "waterfall": ["recycle", "interest:investor", "principal:investor", "surplus"]}
        deal = bond(1000, months=12, every=6, payments=lines, **{
            "commitment": 600, "rest_paid_by": "funder", "drawdown": {"kind": "as_spent"}, "interest": COMMITTED,
        } | (recycled if payments else {}) | terms)
        return settled(deal, [0, 0], cost=cost)

    def test_draws_stop_at_the_commitment(self):
        flows = self.rest([0, 500, 0, 0, 300, 0, 0, 200])
        assert row(flows.draws["investor"], 0, 3) == [500, 100]
        assert row(flows.rest, 3, 6) == [200, 200]
        assert flows.interest_due["investor"][12, 0] == 72_00  # a year on 600, drawn or not

    def test_up_front_the_rest_is_paid_as_it_is_spent(self):
        flows = self.rest([0, 500, 0, 0, 300, 0, 0, 200], drawdown={"kind": "up_front"}, interest=FREE)
        assert row(flows.draws["investor"], 0) == [600]
        assert row(flows.rest, 4, 7) == [200, 200]

    def test_recycled_money_goes_before_the_rest(self):
        flows = self.rest([0, 500, 0, 0, 100, 0, 0, 0, 0, 0, 400], 250)
        assert row(flows.draws["investor"], 0, 3) == [500, 100]
        assert row(flows.paid["recycle:"], 6) == [250]
        assert row(flows.rest, 9) == [150]  # 400 less 250
        assert flows.interest_due["investor"][12, 0] == 72_00  # no commitment is left after month 3

    def test_a_draw_that_recycled_money_replaced_can_be_made_later(self):
        flows = self.rest([0, 500, 0, 0, 0, 0, 0, 0, 100, 0, 100, 300], 100)
        # 100 recycled pay for month 8; the last 100 of the commitment for month 10; 300 are left to the funder
        assert row(flows.draws["investor"], 0, 9) == [500, 100]
        assert row(flows.rest, 10) == [300]

    def test_what_is_not_needed_lowers_the_rest_first(self):
        flows = self.rest([0, 500, 0, 0, 200], drawdown={"kind": "up_front"}, interest=FREE)  # 300 are not spent
        assert row(flows.draws["investor"], 0) == [600]
        assert row(flows.rest, 4) == [100]
        assert not flows.returned["investor"].any()
        flows = self.rest([0, 400], drawdown={"kind": "up_front"}, interest=FREE)  # 600 are not: 400, and 200 go back
        assert row(flows.returned["investor"], 1) == [200]
        assert not flows.rest.any()

    def test_a_reserve_comes_back_as_unspent(self):
        deal = bond(1000, months=12, commitment=1300, interest=FREE)
        flows = settled(deal, [0], unspent=50, known=6)
        assert row(flows.draws["investor"], 0) == [1300]
        assert row(flows.returned["investor"], 6) == [350]

    def test_a_reserve_that_is_not_drawn_earns_until_it_is_cancelled(self):
        terms = {"commitment": 1300, "drawdown": {"kind": "as_spent"}, "interest": COMMITTED}
        flows = settled(bond(1000, months=12, **terms), [0], known=6)
        assert row(flows.draws["investor"], 0) == [1000]
        assert flows.interest_due["investor"][12, 0] == 138_00  # half a year on 1,300 (78), half a year on 1,000 (60)


class TestPaying:
    """Lines, fees and caps together."""

    def test_without_its_trigger_not_a_cent(self):
        trigger = {"name": "proof", "metric": "validated_savings", "at_least": 900.01}
        payments = [{"kind": "savings_share", "name": "repayment", "share": 1.0, "when": "proof"}]
        flows = settled(bond(triggers=[trigger], payments=payments), [300, 300, 300], [300, 300, 300.01])
        assert flows.met["proof"].T.tolist() == [[False] * 3, [False, False, True]]
        assert not flows.payments["repayment"][:, 0].any()
        assert row(flows.payments["repayment"], 36, trial=1) == [900.01]
        assert flows.written_off["investor"][0] == 1124_86  # 1,000 x 1.04**3 = 1,124.864

    def test_the_share_after_redemption_on_the_same_date(self):
        payments = [{"kind": "savings_share", "name": "repayment", "share": 0.5, "share_after_redemption": 0.1}]
        steps = ["interest:investor", "principal:investor", "success_fee:investor", "surplus"]
        flows = settled(bond(payments=payments, waterfall=steps), [2080, 200, 300])
        # 1,040 due is half of 2,080: redeemed without rest; then a tenth of 200 and of 300
        assert row(flows.payments["repayment"], 12, 24, 36) == [1040, 20, 30]
        assert row(flows.paid["success_fee:investor"], 24, 36) == [20, 30]

    def test_fees_are_due_with_the_rest(self):
        fee = {"name": "management", "payee": "intermediary", "amount": 15, "months": [12, 24]}
        steps = ["fees", "interest:investor", "principal:investor", "surplus"]
        flows = settled(bond(fees=[fee], waterfall=steps), [10, 1100, 0])
        # year 1: 10 of the 15. year 2: 5 + 15, and 1,000 x 1.04**2 = 1,081.60; of 1,100 saved 1,100 are paid
        assert row(flows.paid["fees:management"], 12, 24) == [10, 20]
        assert row(flows.payments["repayment"], 12, 24, 36) == [10, 1100, 0]
        assert outstanding(flows, "investor", 24, 36) == [1.60, 1.66]  # 1.60 x 1.04 = 1.664

    def test_an_earlier_line_leaves_less_to_the_next(self):
        payments = [
            {"kind": "fixed", "name": "service", "amount": 1000, "months": [12]},
            {"kind": "fixed", "name": "support", "amount": 70, "months": [12], "to": "provider"},
            {"kind": "savings_share", "name": "repayment", "share": 1.0},
        ]
        flows = settled(bond(payments=payments), [500, 500, 0])
        # 1,040 due: 1,000 by the service fee, 40 out of the savings; what the provider gets settles nothing
        assert [row(paid, 12) for paid in flows.payments.values()] == [[1000], [70], [40]]
        assert outstanding(flows, "investor", 12) == [0]

    def test_a_payment_on_new_years_day_is_of_the_old_year(self):
        # dates 1 July 2025, 1 January 2026, 1 July 2026, 1 January 2027: two fiscal years of 300
        deal = bond(months=24, every=6, caps={"per_year": 300}, interest={"rate": 0.0, "basis": "over_term"})
        flows = settled(deal, [200, 200, 200, 200])
        assert row(flows.payments["repayment"], 6, 12, 18, 24) == [200, 100, 300, 0]

    def test_a_line_has_its_own_cap(self):
        payments = [{"kind": "savings_share", "name": "repayment", "share": 1.0, "cap": 650}]
        flows = settled(bond(payments=payments), [400, 400, 400])
        assert row(flows.payments["repayment"], 12, 24, 36) == [400, 250, 0]

    def test_a_line_has_its_own_cap_over_both_shares(self):
        line = {"kind": "savings_share", "name": "repayment", "share": 0.5, "share_after_redemption": 0.1, "cap": 1050}
        steps = ["interest:investor", "principal:investor", "success_fee:investor", "surplus"]
        flows = settled(bond(payments=[line], waterfall=steps), [2080, 50, 200])
        assert row(flows.payments["repayment"], 12, 24, 36) == [1040, 5, 5]  # a tenth of 50; of 200 what is left

    def test_fees_are_not_the_investors_return(self):
        # 1,015 due, 1,000 allowed: the investor gets 985 of it, so that 15 may still come in year 2
        fee = {"name": "management", "payee": "intermediary", "amount": 15, "months": [12]}
        deal = bond(fees=[fee], waterfall=["fees", "principal:investor", "surplus"], caps={"annual_return": 0.0},
                    interest={"rate": 0.0, "basis": "over_term"})
        flows = settled(deal, [2000, 2000, 2000])
        assert row(flows.payments["repayment"], 12, 24, 36) == [1000, 15, 0]

    def test_a_surplus_is_not_the_investors_return(self):
        # 1,100 allowed after a year, 1,050 paid, 50 of it surplus: 100 are left, and worth 110 a year later
        line = {"kind": "fixed", "name": "service", "amount": 1050, "months": [12, 24]}
        deal = bond(payments=[line], waterfall=["principal:investor", "surplus"], caps={"annual_return": 0.1},
                    interest={"rate": 0.0, "basis": "over_term"})
        flows = settled(deal, [0, 0, 0])
        assert row(flows.payments["service"], 12, 24) == [1050, 110]
        assert row(flows.paid["surplus:"], 12, 24) == [50, 110]

    def test_a_cap_undoes_a_redemption(self):
        # 1,040 due and owed in year 1, 500 paid: not redeemed, so that 4% runs on 540 and the first share still holds
        flows = settled(bond(caps={"per_year": 500}), [1040, 0, 1000])
        assert row(flows.payments["repayment"], 12, 24, 36) == [500, 500, 64.06]  # 540 and 61.60 were left, 64.064 due
        assert outstanding(flows, "investor", 12, 24, 36) == [540, 61.60, 0]


def test_nothing_moves_after_maturity():
    deal = plain_deal(
        {"name": "late", "cases": 2, "success": 1.0, "saving": 120, "saving_months": 30,
         "by_law": {"Wmo": 1.0}, "direct_share": 1.0},
        timeline={"maturity": 12, "payment_dates": {"every": 12}},
        contract={"interest": YEARLY, "waterfall": ["interest:investor", "principal:investor", "surplus"]},
    )
    flows = settled(deal, [10])
    assert grid(deal).n_periods == 31
    for by_name in (flows.draws, flows.returned, flows.payments, flows.paid, flows.outstanding, flows.interest_due):
        assert not any(amounts[13:].any() for amounts in by_name.values())
    assert flows.written_off["investor"] == 94_00  # 100 with 4 of interest, less 10
