"""How a contract ends: on a trigger, with its own redemption terms; what stops then, and what a clause pays."""

from __future__ import annotations

import numpy as np
import pytest
from group_deal import counts_deal, effect_deal, euros, settled, values

from sib.contract.ending import endings
from sib.deal.contract import Contract, EarlyEnd
from sib.engine import replay, simulate

YEARLY = {"rate": 0.1, "basis": "per_year", "compounding": "simple", "day_count": "30E/360"}
MONTHS = (12, 24, 36)


def end(name="stop", when="low", principal=1.0, interest=1.0, **terms):
    return {"name": name, "when": when, "principal": principal, "interest": interest} | terms


def contract_of(*ends):
    return Contract.model_construct(early_ends=tuple(EarlyEnd.model_validate(each) for each in ends))


def met(**rows):
    """Triggers by date and trial: a text of 0 and 1 a trial."""
    return {name: np.array([[mark == "1" for mark in row] for row in trials]).T for name, trials in rows.items()}


class TestWhen:
    """The first date of any clause's trigger; of two on one date the first of the file."""

    @pytest.mark.parametrize(("low", "high", "ended", "clause"), [
        ("000", "000", -1, -1), ("001", "000", 36, 0), ("010", "000", 24, 0), ("110", "011", 12, 0),
        ("011", "111", 12, 1), ("011", "011", 24, 0), ("000", "010", 24, 1),
    ])
    def test_first_date_first_clause(self, low, high, ended, clause):
        period, number = endings(contract_of(end(), end("other", "high")), met(low=[low], high=[high]), months=MONTHS)
        assert (period.tolist(), number.tolist()) == ([ended], [clause])

    def test_no_clause_no_end(self):
        assert endings(contract_of(), met(low=["111", "000"]), months=MONTHS)[0].tolist() == [-1, -1]

    def test_trial_by_trial(self):
        period, _ = endings(contract_of(end()), met(low=["111", "000", "001"]), months=MONTHS)
        assert period.tolist() == [12, -1, 36]


LOW = {"name": "low", "metric": "reduction", "below": 2}
PAY = {"kind": "fixed", "name": "fee", "amount": 50}


def ended(*trials, ends=(), **contract):
    deal = effect_deal(contract={
        "interest": YEARLY, "triggers": [LOW], "early_ends": list(ends) or [end()], "payments": [PAY],
    } | contract)
    return settled(deal, {"reduction": values(deal, "reduction", *trials)})


class TestRedemption:
    """1,000 at 10% simple; a fee of 50 a year is paid into the waterfall."""

    def test_after_the_payments_of_the_date(self):
        flows = ended((1, None, None), (5, None, None))
        # 100 of interest less the 50 of the date; all principal
        assert euros(flows.payments["early end: stop"], 12) == [1050]
        assert euros(flows.payments["fee"], 12) == [50]
        assert euros(flows.paid["principal:investor"], 12) == [1000]
        assert euros(flows.paid["interest:investor"], 12) == [100]
        assert flows.written_off["investor"].tolist() == [0, 1150_00]  # 1,000 and 300 less 150 in the other trial

    def test_shares_to_the_cent(self):
        flows = ended((1, None, None), ends=[end(principal=0.333, interest=0.25)])
        assert euros(flows.paid["principal:investor"], 12) == [333]
        assert euros(flows.paid["interest:investor"], 12) == [50 + 12.5]
        assert flows.written_off["investor"].tolist() == [667_00 + 37_50]

    def test_nothing_is_owed_or_accrued_after_it(self):
        flows = ended((5, 1, None), ends=[end(principal=0, interest=0)])
        assert euros(flows.payments["fee"], 12, 24) == [50, 50]
        assert flows.interest_due["investor"][[24, 30, 36], 0].tolist() == [100_00] * 3

    def test_not_even_what_a_trigger_would_release_later(self):
        high = {"name": "high", "metric": "reduction", "at_least": 8, "main": True}
        bonus = {"kind": "fixed", "name": "bonus", "amount": 70, "when": "high"}
        flows = ended((1, 9, 9), (5, 9, 9), triggers=[LOW, high], payments=[bonus])
        assert euros(flows.payments["bonus"]) == []
        assert euros(flows.payments["bonus"], 24, 36, trial=1) == [140, 70]

    def test_it_is_outside_the_caps(self):
        flows = ended((1, None, None), caps={"total": 20, "per_year": 20})
        assert euros(flows.payments["fee"], 12) == [20]
        assert euros(flows.payments["early end: stop"], 12) == [1080]

    def test_on_the_last_date(self):
        flows = ended((5, 5, 1))
        assert euros(flows.payments["early end: stop"], 36) == [1150]
        assert flows.written_off["investor"].tolist() == [0]

    def test_two_clauses(self):
        worse = {"name": "worse", "metric": "reduction", "below": 1, "main": True}
        flows = ended(
            (1, 0, 0), (5, 0, 0), triggers=[LOW, worse], ends=[end("any", "worse", 0.5, 0), end("low", "low", 0.1, 0)],
        )
        assert euros(flows.payments["early end: low"], 12) == [100]
        assert euros(flows.payments["early end: any"], 24, trial=1) == [500]  # both on one date: the first of the file

    def test_a_grant_is_not_repaid(self):
        flows = ended((1, None, None), interest={"rate": 0.0, "basis": "over_term"}, payments=[PAY | {"amount": 0}],
                      tranches=[{"name": "investor", "share": 0.6}, {"name": "gift", "share": 0.4, "grant": True}],
                      waterfall=["principal:investor", "surplus"])
        assert euros(flows.payments["early end: stop"], 12) == [600]

    def test_several_payers_by_their_shares(self):
        payers = [{"name": "municipality", "share": 0.75, "cap": 10}, {"name": "ministry", "share": 0.25}]
        flows = ended((1, None, None), outcome_payers=payers, payments=[PAY | {"amount": 0}])
        assert euros(flows.borne["early end: stop", "municipality"], 12) == [825]
        assert euros(flows.borne["early end: stop", "ministry"], 12) == [275]


