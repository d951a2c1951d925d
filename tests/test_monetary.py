"""Monetary-unit sampling: worked examples, whole enumerations, limits that cover, and what tends to go wrong."""

from __future__ import annotations

import doctest
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from sib.accountant import monetary
from sib.accountant.monetary import (
    EXPANSIONS,
    Evaluation,
    appraise,
    evaluate,
    planned_interval,
    select,
    stringer,
)
from sib.accountant.sampling import factor, printed_factor

NAN = math.nan
TWO = factor(0.95, [0, 1])
J = Fraction(34_000_00, 3)
"""Interval of the worked example: 11,333.33 with the thirds of a cent it was rounded from."""


def test_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(monetary).failed == 0


# The worked example: 1,000,000 of book value, 50,000 tolerable, 10,000 expected, expansion 1.6, factors 3.00 4.75 6.30


def test_interval_of_the_worked_example() -> None:
    found = planned_interval(50_000_00, factor0=3.00, expected=10_000_00, expansion=1.6)
    assert found == J
    assert round(float(1_000_000_00 / found), 2) == 88.24
    # exact factor: 34,000 / 2.995732 = 11,349.48
    exact = planned_interval(50_000_00, factor0=float(factor(0.95, 0)), expected=10_000_00, expansion=1.6)
    assert round(float(exact) / 100, 2) == 11_349.48


ERRORS = [Fraction(5, 100), Fraction("6.5") / 65]
"""Book 100, audited 95; book 65, audited 58.50. The third, 11,700 against 11,488, is above the interval."""


def worked(factors: np.ndarray) -> Evaluation:
    return appraise(ERRORS, interval=J, top_error=212_00, sampled_book=900_000_00, factors=factors)


def test_worked_example_with_printed_factors() -> None:
    found = worked(printed_factor(0.95, np.arange(3)))
    # 212 + 11,333.33 x 0.15; 11,333.33 x 3.00; 11,333.33 x (0.10 x 0.75 + 0.05 x 0.55)
    assert found == Evaluation(212_00, 1_912_00, 34_000_00, 1_161_67, 37_073_67, False, tuple(ERRORS))


def test_worked_example_with_exact_factors() -> None:
    # 212 + 1,700 + 33,951.63 + 1,160.64 = 37,024.28 to the cent of the sum; here each part is a whole cent
    found = worked(factor(0.95, np.arange(3)))
    assert abs(found.limit - 37_024_28) <= 1
    assert (found.basic_precision, found.increments) == (33_951_63, 1_160_64)


def test_a_claim_above_the_interval_counts_for_its_own_error() -> None:
    found = evaluate(select([10_000_00], 5_000_00, start=1), [8_000_00], confidence=0.95)
    assert found == Evaluation(2_000_00, 2_000_00, 0, 0, 2_000_00, False, ())


def test_a_claim_below_the_interval_stands_for_the_interval() -> None:
    found = appraise([Fraction(1, 5)], interval=10_000_00, top_error=0, sampled_book=90_000_00, factors=TWO)
    assert found.projection == 2_000_00


def test_systematic_selection_of_the_worked_example() -> None:
    # A..J; five claims of 45 in all, so that one unit in nine is hit, from the second on: units 2 11 20 29 38
    drawn = select([7, 3, 4, 9, 0, 1, 8, 2, 6, 5], 9, start=2)
    assert "".join(np.array(list("ABCDEFGHIJ"))[drawn.opened]) == "ACDGI"
    assert drawn.apart.tolist() == [False] * 4 + [True] + [False] * 5
    assert drawn.top.tolist() == [False] * 3 + [True] + [False] * 6


# n = 100 units at 95%: published to five digits
@pytest.mark.parametrize(
    ("taints", "bound"),
    [([], 0.02951), ([1], 0.04656), ([0.5], 0.03804), ([1, 0.4, 0.15], 0.05470), ([0.15, 1, 0.4], 0.05470)],
)
def test_stringer_bound(taints: list[float], bound: float) -> None:
    assert stringer(taints, n=100, confidence=0.95) == pytest.approx(bound, abs=5.1e-6)


def test_stringer_of_whole_errors_is_the_limit_of_their_rate() -> None:
    # n = 1 of 1: 1 - 0.05 ** 1 without an error, everything with one
    assert stringer([], n=1, confidence=0.95) == pytest.approx(0.95)
    assert stringer([1], n=1, confidence=0.95) == 1
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        stringer([1.2], n=100, confidence=0.95)


def test_the_evaluation_is_the_stringer_bound_of_the_poisson_model() -> None:
    # interval 1/50 of the whole: the limit is the bound, as a share, times the book value
    taints = [Fraction(1, 4), Fraction(1), Fraction(1, 10)]
    factors = factor(0.95, np.arange(4))
    found = appraise(taints, interval=20_000_00, top_error=0, sampled_book=1_000_000_00, factors=factors)
    bound = stringer([float(taint) for taint in taints], n=50, confidence=0.95, model="poisson")
    assert found.limit == pytest.approx(bound * 1_000_000_00, abs=2)


# All starts


