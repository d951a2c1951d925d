"""Conditions on metrics: exactly below, on and above every boundary, and what is remembered."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.metrics import Metrics
from sib.contract.triggers import COMPARE, met
from sib.deal.conditions import COMPARISONS, METRICS, Trigger
from sib.programme.series import Series


def trigger(metric="validated_savings", **terms):
    return Trigger(name="proof", metric=metric, **terms)


def metrics(savings=(), cases=(), enrolled=()):
    """Metrics of one trial without cohorts: what is new on each date, and the cases enrolled."""
    n_dates = max(len(savings), len(cases))
    rows = (np.array(new or [0] * n_dates, dtype=float).reshape(1, n_dates, 1) for new in (savings, cases))
    return Metrics(*rows, np.array(enrolled or (0,), dtype=float).reshape(1, 1), ())


def counted(*new):
    """Of one trial: what is new on each date of a series that the programme counts."""
    nothing = np.zeros((1, len(new), 1))
    series = {"enrolled": Series(np.array(new, dtype=float).reshape(1, len(new), 1))}
    return Metrics(nothing, nothing, np.zeros((1, 1)), (), series=series)


def story(terms, found):
    """Whether the trigger is met on each date, in the one trial."""
    return met(terms, found)[:, 0].tolist()


LEVEL = {"validated_savings": 1_200_000, "validated_cases": 35, "validated_share": 0.7, "enrolled": 35}
BELOW_ON_ABOVE = {
    # 1,199,999.99, 1,200,000.00 and 1,200,000.01 euros; 34, 35 and 36 cases, and of 50
    "validated_savings": [metrics([cents]) for cents in (119_999_999, 120_000_000, 120_000_001)],
    "validated_cases": [metrics(cases=[k]) for k in (34, 35, 36)],
    "validated_share": [metrics(cases=[k], enrolled=[50]) for k in (34, 35, 36)],
    "enrolled": [counted(k) for k in (34, 35, 36)],
}
HOLDS = {
    "at_least": (False, True, True),
    "above": (False, False, True),
    "at_most": (True, True, False),
    "below": (True, False, False),
}


class TestBoundaries:
    """Each comparison a cent or a case below, on and above."""

    def test_every_kind_is_here(self):
        assert set(BELOW_ON_ABOVE) == set(METRICS)
        assert {*HOLDS, "between"} == set(COMPARISONS) == set(COMPARE)

    @pytest.mark.parametrize("metric", METRICS)
    @pytest.mark.parametrize("comparison", HOLDS)
    def test_one_level(self, metric, comparison):
        terms = trigger(metric, **{comparison: LEVEL[metric]})
        assert tuple(story(terms, found) == [True] for found in BELOW_ON_ABOVE[metric]) == HOLDS[comparison]

    @pytest.mark.parametrize(("k", "holds"), [(19, False), (20, True), (21, True), (29, True), (30, True), (31, False)])
    def test_between_holds_on_both_ends(self, k, holds):
        assert story(trigger("validated_cases", between=(20, 30)), metrics(cases=[k])) == [holds]
        assert story(trigger("validated_share", between=(0.4, 0.6)), metrics(cases=[k], enrolled=[50])) == [holds]
        assert story(trigger(between=(0.2, 0.3)), metrics([k])) == [holds]

    @given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 100), st.integers(0, 100))
    def test_shares_compare_as_fractions(self, k, n, one, other):
        low, high = sorted((one, other))
        found = metrics(cases=[k], enrolled=[n])
        exactly = {
            "at_least": Fraction(k, n) >= Fraction(low, 100), "above": Fraction(k, n) > Fraction(low, 100),
            "at_most": Fraction(k, n) <= Fraction(low, 100), "below": Fraction(k, n) < Fraction(low, 100),
            "between": Fraction(low, 100) <= Fraction(k, n) <= Fraction(high, 100),
        }
        for comparison, holds in exactly.items():
            level = (low / 100, high / 100) if comparison == "between" else low / 100
            assert story(trigger("validated_share", **{comparison: level}), found) == [holds]

    @pytest.mark.parametrize(("share", "k", "n"), [(0.07, 7, 100), (0.55, 55, 100), (0.28, 28, 100), (0.14, 14, 100)])
    def test_a_share_is_the_decimal_that_was_written(self, share, k, n):
        # in binary share * n is above k here (0.07 * 100 is 7.000000000000001): k of n would miss it
        assert share * n > k
        assert story(trigger("validated_share", at_least=share), metrics(cases=[k], enrolled=[n])) == [True]

    def test_a_third_is_above_a_long_decimal_that_is_less(self):
        third = metrics(cases=[125], enrolled=[375])
        assert story(trigger("validated_share", above=0.3333333333333333), third) == [True]
        assert story(trigger("validated_share", at_least=0.3333333333333334), third) == [False]

    def test_euros_are_whole_cents(self):
        # 0.29 * 100 is 28.999999999999996 in binary
        steps = metrics().steps
        assert steps("validated_savings", 0.29) == 29
        assert steps("validated_cases", 35) == 35
        assert steps("validated_share", 0.186) == Fraction(186, 1000)
        assert story(trigger(at_least=0.29), metrics([29])) == [True]
        assert story(trigger(above=0.29), metrics([29])) == [False]


class TestEmpty:
    """Nobody to measure."""

    @pytest.mark.parametrize("terms", [
        {"at_least": 0.0}, {"at_most": 1.0}, {"below": 1.0}, {"between": (0.0, 1.0)},
    ])
    def test_a_share_of_nobody_meets_nothing(self, terms):
        assert story(trigger("validated_share", **terms), metrics(cases=[0], enrolled=[0])) == [False]
        assert story(trigger("validated_share", **terms), metrics(cases=[0], enrolled=[1])) == [True]

    def test_no_savings_are_at_least_nothing(self):
        assert story(trigger(at_least=0), metrics([0])) == [True]
        assert story(trigger(above=0), metrics([0])) == [False]


class TestMemory:
    """What was met, what is met, and since when it counts."""

    up_and_down = metrics(cases=[30, 40, 10, 35])

    def test_latched_stays_met(self):
        terms = trigger("validated_cases", measure="per_period", at_least=35)
        assert story(terms, self.up_and_down) == [False, True, True, True]

    def test_curable_is_lost_and_cured(self):
        terms = trigger("validated_cases", measure="per_period", at_least=35, latched=False)
        assert story(terms, self.up_and_down) == [False, True, False, True]

    def test_cumulative_counts_from_closing(self):
        terms = trigger("validated_cases", at_least=80)
        assert story(terms, self.up_and_down) == [False, False, True, True]  # 30, 70, 80, 115

    def test_a_ceiling_on_a_cumulative_metric_is_lost(self):
        # 30, 70, 80, 115: latched it was met on the first date; curable it is not on the last
        curable = trigger("validated_cases", at_most=70, latched=False)
        assert story(trigger("validated_cases", at_most=70), self.up_and_down) == [True] * 4
        assert story(curable, self.up_and_down) == [True, True, False, False]

    def test_set_off_savings_may_take_a_metric_down_again(self):
        found = metrics([100, 150, -60])
        assert story(trigger(at_least=2.0, latched=False), found) == [False, True, False]
        assert story(trigger(at_least=2.0), found) == [False, True, True]

    def test_met_by_the_last_date(self):
        curable = trigger("validated_cases", measure="per_period", at_least=40, latched=False)
        latched = trigger("validated_cases", measure="per_period", at_least=40)
        assert not story(curable, self.up_and_down)[-1]
        assert story(latched, self.up_and_down)[-1]

    def test_what_came_too_late(self):
        terms, found = trigger("validated_cases", at_least=116), self.up_and_down
        assert not story(terms, found)[-1]
        late = found.with_late(np.array([[0.0]]), np.array([[1.0]]))
        assert story(terms, late) == [False, False, False, True]
        assert story(terms, found) == [False] * 4  # the metrics themselves stay as they were
        of_a_period = trigger("validated_cases", measure="per_period", at_least=36, latched=False)
        assert story(of_a_period, found) == [False, True, False, False]
        assert story(of_a_period, late) == [False, True, False, True]  # 30, 40, 10 and now 36


class TestCohorts:
    """Two cohorts and the rest: 10 of 20, 9 of 10 and 0 of 70 validated."""

    found = Metrics(
        savings=np.array([[[500.0]], [[900.0]], [[0.0]]]), cases=np.array([[[10.0]], [[9.0]], [[0.0]]]),
        enrolled=np.array([[20.0], [10.0], [70.0]]), cohorts=("first", "second"),
    )

    @pytest.mark.parametrize(("metric", "cohort", "value"), [
        ("validated_cases", "first", 10), ("validated_cases", "second", 9), ("validated_cases", None, 19),
        ("validated_share", "first", 0.5), ("validated_share", "second", 0.9), ("validated_share", None, 0.19),
        ("validated_savings", "first", 5.0), ("validated_savings", "second", 9.0), ("validated_savings", None, 14.0),
    ])
    def test_a_cohort_has_its_own_metric(self, metric, cohort, value):
        assert story(trigger(metric, at_least=value, cohort=cohort), self.found) == [True]
        assert story(trigger(metric, above=value, cohort=cohort), self.found) == [False]

    def test_peterborough(self):
        """10% fewer reconvictions in a cohort, or 7.5% over all of them: 8.4% misses the first, 9% meets the second."""
        cohort = Metrics(np.zeros((2, 1, 1)), np.array([[[84.0]], [[96.0]]]), np.array([[1000.0], [1000.0]]), ("one",))
        assert story(trigger("validated_share", at_least=0.1, cohort="one"), cohort) == [False]
        assert story(trigger("validated_share", at_least=0.075), cohort) == [True]


@given(st.lists(st.integers(-50, 100), min_size=1, max_size=8), st.integers(0, 200))
def test_opposites_and_latches(new, level):
    """On each date exactly one of two opposites holds, and a latch is the running 'ever'."""
    found, euros = metrics(new), level / 100
    at_least, above, at_most, below = (
        story(trigger(latched=False, **{comparison: euros}), found) for comparison in COMPARISONS[:4]
    )
    assert [not holds for holds in below] == at_least
    assert [not holds for holds in at_most] == above
    assert story(trigger(at_least=euros), found) == [any(at_least[: place + 1]) for place in range(len(new))]