class TestWork:
    """Work and intake stop, and unspent money goes back."""

    def deal(self, drawdown, **contract):
        lines = [{"activity": "work", "number": 1, "unit_price": 3600, "when": {"from": 1, "months": 36}}]
        low = {"name": "low", "metric": "reduction", "below": 6}
        terms = {
            "commitment": 3600, "drawdown": {"kind": drawdown}, "triggers": [low],
            "early_ends": [end(principal=0, interest=0)],
        }
        return effect_deal(contract=terms | contract, budget={"total": 3600, "lines": lines})

    def test_unspent_money_goes_back_on_the_date(self):
        # an effect of 5 is below 6 on the first date: 12 months of 100 are spent, 2,400 go back
        chapter, _ = replay(self.deal("up_front"), 1, trial=0)
        assert euros(chapter.flows.returned["investor"], 12) == [2400]
        assert chapter.flows.written_off["investor"][0] == 1200_00
        assert chapter.spending.total[:, 0].tolist() == [0] + [100_00] * 12 + [0] * 24

    def test_nothing_is_drawn_after_it(self):
        chapter, _ = replay(self.deal("as_spent"), 1, trial=0)
        assert chapter.flows.draws["investor"][:, 0].tolist() == [100_00] * 12 + [0] * 25
        assert not chapter.flows.returned["investor"].any()

    @pytest.mark.parametrize("drawdown", ["up_front", "as_spent"])
    def test_before_the_payments_of_the_date(self, drawdown):
        line = {"kind": "fixed", "name": "fee", "amount": 1300}
        chapter, _ = replay(self.deal(drawdown, payments=[line]), 1, trial=0)
        assert euros(chapter.flows.paid["principal:investor"], 12) == [1200]
        assert euros(chapter.flows.paid["success_fee:investor"], 12) == [100]
        assert simulate(self.deal(drawdown, payments=[line]), 10).trials["investor.written_off"].max() == 0


class TestStopOfIntake:
    """From the first date of a trigger nobody new comes."""

    def deal(self, **contract):
        people = {
            "name": "pupils", "people": 24, "intake": {"from": 1, "months": 24},
            "outcomes": [{"name": "diploma", "chance": 1.0}],
        }
        lines = [{"activity": "work", "number": 24, "unit_price": 100, "when": {"stage": "plan"}}]
        card = {"kind": "rate_card", "name": "card", "prices": [{"outcome": "diploma", "price": 10}]}
        return counts_deal(people, budget={"total": 2400, "lines": lines}, contract={
            "commitment": 2400, "payments": [card],
            "triggers": [{"name": "full", "metric": "enrolled", "at_least": 12}],
        } | contract)

    def test_nobody_after_the_month_of_the_date(self):
        # one a month: 12 have come by month 12, when the trigger is met
        found = simulate(self.deal(stop_intake="full"), 5).trials
        assert found["programme.enrolled"].tolist() == [12] * 5
        assert found["programme.cost"].tolist() == [1200_00] * 5
        assert found["municipality.outcome_payments"].tolist() == [120_00] * 5
        assert simulate(self.deal(), 5).trials["programme.enrolled"].tolist() == [24] * 5

    def test_an_early_end_stops_it_too(self):
        found = simulate(self.deal(early_ends=[end(when="full")]), 5).trials
        assert found["programme.enrolled"].tolist() == [12] * 5
        # 2,400 drawn, 1,200 not needed: the rest is redeemed, of which the card's 120 were paid before
        assert found["municipality.outcome_payments"].tolist() == [1200_00] * 5
        assert found["investor.outlay"].tolist() == [1200_00] * 5
        assert found["investor.written_off"].tolist() == [0] * 5

    @pytest.mark.parametrize("clause", [{"stop_intake": "full"}, {"early_ends": [end(when="full")]}])
    def test_the_trigger_that_stops_it_was_met(self, clause):
        # diplomas come in the month of start at the earliest: the twelfth by month 12, whoever comes afterwards
        thirteen = {"name": "full", "metric": "diploma", "at_least": 12}
        found = simulate(self.deal(triggers=[thirteen], **clause), 5).trials
        stopped = found["programme.enrolled"] < 24
        assert (stopped == found["trigger.full.paid"]).all()
