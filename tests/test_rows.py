"""The rows of tables: where they begin, and the order in which they stand."""

from __future__ import annotations

import pytest
from group_deal import refused
from pydantic_core import PydanticCustomError

from sib.deal.rows import Floor, Point, Price, RateStep, ShareStep, Step, Tier, bound_of, rows_rise


@pytest.mark.parametrize(("kind", "what"), [(Step, {"pays": 1}), (RateStep, {"rate": 0.1}), (ShareStep,
    {"share": 0.1})])
class TestBounds:
    """A row begins at its value, above it, or is the lowest."""

    def test_where_it_begins(self, kind, what):
        assert bound_of(kind(at_least=3, **what)) == (3, False)
        assert bound_of(kind(above=3, **what)) == (3, True)
        assert bound_of(kind(at_least=0, **what)) == (0, False)
        assert bound_of(kind(**what)) is None

    @pytest.mark.parametrize("bounds", [
        [{}], [{}, {"at_least": 1}], [{"at_least": 1}, {"above": 1}], [{"at_least": -5}, {"at_least": 0}, {"above": 0}],
    ])
    def test_rising(self, kind, what, bounds):
        rows = [kind(**bound, **what) for bound in bounds]
        assert rows_rise(rows) == rows

    @pytest.mark.parametrize(("bounds", "words"), [
        ([{"at_least": 1, "above": 1}], "both at_least and above"),
        ([{"at_least": 1}, {}], "may go without"),
        ([{}, {}], "may go without"),
        ([{"above": 1}, {"at_least": 1}], "rising order"),
        ([{"at_least": 1}, {"at_least": 1}], "each value once"),
        ([{"at_least": 2}, {"above": 1}], "rising order"),
    ])
    def test_not_rising(self, kind, what, bounds, words):
        with pytest.raises(PydanticCustomError, match=words):
            rows_rise([kind(**bound, **what) for bound in bounds])


def test_a_step_knows_its_bound():
    assert Step(above=2, pays=-1).bound == (2, True)
    assert Step(pays=-1).bound is None


@pytest.mark.parametrize(("kind", "terms", "words"), [
    (Step, {"pays": 0.001}, "parts of a cent"),
    (Point, {"at": 1}, "required"),
    (RateStep, {"rate": 4}, "4% is written 0.04"),
    (ShareStep, {"share": 101}, "shares lie between 0 and 1"),
    (Tier, {"after": -1, "price": 1}, "greater than or equal to 0"),
    (Tier, {"after": 0, "price": -1}, "is negative"),
    (Floor, {"rate": 0.01, "until": 601}, "months after closing from 0 to 600"),
    (Price, {"outcome": "job"}, "needs either a price or tiers"),
    (Price, {"outcome": "job", "tiers": []}, "the first with after = 0"),
    (Price, {"outcome": "job", "tiers": [{"after": 1, "price": 1}]}, "the first with after = 0"),
    (Price, {"outcome": "job", "tiers": [{"after": 0, "price": 1}, {"after": 5, "price": 1}, {"after": 3, "price": 1}]},
     "rising order of after"),
    (Price, {"outcome": "job", "tiers": [{"after": 0, "price": 1}] * 2}, "rising order of after"),
    (Price, {"outcome": "job", "tiers": [{"after": 0, "price": 1}], "by_cohort": {"a": 1}},
     "use a line for each cohort"),
    (Price, {"outcome": "job", "price": 1, "most": 0}, "a whole number from 1"),
    (Price, {"outcome": "job", "price": 1, "by_cohort": {"a": -1}}, "is negative"),
])
def test_what_is_refused(kind, terms, words):
    assert words in refused(kind, **terms)