BOOKS = st.lists(st.integers(-20, 60), min_size=1, max_size=12)


@given(BOOKS, st.integers(1, 40))
def test_the_projection_is_right_on_average_over_all_starts(book: list[int], interval: int) -> None:
    audited = [value + (index * 7 + value) % 5 - 2 for index, value in enumerate(book)]
    total = Fraction(0)
    for start in range(1, interval + 1):
        drawn = select(book, interval, start=start)
        wrong = [b - a for b, a in zip(book, audited, strict=True)]
        total += sum(wrong[i] for i in np.flatnonzero(drawn.top))
        total += sum(Fraction(wrong[i], book[i]) * interval for i in np.flatnonzero(drawn.hit))
    assert total / interval == sum(b - a for b, a in zip(book, audited, strict=True) if b > 0)


def test_the_evaluation_is_right_on_average_over_all_starts() -> None:
    # taints are fourths and fifths and the interval 20, so that every projection is whole cents: no tolerance
    book, audited = [4, 5, 20, 5, 4, 4, 5, 30], [3, 5, 13, 1, 4, 6, 5, 31]
    found = [evaluate(select(book, 20, start=start), audited, confidence=0.95).projection for start in range(1, 21)]
    assert sum(found) == 20 * (sum(book) - sum(audited))


@given(BOOKS, st.integers(1, 40))
def test_each_cent_is_hit_by_one_start(book: list[int], interval: int) -> None:
    times = sum(select(book, interval, start=start).hit.astype(int) for start in range(1, interval + 1))
    drawn = select(book, interval, start=1)
    small = ~drawn.top & ~drawn.apart
    np.testing.assert_array_equal(times, np.where(small, drawn.book, 0))
    assert not np.any(drawn.top & drawn.hit)
    assert not np.any(drawn.apart & drawn.opened)


@given(BOOKS, st.integers(1, 40), st.data())
def test_selection_walks_the_units_one_by_one(book: list[int], interval: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(1, interval))
    units = [index for index, value in enumerate(book) if 0 < value < interval for _ in range(value)]
    slow = sorted({units[place] for place in range(start - 1, len(units), interval)})
    assert np.flatnonzero(select(book, interval, start=start).hit).tolist() == slow


# Limits that hold


