"""What a tranche is owed: published figures, day counts one day at a time, and the account's own identities."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.interest import DAY_COUNTS, Account, accrual, year_fraction
from sib.deal.lending import Interest
from sib.deal.timeline import add_months

COMPOUNDINGS = ("simple", "annual", "quarterly", "monthly", "continuous")
LARGEST = 10**11
TOO_LARGE = 10**18
"""Cents for which 64 bits do not hold the exact interest, so that it is kept in Python's whole numbers."""


def terms(compounding="annual", day_count="30E/360", *, rate=0.04, on="outstanding"):
    return Interest(rate=rate, basis="per_year", compounding=compounding, day_count=day_count, on=on)


def months(closing, n):
    return tuple(add_months(closing, month) for month in range(n + 1))


def lent(euros, interest, *, dates, largest=LARGEST):
    """An account that lends at closing and then lives through the periods."""
    account = Account(accrual(interest, dates), 1, largest)
    account.draw(np.array([euros * 100.0]))
    for period in range(1, len(dates)):
        account.accrue(period)
        account.capitalise(period)
    return account


@pytest.mark.parametrize(("euros", "compounding", "day_count", "closing", "n_months", "due"), [
    (1_300_000, "annual", "30E/360", date(2025, 1, 1), 36, 1_462_323.20),
    (1_300_000, "simple", "30E/360", date(2025, 1, 1), 36, 1_456_000.00),
    (1_300_000, "annual", "ACT/365F", date(2025, 1, 1), 9, 1_338_893.15),   # 273 days: 38,893.15
    (1_300_000, "annual", "ACT/365F", date(2021, 1, 1), 36, 1_462_323.20),  # no leap day in them
    (1_300_000, "annual", "ACT/365F", date(2026, 1, 1), 36, 1_462_477.29),  # a leap day in the third year
    (1_000_000, "simple", "ACT/365F", date(2024, 3, 1), 12, 1_040_000.00),
    (1_000_000, "simple", "ACT/ACT ISDA", date(2024, 3, 1), 12, 1_039_908.38),
    (1_000_000, "simple", "30E/360", date(2024, 3, 1), 12, 1_040_000.00),
    (1_000_000, "simple", "ACT/360", date(2024, 3, 1), 12, 1_040_555.56),   # 365 days over 360
    (1_300_000, "quarterly", "30E/360", date(2025, 1, 1), 12, 1_352_785.21),  # 1.01**4
])
def test_published_figures(euros, compounding, day_count, closing, n_months, due):
    dates = months(closing, n_months)
    for largest in (LARGEST, TOO_LARGE):
        assert lent(euros, terms(compounding, day_count), dates=dates, largest=largest).due == round(due * 100)


def test_four_percent_is_three_different_amounts():
    """4%: 71,900 over the term, 215,700 simple, 224,443.04 compounded on 1,797,500 for three years."""
    dates = months(date(2025, 1, 1), 36)
    over_term = Interest(rate=0.04, basis="over_term")
    assert lent(1_797_500, over_term, dates=dates).interest_due == 71_900_00
    assert lent(1_797_500, terms("simple"), dates=dates).interest_due == 215_700_00
    assert lent(1_797_500, terms("annual"), dates=dates).interest_due == 224_443_04
    with pytest.raises(ValueError, match="per year needs compounding and day_count"):
        Interest(rate=0.04, basis="per_year")


class TestYearFractions:
    """Parts of a year."""

    days = st.dates(date(1999, 1, 1), date(2035, 12, 31))

    @pytest.mark.parametrize(("day_count", "start", "end", "expected"), [
        ("30E/360", date(2025, 1, 31), date(2025, 3, 31), Fraction(60, 360)),  # both 31sts count as 30ths
        ("30E/360", date(2025, 1, 30), date(2025, 1, 31), Fraction(0)),
        ("30E/360", date(2024, 2, 28), date(2024, 3, 1), Fraction(3, 360)),
        ("ACT/365F", date(2024, 2, 28), date(2024, 3, 1), Fraction(2, 365)),
        ("ACT/360", date(2024, 2, 28), date(2024, 3, 1), Fraction(2, 360)),
        ("ACT/ACT ISDA", date(2023, 12, 31), date(2024, 1, 2), Fraction(1, 365) + Fraction(1, 366)),
    ])
    def test_by_hand(self, day_count, start, end, expected):
        assert year_fraction(start, end, day_count=day_count) == expected

    @given(days, days)
    def test_isda_is_the_sum_over_days(self, one, other):
        start, end = sorted((one, other))
        assert year_fraction(start, end, day_count="ACT/ACT ISDA") == oracles.year_fraction_day_by_day(start, end)

    @pytest.mark.parametrize("day_count", DAY_COUNTS)
    @given(st.lists(days, min_size=3, max_size=3).map(sorted))
    def test_two_stretches_make_the_whole(self, day_count, three):
        a, b, c = three
        parts = year_fraction(a, b, day_count=day_count) + year_fraction(b, c, day_count=day_count)
        assert parts == year_fraction(a, c, day_count=day_count)


