"""The engine against the reference model, trial by trial, to the cent, from the sampled states on.

The reference model was written from docs/model.md by someone who had not read the engine; the two share no code.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from one_block import household, plain_deal
from reference_model import replay
from sampled_states import sampled_states
from strategies import faulty_deals, scenarios

from sib.chapter import Chapter, net_payments
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import replay as engine_replay
from sib.tally import tally

TRIALS = (0, 1, 100)


def engine_says(chapter: Chapter, column: int) -> dict[str, Any]:
    """Return the engine's account of one trial, under the reference model's names."""
    flows, calendar, pockets = chapter.flows, chapter.calendar, chapter.pockets
    kept = {name: values[column].item() for name, values in tally(chapter).items()}

    def lists(by_name: dict[str, np.ndarray]) -> dict[str, list[int]]:
        return {name: amounts[:, column].astype(int).tolist() for name, amounts in by_name.items()}

    def totals(by_law: dict[str, np.ndarray]) -> dict[str, int]:
        return {law: int(amounts[:, column].sum()) for law, amounts in by_law.items()}

    def steps(kind: str) -> dict[str, list[int]]:
        empty = np.zeros(chapter.shape)
        return lists({name: flows.paid.get(f"{kind}:{name}", empty) for name in flows.draws})

    until = calendar.maturity  # at maturity the engine reports what is about to be written off
    return {
        "claimed": kept["accountant.claimed"],
        "validated": kept["accountant.validated"],
        "admissible": kept["accountant.admissible"],
        "late": kept["accountant.late"],
        "bridge": {name: taken[column] for name, taken in chapter.bridge.items() if taken[column]},
        "states": {name: count[column] for name, count in chapter.states.items()},
        "draws": lists(flows.draws),
        "returned": lists(flows.returned),
        "interest_paid": steps("interest"),
        "principal_paid": steps("principal"),
        "success_fee": steps("success_fee"),
        "outstanding": {name: amounts[:until] for name, amounts in lists(flows.outstanding).items()},
        "interest_due": {name: amounts[:until] for name, amounts in lists(flows.interest_due).items()},
        "payments": lists(flows.payments),
        "written_off": {name: amounts[column] for name, amounts in flows.written_off.items()},
        "met": {name: met[:, column].tolist() for name, met in flows.met.items()},
        "paid": {name: kept[f"trigger.{name}.paid"] for name in flows.met},
        "earned": {name: kept[f"trigger.{name}.earned"] for name in flows.met},
        "late_trigger": {name: kept[f"trigger.{name}.late"] for name in flows.met},
        "true": kept["society.true_savings"],
        "true_by_law": {law: totals(pockets.direct)[law] + totals(pockets.real)[law] for law in pockets.direct},
        "cashable_by_law": totals(pockets.cashable),
        "validated_by_law": totals(pockets.validated),
        "payments_by_law": totals(pockets.payments),
        "net_payments": net_payments(flows)[column],
        "net_cash": kept["municipality.net_cash"],
        "repaid_in_full": kept["investor.repaid_in_full"],
        "cash": lists({role: net for role, net in chapter.cash.items() if role != "account"}),
    }


def reference_says(deal: Scenario, states: dict[str, Any]) -> dict[str, Any]:
    """Return the reference model's account, cut to what the engine reports."""
    said = replay(deal.canonical(), states)
    until = deal.timeline.maturity
    said["bridge"] = {name: taken for name, taken in said["bridge"].items() if taken}
    said["net_payments"] = sum(map(sum, said["payments"].values())) - sum(said["surplus"])
    for name in ("outstanding", "interest_due"):
        said[name] = {tranche: amounts[:until] for tranche, amounts in said[name].items()}
    return said


def assert_same(deal: Scenario, seed: int, trials: tuple[int, ...]) -> None:
    """Compare everything that both report."""
    for trial in trials:
        chapter, column = engine_replay(deal, seed, trial=trial)
        found, expected = engine_says(chapter, column), reference_says(deal, sampled_states(deal, seed, trial))
        differing = {name: (found[name], expected[name]) for name in found if found[name] != expected[name]}
        assert not differing, f"trial {trial}: {differing}"


@settings(max_examples=60)
@given(scenarios())
def test_random_small_deals_agree_to_the_cent(plain: dict[str, Any]) -> None:
    assert_same(Scenario.model_validate(plain), 7, TRIALS)


@pytest.mark.parametrize("mode", ["full", "attributes", "monetary_unit"])
def test_what_goes_wrong_with_claims_agrees_to_the_cent(mode: str) -> None:
    @settings(max_examples=60)
    @given(faulty_deals(mode))
    def compare(plain: dict[str, Any]) -> None:
        assert_same(Scenario.model_validate(plain), 7, TRIALS)

    compare()


