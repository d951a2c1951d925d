"""Samples in a deal: when populations are settled, how cases end, who waits, and what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_block import caseload, household, plain_deal

from sib.accountant.verification import Verified, verify
from sib.deal.scenario import Scenario
from sib.engine import replay, simulate
from sib.programme.grid import grid

TAINT = {"kind": "uniform", "low": 0.2, "high": 0.6}
ERRORS = {"invalid": 0.2, "overstated": 0.2, "taint": TAINT, "evidence_missing": 0.1}
LAX = {"wrong_rejection": 0.1, "invalid_detected": 0.8}
MODES = ("attributes", "monetary_unit")


def deal_of(mode: str = "attributes", sample: Any = None, **tables: Any) -> Scenario:
    """Two kinds of household that come over a year, claims with errors, yearly payment dates."""
    saving = {"kind": "gamma", "mean": 120, "cv": 1}
    segments = [
        household(cases=30, success=0.7, saving=saving, intake={"from": 1, "months": 12}),
        household(name="others", cases=10, success=0.7, saving=saving, intake={"from": 6, "months": 3}),
    ]
    accountant = {"claims": ERRORS, "review": LAX, "mode": mode, "sample": sample or {"size": 5}}
    dependence = {"kind": "beta_binomial", "icc": 0.05, "across_segments": 0.0}
    return plain_deal(*segments, accountant=accountant | tables.pop("accountant", {}), dependence=dependence, **tables)


def papers(deal: Scenario) -> list[Verified]:
    return verify([caseload(deal, place=0), caseload(deal, place=1)], grid(deal))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rule", ["point", "upper", "accept"])
def test_the_bridge_adds_up_and_every_case_ends_in_one_state(mode: str, rule: str) -> None:
    for paper in papers(deal_of(mode, {"size": 5, "pay_on": rule, "tolerable": 0.3})):
        left = paper.claimed - sum(paper.bridge.values())
        assert (left == paper.validated.sum(axis=(0, 1))).all()
        assert (sum(paper.states.values()) == paper.enrolled.sum(axis=0)).all()
        assert (paper.validated_cases >= 0).all()


def test_validated_and_earned_fall_on_the_settlement() -> None:
    deal = deal_of(sample={"size": 5, "every": 20})
    for paper in papers(deal):
        assert set(np.flatnonzero(paper.validated.any(axis=(0, 2)))) <= {20, 40, 60}
        assert set(np.flatnonzero(paper.admissible.any(axis=(0, 2)))) <= {20, 40, 60}


def test_claims_that_are_ready_after_the_last_settlement_are_late() -> None:
    deal = deal_of(timeline={"maturity": 18, "payment_dates": {"every": 6}})
    found = papers(deal)[0]
    assert found.validated[:, -1].any()
    assert found.admissible[:, -1].any()


def test_the_bytes_of_the_outcomes_do_not_depend_on_the_review() -> None:
    plain = deal_of("attributes", {"size": 5})
    kept = ("programme.successes", "programme.enrolled", "society.true_savings", "accountant.claimed")
    runs = [simulate(deal, 512).trials for deal in (plain, deal_of("monetary_unit", {"interval": 50}))]
    assert all((runs[0][name] == runs[1][name]).all() for name in kept)


FOUGHT = {"appeal": 1.0, "months": 5}


class TestDisputes:
    """One dispute in a population holds up all of it."""

    def test_a_population_with_a_dispute_waits(self) -> None:
        accountant = {"claims": {}, "review": {"wrong_rejection": 1.0}, "disputes": FOUGHT}
        for paper in papers(deal_of(accountant=accountant)):
            assert set(np.flatnonzero(paper.validated.any(axis=(0, 2)))) <= {17, 29, 41}
            assert set(np.flatnonzero(paper.admissible.any(axis=(0, 2)))) <= {12, 24, 36}

    def test_files_that_nobody_opens_are_not_fought_over(self) -> None:
        accountant = {"claims": {}, "review": {"wrong_rejection": 1.0}, "disputes": FOUGHT | {"cost": 1}}
        deal = deal_of(sample={"size": 2}, accountant=accountant)
        chapter, _ = replay(deal, 1, trial=0)
        cost = sum(each.amounts.sum(axis=0) for each in chapter.book if each.clause == "dispute:provider")
        assert (cost == 100 * chapter.opened).all()
        assert (chapter.states["overturned:+"] == chapter.opened).all()


FEE = {"per_case": 10, "per_extra_review": 3}


class TestFees:
    def test_only_opened_files_cost_something(self) -> None:
        deal = deal_of(accountant={"fee": FEE})
        trials = simulate(deal, 512).trials
        assert (trials["accountant.receipts"] == 1_000 * trials["accountant.files_opened"]).all()
        assert 5 <= trials["accountant.files_opened"].min() <= trials["accountant.files_opened"].max() <= 15

    def test_files_opened_since_the_sample_was_refused_cost_more(self) -> None:
        deal = deal_of(sample={"size": 1, "pay_on": "accept", "tolerable": 0.001}, accountant={"fee": FEE})
        trials = simulate(deal, 512).trials
        n_populations = 2  # claims of months 12 to 23: one file each by lot, all others on top
        extra = trials["accountant.receipts"] / 100 - 10 * trials["accountant.files_opened"]
        assert (extra <= 3 * trials["accountant.files_opened"]).all()
        assert (extra >= 3 * (trials["accountant.files_opened"] - n_populations)).all()

    def test_without_review_no_file_is_opened(self) -> None:
        trials = simulate(deal_of(accountant={"mode": "none", "sample": None, "fee": FEE}), 256).trials
        assert not trials["accountant.files_opened"].any()
        assert not trials["accountant.receipts"].any()


def test_errors_and_uncertainties_stand_apart() -> None:
    """All claims good, a third without evidence: nothing is wrong, and what is uncertain is what is not validated."""
    for mode, sample in (("full", None), ("attributes", {"share": 1.0})):
        accountant = {"claims": {"evidence_missing": 1 / 3}, "review": {}, "mode": mode, "sample": sample}
        accountant["assurance"] = {"engagement": "agreed_upon_procedures"}
        trials = simulate(deal_of(accountant=accountant), 256).trials
        assert not trials["accountant.errors"].any()
        assert (trials["accountant.uncertain"] + trials["accountant.validated"] == trials["accountant.book"]).all()
        assert trials["accountant.uncertain"].any()