def coverage(share_wrong: float, taint: Fraction, *, mutant: bool = False) -> tuple[float, int]:
    """Share of trials in which the limit is not below the true error, and the trials; 4,000 claims of 1.00."""
    n_claims, interval, confidence, n_trials = 4_000, 80, 0.9, 3_000
    draws = np.random.Generator(np.random.PCG64(20))
    n_wrong = round(n_claims * share_wrong)
    factors = factor(confidence, np.arange(n_claims // interval + 1))
    if mutant:
        factors = np.concatenate(([0.0], factors[:-1]))
    true = n_wrong * 100 * taint
    covers = 0
    for _ in range(n_trials):
        found = int((draws.permutation(n_claims)[: n_claims // interval] < n_wrong).sum())
        limit = appraise([taint] * found, interval=100 * interval, top_error=0, sampled_book=n_claims * 100,
                         factors=factors).limit
        covers += limit >= true
    return covers / n_trials, n_trials


@pytest.mark.parametrize(
    ("share_wrong", "taint"),
    [(0.05, Fraction(1)), (0.1, Fraction(1, 2)), (0.03, Fraction(1, 5)), (0.3, Fraction(1, 10))],
)
def test_the_limit_covers_at_least_as_often_as_promised(share_wrong: float, taint: Fraction) -> None:
    found, n_trials = coverage(share_wrong, taint)
    assert found >= 0.9 - 4 * math.sqrt(0.9 * 0.1 / n_trials)


def test_a_limit_of_one_error_less_would_be_caught() -> None:
    found, n_trials = coverage(0.05, Fraction(1), mutant=True)
    assert found < 0.9 - 4 * math.sqrt(0.9 * 0.1 / n_trials)


@pytest.mark.parametrize("rate", [0.01, 0.02, 0.05, 0.2])
def test_stringer_covers_where_errors_are_of_one_size(rate: float) -> None:
    # all taints are 0.5: the chance that the bound is below rate / 2 is a sum over the binomial law
    n, confidence = 60, 0.95
    bounds = np.array([stringer([0.5] * k, n=n, confidence=confidence) for k in range(n + 1)])
    law = binom.pmf(np.arange(n + 1), n, rate)
    assert law[bounds >= rate / 2].sum() >= confidence
    assert law[bounds - bounds[0] >= rate / 2].sum() < confidence  # the mutant: no basic precision


# What tends to go wrong


def test_if_all_claims_are_above_the_interval_nothing_is_estimated() -> None:
    found = evaluate(select([500, 700], 400, start=3), [450, 700], confidence=0.99)
    assert (found.projection, found.limit, found.basic_precision, found.increments) == (50, 50, 0, 0)


def test_no_more_can_be_wrong_than_was_claimed() -> None:
    drawn = select([900, 60, 40], 500, start=450)
    found = evaluate(drawn, [800, NAN, NAN], confidence=0.95)
    assert not drawn.hit.any()
    assert (found.basic_precision, found.limit, found.is_capped) == (1_498, 100 + 100, True)
    free = evaluate(select([900, *[60] * 100], 500, start=450), [800, *[60] * 100], confidence=0.95)
    assert (free.limit, free.is_capped) == (100 + 1_498, False)


def test_zero_and_negative_claims_are_never_hit_and_shift_nobody() -> None:
    plain = select([5, 5, 5], 7, start=3)
    mixed = select([5, 0, 5, -40, 5, -1], 7, start=3)
    assert mixed.hit[[0, 2, 4]].tolist() == plain.hit.tolist()
    assert mixed.apart.tolist() == [False, True, False, True, False, True]
    assert (mixed.sampled_book, mixed.positive_book) == (15, 15)
    assert evaluate(mixed, [5, NAN, 5, NAN, 5, NAN], confidence=0.95).projection == 0


def test_a_taint_above_one_counts_in_full_and_lifts_the_cap() -> None:
    found = appraise([Fraction(3, 2)], interval=100, top_error=0, sampled_book=200, factors=TWO)
    assert found.has_taint_above_one
    assert (found.projection, found.limit, found.is_capped) == (150, 300, True)
    whole = appraise([Fraction(1)], interval=100, top_error=0, sampled_book=200, factors=TWO)
    assert not whole.has_taint_above_one


def test_understatements_lower_the_projection_and_not_the_limit() -> None:
    terms = {"interval": 1_000, "top_error": 0, "sampled_book": 100_000, "factors": factor(0.95, np.arange(3))}
    over = appraise([Fraction(1, 2)], **terms)  # type: ignore[arg-type]
    both = appraise([Fraction(1, 2), Fraction(-1, 4)], **terms)  # type: ignore[arg-type]
    assert (over.projection, both.projection) == (500, 250)
    assert over.limit == both.limit
    assert appraise([Fraction(-1, 4)], **terms).limit == 2_996  # type: ignore[arg-type]


def test_the_order_of_the_errors_changes_nothing() -> None:
    taints = [Fraction(1, 7), Fraction(3, 4), Fraction(3, 4), Fraction(1, 2)]
    terms = {"interval": 977, "top_error": 13, "sampled_book": 100_000, "factors": factor(0.9, np.arange(5))}
    limits = {appraise(taints[place:] + taints[:place], **terms).limit for place in range(4)}  # type: ignore[arg-type]
    assert len(limits) == 1
    # the largest taint meets the largest step between factors: the other way round would promise too much
    steps = np.diff(factor(0.9, np.arange(5))) - 1
    assert np.all(np.diff(steps) < 0)
    low = 13 + 977 * (2.142857 + 2.302585 + np.dot(sorted(map(float, taints)), steps))
    assert limits.pop() > low + 20


def test_an_amount_that_was_not_asked_for_says_nothing_of_the_others() -> None:
    drawn = select([5, 5, 5], 7, start=3)
    assert drawn.hit.tolist() == [True, True, False]
    assert evaluate(drawn, [5, 5, 0], confidence=0.95) == evaluate(drawn, [5, 5, NAN], confidence=0.95)


@pytest.mark.parametrize(
    ("taint", "projection"),
    [(Fraction(1, 8), 13), (Fraction(-1, 8), -13), (Fraction(1, 200), 1), (Fraction(1, 201), 0)],
)
def test_projections_are_rounded_once_halves_away_from_zero(taint: Fraction, projection: int) -> None:
    found = appraise([taint], interval=100, top_error=0, sampled_book=10_000, factors=TWO)
    assert found.projection == projection


# Refusals


@pytest.mark.parametrize(("interval", "start"), [(0, 0), (5, 0), (5, 6), (5.0, 2), (5, 2.0), (2**53, 1)])
def test_a_start_lies_inside_the_interval(interval: object, start: object) -> None:
    with pytest.raises(ValueError, match="a start lies between 1 and the interval"):
        select([5, 5], interval, start=start)  # type: ignore[arg-type]


@pytest.mark.parametrize("book", [[0.5], [NAN], [math.inf], [[1]], [2.0**53]])
def test_book_values_are_whole_cents(book: object) -> None:
    with pytest.raises(ValueError, match="whole cents in one row"):
        select(book, 5, start=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("audited", "told"), [([5, NAN, 5], "has no audited amount"), ([5, math.inf, 5], "has no"), ([5], "shape")]
)
def test_what_was_selected_must_be_audited(audited: list[float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        evaluate(select([5, 5, 5], 7, start=3), audited, confidence=0.95)


def test_plans_that_leave_nothing_are_refused() -> None:
    assert planned_interval(100, factor0=3.0, expected=62, expansion=1.6) == Fraction("0.8") / 3
    for expected, told in ((63, "leaves nothing"), (-1, "0 or more")):
        with pytest.raises(ValueError, match=told):
            planned_interval(100, factor0=3.0, expected=expected, expansion=1.6)
    with pytest.raises(ValueError, match="is above 0"):
        planned_interval(0, factor0=3.0)
    assert list(EXPANSIONS) == sorted(EXPANSIONS, reverse=True)
