"""Disputes: what is fought and won, when it counts, what it costs, and the exact law of a trigger behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import oracles
import pytest
from one_block import TOLERANCE, caseload, distance_of_share, household, plain_deal

from sib.accountant.claims import claim
from sib.accountant.disputes import Disputes, months_waited
from sib.accountant.review import STATES, Reviewed, review
from sib.accountant.verification import verify
from sib.deal.scenario import Scenario
from sib.engine import replay, simulate
from sib.programme.grid import grid

TAINT = {"kind": "uniform", "low": 0.25, "high": 0.25}
SURE = {"appeal": 1.0, "challenge": 1.0}


def deal_of(review: Any = None, claims: Any = None, disputes: Any = None, **tables: Any) -> Scenario:
    """Twenty cases of 120.00 in month 1; a claim made in month 12 is validated at once."""
    segment = household(**({"cases": 20} | tables.pop("segment", {})))
    accountant = {"review": review or {}, "claims": claims or {}, "disputes": disputes or {}}
    return plain_deal(segment, accountant=accountant | tables.pop("accountant", {}), **tables)


def found(deal: Scenario) -> Reviewed:
    load = caseload(deal)
    return review(load, claim(load))


class TestOneDispute:
    """A claim of 120.00, or of 160.00 where overstated; everything that can happen does."""

    @pytest.mark.parametrize(
        ("review", "disputes", "state", "validated", "given_back"),
        [
            ({"wrong_rejection": 1.0}, {"appeal": 1.0}, "overturned:+", 12_000, 12_000),
            ({"wrong_rejection": 1.0}, {"appeal": 1.0, "appeal_success": 0.0}, "rejected:wrongly", 0, 0),
            ({"wrong_rejection": 1.0}, {"challenge": 1.0}, "rejected:wrongly", 0, 0),
            ({"wrong_adjustment": 1.0, "adjustment_share": 0.25}, {"appeal": 1.0}, "overturned:+", 12_000, 3_000),
            ({}, SURE, "accepted", 12_000, 0),
        ],
    )
    def test_of_a_good_claim(self, review: Any, disputes: Any, state: str, validated: int, given_back: int) -> None:
        reviewed = found(deal_of(review, disputes=disputes))
        assert {STATES[each] for each in np.unique(reviewed.state)} == {state}
        assert set(reviewed.validated) == {validated}
        assert set(dict(reviewed.reasons).get("appeal", np.zeros(1))) == {-given_back}

    @pytest.mark.parametrize(
        ("detected", "disputes", "state", "validated"),
        [
            (0.0, {"challenge": 1.0}, "overturned:-", 12_000),
            (0.0, {"challenge": 1.0, "challenge_success": 0.0}, "accepted", 16_000),
            (1.0, {"challenge": 1.0}, "adjusted:overstated", 12_000),
            (0.0, {"appeal": 1.0}, "accepted", 16_000),
        ],
    )
    def test_of_an_overstated_one(self, detected: float, disputes: Any, state: str, validated: int) -> None:
        errors = {"overstated": 1.0, "taint": TAINT}
        reviewed = found(deal_of({"overstated_detected": detected}, errors, disputes))
        assert {STATES[each] for each in np.unique(reviewed.state)} == {state}
        assert set(reviewed.validated) == {validated}

    def test_of_a_claim_for_a_failed_case(self) -> None:
        deal = deal_of({"invalid_detected": 0.0}, {"invalid": 1.0}, SURE, segment={"success": 0.0})
        reviewed = found(deal)
        assert {STATES[each] for each in np.unique(reviewed.state)} == {"overturned:-"}
        assert not reviewed.validated.any()
        assert set(dict(reviewed.reasons)["challenge"]) == {12_000}

    def test_a_claim_without_evidence_is_not_fought(self) -> None:
        errors = {"overstated": 1.0, "taint": TAINT, "evidence_missing": 1.0}
        reviewed = found(deal_of({"overstated_detected": 0.0, "wrong_rejection": 1.0}, errors, SURE))
        assert {STATES[each] for each in np.unique(reviewed.state)} == {"rejected:evidence"}
        assert not reviewed.disputes.is_disputed.any()


def test_how_often_decisions_are_fought_and_won() -> None:
    reviewed = found(deal_of({"wrong_rejection": 1.0}, disputes={"appeal": 0.3, "appeal_success": 0.6},
                             segment={"cases": 200}))
    fought, won = reviewed.disputes.is_appealed, reviewed.disputes.is_restored
    assert distance_of_share(fought, 0.3) < TOLERANCE
    assert distance_of_share(won[fought], 0.6) < TOLERANCE
    assert not won[~fought].any()


class TestWhen:
    """Claims of month 12 are validated at once; what is fought over waits four months."""

    def test_what_is_fought_over_waits_and_nothing_else(self) -> None:
        load = caseload(deal_of({"wrong_rejection": 0.5}, disputes={"appeal": 0.5, "months": 4}))
        reviewed = review(load, claim(load))
        waited = months_waited(load, reviewed.disputes)
        assert set(waited[reviewed.disputes.is_disputed]) == {4}
        assert not waited[~reviewed.disputes.is_disputed].any()

    def test_validated_late_and_earned_in_time(self) -> None:
        deal = deal_of({"wrong_rejection": 1.0}, disputes={"appeal": 1.0, "months": 4})
        paper = verify([caseload(deal)], grid(deal))[0]
        assert np.flatnonzero(paper.validated.sum(axis=(0, 2))).tolist() == [16]
        assert np.flatnonzero(paper.admissible.sum(axis=(0, 2))).tolist() == [12]
        assert (paper.validated.sum(axis=(0, 1)) == paper.admissible.sum(axis=(0, 1))).all()

    def test_each_month_of_a_monthly_claim_waits(self) -> None:
        accountant = {"claim_at": "monthly"}
        deal = deal_of({"wrong_rejection": 1.0}, disputes={"appeal": 1.0, "months": 4}, accountant=accountant)
        paper = verify([caseload(deal)], grid(deal))[0]
        assert np.flatnonzero(paper.validated.sum(axis=(0, 2))).tolist() == list(range(5, 17))
        assert np.flatnonzero(paper.admissible.sum(axis=(0, 2))).tolist() == list(range(1, 13))

    def test_after_the_last_payment_date_it_is_too_late(self) -> None:
        timeline = {"maturity": 12, "payment_dates": {"every": 12}}
        deal = deal_of({"wrong_rejection": 1.0}, disputes={"appeal": 1.0, "months": 1}, timeline=timeline)
        run = simulate(deal, 256)
        assert (run.trials["accountant.late"] == run.trials["accountant.validated"]).all()
        assert run.trials["accountant.validated"].all()


class TestCost:
    """Twenty disputes of 100.00 each, in month 16."""

    @pytest.mark.parametrize(
        ("disputes", "who"),
        [
            ({"appeal": 1.0}, "provider"),
            ({"appeal": 1.0, "cost_payer": "loser"}, "outcome_payer"),
            ({"appeal": 1.0, "appeal_success": 0.0, "cost_payer": "loser"}, "provider"),
        ],
    )
    def test_of_appeals(self, disputes: Any, who: str) -> None:
        terms = {"cost": 100, "months": 4} | disputes
        chapter, _ = replay(deal_of({"wrong_rejection": 1.0}, disputes=terms), 1, trial=0)
        paid = [each for each in chapter.book if each.clause.startswith("dispute:")]
        assert [(each.payer, each.payee) for each in paid] == [(who, "accountant")]
        assert np.flatnonzero(paid[0].amounts.any(axis=1)).tolist() == [16]
        assert set(paid[0].amounts[16]) == {20 * 10_000}

    @pytest.mark.parametrize(
        ("success", "payer", "who"),
        [(1.0, "bringer", "outcome_payer"), (1.0, "loser", "provider"), (0.0, "loser", "outcome_payer")],
    )
    def test_of_challenges(self, success: float, payer: str, who: str) -> None:
        disputes = {"challenge": 1.0, "challenge_success": success, "cost": 100, "cost_payer": payer}
        deal = deal_of({"invalid_detected": 0.0}, {"invalid": 1.0}, disputes, segment={"success": 0.0})
        chapter, _ = replay(deal, 1, trial=0)
        assert {each.payer for each in chapter.book if each.clause.startswith("dispute:")} == {who}

    def test_an_extra_review_is_a_fee(self) -> None:
        terms = {"appeal": 1.0, "months": 4}
        fee = {"per_case": 10, "per_extra_review": 7, "payer": "provider"}
        deal = deal_of({"wrong_rejection": 1.0}, disputes=terms, accountant={"fee": fee})
        chapter, _ = replay(deal, 1, trial=0)
        paid = next(each for each in chapter.book if each.clause == "fee:accountant")
        assert set(paid.amounts[16]) == {20 * 1_700}

    def test_each_side_bears_what_it_brought_or_lost(self) -> None:
        one, other = np.array([True, True, False, False]), np.array([False, False, True, True])
        won = np.array([True, False, True, False])
        disputes = Disputes(one, one & won, other, other & won)
        brought, lost = disputes.borne_by("bringer"), disputes.borne_by("loser")
        assert brought["provider"].tolist() == [1, 1, 0, 0]
        assert lost["provider"].tolist() == [0, 1, 1, 0]
        assert all((each["provider"] + each["outcome_payer"] == 1).all() for each in (brought, lost))


PUBLISHED = [  # n 50, p .7, target 35: design tables of trigger errors
    (0.05, 0.0, 35, {"paid": 0.659157583, "false_trigger": 0.089979147}),
    (0.0, 0.05, 35, {"paid": 0.359588568, "missed_trigger": 0.209589868}),
]


@pytest.mark.parametrize(("accepted", "rejected", "target", "chances"), PUBLISHED)
def test_the_law_gives_the_published_chances(accepted: float, rejected: float, target: int, chances: Any) -> None:
    law = oracles.trigger_errors(50, 0.7, target=target, accepted_wrongly=accepted, rejected_wrongly=rejected)
    assert {name: law[name] for name in chances} == pytest.approx(chances, abs=1e-9)


@pytest.mark.parametrize("target", [25, 33, 35, 37, 42])
@pytest.mark.parametrize("disputes", [{}, {"appeal": 0.5, "appeal_success": 0.6, "challenge": 0.4}])
def test_a_trigger_on_equal_cases_follows_its_exact_law(target: int, disputes: dict[str, Any]) -> None:
    """Near the mean and far from it: an appeal mends its share of refusals, a challenge of wrong acceptances."""
    refused, invalid, missed = 0.10, 0.20, 0.5
    trigger = {"name": "proof", "main": True, "metric": "validated_cases", "at_least": target}
    payment = {"kind": "savings_share", "name": "repayment", "share": 1.0, "when": "proof"}
    deal = deal_of(
        {"wrong_rejection": refused, "invalid_detected": 1 - missed},
        {"invalid": invalid},
        disputes | {"months": 6},
        segment={"cases": 50, "success": 0.7},
        contract={"triggers": [trigger], "payments": [payment]},
    )
    mended = disputes.get("appeal", 0.0) * disputes.get("appeal_success", 1.0)
    law = oracles.trigger_errors(
        50, 0.7, target=target, accepted_wrongly=invalid * missed * (1 - disputes.get("challenge", 0.0)),
        rejected_wrongly=refused * (1 - mended),
    )
    trials = simulate(deal, 20_480).trials
    paid, earned = trials["trigger.proof.paid"], trials["trigger.proof.earned"]
    hits = {"paid": paid, "earned": earned, "false_trigger": paid & ~earned, "missed_trigger": earned & ~paid}
    assert [name for name, each in hits.items() if not oracles.is_likely(each, law[name])] == []
    wrong = oracles.trigger_errors(50, 0.7, target=target, accepted_wrongly=invalid * missed, rejected_wrongly=refused)
    assert not disputes or target == 25 or not oracles.is_likely(paid, wrong["paid"])