@pytest.mark.parametrize(
    "overlays",
    [
        [],
        ["as-spent"],
        ["enrolment"],
        ["claim-errors"],
        ["relapse"],
        ["claim-at-plan"],
        ["claim-monthly"],
        ["from-then"],
        ["interest-simple"],
        ["interest-over-term"],
        ["relapse", "claim-monthly", "enrolment", "as-spent"],
    ],
)
def test_the_reference_deal_agrees_to_the_cent(overlays: list[str]) -> None:
    assert_same(load("zwarte-zwanen", overlays=overlays), 1, (3,))


ERRORS = {
    "accountant.claims.overstated": 0.2,
    "accountant.claims.taint": {"kind": "uniform", "low": 0.1, "high": 0.6},
    "accountant.claims.evidence_missing": 0.05,
    "accountant.review.overstated_detected": 0.5,
    "accountant.review.wrong_adjustment": 0.1,
    "accountant.review.adjustment_share": 0.25,
}
DISPUTES = {
    "accountant.disputes.appeal": 0.5,
    "accountant.disputes.appeal_success": 0.6,
    "accountant.disputes.challenge": 0.5,
    "accountant.disputes.challenge_success": 0.6,
    "accountant.disputes.months": 4,
    "accountant.disputes.cost": 312.5,
    "accountant.disputes.cost_payer": "loser",
    "accountant.fee.per_extra_review": 41.25,
}
TWIN = {
    "programme.has_effect": False,
    "programme.segments.multi-problem households.deadweight": 0.3,
    "programme.segments.multi-problem households.regression_to_mean": 0.25,
    "contract.triggers.proof.at_least": 200_000,
}
SAMPLES: list[tuple[str, dict[str, Any]]] = [
    ("attributes", {"size": 20, "pay_on": "point"}),
    ("attributes", {"size": 12, "pay_on": "upper", "model": "poisson", "every": 7}),
    ("attributes", {"size": 12, "pay_on": "upper", "model": "hypergeometric", "confidence": 0.8}),
    ("attributes", {"tolerable": 0.3, "expected": 0.05, "pay_on": "accept"}),
    ("attributes", {"tolerable": 0.4, "pay_on": "accept", "model": "hypergeometric", "every": 12}),
    ("monetary_unit", {"size": 10, "pay_on": "point"}),
    ("monetary_unit", {"interval": 20_000, "pay_on": "upper", "every": 6}),
    ("monetary_unit", {"tolerable": 0.2, "expected": 0.03, "pay_on": "upper", "confidence": 0.9}),
    ("monetary_unit", {"tolerable": 0.7, "expected": 0.05, "pay_on": "accept", "every": 12}),
]


@pytest.mark.parametrize("terms", [DISPUTES, DISPUTES | {"accountant.claim_at": "monthly"}, TWIN, TWIN | DISPUTES])
def test_the_reference_deal_with_disputes_or_without_effect_agrees(terms: dict[str, Any]) -> None:
    assert_same(load("zwarte-zwanen", overlays=["claim-errors", "relapse"], settings=ERRORS | terms), 1, (3,))


@pytest.mark.parametrize(("mode", "sample"), SAMPLES)
def test_the_reference_deal_with_a_sample_agrees(mode: str, sample: dict[str, Any]) -> None:
    terms: dict[str, Any] = {"accountant.mode": mode}
    terms |= {f"accountant.sample.{name}": value for name, value in sample.items()}
    assert_same(load("zwarte-zwanen", overlays=["claim-errors"], settings=ERRORS | DISPUTES | terms), 1, (3, 4))


def a_sampled_deal(mode: str, sample: dict[str, Any], **accountant: Any) -> Scenario:
    """Four sure cases of unequal size under a sample, and a trigger on one of them."""
    saving = {"kind": "uniform", "low": 50, "high": 200}
    trigger = {"name": "proof", "metric": "validated_cases", "at_least": 1}
    terms = {"mode": mode, "sample": sample} | accountant
    return plain_deal(household(cases=4, saving=saving), accountant=terms, contract={"triggers": [trigger]})


@pytest.mark.parametrize(
    "sample",
    [
        {"size": 2, "tolerable": 0.3, "pay_on": "accept"},  # 1 - √0.49 is 0.3 sharp: tolerable, in floats too
        {"tolerable": 0.3},  # two files are enough
        {"tolerable": 0.5, "model": "hypergeometric", "confidence": 0.8},
    ],
)
def test_a_limit_that_is_just_tolerable_is_tolerable(sample: dict[str, Any]) -> None:
    assert_same(a_sampled_deal("attributes", {"confidence": 0.51} | sample), 1, (0,))


def test_a_case_of_which_everything_is_held_back_can_be_too_late() -> None:
    deal = a_sampled_deal("monetary_unit", {"interval": 10_000, "pay_on": "upper"}, delay=60)
    chapter, column = engine_replay(deal, 1, trial=0)
    found = engine_says(chapter, column)
    assert (found["late"], found["late_trigger"]) == (0, {"proof": True})
    assert_same(deal, 1, (0,))
