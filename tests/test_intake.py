"""Who comes and when: enrolment factors, what the budget pays for, and profiles over the months."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_block import TOLERANCE, distance, drawn, household, plain_deal

from sib.deal.programme import Intake
from sib.programme.intake import capacity, enrolment_factor, largest_intake, n_came, start_months, starts_by_trial

LEVELS = np.array([0.125, 0.5, 0.875])


def by_month(came: int, **terms: Any) -> list[int]:
    """Cases in each month of a profile that starts in month 1."""
    starts = start_months(Intake.model_validate(terms), came)
    return np.bincount(starts, minlength=terms["months"] + 1)[1:].tolist()


class TestProfiles:
    @pytest.mark.parametrize(
        ("came", "months", "expected"),
        [(10, 4, [3, 3, 2, 2]), (3, 3, [1, 1, 1]), (2, 5, [1, 1, 0, 0, 0]), (0, 2, [0, 0]), (7, 1, [7])],
    )
    def test_even(self, came: int, months: int, expected: list[int]) -> None:
        assert by_month(came, months=months) == expected

    @pytest.mark.parametrize(
        ("came", "months", "expected"),
        [
            (10, 4, [4, 3, 2, 1]),  # weights 4, 3, 2, 1
            (11, 4, [5, 3, 2, 1]),  # 4.4, 3.3, 2.2, 1.1: the largest remainder is the first
            (7, 3, [4, 2, 1]),  # 3.5, 2.33, 1.17
            (1, 3, [1, 0, 0]),  # .5, .33, .17
            (4, 3, [2, 1, 1]),  # 2, 1.33, .67
        ],
    )
    def test_front_loaded(self, came: int, months: int, expected: list[int]) -> None:
        assert by_month(came, months=months, profile="front_loaded") == expected

    @pytest.mark.parametrize(
        ("came", "expected"),
        [
            (5, [3, 0, 2]),  # as planned
            (4, [2, 0, 2]),  # 2.4, 0, 1.6
            (3, [2, 0, 1]),  # 1.8, 0, 1.2
            (10, [6, 0, 4]),
        ],
    )
    def test_stated_counts_are_kept_in_proportion(self, came: int, expected: list[int]) -> None:
        assert by_month(came, months=3, profile="counts", counts=[3, 0, 2]) == expected

    def test_a_tie_goes_to_the_earlier_month(self) -> None:
        assert by_month(1, months=2, profile="counts", counts=[1, 1]) == [1, 0]

    def test_start_and_delay_move_everybody(self) -> None:
        intake = Intake.model_validate({"from": 3, "months": 2, "delay": 4})
        assert start_months(intake, 3).tolist() == [7, 7, 8]

    @given(st.integers(0, 500), st.integers(1, 40), st.sampled_from(["even", "front_loaded"]))
    def test_all_come_within_the_months_and_in_order(self, came: int, months: int, profile: str) -> None:
        starts = start_months(Intake.model_validate({"months": months, "profile": profile}), came)
        assert len(starts) == came
        assert (np.diff(starts) >= 0).all()
        assert starts.min(initial=1) >= 1
        assert starts.max(initial=1) <= months


class TestEnrolmentFactor:
    @pytest.mark.parametrize(
        ("terms", "expected"),
        [
            (0.8, [0.8, 0.8, 0.8]),
            ({"kind": "uniform", "low": 0.6, "high": 1.0}, [0.65, 0.8, 0.95]),
            ({"kind": "triangular", "low": 0, "mode": 0.5, "high": 1}, [0.25, 0.5, 0.75]),  # F(x) = 2 x² below 1/2
        ],
    )
    def test_quantiles(self, terms: Any, expected: list[float]) -> None:
        assert enrolment_factor(plain_deal(enrolment=terms), LEVELS) == pytest.approx(expected)

    def test_pert(self) -> None:
        # mode at the low end: 1 - (1 - x)^5 on the unit interval
        deal = plain_deal(enrolment={"kind": "pert", "low": 0.5, "mode": 0.5, "high": 1.5})
        assert enrolment_factor(deal, LEVELS) == pytest.approx(1.5 - (1 - LEVELS) ** 0.2)


class TestHowManyCome:
    @pytest.mark.parametrize(
        ("cases", "factor", "expected"),
        [
            (10, 0.24, 2),
            (10, 0.25, 3),  # halves go up
            (10, 0.04, 0),
            (10, 0.0, 0),
            (40, 0.7, 28),
        ],
    )
    def test_the_plan_times_the_factor_is_rounded(self, cases: int, factor: float, expected: int) -> None:
        deal = plain_deal(household(cases=cases), enrolment=factor)
        factors = enrolment_factor(deal, np.array([0.5]))
        came, overrun = n_came(deal, deal.programme.segments[0], factor=factors)
        assert (came.tolist(), overrun.tolist()) == ([expected], [0])

    @pytest.mark.parametrize(("cases", "factor", "expected"), [(45, 0.7, 32), (50, 0.29, 15), (75, 0.82, 62)])
    def test_the_factor_is_the_decimal_that_was_written(self, cases: int, factor: float, expected: int) -> None:
        """All three are halves: 31.5, 14.5, 61.5. In binary, 45 * 0.7 is 31.499999999999996."""
        deal = plain_deal(household(cases=cases), enrolment=factor)
        assert largest_intake(deal, deal.programme.segments[0]) == expected
        came, _ = n_came(deal, deal.programme.segments[0], factor=enrolment_factor(deal, np.array([0.5])))
        assert came.tolist() == [expected]

    def two_segments(self, numbers: list[int], **tables: Any) -> Any:
        """Thirty and twenty cases, with per-case lines for so many."""
        stages = ("plan", "implementation")
        lines = [
            {"activity": stage, "number": number, "unit_price": 10, "when": {"stage": stage}}
            for stage, number in zip(stages, numbers, strict=False)
        ]
        lines.append({"activity": "start", "number": 1, "unit_price": 10, "when": {"at": 0}})
        lines.append({"activity": "extra", "number": 1, "unit_price": 10, "when": {"stage": "custom", "per_case": 1}})
        segments = [household(name="first", cases=30), household(name="second", cases=20)]
        return plain_deal(*segments, lines=lines, **tables)

    @pytest.mark.parametrize(
        ("numbers", "expected"),
        [
            ([50, 60], [30, 20]),
            ([60, 50], [30, 20]),  # the smallest line counts
            ([57, 99], [34, 22]),  # 34.2 and 22.8, rounded down
        ],
    )
    def test_the_budget_pays_for_so_many(self, numbers: list[int], expected: list[int]) -> None:
        deal = self.two_segments(numbers)
        assert [capacity(deal, segment) for segment in deal.programme.segments] == expected

    def test_who_is_beyond_is_turned_away(self) -> None:
        deal = self.two_segments([57, 99], enrolment={"kind": "uniform", "low": 0.5, "high": 1.5})
        came, overrun = n_came(deal, deal.programme.segments[0], factor=np.array([0.5, 1.1, 1.15, 1.5]))
        assert came.tolist() == [15, 33, 34, 34]  # wanted: 15, 33, 34.5 rounded up, 45
        assert overrun.tolist() == [0, 0, 1, 11]

    def test_without_a_line_per_case_all_may_come(self) -> None:
        deal = self.two_segments([], enrolment=1.5)
        assert [largest_intake(deal, segment) for segment in deal.programme.segments] == [45, 30]

    def test_draws_are_made_for_the_best_trial(self) -> None:
        wide = {"kind": "uniform", "low": 0.5, "high": 1.1}
        deal = self.two_segments([57, 99], enrolment=wide)
        assert [largest_intake(deal, segment) for segment in deal.programme.segments] == [33, 22]

    def test_the_mean_over_trials(self) -> None:
        """Fifty times a uniform from .6 to 1, rounded: 31 to 49 with chance 1/20, the ends 30 and 50 half of it."""
        deal = plain_deal(household(cases=50), enrolment={"kind": "uniform", "low": 0.6, "high": 1.0})
        uniforms = [drawn(deal, block=block).enrolment for block in range(20)]
        factor = enrolment_factor(deal, np.concatenate(uniforms))
        came, _ = n_came(deal, deal.programme.segments[0], factor=factor)
        chances = dict.fromkeys(range(31, 50), 1 / 20) | {30: 1 / 40, 50: 1 / 40}
        variance = sum(chance * (count - 40) ** 2 for count, chance in chances.items())
        assert distance(came, 40, variance) < TOLERANCE
        assert distance(np.floor(50 * factor), 40, variance) > TOLERANCE  # rounded down it would be 39.5
        assert set(np.unique(came)) == set(chances)


class TestStartsByTrial:
    INTAKE = Intake.model_validate({"months": 2})

    def test_trials_differ_in_number_and_so_in_months(self) -> None:
        starts = starts_by_trial(self.INTAKE, np.array([3, 1, 0, 3]), n_cases=4)
        assert starts.T.tolist() == [[1, 1, 2, 0], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 2, 0]]

    def test_one_column_says_that_all_trials_agree(self) -> None:
        assert starts_by_trial(self.INTAKE, np.array([3, 3]), n_cases=3).tolist() == [[1], [1], [2]]
