"""What review adds up to: periods, cohorts, monthly claims, what comes too late, and when a trigger errs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_block import TOLERANCE, caseload, caseloads, distance_of_share, household, plain_deal
from scipy.special import bdtrc

from sib.accountant.claims import claim
from sib.accountant.review import review
from sib.accountant.verification import Verified, verify
from sib.chance.draws import BLOCK
from sib.deal.scenario import Scenario
from sib.programme.grid import grid

LATE = {"kind": "uniform_months", "low": 1, "high": 6}


def verified(deal: Scenario, *, block: int = 0) -> Verified:
    """The first segment's paper of one block."""
    return verify([caseload(deal, block=block)], grid(deal))[0]


def by_period(found: Verified, name: str = "validated", cohort: int = 0) -> dict[int, int]:
    """Cents (or cases) by period of a deal in which all trials agree, where there are any; too late is -1."""
    amounts = getattr(found, name)[cohort]
    assert (amounts == amounts[:, :1]).all()
    last = len(amounts) - 1
    return {-1 if period == last else period: int(amounts[period, 0]) for period in np.flatnonzero(amounts[:, 0])}


class TestAtOnce:
    def test_a_claim_counts_whole_in_the_period_of_its_validation(self) -> None:
        """Months 1 and 2, savings over 12 months: claimed in 12 and 13, validated 4 months later."""
        deal = plain_deal(household(cases=3, intake={"months": 2}), accountant={"delay": 4})
        found = verified(deal)
        assert by_period(found) == {16: 24_000, 17: 12_000}
        assert by_period(found, "validated_cases") == {16: 2, 17: 1}
        assert by_period(found, "admissible") == {16: 24_000, 17: 12_000}

    @pytest.mark.parametrize(("delay", "expected"), [(2, {14: 24_000}), (3, {-1: 24_000})])
    def test_after_the_last_payment_date_it_is_late(self, delay: int, expected: dict[int, int]) -> None:
        """Claimed in period 12; the only payment date ends period 14."""
        dates = {"every": None, "months": [14]}
        found = verified(plain_deal(accountant={"delay": delay}, timeline={"payment_dates": dates}))
        assert by_period(found) == expected
        assert sum(by_period(found, "validated_cases").values()) == 2

    def test_a_rejected_claim_is_no_case(self) -> None:
        found = verified(plain_deal(accountant={"review": {"wrong_rejection": 1.0}}))
        assert by_period(found) == by_period(found, "validated_cases") == {}
        assert by_period(found, "admissible_cases") == {12: 2}

    def test_a_loss_is_no_case_but_counts_against(self) -> None:
        """It is dated as if it were claimed."""
        segment = household(success=0.0, failure_saving=-10)
        found = verified(plain_deal(segment, accountant={"delay": 1}, counting={"negative": "net"}))
        assert by_period(found) == {13: -2_000}
        assert by_period(found, "validated_cases") == {}
        assert found.claimed.tolist() == [0] * BLOCK


