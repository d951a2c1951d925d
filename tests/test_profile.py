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
from sib.profile import (
    expected_metrics,
    expected_spending,
    failure_course,
    midpoints,
    planned_plans,
    success_course,
)
from sib.programme.grid import grid
from sib.programme.outcomes import mean_chance


def course_of(deal, course=success_course):
    """Months in which one case of the first segment is expected to bring something, with the euros."""
    savings = course(deal, deal.programme.segments[0]).savings
    return {int(month): savings[month] / 100 for month in np.flatnonzero(savings)}


def expected(deal):
    """Expected metrics at the deal's own chances of success."""
    chances = np.array([[mean_chance(segment)] for segment in deal.programme.segments])
    return expected_metrics(deal, chances, calendar=grid(deal))


class TestSuccess:
    """What one success is expected to bring, and when; 120 euros over twelve months unless said."""

    def test_the_reference_deal(self):
        # 22,000 of which 62% is direct and 90% municipal, less the 10% wrongly refused: 11,048.40
        deal = load("zwarte-zwanen")
        brings = course_of(deal)
        assert sum(brings.values()) == pytest.approx(22_000 * 0.62 * 0.90 * 0.90, abs=0.01)
        # claimed in the twelfth month, validated three to nine months later, each as likely
        assert list(brings) == [11 + wait for wait in range(3, 10)]
        assert brings[14] == pytest.approx(11_048.40 / 7, abs=0.01)

    def test_by_month(self):
        assert course_of(plain_deal(accountant={"claim_at": "monthly"})) == dict.fromkeys(range(12), 10.0)

    def test_in_the_month_of_the_plan(self):
        assert course_of(plain_deal(household(months_to_effect=3), accountant={"claim_at": "plan"})) == {0: 120}
        assert course_of(plain_deal(household(months_to_effect=3))) == {14: 120}

    def test_months_that_count(self):
        assert course_of(plain_deal(counting={"max_months": 5})) == {4: 50}

    def test_relapse(self):
        # a half each month: after L full months with chance 2**-(L + 1), three months with 1/8; 10 a month of 30
        deal = plain_deal(household(saving=30, saving_months=3, relapse=0.5))
        assert course_of(deal) == pytest.approx({1: 10 / 4, 2: 20 / 8 + 30 / 8})

    def test_claims_in_error(self):
        # a quarter overstated by a half of the claim, of which 0.4 are found; a tenth of the good ones refused, of the
        # others 0.2 cut by 0.3; a twentieth of all without evidence
        by_half = {"kind": "uniform", "low": 0.5, "high": 0.5}
        claims = {"overstated": 0.25, "taint": by_half, "evidence_missing": 0.05}
        review = {"wrong_rejection": 0.1, "wrong_adjustment": 0.2, "adjustment_share": 0.3}
        deal = plain_deal(accountant={"claims": claims, "review": review | {"overstated_detected": 0.4}})
        good = 0.75 * 0.9 * (1 - 0.2 * 0.3) * 120
        overstated = 0.25 * (0.4 * 120 + 0.6 * 240)
        assert course_of(deal) == pytest.approx({11: 0.95 * (good + overstated)})

    def test_a_cap_is_taken_case_by_case(self):
        # uniform from 0 to 200 and at most 100 a case: 75 on average, not the 100 that the mean would give
        deal = plain_deal(household(saving={"kind": "uniform", "low": 0, "high": 200}), counting={"cap_per_case": 100})
        assert course_of(deal) == pytest.approx({11: 75}, abs=0.01)

    def test_a_stated_mean_is_kept(self):
        deal = plain_deal(household(saving={"kind": "lognormal", "mean": 120, "cv": 2.0}))
        assert course_of(deal) == pytest.approx({11: 120}, abs=1e-4)


class TestFailure:
    """What a failed case is expected to bring."""

    def test_nothing_without_invalid_claims(self):
        assert course_of(plain_deal(), failure_course) == {}

    def test_invalid_claims_that_nobody_finds(self):
        deal = plain_deal(accountant={"claims": {"invalid": 0.2}, "review": {"invalid_detected": 0.75}})
        assert course_of(deal, failure_course) == pytest.approx({11: 0.2 * 0.25 * 120})

    def test_losses_are_set_off_where_they_count(self):
        failing = household(failure_saving=-60)
        assert course_of(plain_deal(failing, counting={"negative": "net"}), failure_course) == {11: -60}
        assert course_of(plain_deal(failing), failure_course) == {}


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


def test_midpoints():
    assert midpoints(4).tolist() == [0.125, 0.375, 0.625, 0.875]


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
    plain["programme"]["dependence"] = {"kind": "independent"}
    plain["programme"]["enrolment"] = draw(st.sampled_from([0.0, 0.6, 1.0, 1.3]))
    audit = plain["accountant"]
    audit["delay"] = draw(st.integers(0, 6))
    for name in ("claims", "review"):
        for chance in audit.get(name, {}).keys() - {"taint", "adjustment_share"}:
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
