"""What is claimed, for whom, when, and how long validation takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from one_block import TOLERANCE, caseload, caseloads, distance, distance_of_share, household, plain_deal
from scipy.special import ndtr, ndtri

from sib.accountant.claims import Claims, claim, counted_months, strictness
from sib.arrays import Floats, Ints
from sib.chance.dependence import second_moment_gaussian
from sib.chance.draws import BLOCK
from sib.deal.scenario import Scenario
from sib.programme.savings import Caseload

HALF = {"success": 0.5, "cases": 20}
NODES, MASSES = hermegauss(60)
MASSES /= MASSES.sum()
TAINT = {"kind": "uniform", "low": 0.25, "high": 0.25}


def claims_of(deal: Scenario, place: int = 0) -> tuple[Caseload, Claims]:
    """Cases and claims of one segment in the first block."""
    load = caseload(deal, place=place)
    return load, claim(load)


class TestWhatIsClaimed:
    def test_a_success_claims_its_gross_saving(self) -> None:
        load, claims = claims_of(plain_deal(household(relapse=0.2, **HALF)))
        assert load.rows.success.all()
        assert (claims.amount == load.rows.gross).all()
        assert (claims.is_claimed == (load.rows.gross > 0)).all()
        assert (claims.months_shown == load.rows.months_kept).all()
        assert not (claims.is_invalid | claims.is_overstated | claims.lacks_evidence).any()

    def test_so_does_a_partial_outcome(self) -> None:
        deal = plain_deal(household(success=0.0, partial={"chance": 1.0, "saving_share": 0.25}))
        _, claims = claims_of(deal)
        assert set(claims.amount) == {3_000.0}

    def test_a_case_that_costs_is_not_claimed(self) -> None:
        load, claims = claims_of(plain_deal(household(failure_saving=-10, **HALF)))
        assert (claims.is_claimed == load.rows.success).all()
        assert (claims.amount[load.rows.failed] == 0).all()

    def test_a_failed_case_may_be_claimed_with_what_it_would_have_saved(self) -> None:
        """Half of 20 cases fail, 30% of those are claimed: 15% of all."""
        saving = {"kind": "lognormal", "mean": 100, "cv": 1}
        deal = plain_deal(household(saving=saving, relapse=0.1, **HALF), accountant={"claims": {"invalid": 0.3}})
        reached = []
        for load in caseloads(deal, 4):
            claims = claim(load)
            rows = load.rows
            assert not (claims.is_invalid & ~rows.failed).any()
            assert not (claims.is_claimed & rows.failed & ~claims.is_invalid).any()
            made = np.floor(rows.saving * rows.months_kept / 12 + 0.5)
            assert (claims.amount[claims.is_invalid] == made[claims.is_invalid]).all()
            reached.append(claims.is_invalid[rows.failed & (made > 0)])
        assert distance_of_share(np.concatenate(reached), 0.3) < TOLERANCE

    def test_an_overstated_claim_is_too_much_by_its_taint(self) -> None:
        """Taint is of the claim: 120.00 is three quarters of 160.00."""
        deal = plain_deal(household(**HALF), accountant={"claims": {"overstated": 0.2, "taint": TAINT}})
        claims = [claim(load) for load in caseloads(deal, 4)]
        for each in claims:
            assert (each.amount == np.where(each.is_overstated, 16_000, 12_000)).all()
            assert (each.honest == 12_000).all()
        assert distance_of_share(np.concatenate([each.is_overstated for each in claims]), 0.2) < TOLERANCE

    def test_no_claim_is_both_invalid_and_overstated(self) -> None:
        errors = {"invalid": 1.0, "overstated": 1.0, "taint": TAINT}
        load, claims = claims_of(plain_deal(household(**HALF), accountant={"claims": errors}))
        assert (claims.is_invalid == load.rows.failed).all()
        assert (claims.is_overstated == load.rows.success).all()
        assert (claims.amount == np.where(load.rows.failed, 12_000, 16_000)).all()

    def test_evidence_is_missing_only_where_it_is_required(self) -> None:
        errors = {"claims": {"evidence_missing": 0.25}}
        claims = [claim(load) for load in caseloads(plain_deal(household(**HALF), accountant=errors), 4)]
        assert distance_of_share(np.concatenate([each.lacks_evidence for each in claims]), 0.25) < TOLERANCE
        relaxed = plain_deal(household(**HALF), accountant=errors, counting={"evidence_required": False})
        assert not claims_of(relaxed)[1].lacks_evidence.any()

    def test_without_a_review_nobody_errs(self) -> None:
        errors = {"invalid": 1.0, "overstated": 1.0, "taint": TAINT, "evidence_missing": 1.0}
        deal = plain_deal(household(relapse=0.1, **HALF), accountant={"mode": "none", "claims": errors})
        load, claims = claims_of(deal)
        assert (claims.amount == np.maximum(load.rows.gross, 0)).all()
        assert not (claims.is_invalid | claims.is_overstated | claims.lacks_evidence).any()


class TestWhen:
    """Cases of months 2 and 3, effect after 4 months, savings over 12 of which 9 count, hazard .2."""

    def dated(self, claim_at: str, **terms: Any) -> tuple[Caseload, Claims]:
        segment = household(cases=10, intake={"from": 2, "months": 2}, months_to_effect=4, relapse=0.2) | terms
        accountant = {"claim_at": claim_at} | terms.pop("accountant", {})
        segment.pop("accountant", None)
        return claims_of(plain_deal(segment, accountant=accountant, counting={"max_months": 9}))

    def test_counted_months(self) -> None:
        for most, expected in ((9, 9), (12, 12), (30, 12)):
            deal = plain_deal(counting={"max_months": most})
            assert counted_months(deal, deal.programme.segments[0]) == expected
        assert counted_months(plain_deal(), plain_deal().programme.segments[0]) == 12

    def test_at_the_end_of_the_counted_months_or_in_the_month_of_relapse(self) -> None:
        load, claims = self.dated("end")
        rows, made = load.rows, claims.is_claimed
        assert set(rows.start) == {2, 3}
        assert {1, 5, 8, 9, 12} <= set(rows.months_kept)
        for start, kept, period in zip(rows.start[made], rows.months_kept[made], claims.period[made], strict=True):
            # k full months from start + 4 on: the relapse falls in start + 4 + k
            assert period == start + 4 + (8 if kept >= 8 else kept)

    def test_at_the_end_without_relapse(self) -> None:
        load, claims = self.dated("end", relapse=0.0)
        assert (claims.period == load.rows.start + 4 + 8).all()

    def test_at_the_plan_nobody_knows_of_the_relapse(self) -> None:
        load, claims = self.dated("plan")
        assert (claims.period == load.rows.start).all()
        assert (claims.amount == 12_000).all()
        assert (claims.months_shown == 12).all()
        assert claims.is_claimed.all()

    def test_monthly_begins_with_the_first_saving_month(self) -> None:
        load, claims = self.dated("monthly")
        assert (claims.period == load.rows.start + 4).all()

    def test_a_relapse_in_the_first_month_claims_nothing(self) -> None:
        load, claims = self.dated("end")
        assert (claims.is_claimed == (load.rows.months_kept > 0)).all()

    @pytest.mark.parametrize("failure_saving", [0.0, -10.0])
    def test_a_failed_case_is_claimed_as_if_it_were_none(self, failure_saving: float) -> None:
        """An invalid claim has its own months and so its own relapse, whatever the failure truly cost."""
        terms = {"success": 0.0, "failure_saving": failure_saving, "accountant": {"claims": {"invalid": 1.0}}}
        load, claims = self.dated("end", **terms)
        made = claims.is_claimed
        assert made.any()
        expected = load.rows.start + 4 + np.minimum(load.rows.months_kept, 8)
        assert (claims.period[made] == expected[made]).all()


class TestDelay:
    LATE = {"kind": "uniform_months", "low": 2, "high": 5}  # noqa: RUF012

    def delays(self, n_blocks: int, weight: float = 0.0) -> Ints:
        """Delay by case and trial, 4 cases."""
        dependence = {"kind": "independent", "delays": weight}
        deal = plain_deal(household(cases=4), dependence=dependence, accountant={"delay": self.LATE})
        found = [claim(load).delay.reshape(4, BLOCK) for load in caseloads(deal, n_blocks)]
        return np.concatenate(found, axis=1)

    def test_fixed(self) -> None:
        load, claims = claims_of(plain_deal(accountant={"delay": 3}))
        assert set(claims.delay) == {3}
        assert (claims.validated_in(load.rows) == claims.period + 3).all()

    @pytest.mark.parametrize("weight", [0.0, 0.5])
    def test_every_month_from_low_to_high_is_equally_likely(self, weight: float) -> None:
        found = self.delays(8, weight)[0]
        for months in (2, 3, 4, 5):
            assert distance_of_share(found == months, 0.25) < TOLERANCE
        assert set(found) == {2, 3, 4, 5}

    @pytest.mark.parametrize("weight", [0.0, 0.5])
    def test_a_common_level_ties_the_cases_of_a_trial(self, weight: float) -> None:
        """Given the level z two delays are independent with known chances; moments of their product by quadrature."""
        ends = ndtri(np.array([[0.25], [0.5], [0.75]]))
        below = ndtr((ends - np.sqrt(weight) * NODES) / np.sqrt(1 - weight))
        chances = np.diff(below, axis=0, prepend=0, append=1)
        months = np.array([-1.5, -0.5, 0.5, 1.5])  # from the mean, 3.5
        covariance, square = (MASSES @ (months**power @ chances) ** 2 for power in (1, 2))
        first, second = self.delays(16, weight)[:2] - 3.5
        assert distance(first * second, covariance, square - covariance**2) < TOLERANCE
        assert distance(first * second, 0.3, square - covariance**2) > TOLERANCE

    def test_one_level_a_trial_for_all_segments(self) -> None:
        dependence = {"kind": "independent", "delays": 1.0}
        pair = [household(name=name, cases=3) for name in ("first", "second")]
        deal = plain_deal(*pair, dependence=dependence, accountant={"delay": self.LATE})
        first, second = (claims_of(deal, place)[1].delay.reshape(3, BLOCK) for place in (0, 1))
        assert (first == first[0]).all()
        assert (second == first).all()
        assert set(first.ravel()) == {2, 3, 4, 5}

    def test_per_date_all_claims_of_a_period_wait_together(self) -> None:
        """Two segments, claims in months 12 and 13."""
        delay = self.LATE | {"per": "date"}
        pair = [household(name=name, cases=4, intake={"months": 2}) for name in ("first", "second")]
        deal = plain_deal(*pair, accountant={"delay": delay})
        waits = []
        for place in (0, 1):
            load, claims = claims_of(deal, place)
            assert set(claims.period) == {12, 13}
            wait = claims.validated_in(load.rows) - claims.period
            waits.append(np.array([wait[claims.period == period].reshape(2, BLOCK) for period in (12, 13)]))
        assert (waits[0] == waits[1]).all()
        assert (waits[0][:, 0] == waits[0][:, 1]).all()
        assert set(waits[0].ravel()) == {2, 3, 4, 5}
        assert abs(np.corrcoef(waits[0][:, 0])[0, 1]) < TOLERANCE / np.sqrt(BLOCK)


class TestStrictness:
    """Chance c of a trial: its mean is c, its second moment the chance that two claims are both refused."""

    def chances(self, chance: float, weight: float) -> Floats:
        deal = plain_deal(household(cases=1), dependence={"kind": "independent", "review": weight})
        return np.concatenate([strictness(load, chance) for load in caseloads(deal, 20)])

    def test_it_keeps_the_mean_and_makes_trials_differ(self) -> None:
        found = self.chances(0.3, 0.1)
        second = second_moment_gaussian(0.3, 0.1)
        assert second == pytest.approx(0.102266884, abs=5e-10)  # published
        assert distance(found, 0.3, second - 0.09) < TOLERANCE
        fourth = MASSES @ ndtr((ndtri(0.3) + np.sqrt(0.1) * NODES) / np.sqrt(0.9)) ** 4
        assert distance(found**2, second, fourth - second**2) < TOLERANCE
        assert distance(found**2, 0.09, fourth - second**2) > TOLERANCE  # without a common cause

    def test_it_is_one_level_a_trial(self) -> None:
        deal = plain_deal(household(cases=3), dependence={"kind": "independent", "review": 0.4})
        load = caseload(deal)
        by_case = strictness(load, 0.2).reshape(3, BLOCK)
        assert (by_case == by_case[0]).all()
        other = strictness(load, 0.05).reshape(3, BLOCK)[0]
        z = (ndtri(other) * np.sqrt(0.6) - ndtri(0.05)) / np.sqrt(0.4)
        assert (ndtri(by_case[0]) * np.sqrt(0.6) - ndtri(0.2)) / np.sqrt(0.4) == pytest.approx(z)

    @pytest.mark.parametrize(("chance", "weight"), [(0.3, 0.0), (0.0, 0.5), (1.0, 0.5)])
    def test_no_weight_or_no_doubt_leaves_the_chance(self, chance: float, weight: float) -> None:
        assert set(self.chances(chance, weight)) == {chance}
