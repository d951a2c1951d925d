"""The deal without variance: what the engine gives when nothing varies, and its mean when something does."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_block import household, plain_deal
from strategies import scenarios

from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import replay, simulate
from sib.profile import expected_metrics, expected_spending, planned_plans
from sib.programme.grid import grid
from sib.programme.outcomes import mean_chance


def expected(deal):
    """Expected metrics at the deal's own chances of success."""
    chances = np.array([[mean_chance(segment)] for segment in deal.programme.segments])
    return expected_metrics(deal, chances, calendar=grid(deal))


class TestPlans:
    """Who is expected, when."""

    def test_the_reference_deal(self):
        # 375 over 24 months: 15 each and one more in the first fifteen
        deal = load("zwarte-zwanen")
        assert planned_plans(deal, deal.programme.segments[0]).tolist() == [0] + [16] * 15 + [15] * 9

    def test_enrolment_and_triage_at_their_means(self):
        deal = plain_deal(household(cases=10, intake={"from": 2, "months": 2}, triage_share=0.5),
                          enrolment={"kind": "uniform", "low": 0.4, "high": 0.8})
        assert planned_plans(deal, deal.programme.segments[0]).tolist() == [0, 0, 1.5, 1.5]

    def test_nobody(self):
        deal = plain_deal(enrolment=0.0)
        assert planned_plans(deal, deal.programme.segments[0]).tolist() == [0]


class TestCost:
    """The expected cost of the work."""

    def test_of_the_reference_deal_everything_is_spent(self):
        deal = load("zwarte-zwanen")
        found = expected_spending(deal, grid(deal))
        assert not found.unspent.any()
        assert found.total.sum(axis=0).tolist() == [179_750_000] * found.total.shape[1]

    def test_a_custom_budget_at_its_mean(self):
        lines = [{"activity": "plans", "number": 2, "unit_price": 50, "when": {"stage": "plan"}},
                 {"activity": "custom", "number": 1, "unit_price": 100,
                  "when": {"stage": "custom", "per_case": {"kind": "triangular", "low": 0, "mode": 30, "high": 60}}}]
        found = expected_spending(deal := plain_deal(lines=lines), grid(deal))
        assert found.by_line["custom"].sum(axis=0).tolist() == [6_000] * found.by_line["custom"].shape[1]
        assert (found.unspent == 4_000).all()


@st.composite
def certain(draw: st.DrawFn) -> dict[str, Any]:
    """A generated deal in which every chance is 0 or 1 and every amount is fixed."""
    plain = deepcopy(draw(scenarios()))
    zero_or_one = st.sampled_from([0.0, 1.0])
    for segment in plain["programme"]["segments"]:
        segment |= {"success": draw(zero_or_one), "saving": draw(st.integers(0, 300_000)), "relapse": 0.0}
        segment.pop("triage_share", None)
        segment.pop("aftercare", None)
        if "partial" in segment:
            segment["partial"]["chance"] = draw(zero_or_one)
        if not plain["programme"].get("has_effect", True):
            segment["deadweight"] = draw(zero_or_one)
    plain["programme"]["dependence"] = {"kind": "independent"}
    plain["programme"]["enrolment"] = draw(st.sampled_from([0.0, 0.6, 1.0, 1.3]))
    audit = plain["accountant"]
    audit["delay"] = draw(st.integers(0, 6))
    if "sample" in audit:
        mode = audit["mode"]
        audit["sample"] = {"size": 1000} if mode == "attributes" else {"interval": 0.01}  # every file is opened
        audit.get("disputes", {}).pop("months", None)  # and nothing waits for the dispute over another
        audit["counting"].pop("own_cost", None)  # but those of claims below zero
    no_chances = {"taint", "adjustment_share", "months", "cost", "cost_payer"}
    for name in ("claims", "review", "disputes"):
        for chance in sorted(audit.get(name, {}).keys() - no_chances):
            audit[name][chance] = draw(zero_or_one)
    if "taint" in audit.get("claims", {}):
        audit["claims"]["taint"] = {"kind": "uniform", "low": 0.2, "high": 0.2}
    for line in plain["budget"]["lines"]:
        if "per_case" in line["when"]:
            line["when"]["per_case"] = draw(st.integers(0, 5_000))
    return plain


