"""The same deal with one thing changed: what nobody errs in, what nothing helps in, another kind of review."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sib.analysis.variants import faultless, reviewed, without_effect
from sib.deal.audit import Sample
from sib.deal.consistency import inconsistencies
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import Simulation, simulate
from sib.tally import FLAGS

REFERENCE = "zwarte-zwanen"
ERRORS = {
    "accountant.claims.invalid": 0.2, "accountant.claims.overstated": 0.2, "accountant.claims.evidence_missing": 0.1,
    "accountant.claims.taint": {"kind": "uniform", "low": 0.1, "high": 0.5},
    "accountant.review.invalid_detected": 0.5, "accountant.review.overstated_detected": 0.4,
    "accountant.review.wrong_adjustment": 0.2, "accountant.review.adjustment_share": 0.3,
    "contract.triggers.proof.at_least": 2_300_000,
}
SAMPLE = {"mode": "monetary_unit", "sample": {"size": 30, "tolerable": 0.05, "pay_on": "upper", "every": 24}}
DEALS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "as agreed": ((), {"contract.triggers.proof.at_least": 2_300_000}),
    "errors": ((), ERRORS),
    "disputes": (("disputes", "relapse", "enrolment"), ERRORS),
    "monthly": (("claim-monthly", "relapse"), ERRORS),
    "at the plan": (("claim-at-plan", "relapse"), ERRORS),
    "nobody looks": ((), ERRORS | {"accountant.mode": "none"}),
    "curable": (("claim-errors",), {"contract.triggers.proof.latched": False}),
    "by lot": (("sample-by-lot", "disputes"), ERRORS),
    "by amount": (("sample-by-amount", "relapse"), ERRORS),
    "limit off, every two years": ((), ERRORS | {f"accountant.{name}": each for name, each in SAMPLE.items()}),
    "peterborough": ((), {}),
}
"""By what they try: overlays, settings."""


def deal_of(name: str) -> Scenario:
    overlays, settings = DEALS[name]
    return load(name if name == "peterborough" else REFERENCE, overlays=overlays, settings=settings)


@cache
def runs_of(name: str) -> tuple[Simulation, Simulation]:
    """As agreed, and free of error."""
    deal = deal_of(name)
    return simulate(deal, 300, keep_flows=FLAGS), simulate(faultless(deal), 300, keep_flows=FLAGS)


@pytest.mark.parametrize("name", DEALS)
def test_what_the_faultless_deal_pays_on_is_what_was_earned_in_every_trial(name: str) -> None:
    agreed, right = runs_of(name)
    trigger = agreed.deal.contract.main_trigger
    assert trigger is not None
    earned = agreed.trials[f"trigger.{trigger.name}.earned"]
    assert 0 < earned.sum() < earned.size  # else nothing is told apart
    assert (right.trials[f"trigger.{trigger.name}.paid"] == earned).all()
    assert (right.trials[f"trigger.{trigger.name}.earned"] == earned).all()


@pytest.mark.parametrize("name", DEALS)
def test_on_every_date_too(name: str) -> None:
    agreed, right = runs_of(name)
    assert (right.flows["met_paid"] == agreed.flows["met_earned"]).all()


@pytest.mark.parametrize("name", [name for name in DEALS if name != "peterborough"])
def test_all_that_is_admissible_is_validated_and_no_more(name: str) -> None:
    agreed, right = runs_of(name)
    assert (right.trials["accountant.validated"] == agreed.trials["accountant.admissible"]).all()
    apart = agreed.trials["accountant.validated"] != agreed.trials["accountant.admissible"]
    assert apart.any() is not (name == "nobody looks")


@pytest.mark.parametrize("name", DEALS)
def test_a_variant_is_a_deal_that_could_have_been_written(name: str) -> None:
    deal = deal_of(name)
    for other in (faultless(deal), without_effect(deal)):
        assert not inconsistencies(other)
        assert Scenario.model_validate(other.model_dump(by_alias=True)) == other
        assert other.contract == deal.contract


def test_errors_change_nothing_in_the_deal_that_has_none() -> None:
    """So that the faultless deal of two readings that differ in errors is one and the same."""
    plain, errors = (faultless(load(REFERENCE, overlays=each)) for each in ((), ("claim-errors",)))
    same = "programme.successes", "municipality.outcome_payments", "investor.irr"
    for name in same:
        one, other = (simulate(each, 50).trials[name] for each in (plain, errors))
        assert np.array_equal(one, other, equal_nan=True)


@pytest.mark.parametrize("name", DEALS)
def test_where_nothing_helps_nothing_is_truly_saved(name: str) -> None:
    twin = simulate(without_effect(deal_of(name)), 100)
    assert not twin.trials["society.true_savings"].any()
    assert not twin.deal.programme.has_effect
    assert without_effect(twin.deal) == twin.deal


def test_another_kind_of_review_is_checked_like_any_other() -> None:
    deal = load(REFERENCE, overlays=["claim-errors"])
    sampled = reviewed(deal, mode="attributes", sample=Sample(size=54))
    assert (sampled.accountant.mode, sampled.accountant.sample) == ("attributes", Sample(size=54))
    assert sampled.accountant.claims == deal.accountant.claims
    assert reviewed(sampled, mode="full", sample=None) == deal
    with pytest.raises(ValidationError, match="how many files"):
        reviewed(deal, mode="attributes", sample=None)
    with pytest.raises(ValidationError, match="does not use"):
        reviewed(deal, mode="full", sample=Sample(size=54))
    with pytest.raises(ValidationError, match="claimed once"):
        reviewed(load(REFERENCE, overlays=["claim-monthly"]), mode="attributes", sample=Sample(size=54))
