"""The review: every decision by itself, then all of them together, their chances and what they do not touch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_block import TOLERANCE, caseload, caseloads, distance, distance_of_share, household, plain_deal

from sib.accountant.claims import Claims, claim
from sib.accountant.counting import RULES
from sib.accountant.review import STATES, Decisions, Reviewed, decide, review
from sib.arrays import Floats, Ints
from sib.chance.draws import BLOCK
from sib.deal.scenario import Scenario
from sib.programme.savings import Caseload

TAINT = {"kind": "uniform", "low": 0.25, "high": 0.25}
HALF = {"success": 0.5, "cases": 20}
ERRORS = {"invalid": 0.2, "overstated": 0.3, "taint": TAINT, "evidence_missing": 0.1}
DECISIONS = {
    "wrong_rejection": 0.1,
    "wrong_adjustment": 0.2,
    "adjustment_share": 0.25,
    "invalid_detected": 0.7,
    "overstated_detected": 0.6,
}


def deal_of(review: dict[str, Any] | None = None, claims: dict[str, Any] | None = None, **tables: Any) -> Scenario:
    """Twenty cases of 120.00, half of them successful, with these chances of the reviewer and of errors."""
    segment = household(**(HALF | tables.pop("segment", {})))
    accountant = {"review": review or {}, "claims": claims or {}} | tables.pop("accountant", {})
    return plain_deal(segment, accountant=accountant, **tables)


def found(deal: Scenario, block: int = 0) -> tuple[Caseload, Claims, Reviewed]:
    """Cases, claims and what became of them in one block."""
    load = caseload(deal, block=block)
    claims = claim(load)
    return load, claims, review(load, claims)


def decisions_of(deal: Scenario, n_blocks: int) -> tuple[list[Claims], list[Decisions]]:
    loads = list(caseloads(deal, n_blocks))
    claims = [claim(load) for load in loads]
    return claims, [decide(load, each) for load, each in zip(loads, claims, strict=True)]


def states(reviewed: Reviewed) -> set[str]:
    return {STATES[state] for state in np.unique(reviewed.state)}


class TestOneDecision:
    """A claim of 120.00, or of 160.00 where overstated; a decision that is certain."""

    @pytest.mark.parametrize(
        ("review", "claims", "state", "claimed", "validated"),
        [
            ({}, {}, "accepted", 12_000, 12_000),
            ({"wrong_rejection": 1.0}, {}, "rejected:wrongly", 12_000, 0),
            ({"wrong_adjustment": 1.0, "adjustment_share": 0.25}, {}, "adjusted:wrongly", 12_000, 9_000),
            ({"wrong_rejection": 1.0, "wrong_adjustment": 1.0}, {}, "rejected:wrongly", 12_000, 0),
            ({"overstated_detected": 1.0}, {"overstated": 1.0}, "adjusted:overstated", 16_000, 12_000),
            ({"overstated_detected": 0.0}, {"overstated": 1.0}, "accepted", 16_000, 16_000),
            ({"wrong_rejection": 1.0}, {"overstated": 1.0}, "adjusted:overstated", 16_000, 12_000),
            ({}, {"evidence_missing": 1.0}, "rejected:evidence", 12_000, 0),
            ({"wrong_rejection": 1.0}, {"evidence_missing": 1.0, "overstated": 1.0}, "rejected:evidence", 16_000, 0),
        ],
    )
    def test_on_a_success(self, review: Any, claims: Any, state: str, claimed: int, validated: int) -> None:
        taint = {"taint": TAINT} if "overstated" in claims else {}
        _, made, reviewed = found(deal_of(review, claims | taint, segment={"success": 1.0}))
        assert states(reviewed) == {state}
        assert set(made.amount) == {claimed}
        assert set(reviewed.validated) == {validated}

    @pytest.mark.parametrize(
        ("detected", "evidence", "state", "validated"),
        [(1.0, 0.0, "rejected:invalid", 0), (0.0, 0.0, "accepted", 12_000), (1.0, 1.0, "rejected:evidence", 0)],
    )
    def test_on_a_failure(self, detected: float, evidence: float, state: str, validated: int) -> None:
        errors = {"invalid": 1.0, "evidence_missing": evidence}
        _, _, reviewed = found(deal_of({"invalid_detected": detected}, errors, segment={"success": 0.0}))
        assert states(reviewed) == {state}
        assert set(reviewed.validated) == {validated}
        assert set(reviewed.admissible) == {0}

    @pytest.mark.parametrize(("detected", "validated"), [(0.0, 12_000), (1.0, 0)])
    def test_a_failure_that_is_claimed_does_not_show_its_loss(self, detected: float, validated: int) -> None:
        """It costs 10.00, which only its true file shows."""
        segment = {"success": 0.0, "failure_saving": -10}
        deal = deal_of({"invalid_detected": detected}, {"invalid": 1.0}, segment=segment, counting={"negative": "net"})
        _, _, reviewed = found(deal)
        assert set(reviewed.validated) == {validated}
        assert set(reviewed.admissible) == {-1_000}

    def test_what_is_not_claimed(self) -> None:
        load, _, reviewed = found(deal_of(segment={"failure_saving": -1}))
        assert (reviewed.state[load.rows.failed] == STATES.index("not_claimed")).all()
        assert states(reviewed) == {"not_claimed", "accepted"}

    def test_nobody_reviews(self) -> None:
        _, _, reviewed = found(deal_of(DECISIONS | {"wrong_rejection": 1.0}, ERRORS, accountant={"mode": "none"}))
        assert states(reviewed) == {"not_reviewed"}
        assert reviewed.validated is reviewed.admissible
        assert set(reviewed.validated) == {12_000}

    def test_an_adjustment_is_rounded_once_and_on_what_counts(self) -> None:
        """A third of 0.05 counts at most 4 of 12 months: 2 cents (1.67); a quarter off leaves 1.5, so 2."""
        deal = deal_of(
            {"wrong_adjustment": 1.0, "adjustment_share": 0.25},
            segment={"success": 1.0, "saving": 0.05},
            counting={"max_months": 4},
        )
        _, _, reviewed = found(deal)
        assert set(reviewed.admissible) == {2}
        assert set(reviewed.validated) == {2}

    def test_an_overstated_claim_is_put_right_by_the_counting_rules(self) -> None:
        """Capped at 100.00 both before and after, the reviewer's correction takes nothing."""
        deal = deal_of(None, {"overstated": 1.0, "taint": TAINT}, counting={"cap_per_case": 100})
        _, _, reviewed = found(deal)
        assert set(reviewed.validated) == set(reviewed.admissible) == {10_000}
        assert states(reviewed) == {"adjusted:overstated"}


