"""Triggers: what they may say; pools, windows, and conditions on other triggers."""

from __future__ import annotations

import numpy as np
import pytest
from group_deal import adding, refused, standing
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.metrics import Metrics
from sib.contract.triggers import bound, first_met, met, triggers_met
from sib.deal.conditions import Cohort, Trigger, Window
from sib.deal.contract import Contract
from sib.programme.series import Series

MONTHS = (12, 24, 36, 48)
PROOF = {"name": "proof", "metric": "m", "at_least": 5}


@pytest.mark.parametrize(("kind", "terms", "words"), [
    (Trigger, {"name": "proof", "metric": "m"},
     "takes exactly one of at_least, above, at_most, below, between, all, any, not"),
    (Trigger, PROOF | {"above": 6}, "found at_least and above"),
    (Trigger, PROOF | {"all": ["other"]}, "found at_least and all"),
    (Trigger, {"name": "proof", "at_least": 5}, "needs a metric exactly where it compares one with a threshold"),
    (Trigger, {"name": "proof", "metric": "m", "not": "other"}, "needs a metric exactly where"),
    (Trigger, {"name": "proof", "not": "other", "cohort": "c"}, "belong to a trigger on a metric"),
    (Trigger, {"name": "proof", "any": []}, "at least 1"),
    (Trigger, PROOF | {"pool": 3}, "has a pool to fall back on but no cohort; write the threshold itself"),
    (Trigger, PROOF | {"pool": (3, 4), "cohort": "c"}, "one number, or two for between"),
    (Trigger, {"name": "proof", "metric": "m", "between": (1, 2), "pool": 3, "cohort": "c"}, "two for between"),
    (Trigger, {"name": "proof", "metric": "m", "between": (2, 1)}, "a between that starts above its end"),
    (Trigger, {"name": "proof", "metric": "m", "between": (1, 2), "pool": (4, 3), "cohort": "c"},
     "starts above its end"),
    (Trigger, PROOF | {"at_least": 2e12}, "no deal is that large"),
    (Trigger, PROOF | {"metric": "validated_share", "at_least": 70}, "70% is 0.70"),
    (Trigger, PROOF | {"metric": "validated_share", "at_least": 0.5, "pool": 40, "cohort": "c"},
     "shares are fractions"),
    (Window, {"from": 13, "to": 12}, "runs from month 13 to month 12"),
    (Cohort, {"name": "c", "from": 3, "to": 2}, "runs from month 3 to month 2"),
    (Cohort, {"name": "c", "from": 0, "to": 2}, "a number of months from 1"),
])
def test_what_is_refused(kind, terms, words):
    assert words in refused(kind, **terms)


def test_thresholds_and_parts():
    assert Trigger(**PROOF).thresholds == (5,)
    assert Trigger(**PROOF, cohort="c", pool=3).thresholds == (5, 3)
    assert Trigger(name="t", metric="m", between=(1, 2), cohort="c", pool=(3, 4)).thresholds == (1, 2, 3, 4)
    joined = Trigger.model_validate({"name": "t", "all": ["a", "b"]})
    assert (joined.parts, joined.thresholds) == (("a", "b"), ())
    assert Trigger.model_validate({"name": "t", "not": "a"}).parts == ("a",)
    assert Trigger(**PROOF).parts == ()