@settings(max_examples=50)
@given(certain())
def test_without_variance_it_is_the_simulation(plain):
    deal = Scenario.model_validate(plain)
    found, simulated = expected(deal), replay(deal, 1, trial=0)[0].metrics
    np.testing.assert_allclose(found.enrolled, simulated.enrolled[:, :1], atol=1e-9)
    np.testing.assert_allclose(found.cases, simulated.cases[..., :1], atol=1e-9)
    # months of a claim differ by a cent where it is claimed by month, for each start month and segment
    room = 0 if deal.accountant.claim_at != "monthly" else sum(s.cases for s in deal.programme.segments)
    np.testing.assert_allclose(
        np.cumsum(found.savings, axis=1), np.cumsum(simulated.savings[..., :1], axis=1), atol=room, rtol=0
    )


RICH = {
    "relapse, claimed at its end": {"segment": {"relapse": 0.1}},
    "relapse, claimed with the plan": {"segment": {"relapse": 0.1}, "accountant": {"claim_at": "plan"}},
    "relapse, claimed by month": {"segment": {"relapse": 0.1}, "accountant": {"claim_at": "monthly"}},
    "partial outcomes": {"segment": {"partial": {"chance": 0.3, "saving_share": 0.4}}},
    "triage": {"segment": {"triage_share": 0.7}},
    "losses set off": {"segment": {"failure_saving": -70}, "counting": {"negative": "net"}},
    "losses set off unless claimed as a success": {
        "segment": {"failure_saving": -70}, "counting": {"negative": "net"},
        "accountant": {"claims": {"invalid": 0.5}, "review": {"invalid_detected": 0.5}}},
    "cost of the case set off": {"counting": {"own_cost": "in"}},
    "a cap on each case": {"counting": {"cap_per_case": 120}},
    "claims in error": {"accountant": {
        "claims": {"invalid": 0.3, "overstated": 0.3, "taint": {"kind": "pert", "low": 0.1, "mode": 0.3, "high": 0.6},
                   "evidence_missing": 0.1},
        "review": {"wrong_rejection": 0.2, "wrong_adjustment": 0.2, "adjustment_share": 0.5, "invalid_detected": 0.6,
                   "overstated_detected": 0.5}}},
    "nobody reviews": {"accountant": {"mode": "none"}, "segment": {"relapse": 0.1}},
    "nobody reviews what is claimed with the plan": {
        "accountant": {"mode": "none", "claim_at": "plan"}, "segment": {"relapse": 0.1}},
}


@pytest.mark.parametrize("terms", RICH.values(), ids=RICH)
def test_with_variance_it_is_the_mean(terms):
    """Expected savings by payment date within four standard errors of the simulated ones."""
    segment = household(cases=12, success={"kind": "beta", "mean": 0.6, "sd": 0.1}, intake={"from": 1, "months": 6},
                        saving={"kind": "gamma", "mean": 120, "cv": 0.7}) | terms.get("segment", {})
    accountant = {"delay": {"kind": "uniform_months", "low": 1, "high": 4}} | terms.get("accountant", {})
    deal = plain_deal(
        segment, accountant=accountant, counting={"max_months": 9} | terms.get("counting", {}),
        timeline={"maturity": 24, "payment_dates": {"every": 6}},
    )
    run = simulate(deal, 4_000, keep_flows=True)
    found = np.cumsum(expected(deal).savings[:, :, 0].sum(axis=0))
    simulated = np.cumsum(run.flows["validated_savings"][:, [6, 12, 18, 24]], axis=1)
    means, errors = simulated.mean(axis=0), simulated.std(axis=0) / np.sqrt(len(simulated))
    assert means[-1] > 50 * errors[-1]  # the simulation knows the total to a fiftieth, and mostly better
    assert (np.abs(means - found) <= 4 * errors + 1).all(), (means, found, errors)


@pytest.mark.parametrize(
    ("terms", "euros"),
    [
        ({"success": 0.6, "regression_to_mean": 0.5}, 100 * 0.6 * 60),
        ({"success": 0.5, "deadweight": 0.4, "partial": {"chance": 0.5, "saving_share": 0.5}}, 100 * 0.4 * (60 + 15)),
        ({"success": 0.5, "deadweight": 0.4, "regression_to_mean": 0.25}, 100 * 0.5 * (0.4 * 120 + 0.6 * 30)),
    ],
)
def test_without_any_effect_it_is_what_would_have_come_anyway(terms, euros):
    deal = plain_deal(household(cases=100, **terms))
    twin = deal.model_copy(update={"programme": deal.programme.model_copy(update={"has_effect": False})})
    assert expected(twin).savings.sum() / 100 == pytest.approx(euros)
    assert simulate(twin, 5_120).trials["accountant.validated"].mean() / 100 == pytest.approx(euros, rel=0.02)
