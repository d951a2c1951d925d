"""What one case is expected to bring, and when: by hand."""

from __future__ import annotations

import numpy as np
import pytest
from one_block import household, plain_deal

from sib.course import failure_course, success_course
from sib.deal.reader import load


def course_of(deal, course=success_course):
    """Months in which one case of the first segment is expected to bring something, with the euros."""
    savings = course(deal, deal.programme.segments[0]).savings
    return {int(month): savings[month] / 100 for month in np.flatnonzero(savings)}


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
