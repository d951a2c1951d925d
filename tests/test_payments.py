"""What the outcome payer owes: entitlements, releases, redemption and caps, each by hand and by identity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.limits import Limits, cut_to
from sib.contract.metrics import Metrics
from sib.contract.payments import PAYMENTS, Line, Occasion, goes_direct, savings_share
from sib.contract.releases import payment_lines
from sib.contract.triggers import triggers_met
from sib.deal.conditions import Trigger
from sib.deal.contract import Caps, Contract
from sib.deal.lines import FixedPayment, SavingsShare

EUR = 100
NEVER_SETTLED = 10**12


def share_line(share=1.0, after=0.0, **terms):
    return SavingsShare(kind="savings_share", name="repayment", share=share, share_after_redemption=after, **terms)


def fee_line(amount, **terms):
    return FixedPayment(kind="fixed", name="fee", amount=amount, **terms)


def on_dates(*cents, cohorts=()):
    """Metrics of one trial: savings newly validated on each date, all in one cohort or in two."""
    savings = np.array(cents, dtype=float).reshape(-1, len(cents[0]) if cohorts else len(cents), 1)
    return Metrics(savings, savings > 0, np.ones((len(savings), 1)), cohorts)


def pays(line, place, due=NEVER_SETTLED, *, drawn=True, period=0):
    """What one line pays on a date without caps, in the one trial."""
    all_drawn = np.array([drawn])
    amount = PAYMENTS[type(line.terms)](line, Occasion(place, period, np.array([float(due)]), all_drawn))
    line.record(amount, due=np.array([float(due)]), is_all_drawn=all_drawn)
    return float(amount[0])


def one_line(terms, metrics, trigger=None, *, months=None):
    contract = Contract.model_construct(payments=(terms,), triggers=(trigger,) if trigger else ())
    dates = months or tuple(range(1, metrics.savings.shape[1] + 1))
    return payment_lines(contract, metrics, met=triggers_met(contract, metrics, months=dates), months=dates)[0]


class TestSavingsShare:
    """A share of what is validated, until the investor has what is due."""

    def test_a_share_is_rounded_down_on_the_total(self):
        # a third of 1.00 a date: 0.33, 0.33 and, on 3.00 in all, 0.34 is 99 - 66 = 33 of 0.999...; never above
        line = one_line(share_line(0.3333), on_dates(100, 100, 100))
        assert [pays(line, place) for place in range(3)] == [33, 33, 33]  # floor(33.33), floor(66.66), floor(99.99)

    def test_a_share_is_the_decimal_that_was_written(self):
        # 29% of 1.00 is 0.29, although 0.29 * 100 is 28.999999999999996 in binary
        assert pays(one_line(share_line(0.29), on_dates(100)), 0) == 29
        assert pays(one_line(fee_line(0.29), on_dates(0)), 0) == 29

    def test_utah(self):
        """95% of the savings until the loan is repaid: 281,550 saved, 267,472.50 paid."""
        assert pays(one_line(share_line(0.95, 0.4), on_dates(281_550 * EUR)), 0) == 267_472.50 * EUR

    def test_utah_on_the_date_of_redemption(self):
        # 200,000 due uses up 200,000 / 0.95 = 210,526.315... of savings, 210,526.32; 40% of the other 71,023.68
        line = one_line(share_line(0.95, 0.4), on_dates(281_550 * EUR, 10_000 * EUR))
        assert pays(line, 0, due=200_000 * EUR) == 200_000 * EUR + 28_409.47 * EUR
        assert line.is_redeemed.all()
        assert pays(line, 1, due=0) == 32_409_47 - 28_409_47  # 40% of 81,023.68 is 32,409.472

    def test_no_more_than_is_due(self):
        line = one_line(share_line(), on_dates(80, 80))
        assert [pays(line, 0, due=50), pays(line, 1, due=0)] == [50, 0]

    def test_what_was_not_due_is_carried_forward_until_redemption(self):
        # money is left to draw: 30 of the entitlement waits for a later date
        line = one_line(share_line(), on_dates(80, 0, 0))
        assert pays(line, 0, due=50, drawn=False) == 50
        assert pays(line, 1, due=20, drawn=False) == 20
        assert pays(line, 2, due=20) == 10
        assert not line.is_redeemed.any()

    def test_after_redemption_nothing_revives_the_first_share(self):
        line = one_line(share_line(), on_dates(100, 100))
        assert pays(line, 0, due=60) == 60
        assert pays(line, 1, due=60) == 0  # a fee that falls due later is not the tranche's

    def test_savings_that_are_set_off_are_not_claimed_back(self):
        line = one_line(share_line(), on_dates(100, -40, 30, 20))
        assert [pays(line, place) for place in range(4)] == [100, 0, 0, 10]  # 100, 60, 90, 110 so far

    @given(
        st.lists(st.integers(0, 10_000), min_size=1, max_size=8), st.integers(1, 1000), st.integers(0, 1000),
        st.integers(0, 20_000),
    )
    def test_no_cent_of_savings_is_paid_on_twice(self, new, first, second, loan):
        """Paid in all is at most the first share up to the loan and the second of what that leaves."""
        line = one_line(share_line(first / 1000, second / 1000), on_dates(*new))
        paid, due = 0.0, float(loan)
        for place in range(len(new)):
            amount = pays(line, place, due=due)
            due, paid = max(due - amount, 0.0), paid + amount
        entitled = sum(new) * first // 1000
        if entitled < loan:
            assert paid == entitled
        else:
            left = sum(new) - -(-loan * 1000 // first)
            assert paid == loan + max(left, 0) * second // 1000


class TestReleases:
    """What a trigger sets free: 40 a date; it is met, or not, as the dates say."""

    @staticmethod
    def line(releases, *, latched, terms=None):
        # per period at least 0.40: met on the second and the fourth of 10, 40, 10, 40
        trigger = Trigger(
            name="proof", metric="validated_savings", measure="per_period", at_least=0.40, latched=latched,
            releases=releases,
        )
        return one_line(terms or share_line(when="proof"), on_dates(10, 40, 10, 40), trigger)

    @pytest.mark.parametrize(("releases", "latched", "paid"), [
        ("backlog", True, [0, 50, 10, 40]),     # all that is owed so far, then as it comes
        ("backlog", False, [0, 50, 0, 50]),     # lost on the third date, whose 10 come on the fourth
        ("from_then", True, [0, 40, 10, 40]),   # the first 10 are gone
        ("from_then", False, [0, 40, 0, 40]),   # the 10 of both dates on which it is not met are gone
    ])
    def test_savings(self, releases, latched, paid):
        line = self.line(releases, latched=latched)
        assert [pays(line, place) for place in range(4)] == paid

    @pytest.mark.parametrize(("releases", "latched", "paid"), [
        ("backlog", True, [0, 14, 7, 7]),
        ("backlog", False, [0, 14, 0, 14]),
        ("from_then", True, [0, 7, 7, 7]),
        ("from_then", False, [0, 7, 0, 7]),
    ])
    def test_fixed_amounts(self, releases, latched, paid):
        line = self.line(releases, latched=latched, terms=fee_line(0.07, when="proof"))
        assert [pays(line, place) for place in range(4)] == paid

    @pytest.mark.parametrize("releases", ["backlog", "from_then"])
    def test_what_was_not_due_waits_for_a_date_on_which_it_is_met(self, releases):
        line = self.line(releases, latched=False)
        assert [pays(line, 0), pays(line, 1, due=15, drawn=False), pays(line, 2)] == [0, 15, 0]
        assert pays(line, 3) == {"backlog": 100, "from_then": 80}[releases] - 15

    def test_not_met_is_exactly_nothing(self):
        trigger = Trigger(name="proof", metric="validated_savings", at_least=1.01)
        line = one_line(share_line(when="proof"), on_dates(40, 60), trigger)
        assert [pays(line, place) for place in range(2)] == [0, 0]

    def test_a_line_may_pay_on_one_cohort(self):
        found = on_dates([10.0, 0.0], [5.0, 7.0], cohorts=("first",))
        first, both = one_line(share_line(cohort="first"), found), one_line(share_line(), found)
        assert [pays(first, place) for place in range(2)] == [10, 0]
        assert [pays(both, place) for place in range(2)] == [15, 7]


def test_a_fixed_amount_has_its_months():
    line = one_line(fee_line(5.0, months=(6, 18)), on_dates(0, 0, 0), months=(6, 12, 18))
    assert [pays(line, place, period=period) for place, period in enumerate((6, 12, 18))] == [500, 0, 500]


def test_only_a_fixed_amount_may_go_past_the_waterfall():
    assert goes_direct(fee_line(5.0, to="provider"))
    assert not goes_direct(fee_line(5.0))
    assert not goes_direct(share_line())


def test_trials_do_not_touch_each_other():
    released = np.array([[100.0, 200.0, 0.0]])
    line = Line(share_line(0.5, 0.1), released, np.ones((1, 3), dtype=bool))
    occasion = Occasion(0, 0, np.array([60.0, 40.0, 0.0]), np.ones(3, dtype=bool))
    # 50 of 60 due; 40 due and a tenth of the other 120; nothing due and nothing saved
    assert savings_share(line, occasion).tolist() == [50, 52, 0]


class TestCaps:
    """Limits on all lines together."""

    def test_a_cap_cuts_its_lines_pro_rata(self):
        owed = np.array([[60.0, 10.0, 1.0], [30.0, 10.0, 1.0], [10.0, 10.0, 1.0]])
        assert cut_to(owed, np.array([50.0, 50.0, 2.0])).T.tolist() == [[30, 15, 5], [10, 10, 10], [1, 1, 0]]
        assert cut_to(owed, np.zeros(3)).sum() == 0

    @staticmethod
    def limits(caps, *, months=12, step=3):
        """One period a quarter, a fiscal year of four; periods of exactly a quarter of 365 days."""
        years = np.arange(months // step + 1) * step / 12
        fiscal_year = np.ceil(years).astype(int)
        contract = Contract.model_construct(caps=Caps(**caps), payments=())
        return Limits(contract, years, fiscal_year=fiscal_year, n_trials=1)

    def paid(self, caps, owed, invested=()):
        limits = self.limits(caps, months=3 * len(owed))
        found = []
        for period in range(len(owed) + 1):
            limits.pass_time(period, np.array([float(invested[period]) if period < len(invested) else 0.0]))
            if period:
                amount = limits.cut(np.array([[float(owed[period - 1])]]), to_investor=np.array([True]))
                limits.receive(amount[0])
                found.append(float(amount[0, 0]))
        return found

    def test_per_year(self):
        # 100 a year: 60 and 40 in the first, a fresh 100 in the second
        assert self.paid({"per_year": 1.0}, [60, 60, 60, 60, 60, 60, 0, 0]) == [60, 40, 0, 0, 60, 40, 0, 0]

    def test_in_total(self):
        assert self.paid({"total": 1.0}, [60, 60, 60, 60, 60]) == [60, 40, 0, 0, 0]

    def test_the_tightest_holds(self):
        assert self.paid({"per_year": 1.0, "total": 1.3}, [60] * 8) == [60, 40, 0, 0, 30, 0, 0, 0]

    def test_the_investors_return(self):
        # 100.00 at 21% a year: after half a year 110.00 repays it all; whatever is owed afterwards is not paid
        assert self.paid({"annual_return": 0.21}, [0, 20_000, 5_000], [10_000]) == [0, 11_000, 0]
        # 55.00 of it after half a year leaves 55.00, which after another half is worth 60.50
        assert self.paid({"annual_return": 0.21}, [0, 5_500, 0, 20_000], [10_000]) == [0, 5_500, 0, 6_050]

    def test_a_return_of_a_whole_year_to_the_cent(self):
        # 13% on 1,000,000 over a year, as at Peterborough: 1,130,000.00 and not a cent less
        assert self.paid({"annual_return": 0.13}, [0, 0, 0, 10**9], [10**8]) == [0, 0, 0, 113_000_000]

    def test_what_goes_past_the_investor_is_not_its_return(self):
        limits = self.limits({"annual_return": 0.0, "total": 100.0})
        limits.pass_time(0, np.array([1_000.0]))
        cut = limits.cut(np.array([[5_000.0], [5_000.0]]), to_investor=np.array([False, True]))
        assert cut[:, 0].tolist() == [5_000, 1_000]  # the provider's line whole, the investor's up to its outlay

    @given(
        st.lists(st.integers(0, 10**6), min_size=4, max_size=16), st.integers(0, 10**6), st.integers(1, 10**6),
        st.integers(0, 40),
    )
    def test_a_return_cap_is_never_exceeded(self, owed, invested, more, percent):
        """Discounted at the cap, what the investor got is worth no more than what it put in."""
        paid = self.paid({"annual_return": percent / 100}, owed, [invested, 0, more])
        value = sum(cents * (1 + percent / 100) ** (-quarter / 4) for quarter, cents in enumerate(paid, start=1))
        assert value <= invested + more * (1 + percent / 100) ** -0.5 + 1e-6

    @given(st.lists(st.integers(0, 10**6), min_size=4, max_size=16), st.integers(0, 10**6), st.integers(0, 10**6))
    def test_caps_in_euros_are_never_exceeded_nor_left_unused(self, owed, per_year, total):
        paid = self.paid({"per_year": per_year / 100, "total": total / 100}, owed)
        left = total
        for year in range(0, len(owed), 4):
            expected = min(sum(owed[year : year + 4]), per_year, left)
            assert sum(paid[year : year + 4]) == expected
            left -= expected
