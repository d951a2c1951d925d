"""What any programme is expected to bring, at one point: by hand, and as the simulation does without variance."""

from __future__ import annotations

import numpy as np
import pytest
from group_deal import PUPILS, REDUCTION, VILLAGE, counts_deal, effect_deal
from hypothesis import given
from hypothesis import strategies as st
from one_block import household, plain_deal

from sib.chance.draws import Source
from sib.expectation import EXPECTED, card_series, expected, spending
from sib.findings import FINDERS, Work, find
from sib.programme.grid import grid

CARD = {"kind": "rate_card", "name": "card", "cap_per_person": 120,
        "prices": [{"outcome": "diploma", "price": 100}, {"outcome": "job", "price": 70}]}


def found(deal):
    return expected(deal, grid(deal))


def gained(deal, name, place=0):
    return found(deal).series[name].gained[place, :, 0].tolist()


def test_every_kind_of_programme():
    assert set(EXPECTED) == set(FINDERS)


class TestEffect:
    """The mean of each effect, rounded as it is measured."""

    @pytest.mark.parametrize(("effect", "steps"), [
        (7.25, 73), ({"kind": "normal", "mean": 9, "sd": 4}, 90), ({"kind": "uniform", "low": 0, "high": 1}, 5),
        ({"kind": "triangular", "low": 0, "mode": 3, "high": 12}, 50),
        ({"kind": "pert", "low": 0, "mode": 3, "high": 12}, 40),
    ])
    def test_means(self, effect, steps):
        assert gained(effect_deal(REDUCTION | {"effect": effect, "evaluator_sd": 3}), "reduction") == [steps] * 3

    def test_by_cohort_and_size(self):
        deal = effect_deal(REDUCTION | {"by_cohort": {"b": 8}}, ties={"across_cohorts": 0},
                           cohorts=[VILLAGE | {"size": 3}, {"name": "b", "measured": 24, "size": 2}])
        assert found(deal).series["reduction"].gained[:, :, 0].tolist() == [[150] * 3, [0, 160, 160], [0] * 3]
        assert found(deal).enrolled[:, 0].tolist() == [3, 2, 0]


class TestCounts:
    """Mean numbers in whole people, rounded as they add up."""

    def test_spread_over_dates(self):
        # one a month over 30 months, a third of them: 4, 8, 10
        outcomes = [{"name": "diploma", "chance": 1 / 3}]
        deal = counts_deal(PUPILS | {"people": 30, "intake": {"from": 1, "months": 30}, "outcomes": outcomes})
        assert gained(deal, "diploma") == [4, 4, 2]
        assert gained(deal, "enrolled") == [12, 12, 6]

    def test_an_unknown_chance_by_its_mean(self):
        chance = {"kind": "evidence", "trials": 20, "successes": 8}  # 17/42 of 42
        deal = counts_deal(PUPILS | {"people": 42, "outcomes": [{"name": "diploma", "chance": chance}]})
        assert gained(deal, "diploma") == [17, 0, 0]

    def test_enrolment_by_its_mean(self):
        deal = counts_deal(PUPILS, ties={"enrolment": {"kind": "uniform", "low": 0.5, "high": 1.1}})
        assert gained(deal, "enrolled") == [8, 0, 0]

    @pytest.mark.parametrize(("people", "factor", "come"), [(5, 0.5, 3), (7, 0.5, 4), (10, 0.25, 3), (5, 1.0, 5), (1,
        0.3, 0)])
    def test_halves_of_people_come_as_in_the_simulation(self, people, factor, come):
        deal = counts_deal(PUPILS | {"people": people}, ties={"enrolment": {"kind": "fixed", "value": factor}})
        simulated = find(Work(deal, Source(1), range(1), grid(deal))).metrics.enrolled[0]
        assert set(simulated) == {come}
        assert found(deal).enrolled[0].tolist() == [come]

    def test_cards_with_a_cap_per_person(self):
        # all ten have both: 120 each; with half of them the first five have both
        outcomes = [{"name": "diploma", "chance": 1.0}, {"name": "job", "chance": 1.0}]
        group = PUPILS | {"outcomes": outcomes, "within_person": 0.0}
        deal = counts_deal(group, contract={"payments": [CARD]})
        assert gained(deal, "card card") == [1200_00, 0, 0]
        assert set(card_series(deal, found(deal))) == {"card card"}
        halves = [outcome | {"chance": 0.5} for outcome in outcomes]
        deal = counts_deal(group | {"outcomes": halves}, contract={"payments": [CARD]})
        assert gained(deal, "card card") == [600_00, 0, 0]


    def test_a_chain_is_the_product_in_the_month_after(self):
        # 100 people: diplomas in month 6 or, of who failed, in month 16: 50 and 25; jobs 8 months later, 40% of each
        outcomes = [
            {"name": "diploma", "chance": 0.5, "after": 6, "repeats": {"most": 2, "every": 10}},
            {"name": "job", "chance": 0.4, "after": 8, "requires": "diploma"},
            {"name": "stays", "chance": 0.5, "after": 9, "requires": "job"},
        ]
        deal = counts_deal(PUPILS | {"people": 100, "within_person": 0, "outcomes": outcomes})
        assert gained(deal, "diploma") == [50, 50, 0]
        assert gained(deal, "job") == [0, 30, 0]  # months 14 and 24
        assert gained(deal, "stays") == [0, 10, 5]  # months 23 and 33


