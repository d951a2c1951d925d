"""Any metric as a numerator and a base: what adds up, what stands, all together, and since the date before."""

from __future__ import annotations

import numpy as np
import pytest
from group_deal import adding, on_dates, standing
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.metrics import Metrics
from sib.programme.series import Series

NO, YES = False, True


def value(found, metric="m", *, cohort=None, measure="cumulative", trial=0):
    """The metric by date in its unit, None where there is none."""
    number, base = found.reading(metric, cohort=cohort, measure=measure)
    number, base = np.broadcast_arrays(number, base)
    scale = found.scale(metric)
    return [float(n) / float(b) / scale if b > 0 else None for n, b in zip(number[:, trial], base[:, trial],
        strict=True)]


def of_cases():
    """Two cohorts and the rest on three dates; 20, 10 and 5 enrolled."""
    cases = np.array([[[1.0], [4.0], [0.0]], [[2.0], [0.0], [1.0]], [[0.0], [1.0], [0.0]]])
    return Metrics(cases * 100, cases, np.array([[20.0], [10.0], [5.0]]), ("first", "second"))


class TestCases:
    """What was validated: savings in cents, cases, and cases of those enrolled."""

    @pytest.mark.parametrize(("metric", "cohort", "measure", "found"), [
        ("validated_savings", None, "cumulative", [3, 8, 9]),
        ("validated_savings", None, "per_period", [3, 5, 1]),
        ("validated_savings", "first", "cumulative", [1, 5, 5]),
        ("validated_cases", "second", "cumulative", [2, 2, 3]),
        ("validated_cases", "second", "per_period", [2, 0, 1]),
        ("validated_share", "first", "cumulative", [1 / 20, 5 / 20, 5 / 20]),
        ("validated_share", None, "cumulative", [3 / 35, 8 / 35, 9 / 35]),
        ("validated_share", "second", "per_period", [0.2, 0, 0.1]),
    ])
    def test_by_hand(self, metric, cohort, measure, found):
        assert value(of_cases(), metric, cohort=cohort, measure=measure) == pytest.approx(found, abs=1e-15)

    def test_savings_are_read_in_cents_and_shares_keep_their_base(self):
        number, base = of_cases().reading("validated_share", cohort="first", measure="cumulative")
        assert number[:, 0].tolist() == [1, 5, 5]
        assert base.tolist() == [20]
        assert [of_cases().scale(name) for name in ("validated_savings", "validated_cases", "validated_share")] \
            == [100, 1, 1]
        assert of_cases().steps("validated_savings", 12.34) == 1234

    def test_an_empty_cohort_has_no_share_but_has_cases(self):
        nobody = Metrics(np.zeros((1, 1, 1)), np.zeros((1, 1, 1)), np.zeros((1, 1)), ())
        assert value(nobody, "validated_share") == [None]
        assert value(nobody, "validated_cases") == [0]

    def test_what_came_late_joins_the_last_date_and_nothing_else(self):
        late = of_cases().with_late(np.array([[500.0], [0.0], [0.0]]), np.array([[5.0], [0.0], [0.0]]))
        assert value(late, "validated_savings", measure="per_period") == [3, 5, 6]
        assert value(late, "validated_cases", cohort="first") == [1, 5, 10]
        assert value(late, "validated_cases", cohort="second") == [2, 2, 3]


class TestWhatAddsUp:
    """Numbers and euros: from closing, or since the payment date before."""

    def test_cumulative_and_by_period(self):
        assert value(adding(3, 0, 2)) == [3, 3, 5]
        assert value(adding(3, 0, 2), measure="per_period") == [3, 0, 2]

    def test_euros_are_read_in_cents(self):
        found = adding(1.25, -0.50, scale=100)
        assert found.reading("m", cohort=None, measure="cumulative")[0][:, 0].tolist() == [125, 75]
        assert value(found) == [1.25, 0.75]

    def test_cohorts_and_the_rest(self):
        series = Series(np.array([[[1.0]], [[2.0]], [[4.0]]]))
        found = Metrics(*(np.zeros((3, 1, 1)),) * 2, np.zeros((3, 1)), ("a", "b"), series={"m": series})
        assert [value(found, cohort=cohort) for cohort in ("a", "b", None)] == [[1], [2], [7]]


def two_cohorts(weights=(1000.0, 3000.0)):
    """Measured on the second date at 8.4 and on the third at 9.6, percent with one decimal; again on the fourth, 5."""
    gained, weight = np.zeros((3, 4, 1)), np.zeros((3, 4, 1))
    gained[0, 1:] = weights[0] * 84
    gained[1, 2:] = weights[1] * 96
    gained[0, 3:] = weights[0] * 50
    weight[0, 1:], weight[1, 2:] = weights
    fresh = np.array([[NO, YES, NO, YES], [NO, NO, YES, NO], [NO] * 4])
    return Metrics(
        *(np.zeros((3, 4, 1)),) * 2, np.zeros((3, 1)), ("a", "b"), series={"m": Series(gained, weight, fresh, 10)},
    )


class TestWhatStands:
    """A measured value stands until the next; the mean of all cohorts by their sizes."""

    def test_from_the_first_measurement_to_the_next(self):
        assert value(standing(None, 5, None, 7, None)) == [None, 5, 5, 7, 7]
        assert value(standing(None, 5, None, 7, None), cohort="c") == [None, 5, 5, 7, 7]

    def test_per_period_it_has_a_value_only_on_its_date(self):
        assert value(standing(None, 5, None, 7, None), measure="per_period") == [None, 5, None, 7, None]

    def test_a_value_of_zero_is_a_value(self):
        assert value(standing(0, None, "-0.5")) == [0, 0, -0.5]

    def test_all_together_once_each_cohort_has_one(self):
        # (1 x 8.4 + 3 x 9.6) / 4 = 9.3; (1 x 5 + 3 x 9.6) / 4 = 8.45
        assert value(two_cohorts()) == pytest.approx([None, None, 9.3, 8.45], abs=1e-12)
        assert value(two_cohorts((1.0, 1.0))) == pytest.approx([None, None, 9.0, 7.3], abs=1e-12)

    def test_each_cohort_by_itself(self):
        assert value(two_cohorts(), cohort="a") == pytest.approx([None, 8.4, 8.4, 5.0], abs=1e-12)
        assert value(two_cohorts(), cohort="b") == pytest.approx([None, None, 9.6, 9.6], abs=1e-12)

    def test_together_per_period_where_any_is_measured(self):
        assert value(two_cohorts(), measure="per_period") == pytest.approx([None, None, 9.3, 8.45], abs=1e-12)
        assert value(two_cohorts(), cohort="a", measure="per_period") == pytest.approx([None, 8.4, None, 5.0])
        assert value(two_cohorts(), cohort="b", measure="per_period") == pytest.approx([None, None, 9.6, None])

    @given(st.lists(st.tuples(st.integers(-500, 500), st.integers(1, 50)), min_size=1, max_size=5))
    def test_the_mean_lies_between_the_cohorts(self, cohorts):
        gained = np.array([[[float(step * size)]] for step, size in cohorts] + [[[0.0]]])
        weight = np.array([[[float(size)]] for _, size in cohorts] + [[[0.0]]])
        fresh = np.array([[YES]] * len(cohorts) + [[NO]])
        found = on_dates(1, m=Series(gained, weight, fresh, 10))
        steps = [step / 10 for step, _ in cohorts]
        (mean,) = value(found)
        assert min(steps) - 1e-9 <= mean <= max(steps) + 1e-9