class TestChances:
    def test_good_claims(self) -> None:
        claims, decided = decisions_of(deal_of(DECISIONS), 4)
        good = np.concatenate([each.is_claimed for each in claims])
        rejected = np.concatenate([each.is_wrongly_rejected for each in decided])
        adjusted = np.concatenate([each.is_wrongly_adjusted for each in decided])
        assert good.all()
        assert distance_of_share(rejected, 0.1) < TOLERANCE
        assert distance_of_share(adjusted, 0.9 * 0.2) < TOLERANCE  # of those that were not refused
        assert distance_of_share(adjusted, 0.2) > TOLERANCE
        assert not (rejected & adjusted).any()

    def test_detection(self) -> None:
        claims, decided = decisions_of(deal_of(DECISIONS, ERRORS), 8)
        detected = np.concatenate([each.is_detected for each in decided])
        shown = ~np.concatenate([each.lacks_evidence for each in claims])
        for kind, chance in (("is_invalid", 0.7), ("is_overstated", 0.6)):
            wrong = np.concatenate([getattr(each, kind) for each in claims])
            assert distance_of_share(detected[wrong & shown], chance) < TOLERANCE
        assert not detected[~shown].any()
        for each, made in zip(decided, claims, strict=True):
            in_error = made.is_invalid | made.is_overstated | made.lacks_evidence
            assert not ((each.is_wrongly_rejected | each.is_wrongly_adjusted) & in_error).any()
            assert not (each.is_detected & ~(made.is_invalid | made.is_overstated)).any()