class TestMonthly:
    def test_each_counted_month_in_its_own(self) -> None:
        """Three cases of 100.00 over 7 months, 5 of them counted: 71.43 each, 214.29 together, over 5 months."""
        segment = household(cases=3, saving=100, saving_months=7, months_to_effect=2)
        found = verified(plain_deal(segment, accountant={"claim_at": "monthly"}, counting={"max_months": 5}))
        assert by_period(found) == {3: 4286, 4: 4286, 5: 4286, 6: 4286, 7: 4285}
        assert by_period(found, "validated_cases") == {3: 3}

    def test_the_sum_is_split_and_not_each_case(self) -> None:
        """Three cases of one cent over two months: two cents, then one; each by itself would be three, then none."""
        deal = plain_deal(household(cases=3, saving=0.01, saving_months=2), accountant={"claim_at": "monthly"})
        assert by_period(verified(deal)) == {1: 2, 2: 1}

    def test_start_months_are_apart(self) -> None:
        segment = household(cases=2, intake={"months": 2}, saving=0.03, saving_months=2)
        found = verified(plain_deal(segment, accountant={"claim_at": "monthly", "delay": 10}))
        assert by_period(found) == {11: 2, 12: 1 + 2, 13: 1}
        assert by_period(found, "validated_cases") == {11: 1, 12: 1}

    def test_what_comes_after_the_last_payment_date_is_late(self) -> None:
        dates = {"every": None, "months": [10]}
        found = verified(plain_deal(accountant={"claim_at": "monthly"}, timeline={"payment_dates": dates}))
        assert by_period(found) == dict.fromkeys(range(1, 11), 2_000) | {-1: 4_000}
        assert by_period(found, "validated_cases") == {1: 2}

    def test_losses_are_spread_too(self) -> None:
        segment = household(success=0.0, failure_saving=-0.05, saving_months=2)
        found = verified(plain_deal(segment, accountant={"claim_at": "monthly"}, counting={"negative": "net"}))
        assert by_period(found) == {1: -5, 2: -5}

    def test_a_relapse_ends_it(self) -> None:
        """One case: 10.00 in each of its full months, at most the nine that count."""
        segment = household(cases=1, relapse=0.2)
        deal = plain_deal(segment, accountant={"claim_at": "monthly"}, counting={"max_months": 9})
        months = caseload(deal).rows.months_kept
        found = verified(deal).validated[0]
        for period in range(1, 14):
            assert (found[period] == np.where(period <= np.minimum(months, 9), 1_000, 0)).all()

    @pytest.mark.parametrize("per", ["case", "date"])
    def test_each_month_waits_for_its_own_date(self, per: str) -> None:
        deal = plain_deal(household(cases=1), accountant={"claim_at": "monthly", "delay": LATE | {"per": per}})
        load = caseload(deal)
        claims = claim(load)
        expected = np.zeros((grid(deal).n_periods, BLOCK))
        for month in range(12):
            period = claims.period + month
            wait = claims.delay[period, load.rows.trial] if per == "date" else claims.delay
            np.add.at(expected, (period + wait, load.rows.trial), 1_000)
        assert (verified(deal).validated[0, :-1] == expected).all()
        assert bool((expected > 1_000).any()) is (per == "date")  # else one month after the other

    @pytest.mark.parametrize("per", ["case", "date"])
    def test_the_sum_is_that_of_claims_at_the_end(self, per: str) -> None:
        terms = {"cases": 20, "success": 0.6, "relapse": 0.1, "failure_saving": -3.33, "intake": {"months": 5}}
        saving = {"kind": "gamma", "mean": 50, "cv": 2}
        sums = []
        for claim_at in ("monthly", "end"):
            accountant = {
                "claim_at": claim_at,
                "delay": LATE | {"per": per},
                "claims": {"invalid": 0.2, "evidence_missing": 0.1},
                "review": {"wrong_rejection": 0.1, "invalid_detected": 0.5},
            }
            counting = {"max_months": 9, "negative": "net"}
            found = verified(plain_deal(household(saving=saving, **terms), accountant=accountant, counting=counting))
            sums.append([found.validated.sum(axis=(0, 1)), found.admissible.sum(axis=(0, 1)), found.claimed])
        assert np.array_equal(*sums)


class TestCohorts:
    def test_cases_are_counted_by_start_month_and_the_rest_apart(self) -> None:
        """Months 1 to 5, two cases each; cohorts of months 2 to 3 and of month 5."""
        cohorts = [{"name": "second", "from": 5, "to": 9}, {"name": "first", "from": 2, "to": 3}]
        for claim_at, period in (("end", 12), ("monthly", 1)):
            deal = plain_deal(
                household(cases=10, intake={"months": 5}, saving_months=12),
                contract={"cohorts": cohorts},
                accountant={"claim_at": claim_at},
            )
            found = verified(deal)
            assert found.enrolled[:, 0].tolist() == [2, 4, 4]
            cases = [by_period(found, "validated_cases", cohort) for cohort in range(3)]
            assert cases == [{period + 4: 2}, {period + 1: 2, period + 2: 2}, {period: 2, period + 3: 2}]
            assert found.validated.sum(axis=1)[:, 0].tolist() == [24_000, 48_000, 48_000]

    def test_enrolled_are_the_cases_with_a_plan(self) -> None:
        deal = plain_deal(household(cases=20, triage_share=0.5, success=0.3))
        assert (verified(deal).enrolled[0] == caseload(deal).rows.plan.sum(axis=0)).all()