def test_a_cohort_of_one_segment():
    cohort = Cohort.model_validate({"name": "c", "from": 2, "to": 3, "segment": "a"})
    assert [cohort.holds(segment, start) for segment, start in (("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 2))] \
        == [False, True, True, False, False]


def story(found, **terms):
    return met(Trigger.model_validate({"name": "t", "metric": "m"} | terms), found, months=MONTHS)[:, 0].tolist()


class TestWindows:
    """Outside its months a trigger cannot be met; a latched one that was met stays so."""

    always = adding(9, 0, 0, 0)

    @pytest.mark.parametrize(("window", "latched", "curable"), [
        ({"from": 24}, "0111", "0111"), ({"to": 24}, "1111", "1100"), ({"from": 24, "to": 24}, "0111", "0100"),
        ({"from": 13, "to": 23}, "0000", "0000"), ({"from": 12, "to": 48}, "1111", "1111"), ({"from": 25}, "0011",
         "0011"),
    ])
    def test_by_hand(self, window, latched, curable):
        assert story(self.always, at_least=9, window=window) == [mark == "1" for mark in latched]
        assert story(self.always, at_least=9, window=window, latched=False) == [mark == "1" for mark in curable]

    def test_what_was_met_before_the_window_only_is_not_met(self):
        assert story(standing(9, 1, 1, 1), at_least=5, window={"from": 24}) == [False] * 4


def triggers(found, *terms):
    contract = Contract.model_construct(triggers=tuple(Trigger.model_validate(each) for each in terms))
    return {name: result[:, 0].tolist() for name, result in triggers_met(contract, found, months=MONTHS).items()}


A = {"name": "a", "metric": "m", "at_least": 5, "latched": False}
B = {"name": "b", "metric": "m", "at_most": 7, "latched": False}


class TestConditionsOnTriggers:
    """All of, any of, not; latched or curable in their own right. Values 4, 6, 8, 5."""

    found = standing(4, 6, 8, 5)  # a: 0 1 1 1; b: 1 1 0 1

    @pytest.mark.parametrize(("terms", "curable", "latched"), [
        ({"all": ["a", "b"]}, "0101", "0111"), ({"any": ["a", "b"]}, "1111", "1111"), ({"not": "a"}, "1000", "1111"),
        ({"not": "b"}, "0010", "0011"), ({"all": ["a"]}, "0111", "0111"),
        ({"all": ["a", "b"], "window": {"from": 36}}, "0001", "0001"),
    ])
    def test_by_hand(self, terms, curable, latched):
        for is_latched, marks in ((False, curable), (True, latched)):
            found = triggers(self.found, A, B, {"name": "t", "latched": is_latched} | terms)
            assert found["t"] == [mark == "1" for mark in marks]

    def test_of_conditions_of_conditions(self):
        found = triggers(
            self.found, A, B, {"name": "both", "all": ["a", "b"], "latched": False},
            {"name": "neither", "not": "both", "latched": False},
        )
        assert found["neither"] == [True, False, True, False]

    @given(st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=4, max_size=4))
    def test_laws_of_logic(self, values):
        found = triggers(
            standing(*values), A, B, *({"name": name, "latched": False} | terms for name, terms in {
                "all": {"all": ["a", "b"]}, "any": {"any": ["a", "b"]}, "not a": {"not": "a"}, "not b": {"not": "b"},
                "not all": {"not": "all"}, "any not": {"any": ["not a", "not b"]},
            }.items()),
        )
        assert found["not all"] == found["any not"]
        assert [x + y for x, y in zip(found["all"], found["any"], strict=True)] \
            == [x + y for x, y in zip(found["a"], found["b"], strict=True)]


def cohorts(first, second, sizes=(1000.0, 1000.0)):
    """Two cohorts measured on the first and the second of three dates, percent with one decimal."""
    gained, weight = np.zeros((3, 3, 1)), np.zeros((3, 3, 1))
    gained[0], weight[0] = sizes[0] * first * 10, sizes[0]
    gained[1, 1:], weight[1, 1:] = sizes[1] * second * 10, sizes[1]
    fresh = np.array([[True, False, False], [False, True, False], [False] * 3])
    series = {"m": Series(np.rint(gained), weight, fresh, 10)}
    return Metrics(*(np.zeros((3, 3, 1)),) * 2, np.zeros((3, 1)), ("one", "two"), series=series)


class TestPools:
    """A cohort's own threshold, or all together on the pool's, each met exactly."""

    @pytest.mark.parametrize(("first", "second", "marks"), [
        (9.9, 5.0, "000"),  # 7.45 together
        (9.9, 5.1, "011"),  # 7.5 together, once both are measured
        (10.0, 0.0, "111"), (5.0, 10.0, "011"), (4.9, 10.0, "000"),
    ])
    def test_below_on_and_above(self, first, second, marks):
        assert story(cohorts(first, second), cohort="one", at_least=10, pool=7.5) == [mark == "1" for mark in marks]

    def test_above_is_above_for_both(self):
        assert story(cohorts(10, 5.0), cohort="one", above=10, pool=7.5) == [False] * 3
        assert story(cohorts(10, 5.1), cohort="one", above=10, pool=7.5) == [False, True, True]

    def test_weighted_by_size(self):
        # (3 x 9.9 + 1 x 0.3) / 4 = 7.5
        assert story(cohorts(9.9, 0.3, (3.0, 1.0)), cohort="one", at_least=10, pool=7.5) == [False, True, True]
        assert story(cohorts(9.9, 0.2, (3.0, 1.0)), cohort="one", at_least=10, pool=7.5) == [False] * 3

    def test_between(self):
        assert story(cohorts(3, 9), cohort="one", between=(4, 5), pool=(6, 7)) == [False, True, True]
        assert story(cohorts(3, 11.2), cohort="one", between=(4, 5), pool=(6, 7)) == [False] * 3


class TestBounds:
    """A level between whole numbers, exactly, below zero too."""

    @given(st.integers(1, 500), st.fractions(-30, 30, max_denominator=1000))
    def test_smallest_and_largest(self, base, level):
        (low,), (high,) = bound(np.array([float(base)]), level, is_whole=True)
        assert low - 1 < base * level <= low
        assert high <= base * level < high + 1

    @pytest.mark.parametrize(("value", "marks"), [(-0.6, "0011"), (-0.5, "1010"), (-0.4, "1100")])
    def test_levels_below_zero(self, value, marks):
        found = standing(value)
        comparisons = [{"at_least": -0.5}, {"above": -0.5}, {"at_most": -0.5}, {"below": -0.5}]
        assert [story(found, **each)[0] for each in comparisons] == [mark == "1" for mark in marks]


class TestStanding:
    """A value that is measured, and where there is none."""

    @pytest.mark.parametrize("comparison", [{"at_least": -9}, {"below": 99}, {"between": (-9, 99)}, {"at_most": 99}])
    def test_without_a_value_nothing_is_met(self, comparison):
        assert story(standing(None, 5, None), **comparison, latched=False) == [False, True, True]
        assert story(standing(None, 5, None), **comparison, latched=False, measure="per_period") == [False, True, False]

    def test_first_date(self):
        found = np.array([[False, True, False], [True, True, False]])
        assert first_met(found, months=(12, 24)).tolist() == [24, 12, -1]
