"""Rate cards where one person earns no more than so much: person by person, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from group_deal import counts_deal
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.earnings import card_name, rate_card
from sib.contract.metrics import Metrics
from sib.contract.ratecards import cards, spread_evenly
from sib.programme.counts import Reached
from sib.programme.series import Series

N_DATES = 3
JOB, DIPLOMA = {"outcome": "job", "price": 300}, {"outcome": "diploma", "price": 100}


def group(name, people):
    return {
        "name": name, "people": people, "within_person": 0.0,
        "outcomes": [{"name": "diploma", "chance": 0.5}, {"name": "job", "chance": 0.5}],
    }


def deal(*prices, groups=(("pupils", 3),), **terms):
    """A card on groups of so many people."""
    line = {"kind": "rate_card", "name": "card", "prices": list(prices)} | terms
    return counts_deal(*(group(*each) for each in groups), contract={"payments": [line]})


def reached(outcome, *dates, group=0):
    """On which date each person of a group reaches an outcome; None for never."""
    rows = [[N_DATES if date is None else date] for date in dates]
    return Reached(group, outcome, np.array(rows))


def earned(deal, *people):
    """Euros earned to date by the card, group by group, in the one trial."""
    series = cards(deal, people, n_dates=N_DATES)["card card"]
    return np.cumsum(series.gained[:-1, :, 0] / 100, axis=1).tolist()


def without_cap(deal, *people):
    """The same card as if nobody had a cap, from the numbers alone."""
    n = len(deal.cohorts) + 1
    series = {name: Series(np.zeros((n, N_DATES, 1))) for name in deal.programme.outcomes}
    for each in people:
        for date in range(N_DATES):
            series[each.outcome].gained[each.group, date] += (each.date == date).sum()
    nothing = np.zeros((n, N_DATES, 1))
    found = Metrics(nothing, nothing, np.zeros((n, 1)), deal.cohorts, series=series)
    line = deal.contract.payments[0].model_copy(update={"cap_per_person": None})
    return (rate_card(line, found)[:, 0] / 100).tolist()


THREE = (reached("diploma", 0, 0, 1), reached("job", 0, 2, None))
"""First: a diploma and a job on date 0. Second: a diploma on date 0, a job on date 2. Third: a diploma on date 1."""


class TestThreePeople:
    """Three people, two outcomes, three dates; a diploma earns 100, a job 300."""

    def test_no_cap_is_passed(self):
        # 100 + 300 + 100, then 100, then 300
        assert earned(deal(DIPLOMA, JOB, cap_per_person=1000), *THREE) == [[500, 600, 900]]

    def test_each_person_to_the_cap(self):
        # at most 350 a person: 350 + 100; the third's 100; the second has 100 and gets 250 of 300
        assert earned(deal(DIPLOMA, JOB, cap_per_person=350), *THREE) == [[450, 550, 800]]

    @pytest.mark.parametrize(("cap", "to_date"), [
        (0.01, [0.02, 0.03, 0.03]), (99.99, [199.98, 299.97, 299.97]), (100, [200, 300, 300]),
        (100.01, [200.01, 300.01, 300.02]), (399.99, [499.99, 599.99, 899.98]), (400, [500, 600, 900]),
    ])
    def test_below_on_and_above(self, cap, to_date):
        # the third has 100 in all; first and second 400 each: min(cap, 400) + min(cap, 100) ...
        assert earned(deal(DIPLOMA, JOB, cap_per_person=cap), *THREE)[0] == pytest.approx(to_date, abs=1e-9)

    def test_the_price_of_its_turn(self):
        # diplomas: the first two of all people at 100, the third at 10; the third person's is the third
        tiers = {"outcome": "diploma", "tiers": [{"after": 0, "price": 100}, {"after": 2, "price": 10}]}
        assert earned(deal(tiers, JOB, cap_per_person=1000), *THREE) == [[500, 510, 810]]
        # who comes first in the list has the first turn of a date: the first person at 100, the second at 10
        tiers = {"outcome": "diploma", "tiers": [{"after": 0, "price": 100}, {"after": 1, "price": 10}]}
        assert earned(deal(tiers, cap_per_person=50), reached("diploma", 0, 0, 1)) == [[60, 70, 70]]

    def test_a_unit_beyond_a_persons_cap_still_takes_its_turn(self):
        # the first person's cap holds 5 of 100; the second's diploma is the second unit all the same
        tiers = {"outcome": "diploma", "tiers": [{"after": 0, "price": 100}, {"after": 1, "price": 10}]}
        assert earned(deal(tiers, cap_per_person=5), reached("diploma", 0, 1, None)) == [[5, 10, 10]]

    def test_most_and_the_cap_of_an_outcome(self):
        assert earned(deal(DIPLOMA | {"most": 2}, cap_per_person=999), reached("diploma", 0, 0, 0)) == [[200] * 3]
        assert earned(deal(DIPLOMA | {"cap": 150}, cap_per_person=999), reached("diploma", 0, 1, 2)) == [[100, 150,
            150]]
        # the second person has 50 of the outcome's cap, of which 40 go to the person's cap
        assert earned(deal(DIPLOMA | {"cap": 150}, cap_per_person=40), reached("diploma", 0, 1, 2)) == [[40, 80, 80]]

    def test_a_discount(self):
        # 12.5% off 100 is 87.50, off 300 is 262.50
        assert earned(deal(DIPLOMA, JOB, discount=0.125, cap_per_person=300), *THREE) == [[387.5, 475, 687.5]]

    def test_what_is_not_on_the_card_earns_nothing(self):
        assert earned(deal(DIPLOMA, cap_per_person=150), *THREE) == [[200, 300, 300]]

    def test_again_and_again(self):
        twice = (reached("diploma", 0, 0, None), reached("diploma", 1, 0, None))
        assert earned(deal(DIPLOMA, cap_per_person=150), *twice) == [[250, 300, 300]]


class TestGroups:
    """Two groups on one card."""

    two = (("pupils", 1), ("adults", 2))

    def test_each_group_has_its_own(self):
        people = (reached("diploma", 0), reached("diploma", 1, 1, group=1))
        found = deal(DIPLOMA, cap_per_person=60, groups=self.two)
        assert earned(found, *people) == [[60, 60, 60], [0, 120, 120]]

    def test_turns_go_by_group(self):
        tiers = {"outcome": "diploma", "tiers": [{"after": 0, "price": 100}, {"after": 1, "price": 10}]}
        people = (reached("diploma", 0), reached("diploma", 0, 0, group=1))
        assert earned(deal(tiers, cap_per_person=60, groups=self.two), *people) == [[60] * 3, [20] * 3]

    def test_a_card_of_one_group(self):
        people = (reached("diploma", 0), reached("diploma", 0, 0, group=1))
        found = deal(DIPLOMA, cap_per_person=60, groups=self.two, cohort="adults")
        assert earned(found, *people) == [[0] * 3, [120] * 3]

    def test_prices_by_group(self):
        people = (reached("diploma", 0), reached("diploma", 0, 2, group=1))
        found = deal(DIPLOMA | {"by_cohort": {"adults": 30}}, cap_per_person=80, groups=self.two)
        assert earned(found, *people) == [[80] * 3, [30, 30, 60]]

    @pytest.mark.parametrize("limit", [{"most": 1}, {"cap": 130}, {"most": 2}, {"cap": 100}])
    def test_prices_by_group_within_the_outcomes_limits(self, limit):
        people = (reached("diploma", 0), reached("diploma", 0, 1, group=1))
        found = deal(DIPLOMA | {"by_cohort": {"adults": 70}} | limit, cap_per_person=10_000, groups=self.two)
        assert np.sum(earned(found, *people), axis=0).tolist() == without_cap(found, *people)


def test_the_card_pays_from_its_own_series():
    found = deal(DIPLOMA, JOB, cap_per_person=350)
    line = found.contract.payments[0]
    assert card_name(line) == "card card"
    nothing = np.zeros((2, N_DATES, 1))
    series = cards(found, THREE, n_dates=N_DATES)
    metrics = Metrics(nothing, nothing, np.zeros((2, 1)), found.cohorts, series=series)
    assert (rate_card(line, metrics)[:, 0] / 100).tolist() == [450, 550, 800]


dates = st.lists(st.sampled_from([None, 0, 1, 2]), min_size=3, max_size=3)
prices = st.one_of(
    st.fixed_dictionaries({"price": st.integers(0, 900)}, optional={"most": st.integers(1, 4), "cap": st.integers(1,
        999)}),
    st.just({"tiers": [{"after": 0, "price": 70}, {"after": 1, "price": 20.01}, {"after": 3, "price": 90}]}),
)


@given(dates, dates, dates, prices, prices, st.integers(1, 2000))
def test_a_cap_never_adds_and_holds_for_each(diplomas, jobs, again, price, other, cap):
    people = (reached("diploma", *diplomas), reached("job", *jobs), reached("diploma", *again))
    terms = ({"outcome": "diploma"} | price, {"outcome": "job"} | other)
    (found,) = earned(deal(*terms, cap_per_person=cap), *people)
    free = without_cap(deal(*terms), *people)
    assert found == sorted(found)
    assert all(now <= most + 1e-9 for now, most in zip(found, free, strict=True))
    assert found[-1] <= 3 * cap
    assert np.allclose(earned(deal(*terms, cap_per_person=1_000_000), *people), free, atol=1e-9)


class TestSpreadEvenly:
    """Who reached what, when only numbers are known: once each, then again."""

    def test_first_once_each_then_again(self):
        found = spread_evenly(np.array([[1.0], [4.0], [5.0]]), group=0, outcome="diploma", n_people=3, most=2)
        assert [each.date[:, 0].tolist() for each in found] == [[0, 1, 1], [1, 2, 3]]

    @given(st.lists(st.integers(0, 9), min_size=3, max_size=3), st.integers(1, 4), st.integers(1, 3))
    def test_the_numbers_are_kept(self, numbers, n_people, most):
        numbers = np.minimum(sorted(numbers), n_people * most)
        found = spread_evenly(
            numbers[:, np.newaxis].astype(float), group=0, outcome="job", n_people=n_people, most=most
        )
        dates = np.concatenate([each.date[:, 0] for each in found])
        assert [int((dates <= date).sum()) for date in range(3)] == numbers.tolist()