class TestCommonStrictness:
    """Fifty good claims refused with chance .3, strictness w = .1: the published Gaussian law of failures."""

    def refused(self, weight: float, term: str = "wrong_rejection") -> Ints:
        deal = plain_deal(
            household(cases=50),
            dependence={"kind": "independent", "review": weight},
            accountant={"review": {term: 0.3, "adjustment_share": 0.5}},
        )
        _, decided = decisions_of(deal, 40)
        name = {"wrong_rejection": "is_wrongly_rejected", "wrong_adjustment": "is_wrongly_adjusted"}[term]
        return np.concatenate([getattr(each, name).reshape(50, BLOCK).sum(axis=0) for each in decided])

    @pytest.mark.parametrize("term", ["wrong_rejection", "wrong_adjustment"])
    def test_it_keeps_the_mean_and_ties_the_claims_of_a_trial(self, term: str) -> None:
        counts = self.refused(0.1, term)
        assert distance(counts, 15, 6.368192**2) < TOLERANCE
        assert distance_of_share(counts <= 15, 0.562083143) < TOLERANCE
        assert distance_of_share(counts >= 25, 0.080855153) < TOLERANCE

    def test_without_it_claims_are_independent(self) -> None:
        counts = self.refused(0.0)
        assert distance(counts, 15, 50 * 0.3 * 0.7) < TOLERANCE
        assert distance_of_share(counts >= 25, 0.080855153) > TOLERANCE
        fourth = 10.5 * (1 + 3 * 48 * 0.21)  # of a binomial about its mean: npq (1 + 3 (n - 2) pq)
        assert distance((counts - 15.0) ** 2, 10.5, fourth - 10.5**2) < TOLERANCE


class TestEverythingTogether:
    @settings(max_examples=40)
    @given(
        st.fixed_dictionaries({name: st.sampled_from([0.0, 0.3, 1.0]) for name in DECISIONS}),
        st.fixed_dictionaries({name: st.sampled_from([0.0, 0.3, 1.0]) for name in ERRORS if name != "taint"}),
        st.sampled_from(["floor", "net", "exclude"]),
        st.sampled_from(["end", "plan", "monthly"]),
        st.sampled_from(["full", "none"]),
    )
    def test_the_bridge_and_the_states(
        self, review: dict[str, float], claims: dict[str, float], negative: str, claim_at: str, mode: str
    ) -> None:
        """In every row: claimed less all that was taken is validated, and there is one state."""
        deal = deal_of(
            review,
            claims | {"taint": TAINT},
            segment={"cases": 2, "failure_saving": -10, "relapse": 0.2, "saving": 100.01},
            accountant={"claim_at": claim_at, "mode": mode},
            counting={"max_months": 9, "cap_per_case": 80, "own_cost": "in", "negative": negative},
        )
        _, made, reviewed = found(deal)
        taken: Floats = sum(amounts for _, amounts in (*reviewed.rules, *reviewed.reasons))
        assert (made.amount - taken == reviewed.validated).all()
        assert [rule for rule, _ in reviewed.rules] == [rule for rule in RULES if rule in dict(reviewed.rules)]
        unclaimed = STATES.index("not_claimed")
        assert ((reviewed.state == unclaimed) == ~made.is_claimed).all()
        if negative != "net":
            assert (reviewed.validated >= 0).all()
        whole = (reviewed.validated, reviewed.admissible, *(amounts for _, amounts in reviewed.reasons))
        assert all((amounts == np.rint(amounts)).all() for amounts in whole)

    @pytest.mark.parametrize("claim_at", ["end", "plan", "monthly"])
    def test_errors_do_not_touch_what_is_admissible(self, claim_at: str) -> None:
        """V of a deal with errors is V of the same deal without, row by row."""
        terms = {"failure_saving": -10, "relapse": 0.2, "saving": {"kind": "gamma", "mean": 100, "cv": 1}}
        tables = {
            "segment": terms,
            "accountant": {"claim_at": claim_at},
            "counting": {"max_months": 9, "negative": "net"},
        }
        load, _, wrong = found(deal_of(DECISIONS, ERRORS, **tables))
        _, _, clean = found(deal_of(None, None, **tables))
        assert (wrong.admissible == clean.admissible).all()
        assert (wrong.validated != wrong.admissible).any()
        if claim_at == "plan":  # it is paid on what nobody knew would end, in months that count
            short = load.rows.success & (load.rows.months_kept < 9)
            assert (clean.validated[short] > clean.admissible[short]).any()
            assert (clean.validated[short] >= clean.admissible[short]).all()
            assert (abs(clean.validated - clean.admissible)[~short] <= 1).all()  # G is rounded before it is cut
        else:
            assert (clean.validated == clean.admissible).all()
        counted = np.floor(
            load.rows.gross * np.minimum(9, load.rows.months_kept) / np.maximum(load.rows.months_kept, 1) + 0.5
        )
        assert (clean.admissible == np.where(load.rows.failed, -750, counted)).all()

    def test_more_cases_move_no_decision(self) -> None:
        few, many = (found(deal_of(DECISIONS, ERRORS, segment={"cases": n})) for n in (10, 20))
        same = many[0].rows.case < 10
        assert (many[2].state[same] == few[2].state).all()
        assert (many[2].validated[same] == few[2].validated).all()