class TestAccrual:
    """Interest as it grows."""

    def test_monthly_compounding_rounds_each_month(self):
        # month by month with pencil and paper: the balance times 1 + 1/300, to the cent, half up
        due = Fraction(1_300_000_00)
        for _ in range(36):
            due = Fraction(int(due * (1 + Fraction(4, 1200)) + Fraction(1, 2)))
        assert lent(1_300_000, terms("monthly"), dates=months(date(2025, 1, 1), 36)).due == due

    @pytest.mark.parametrize(("years", "interest"), [(2, 83_287.07), (3, 127_496.85)])  # .7675 and .1579 of a cent
    def test_continuous_compounding_is_the_exponential(self, years, interest):
        account = lent(1_000_000, terms("continuous"), dates=months(date(2025, 1, 1), 12 * years))
        assert interest == round(1_000_000 * np.expm1(0.04 * years), 2)
        assert account.interest_due == round(interest * 100)

    @given(st.integers(100_000, 5_000_000), st.integers(1, 2000), st.integers(1, 60))
    def test_compounding_more_often_earns_more(self, euros, basis_points, n_months):
        dates = months(date(2025, 1, 1), n_months)
        found = [lent(euros, terms(each, rate=basis_points / 10_000), dates=dates).due[0] for each in COMPOUNDINGS]
        # each capitalisation rounds by half a cent at most, up here and down there, and 20% for 5 years makes 2.5 of 1
        rounding = 2.5 * n_months + 1
        assert all(less <= more + rounding for less, more in pairwise(found))

    def test_a_rate_is_the_decimal_that_was_written(self):
        # 7% of 50 cents is 3.5 cents, half up 4; 0.07 in binary is above, 0.0699999 below
        dates = months(date(2025, 1, 1), 12)
        assert lent(0.5, terms("simple", rate=0.07), dates=dates).interest_due == 4
        assert lent(0.5, terms("simple", rate=0.0699999), dates=dates).interest_due == 3
        # 29% of 50 cents is 14.5: the float nearest to 0.29 is below it and would give 14
        assert lent(0.5, terms("simple", rate=0.29), dates=dates).interest_due == 15

    def test_undrawn_commitment_earns_where_agreed(self):
        # 1,000 committed, 400 of it drawn at closing: 4% of 1,000, or of 400
        for on, due in (("committed", 40_00), ("outstanding", 16_00)):
            account = Account(accrual(terms("simple", on=on), months(date(2025, 1, 1), 12)), 1, LARGEST)
            account.draw(np.array([400_00.0]))
            account.commit(np.array([600_00.0]))
            for period in range(1, 13):
                account.accrue(period)
            assert account.interest_due == due

    def test_over_the_term_is_earned_with_each_draw(self):
        account = Account(accrual(Interest(rate=0.04, basis="over_term"), months(date(2025, 1, 1), 24)), 1, LARGEST)
        account.draw(np.array([100_12.0]))
        assert account.interest_due == 400  # 4.0048 euros
        account.draw(np.array([12.0]))
        assert account.interest_due == 400  # 0.48 of a cent more
        account.accrue(12)
        account.capitalise(12)
        assert account.interest_due == 400
        account.draw(np.array([13.0]))
        assert account.interest_due == 401  # 0.52 of a cent

    def test_principal_paid_back_earns_no_more(self):
        account = Account(accrual(terms("simple"), months(date(2025, 1, 1), 12)), 1, LARGEST)
        account.draw(np.array([1200_00.0]))
        for period in range(1, 13):
            account.accrue(period)
            if period == 6:
                account.repay(np.array([600_00.0]))
        assert account.interest_due == 24_00 + 12_00


