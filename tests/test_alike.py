"""Deals that differ in their contract alone share what is found, and no figure of any of them depends on that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sib import engine
from sib.alike import alike
from sib.deal.conditions import Trigger
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import YEARS, Effort, simulate, simulate_all

HOUSEHOLDS = "programme.segments.multi-problem households"
CONTRACTS: dict[str, dict[str, Any]] = {
    "rate": {"contract.interest.rate": 0.08},
    "trigger": {"contract.triggers.proof.at_least": 600_000},
    "share": {"contract.payments.repayment.share": 0.7},
    "cap": {"contract.caps.total": 1_000_000},
    "tax": {"contract.vat": {"rate": 0.21}},
    "payers' shares": {"contract.payer_shares": {"Wmo": 1.0}},
    "hurdle": {"measures.hurdle": 0.1, "measures.inflation": 0.0},
    "forms": {"arrangements.lump_sum.margin": 0.3},
    "fees": {"contract.fees": [{"name": "desk", "payee": "provider", "amount": 1_000, "months": [12]}],
             "contract.waterfall": ["fees", "interest:investor", "principal:investor", "surplus"]},
}
OTHERS: dict[str, dict[str, Any]] = {
    "chance": {f"{HOUSEHOLDS}.success": 0.5},
    "budget": {"budget.lines.dealmaker.when": {"at": 3}},
    "accountant": {"accountant.review.wrong_rejection": 0.2},
    "cashability": {"payers.Wmo.cashable": {"direct": 0.5}},
    "prices": {"measures.indexation": 0.02},
    "dates": {"timeline.payment_dates": {"every": 6}},
    "cohorts": {"contract.cohorts": [{"name": "first", "from": 1, "to": 12}]},
}


def varied(terms: dict[str, Any]) -> Scenario:
    return load("zwarte-zwanen", overlays=["claim-errors"], settings=terms)


def stopping() -> Scenario:
    """The deal with an end to its intake, which takes a second pass over the cases."""
    deal = varied({})
    enough = Trigger(name="enough", metric="validated_savings", at_least=500_000)
    terms = {"triggers": (*deal.contract.triggers, enough), "stop_intake": "enough"}
    return deal.model_copy(update={"contract": deal.contract.model_copy(update=terms)})


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_by_itself_shares(name: str) -> None:
    assert alike([varied({}), varied(CONTRACTS[name])]) == [[0, 1]]


@pytest.mark.parametrize("name", OTHERS)
def test_what_findings_rest_on_does_not(name: str) -> None:
    assert alike([varied({}), varied(OTHERS[name]), varied({})]) == [[0, 2], [1]]


def test_deals_come_back_in_their_order_with_the_figures_of_each_alone() -> None:
    deals = [varied(CONTRACTS["rate"]), varied(OTHERS["chance"]), stopping(), load("peterborough"),
             *(varied(terms) for terms in CONTRACTS.values())]
    together = simulate_all(deals, 600, seed=3, keep_flows=(YEARS, "investor"))
    for deal, run in zip(deals, together, strict=True):
        alone = simulate(deal, 600, seed=3, keep_flows=(YEARS, "investor"), effort=Effort(1))
        assert run.deal is deal
        assert (run.checks, list(run.trials)) == (alone.checks, list(alone.trials))
        for name, values in alone.trials.items():
            np.testing.assert_array_equal(run.trials[name], values, name)
        for kind in ("flow_sums", "flows", "years"):
            for name, values in getattr(alone, kind).items():
                np.testing.assert_array_equal(getattr(run, kind)[name], values, name)


def test_cases_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    find = engine.find
    monkeypatch.setattr(engine, "find", lambda work: calls.append(work.blocks) or find(work))
    monkeypatch.setattr("sib.trials.find", lambda work: pytest.fail("the cases are worked out again"))
    simulate_all([varied({}), varied(CONTRACTS["rate"]), varied(CONTRACTS["cap"])], 256)
    assert len(calls) == 1


def test_progress_counts_every_deal() -> None:
    done = []
    simulate_all([varied({}), varied(CONTRACTS["rate"])], 600, effort=Effort(1, done.append))
    assert sum(done) == 1_200