class TestTheWholePaper:
    def busy(self, **accountant: Any) -> Scenario:
        """A deal in which every reason and rule bites."""
        taint = {"kind": "triangular", "low": 0.0, "mode": 0.1, "high": 0.5}
        return plain_deal(
            household(
                cases=20,
                success=0.6,
                triage_share=0.9,
                saving={"kind": "lognormal", "mean": 120, "cv": 1},
                relapse=0.1,
                failure_saving=-10,
                double_count=0.1,
                by_law={"Wmo": 0.8, "Zvw": 0.2},
                direct_share=0.7,
                intake={"months": 6},
            ),
            accountant={
                "claims": {"invalid": 0.2, "overstated": 0.2, "taint": taint, "evidence_missing": 0.1},
                "review": {
                    "wrong_rejection": 0.1,
                    "wrong_adjustment": 0.1,
                    "adjustment_share": 0.3,
                    "invalid_detected": 0.5,
                    "overstated_detected": 0.5,
                },
                "delay": LATE,
            }
            | accountant,
            counting={"classes": ["direct"], "max_months": 9, "cap_per_case": 70, "own_cost": "in", "negative": "net"},
            timeline={"payment_dates": {"every": None, "months": [12, 16]}},
        )

    @pytest.mark.parametrize("claim_at", ["end", "plan", "monthly"])
    def test_the_bridge_adds_up_late_amounts_included(self, claim_at: str) -> None:
        found = verified(self.busy(claim_at=claim_at))
        assert (found.claimed - sum(found.bridge.values()) == found.validated.sum(axis=(0, 1))).all()
        assert {name for name, amounts in found.bridge.items() if amounts.any()} == {
            *("law", "evidence", "class", "months", "double_counting", "own_cost", "cap_per_case", "negative"),
            *("invalid", "overstated", "wrongly_rejected", "wrongly_adjusted"),
        }
        assert bool(found.validated[0, -1].any()) is (claim_at != "plan")  # plans of month 6 wait 6 months at most

    @pytest.mark.parametrize("mode", ["full", "none"])
    def test_every_case_with_a_plan_is_in_one_state(self, mode: str) -> None:
        deal = self.busy(mode=mode)
        for load in caseloads(deal, 3):
            states = verify([load], grid(deal))[0].states
            assert (sum(states.values()) == load.rows.plan.sum(axis=0)).all()
            assert all((counts >= 0).all() for counts in states.values())
            claims = claim(load)
            unclaimed = load.rows.plan.sum(axis=0) - np.bincount(load.rows.trial, claims.is_claimed, BLOCK)
            assert (states["not_claimed"] == unclaimed).all()

    def test_a_failure_about_which_nothing_was_drawn_is_not_claimed(self) -> None:
        load = caseload(plain_deal(household(cases=20, success=0.3, triage_share=0.5)))
        found = verify([load], grid(load.deal))[0]
        assert len(load.rows.trial) == load.rows.successes.sum()
        assert (found.states["accepted"] == load.rows.successes).all()
        assert (found.states["not_claimed"] == load.rows.plan.sum(axis=0) - load.rows.successes).all()

    def test_a_fee_per_case_is_owed_for_every_claim_when_it_is_validated(self) -> None:
        assert not verified(self.busy()).work
        deal = self.busy(fee={"per_case": 1})
        load, found = caseload(deal), verified(deal)
        claims = claim(load)
        expected = np.zeros((grid(deal).n_periods, BLOCK))
        np.add.at(expected, (claims.validated_in(load.rows)[claims.is_claimed], load.rows.trial[claims.is_claimed]), 1)
        assert (found.work["opened"] == expected).all()
        assert expected[17:].any()  # late or not

    def test_v_is_dated_with_its_own_claim(self) -> None:
        deal = self.busy()
        load = caseload(deal)
        claims, calendar = claim(load), grid(deal)
        admissible = review(load, claims).admissible
        period = claims.validated_in(load.rows)
        expected = np.zeros((calendar.n_periods + 1, BLOCK))
        in_time = np.where(period > 16, calendar.n_periods, period)
        np.add.at(expected, (in_time, load.rows.trial), admissible)
        assert (verified(deal).admissible[0] == expected).all()


class TestTriggerErrors:
    """Fifty equal cases, p = .7, target 35; a wrongly accepted with α = .05, a good one refused with β = .05."""

    ALPHA = {"claims": {"invalid": 0.5}, "review": {"invalid_detected": 0.9}}  # noqa: RUF012
    BETA = {"review": {"wrong_rejection": 0.05}}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("errors", "chance", "paid", "false", "missed"),
        [
            ({}, 0.7, 0.569178436, 0.0, 0.0),
            (ALPHA, 0.7 + 0.3 * 0.05, 0.659157583, 0.089979147, 0.0),
            (BETA, 0.7 * 0.95, 0.359588568, 0.0, 0.209589868),
        ],
    )
    def test_published(self, errors: dict[str, Any], chance: float, paid: float, false: float, missed: float) -> None:
        assert bdtrc(34, 50, chance) == pytest.approx(paid, abs=5e-10)
        deal = plain_deal(household(cases=50, success=0.7), accountant=errors)
        calendar = grid(deal)
        papers = [verify([load], calendar)[0] for load in caseloads(deal, 40)]
        met, earned = (
            np.concatenate([getattr(paper, name).sum(axis=(0, 1)) >= 35 for paper in papers])
            for name in ("validated_cases", "admissible_cases")
        )
        assert distance_of_share(earned, 0.569178436) < TOLERANCE
        assert distance_of_share(met, paid) < TOLERANCE
        for found, expected in ((met & ~earned, false), (earned & ~met, missed)):
            if expected:
                assert distance_of_share(found, expected) < TOLERANCE
            else:
                assert not found.any()