class TestPaying:
    """What a payment settles."""

    @pytest.mark.parametrize("largest", [LARGEST, TOO_LARGE])
    def test_paying_all_that_is_due_clears_the_fraction(self, largest):
        # a cent a month and a third: 1 1/3, rounded 1; cleared, so that the next month makes 1 1/3 again
        account = Account(accrual(terms("simple"), months(date(2025, 1, 1), 12)), 1, largest)
        account.draw(np.array([400.0]))
        paid = []
        for period in range(1, 13):
            account.accrue(period)
            paid.append(float(account.pay_interest(np.array([1000.0]))[0]))
        assert paid == [1.0] * 12
        assert account.interest_due == 0

    @pytest.mark.parametrize("largest", [LARGEST, TOO_LARGE])
    def test_paying_a_part_keeps_the_fraction(self, largest):
        # after three months 4 cents exactly; one was paid after the first
        account = Account(accrual(terms("simple"), months(date(2025, 1, 1), 3)), 1, largest)
        account.draw(np.array([800.0]))
        account.accrue(1)
        assert account.interest_due == 3  # 2 2/3
        assert account.pay_interest(np.array([1.0])) == 1
        account.accrue(2)
        account.accrue(3)
        assert account.interest_due == 7

    def test_less_than_half_a_cent_waits(self):
        # 1 euro at 1% a year: a twelfth of a cent a month, due when it is half a cent, and then settled
        account = Account(accrual(terms("simple", rate=0.01), months(date(2025, 1, 1), 12)), 1, LARGEST)
        account.draw(np.array([100.0]))
        paid = []
        for period in range(1, 13):
            account.accrue(period)
            paid.append(float(account.pay_interest(np.array([1000.0]))[0]))
        assert paid == [0, 0, 0, 0, 0, 1] * 2

    def test_oldest_interest_first(self):
        # 4.00 capitalised after a year; half a year later 2.08 more; 5.00 pays the 4.00 and 1.00 of the new
        dates = months(date(2025, 1, 1), 18)
        account = lent(100, terms("annual"), dates=dates)
        assert (account.capitalised, account.interest_due) == (4_00, 6_08)
        assert account.pay_interest(np.array([5_00.0])) == 5_00
        assert (account.capitalised, account.interest_due, account.due) == (0, 1_08, 101_08)

    def test_a_trial_pays_no_more_than_it_has_and_owes(self):
        account = Account(accrual(terms("simple"), months(date(2025, 1, 1), 12)), 3, LARGEST)
        account.draw(np.array([100_00.0, 100_00.0, 0.0]))
        for period in range(1, 13):
            account.accrue(period)
        assert account.pay_interest(np.array([1_00.0, 99_00.0, 5_00.0])).tolist() == [1_00, 4_00, 0]
        assert account.interest_due.tolist() == [3_00, 0, 0]


drawn_repaid_paid = st.tuples(st.integers(0, 10**9), st.integers(0, 10**8), st.integers(0, 10**8))
moves = st.lists(drawn_repaid_paid, min_size=24, max_size=24)


@given(moves, st.sampled_from(COMPOUNDINGS[:4]), st.sampled_from(list(DAY_COUNTS)), st.integers(1, 3000))
def test_wide_interest_is_the_same_interest(story, compounding, day_count, basis_points):
    """Python's whole numbers and 64 bits give the same cents, whatever is drawn, repaid and paid."""
    ready = accrual(terms(compounding, day_count, rate=basis_points / 10_000), months(date(2024, 1, 31), 24))
    accounts = [Account(ready, 1, largest) for largest in (10**11, TOO_LARGE)]
    for period, (drawn, repaid, paid) in enumerate(story, start=1):
        for account in accounts:
            account.accrue(period)
            account.capitalise(period)
            account.draw(np.array([float(drawn)]))
            account.repay(np.minimum(account.principal, repaid))
            account.pay_interest(np.array([float(paid)]))
        assert accounts[0].due == accounts[1].due
        assert accounts[0].interest_due == accounts[1].interest_due


def test_wide_interest_holds_what_64_bits_do_not():
    # 30 trillion euros at 3.71% over 17 days of 2023 and 20 of 2024
    dates = (date(2023, 12, 15), date(2024, 1, 21))
    ready = accrual(terms("simple", "ACT/ACT ISDA", rate=0.0371), dates)
    account = Account(ready, 1, 3 * 10**15)
    account.draw(np.array([3.0e15]))
    account.accrue(1)
    assert 3 * 10**15 * ready.numerators[1] > 2**63
    exact = 3 * 10**15 * Fraction("0.0371") * (Fraction(17, 365) + Fraction(20, 366))
    assert account.interest_due == int(exact + Fraction(1, 2))


def test_interest_that_outgrows_the_principal_stays_exact():
    # 35% for thirty years makes eight thousand times the principal; year by year, to the cent, half up
    dates = months(date(2025, 3, 1), 360)
    account = lent(46_903_793.26, terms("annual", "ACT/ACT ISDA", rate=0.35), dates=dates, largest=4 * 4_690_379_326)
    due = 4_690_379_326
    for start, end in pairwise(dates[::12]):
        due = int(due * (1 + Fraction(35, 100) * oracles.year_fraction_day_by_day(start, end)) + Fraction(1, 2))
    assert account.due == due
