"""The calendar: how far it runs, what date a period ends on, and which year and window it belongs to."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

import numpy as np
import pytest
from one_block import household, plain_deal

from sib.programme.grid import grid, longest_delay


def years_of(closing: date, *, start: int = 1, maturity: int = 24) -> list[int]:
    """Fiscal year of each period of a deal that ends at maturity."""
    timeline = {"closing": closing, "maturity": maturity, "fiscal_year_start": start}
    calendar = grid(plain_deal(household(saving_months=1), timeline=timeline))
    return [int(year) for year in calendar.fiscal_year]


class TestDates:
    def test_the_day_is_clipped_and_comes_back(self) -> None:
        dates = grid(plain_deal(timeline={"closing": date(2024, 1, 31)})).dates
        assert dates[:5] == tuple(date(2024, *day) for day in ((1, 31), (2, 29), (3, 31), (4, 30), (5, 31)))
        assert dates[13] == date(2025, 2, 28)

    @pytest.mark.parametrize("closing", [date(2023, 12, 31), date(2024, 2, 29), date(2025, 1, 1), date(2026, 8, 30)])
    def test_every_period_ends_that_many_calendar_months_after_closing(self, closing: date) -> None:
        for period, day in enumerate(grid(plain_deal(timeline={"closing": closing})).dates):
            assert (day.year - closing.year) * 12 + day.month - closing.month == period
            assert day.day == min(closing.day, monthrange(day.year, day.month)[1])

    def test_years_count_days_over_365(self) -> None:
        common = grid(plain_deal(timeline={"closing": date(2025, 1, 1)})).years
        leap = grid(plain_deal(timeline={"closing": date(2024, 1, 1)})).years
        assert (common[0], common[1], common[12]) == (0.0, 31 / 365, 1.0)
        assert (leap[12], leap[24]) == (366 / 365, 731 / 365)


class TestFiscalYears:
    """A flow belongs to the year of the day before its date; period 0 to the year of closing."""

    def test_calendar_years_from_new_year(self) -> None:
        # period 12 ends on 1 January 2026, and is about December 2025
        assert years_of(date(2025, 1, 1)) == [2025] * 13 + [2026] * 12

    def test_years_from_april(self) -> None:
        # period 3 ends on 1 April 2025: the day before closes the year that began in April 2024
        assert years_of(date(2025, 1, 1), start=4) == [2024] * 4 + [2025] * 12 + [2026] * 9

    def test_closing_on_the_first_day_of_a_year_opens_that_year(self) -> None:
        assert years_of(date(2025, 4, 1), start=4, maturity=13)[:2] == [2025, 2025]
        assert years_of(date(2025, 4, 1), start=4, maturity=13)[-2:] == [2025, 2026]

    def test_closing_on_the_last_day_of_a_year(self) -> None:
        assert years_of(date(2025, 12, 31), maturity=14) == [2025] + [2026] * 12 + [2027] * 2

    def test_a_period_that_ends_on_the_second_is_in_the_new_year(self) -> None:
        assert years_of(date(2025, 1, 2), maturity=13)[12] == 2026


class TestWindows:
    def test_years_are_cut_at_renewals(self) -> None:
        payers = {
            "Wmo": {"party": "municipality"},
            "Zvw": {"party": "insurer", "bought": "lump_sum", "renewal_month": 18},
            "Wlz": {"party": "insurer", "bought": "lump_sum", "renewal_month": 25},
        }
        calendar = grid(plain_deal(payers=payers, timeline={"maturity": 36}))
        assert calendar.window_starts == (0, 13, 18, 25)  # the renewal in month 25 begins with the year 2027
        assert calendar.window.tolist() == [0] * 13 + [1] * 5 + [2] * 7 + [3] * 12

    def test_without_renewals_they_are_the_years(self) -> None:
        calendar = grid(plain_deal(timeline={"maturity": 36}))
        assert calendar.window.tolist() == (calendar.fiscal_year - 2025).tolist()


class TestPaymentDates:
    def test_every_twelve_months(self) -> None:
        calendar = grid(plain_deal(timeline={"maturity": 36}))
        assert calendar.payment_periods == (12, 24, 36)
        assert calendar.last_payment == calendar.maturity == 36
        assert np.flatnonzero(calendar.is_payment).tolist() == [12, 24, 36]

    def test_calendar_dates_may_be_clipped(self) -> None:
        dates = {"dates": [date(2024, 2, 29), date(2024, 4, 30)]}
        calendar = grid(plain_deal(timeline={"closing": date(2024, 1, 31), "payment_dates": dates}))
        assert calendar.payment_periods == (1, 3)


class TestLength:
    """Cases come in months 3 to 6, moved back by 2, and save from five months later: at last in 8 + 5 + 40 - 1 = 52."""

    LATE = household(intake={"from": 3, "months": 4, "delay": 2}, months_to_effect=5, saving_months=40, cases=4)

    @pytest.mark.parametrize(
        ("accountant", "last"),
        [
            ({}, 52),
            ({"delay": 7}, 52),
            ({"delay": 7, "fee": {"per_case": 10}}, 59),
            ({"delay": {"kind": "uniform_months", "low": 1, "high": 4}, "fee": {"per_case": 10}}, 56),
        ],
    )
    def test_it_runs_to_the_last_saving_month_or_the_last_fee(self, accountant: dict[str, Any], last: int) -> None:
        deal = plain_deal(self.LATE, timeline={"maturity": 48}, accountant=accountant)
        assert grid(deal).n_periods == last + 1

    def test_it_runs_to_maturity_where_that_is_later(self) -> None:
        assert grid(plain_deal(self.LATE, timeline={"maturity": 120})).n_periods == 121

    def test_the_longest_segment_decides(self) -> None:
        early = household(name="early")
        deal = plain_deal(early, self.LATE, timeline={"maturity": 48})
        assert grid(deal).n_periods == 53

    def test_the_longest_delay(self) -> None:
        assert longest_delay(plain_deal(accountant={"delay": 3})) == 3
        drawn = {"kind": "uniform_months", "low": 0, "high": 9}
        assert longest_delay(plain_deal(accountant={"delay": drawn})) == 9


@pytest.mark.parametrize("name", ["years", "is_payment", "fiscal_year", "window"])
def test_nobody_can_write_in_it(name: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(grid(plain_deal()), name)[0] = 1
