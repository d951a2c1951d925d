"""The exact method on whole deals: printed figures, and the simulation held against it, deal by deal."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from exact_deals import bond, per_outcome, target, value
from group_deal import effect_deal
from one_block import household, plain_deal
from scipy.stats import norm

import sib
from sib.deal.shelf import packaged
from sib.engine import simulate
from sib.exact.against import LIMIT, held_against
from sib.exact.found import Found
from sib.exact.method import exact
from sib.results import summarise

LOGNORMAL = {"kind": "lognormal", "mean": 12_000, "cv": 0.8}
TRIALS = 4_000
SLOW = ("innovation-fund", "chicago-cpc", "santa-clara")
"""Deals that take seconds for a thousand trials: fewer of them."""
NOTHING = (
    "drechtsteden-i", "drechtsteden-l", "hollands-kroon", "leeuwarden-oud-oost", "cambodia-sanitation", "nys-ceo",
    "peterborough", "utah-preschool",
)
"""Packaged deals of which nothing can be worked out: several cohorts, or several measurements with errors."""
CONTRACTS = (
    "worked-example", "drechtsteden-g", "cuyahoga", "dc-water", "resilient-families", "rhino-bond", "rikers-able",
    "sweet-dreams",
)
"""Packaged deals whose investor and payments are known exactly."""


class TestTheReferenceBond:
    """375 cases, one payment after three years; figures as printed."""

    @pytest.mark.parametrize(("rho", "printed"), [
        (0.0, (0.000045, 0.000000, 2_024_754, 0.04000, -224_755, -224_733)),
        (0.02, (0.091055, 0.019330, 2_011_717, 0.03767, -133_200, -373)),
    ])
    def test_with_fixed_savings(self, rho, printed):
        found = exact(bond(rho=rho))
        assert not found.refused
        figures = (
            1 - value(found, "investor.repaid_in_full", "probability"),
            value(found, "investor.principal_loss", "probability"),
            value(found, "investor.receipts", "mean"), value(found, "investor.irr", "mean"),
            value(found, "investor.loss", "var95"), value(found, "investor.loss", "es95"),
        )
        digits = (6, 6, 0, 5, 0, 0)
        assert [round(each, n) for each, n in zip(figures, digits, strict=True)] == [*printed]

    @pytest.mark.parametrize(("rho", "not_in_full", "payment", "sd"), [
        (0.0, 0.00498, 2_024_526, 165_208), (0.02, 0.1080, 2_007_964, 325_293),
    ])
    def test_with_lognormal_savings(self, rho, not_in_full, payment, sd):
        found = exact(bond(LOGNORMAL, rho=rho))
        unpaid = 1 - value(found, "investor.repaid_in_full", "probability")
        assert unpaid == pytest.approx(not_in_full, abs=5e-5 if rho else 5e-6)
        assert round(value(found, "municipality.outcome_payments", "mean")) == payment
        assert value(found, "accountant.validated", "sd") == pytest.approx(sd, abs=0.6)

    def test_what_is_left_to_the_municipality(self):
        # true savings are 375 x .6 x 12,000, all cashable; payments as printed
        found = exact(bond(rho=0.02))
        assert value(found, "municipality.net_cash", "mean") == pytest.approx(2_700_000 - 2_011_716.62, abs=0.01)

    def test_npv_and_multiple_of_one_payment(self):
        # at the contract's 4%, three years of 365 days: payment / 1.04**3 - outlay
        found = exact(bond(rho=0.02))
        mean = value(found, "investor.receipts", "mean")
        assert value(found, "investor.npv", "mean") == pytest.approx(mean / 1.04**3 - 1_800_000, abs=0.01)
        assert value(found, "investor.moic", "mean") == pytest.approx(mean / 1_800_000, rel=1e-12)


class TestPayoffsBentOnce:
    """50 people with chance .7."""

    def test_a_cap(self):
        found = exact(per_outcome(15_000, cap=500_000, outlay=1_000))
        assert value(found, "municipality.outcome_payments", "mean") == pytest.approx(490_353.906529, abs=5e-7)
        spread, _ = found.spreads["municipality", "outcome_payments"]
        assert spread.masses[spread.values == 500_000_00].sum() == pytest.approx(0.683878619, abs=5e-10)

    def test_the_tail_of_a_loss(self):
        found = exact(per_outcome(25_000, cap=1_000_000, outlay=1_000_000))
        assert value(found, "investor.loss", "mean") == pytest.approx(126_729.3691, abs=5e-5)
        assert value(found, "investor.loss", "var95") == 250_000
        assert value(found, "investor.loss", "es95") == pytest.approx(297_264.8455, abs=5e-5)


@pytest.mark.parametrize(("invalid", "rejected", "paid", "false", "missed"), [
    (0.0, 0.0, 0.569178436, 0.0, 0.0), (0.05, 0.0, 0.659157583, 0.089979147, 0.0),
    (0.0, 0.05, 0.359588568, 0.0, 0.209589868),
])
def test_trigger_errors(invalid, rejected, paid, false, missed):
    found = exact(target(invalid, rejected))
    chances = {"paid": paid, "earned": 0.569178436, "false_trigger": false, "missed_trigger": missed}
    for name, chance in chances.items():
        assert value(found, f"accountant.{name}", "probability") == pytest.approx(chance, abs=5e-10)


def test_where_errors_go_both_ways_only_the_chances_themselves_are_known():
    found = exact(target(0.05, 0.05))
    assert {"paid", "earned"} <= {row.measure for row in found.rows}
    assert "false_trigger" not in {row.measure for row in found.rows}


def test_an_effect_with_a_threshold():
    # pays 100 from 5.0 on; the effect is normal (5, 2), the evaluator's error has sd 1.5: together sd 2.5, measured in
    # tenths, so that 4.95 and more is enough
    step = {"kind": "step_table", "name": "result", "metric": "reduction", "rows": [{"at_least": 5, "pays": 100}]}
    metric = {"name": "reduction", "unit": "percent", "decimals": 1, "evaluator_sd": 1.5,
              "effect": {"kind": "normal", "mean": 5, "sd": 2}}
    deal = effect_deal(metric, cohorts=[{"name": "village", "measured": [24]}], contract={"payments": [step]})
    found = exact(deal)
    assert value(found, "investor.receipts", "mean") == pytest.approx(100 * norm.sf(4.95, 5, 2.5), abs=1e-3)
    assert value(found, "programme.reduction", "sd") == pytest.approx(np.hypot(2, 1.5), rel=1e-3)


@cache
def known(name: str) -> Found:
    """What can be worked out of a packaged deal, once for several tests."""
    return exact(sib.load(name))


@cache
def simulated(name: str) -> tuple[list[sib.Row], int]:
    """Its simulation, likewise, and of how many trials."""
    trials = 512 if name in SLOW else TRIALS
    return summarise(simulate(sib.load(name), trials)), trials


@pytest.mark.parametrize("name", [name for name in packaged() if name not in NOTHING])
def test_the_simulation_agrees_on_every_packaged_deal(name):
    found, (rows, trials) = known(name), simulated(name)
    verdict = held_against(found, rows, trials=trials)
    assert verdict.with_error
    assert verdict.largest <= LIMIT, verdict.worst
    # nothing is worked out that the summary does not have
    assert {(row.party, row.measure, row.statistic) for row in found.rows} <= {
        (row.party, row.measure, row.statistic) for row in rows}


@pytest.mark.parametrize("name", NOTHING)
def test_a_deal_of_which_nothing_is_known_says_why(name):
    found = known(name)
    assert not found.rows
    assert found.refused


@pytest.mark.parametrize("name", packaged())
def test_which_contracts_are_known(name):
    found = known(name)
    assert ("investor", "receipts") in found.spreads or name not in CONTRACTS
    assert ("contract" in found.refused) == (name not in CONTRACTS)


@pytest.mark.parametrize(("name", "term", "other"), [
    ("zwarte-zwanen", "programme.segments.multi-problem households.success.successes", 16),
    ("rikers-able", "programme.metrics.bed_day_reduction.effect.mean", 8.5),
])
def test_a_mutant_is_noticed(name, term, other):
    # 16 successes in 25 instead of 15 move the mean by 14 cases: sixteen errors of a mean of 54 / sqrt(4,000)
    rows, trials = simulated(name)
    verdict = held_against(exact(sib.load(name, set={term: other})), rows, trials=trials)
    assert not verdict.is_passed


def test_nothing_in_it_draws():
    """No room of the exact method can reach a draw, a quantile function or a simulation, but to correct one."""
    forbidden = {"sib.chance.draws", "sib.chance.distributions", "sib.chance.dependence", "sib.engine", "sib.trials",
                 "sib.findings", "sib.programme.savings", "sib.programme.counts"}
    drawing = {"factors", "fates", "cases", "measure", "count", "verify", "simulate"}
    for room in Path(sib.__file__).parent.joinpath("exact").glob("*.py"):
        for node in ast.walk(ast.parse(room.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                corrects = (room.name, node.module) == ("controls.py", "sib.engine")
                assert corrects or node.module not in forbidden, f"{room.name} imports {node.module}"
                is_own = (node.module or "").startswith("sib.exact")
                assert is_own or not drawing & {alias.name for alias in node.names}, room.name


class TestOtherTerms:
    """Deals made for one term each, held against a simulation of them."""

    @staticmethod
    def agrees(deal: sib.Scenario, *measures: str) -> Found:
        found = exact(deal)
        known = {f"{row.party}.{row.measure}" for row in found.rows}
        assert set(measures) <= known, found.refused
        verdict = held_against(found, summarise(simulate(deal, TRIALS)), trials=TRIALS)
        assert verdict.largest <= LIMIT, verdict.worst
        return found

    def test_errors_disputes_partial_outcomes_relapse_and_triage(self):
        segment = household(
            cases=40, success=0.55, saving=LOGNORMAL, relapse=0.02, triage_share=0.8, deadweight=0.2,
            partial={"chance": 0.3, "saving_share": 0.4}, saving_months=24,
        )
        accountant = {
            "claims": {"invalid": 0.2, "overstated": 0.3, "evidence_missing": 0.1,
                       "taint": {"kind": "uniform", "low": 0.1, "high": 0.4}},
            "review": {"wrong_rejection": 0.1, "wrong_adjustment": 0.2, "adjustment_share": 0.3,
                       "invalid_detected": 0.6, "overstated_detected": 0.7},
            "disputes": {"appeal": 0.5, "appeal_success": 0.6, "challenge": 0.4, "months": 2},
        }
        counting = {"max_months": 18, "cap_per_case": 15_000}
        deal = plain_deal(segment, accountant=accountant, counting=counting)
        self.agrees(deal, "accountant.claimed", "accountant.admissible", "accountant.validated", "programme.enrolled",
                    "accountant.validated_cases", "society.true_savings", "accountant.files_opened")

    def test_the_reference_deal_paid_on_one_date(self):
        deal = sib.load("zwarte-zwanen", set={"timeline.payment_dates": {"every": 72}})
        self.agrees(deal, "investor.receipts", "investor.irr", "municipality.outcome_payments", "accountant.paid")

    def test_losses_that_are_set_off(self):
        segment = household(cases=30, success=0.5, saving=LOGNORMAL, failure_saving=-2_000)
        deal = plain_deal(segment, counting={"negative": "net"}, dependence={"kind": "beta_binomial", "icc": 0.1})
        self.agrees(deal, "accountant.validated", "society.true_savings")

    def test_who_comes_varies(self):
        segment = household(cases=30, success=0.5, saving={"kind": "gamma", "mean": 5_000, "cv": 0.6})
        factor = {"kind": "triangular", "low": 0.6, "mode": 0.8, "high": 1.1}
        lines = [{"activity": "plans", "number": 40, "unit_price": 50, "when": {"stage": "plan"}}]
        found = self.agrees(plain_deal(segment, enrolment=factor, lines=lines), "programme.enrolled",
                            "programme.successes", "accountant.validated")
        assert found.refused["contract"].key == "who_comes"

    @pytest.mark.parametrize("dependence", [
        {"kind": "independent"}, {"kind": "gaussian_factor", "weight": 0.3},
        {"kind": "beta_binomial", "icc": 0.2, "across_segments": 0.0},
    ])
    def test_two_segments(self, dependence):
        first = household(cases=20, success=0.5, saving=LOGNORMAL)
        pilot = {"kind": "evidence", "successes": 4, "trials": 9}
        second = household(name="others", cases=10, success=pilot, saving={"kind": "pert", "low": 0, "mode": 8_000,
                                                                           "high": 20_000})
        self.agrees(plain_deal(first, second, dependence=dependence), "programme.successes", "accountant.validated")

    def test_some_come_too_late(self):
        segment = household(cases=24, success=0.5, saving=LOGNORMAL, intake={"from": 1, "months": 24})
        timeline = {"maturity": 24, "payment_dates": {"every": 12}}
        found = self.agrees(plain_deal(segment, timeline=timeline), "accountant.late",
                            "municipality.validated_savings")
        # starts 1 to 13 save by month 24: 13 of 24
        mean = value(found, "accountant.late", "mean")
        assert mean == pytest.approx(11 * 0.5 * 12_000, rel=1e-6)
