"""The contract as a whole: what it may say, and what can be read off it."""

from __future__ import annotations

import pytest
from group_deal import FEE, effect_deal, refused

from sib.deal.contract import Caps, Contract, ContractFee, EarlyEnd, OutcomePayer

LEAST = {
    "commitment": 1000, "drawdown": {"kind": "up_front"}, "payments": [FEE], "waterfall": ["principal:investor",
        "surplus"],
}
LOW = {"name": "low", "metric": "reduction", "at_least": 1}


@pytest.mark.parametrize(("kind", "terms", "words"), [
    (Contract, LEAST | {"payments": []}, "at least 1"),
    (Contract, LEAST | {"commitment": 0}, "an amount from 0.01"),
    (Contract, LEAST | {"waterfall": []}, "at least 1"),
    (Contract, LEAST | {"tranches": []}, "at least 1"),
    (Contract, LEAST | {"pools": {"side": []}}, "at least 1"),
    (Contract, LEAST | {"recycling": "yes"}, "boolean"),
    (Caps, {"annual_return": 13}, "13% is written 0.13"),
    (Caps, {"total": -1}, "is negative"),
    (Caps, {"by_metric": {"m": -1}}, "is negative"),
    (Caps, {"per_month": 1}, "not permitted"),
    (OutcomePayer, {"name": "a", "share": 60}, "60% is written 0.60"),
    (OutcomePayer, {"name": "a", "share": 0.6, "cap_per_year": -1}, "is negative"),
    (EarlyEnd, {"name": "a", "when": "low", "principal": 1}, "required"),
    (EarlyEnd, {"name": "a", "when": "low", "principal": 95, "interest": 0}, "95% is written 0.95"),
    (EarlyEnd, {"name": "a", "when": "low", "principal": 1, "interest": 0, "by": "provider"},
     "'outcome_payer' or 'investor'"),
    (ContractFee, {"name": "a", "payee": "investor", "amount": 1, "months": [12]},
     "'provider', 'intermediary' or 'accountant'"),
])
def test_what_is_refused(kind, terms, words):
    assert words in refused(kind, **terms)


def test_the_main_trigger():
    other = LOW | {"name": "other"}
    assert Contract.model_validate(LEAST).main_trigger is None
    assert Contract.model_validate(LEAST | {"triggers": [LOW]}).main_trigger.name == "low"
    assert Contract.model_validate(LEAST | {"triggers": [LOW, other | {"main": True}]}).main_trigger.name == "other"
    assert Contract.model_validate(LEAST | {"triggers": [LOW, other]}).main_trigger is None


def test_metrics_that_are_read():
    prices = [{"outcome": "job", "price": 1}, {"outcome": "diploma", "price": 1}]
    contract = Contract.model_validate(LEAST | {
        "triggers": [LOW, {"name": "not", "not": "low", "main": True}],
        "payments": [FEE, {"kind": "rate_card", "name": "card", "prices": prices}],
    })
    assert contract.metrics_used == {"reduction", "job", "diploma"}


def test_one_tranche_of_the_investor_unless_said():
    contract = effect_deal().contract
    assert [(tranche.name, tranche.share) for tranche in contract.tranches] == [("investor", 1.0)]
    assert contract.terms_of(contract.tranches[0]) == contract.interest