class TestCases:
    """Expected savings in whole cents and cases in whole cases."""

    def test_by_hand(self):
        # four cases in month 1, 120 each over 12 months, half succeed: 2 cases, 240, in month 13 (the second date)
        deal = plain_deal(household(cases=4, success=0.5))
        metrics = found(deal)
        assert metrics.savings.sum() == 240_00
        assert metrics.cases.sum() == 2
        assert metrics.enrolled[:, 0].tolist() == [4]
        assert metrics.series["enrolled"].gained[0, :, 0].tolist() == [4, 0, 0, 0, 0]


SURE_OUTCOMES = st.fixed_dictionaries({
    "chance": st.sampled_from([0.0, 1.0]), "after": st.integers(1, 40),
}, optional={"repeats": st.fixed_dictionaries({"most": st.integers(1, 3), "every": st.integers(1, 15)})})


@given(
    st.lists(SURE_OUTCOMES, min_size=1, max_size=2), st.integers(1, 6), st.integers(1, 10), st.integers(1, 25),
    st.sampled_from(["even", "front_loaded"]), st.booleans(),
)
def test_counts_without_variance_are_what_is_expected(outcomes, people, start, months, profile, is_chain):
    named = [terms | {"name": name} for terms, name in zip(outcomes, ("diploma", "job"), strict=False)]
    named[1:] = [terms | ({"requires": "diploma"} if is_chain else {}) for terms in named[1:]]
    group = {"name": "pupils", "people": people, "outcomes": named, "within_person": 0.5,
             "intake": {"from": start, "months": months, "profile": profile}}
    deal = counts_deal(group)
    agree(deal)


@given(
    st.lists(st.tuples(st.integers(-999, 999), st.sets(st.integers(1, 40), min_size=1, max_size=4), st.integers(1, 9)),
             min_size=1, max_size=3),
    st.booleans(), st.integers(0, 2),
)
def test_effects_without_variance_are_what_is_expected(cohorts, accumulates, decimals):
    names = ["a", "b", "c"]
    terms = REDUCTION | {"accumulates": accumulates, "decimals": decimals,
                         "by_cohort": {name: each[0] / 100 for name, each in zip(names, cohorts, strict=False)}}
    listed = [{"name": name, "measured": sorted(each[1]), "size": each[2]}
              for name, each in zip(names, cohorts, strict=False)]
    agree(effect_deal(terms, cohorts=listed, ties={"across_cohorts": 0.5}))


def agree(deal):
    """Expected and simulated metrics and costs are the same in every trial."""
    calendar = grid(deal)
    simulated, one = find(Work(deal, Source(1), range(1), calendar)), expected(deal, calendar)
    for name, series in simulated.metrics.series.items():
        assert (series.gained == one.series[name].gained).all(), name
        if series.weight is not None:
            assert (series.weight == one.series[name].weight).all()
            assert (series.fresh == one.series[name].fresh).all()
    assert (simulated.metrics.enrolled == one.enrolled).all()
    cost = spending(deal, calendar, n_points=2)
    assert cost.total.shape[1] == 2
    assert (simulated.spending.total == cost.total[:, :1]).all()
    assert (simulated.spending.unspent == cost.unspent[0]).all()


def test_the_cost_of_people_who_are_expected():
    lines = [{"activity": "work", "number": 10, "unit_price": 100, "when": {"stage": "plan"}}]
    deal = counts_deal(PUPILS | {"intake": {"from": 2, "months": 2}}, budget={"total": 1000, "lines": lines},
                       ties={"enrolment": {"kind": "fixed", "value": 0.8}})
    cost = spending(deal, grid(deal), n_points=3)
    assert np.flatnonzero(cost.total[:, 2]).tolist() == [2, 3]
    assert cost.total[[2, 3], 1].tolist() == [400_00, 400_00]
    assert cost.unspent.tolist() == [200_00] * 3
