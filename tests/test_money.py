"""Cents: every result is compared with exact fractions, and every split with the whole."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sib.money import (
    ceil_divide,
    even_split,
    exact,
    floor_share,
    largest_remainder,
    prorata,
    round_half_away,
    share,
)

EXACT = 2**53

# Amounts and fractions from small to so large that products pass 2**53, 2**63 and every machine integer.
AMOUNTS = st.one_of(st.integers(-100, 100), st.integers(-(10**7), 10**7), st.integers(1 - EXACT, EXACT - 1))
SMALL = st.fractions(0, 1, max_denominator=100)
LONG = st.builds(lambda n, d: Fraction(min(n, d), max(n, d)), st.integers(1, 10**18), st.integers(1, 10**18))
HUGE = st.builds(lambda n, d: Fraction(min(n, d), max(n, d)), st.integers(1, 10**30), st.integers(1, 10**30))
SHARES = st.one_of(SMALL, LONG, HUGE)


def half_away(number: Fraction) -> int:
    """Round the exact number: the textbook rule, spelled out."""
    floor = math.floor(abs(number))
    rounded = floor + 1 if abs(number) - floor >= Fraction(1, 2) else floor
    return rounded if number >= 0 else -rounded


# Rounding


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.5, 1), (1.5, 2), (2.5, 3), (-0.5, -1), (-2.5, -3), (2.4, 2), (-2.6, -3), (0.0, 0), (EXACT - 1.0, EXACT - 1)],
)
def test_halves_go_away_from_zero(value: float, expected: int) -> None:
    assert round_half_away(value) == expected


def test_just_below_a_half_is_below_a_half() -> None:
    # adding 0.5 and taking the floor would give 1 here, and an odd neighbour for 2**52 + 1
    assert round_half_away(0.49999999999999994) == 0
    assert round_half_away(2.0**52 + 1) == 2**52 + 1


def test_zero_has_no_sign() -> None:
    for result in (round_half_away([-0.2]), share([-1, -0.0], Fraction(1, 4)), ceil_divide([-0.0], Fraction(1, 2))):
        assert not np.signbit(result).any()
    assert not np.signbit(largest_remainder([-5], [1, 0])).any(where=[False, True])


@given(st.floats(-1e18, 1e18))
def test_rounding_agrees_with_exact_fractions(value: float) -> None:
    assert round_half_away(value) == half_away(Fraction(value))


# Shares


@pytest.mark.parametrize(
    ("amount", "fraction", "expected"),
    [
        (28_155_000, "0.95", 26_747_250),  # Utah preschool: 95% of 281,550.00 is 267,472.50
        (179_750_000, "0.04", 7_190_000),  # one year of 4% on 1,797,500
        (50, "0.25", 13),  # 12.5
        (-50, "0.25", -13),
        (1, "0.5", 1),
        (1, "0.499999", 0),
        (0, "0.3", 0),
    ],
)
def test_shares_by_hand(amount: int, fraction: str, expected: int) -> None:
    assert share(amount, Fraction(fraction)) == expected


def test_a_share_is_not_taken_in_binary() -> None:
    # 1.15 * 50 is 57.49999999999999 in floating point; 23/20 of 50 is exactly 57.5
    assert 1.15 * 50 < 57.5
    assert share(50, exact(1.15)) == 58


@given(st.lists(AMOUNTS, min_size=1, max_size=6), SHARES)
@example([EXACT - 1, 1 - EXACT, EXACT - 2], Fraction(EXACT - 2, EXACT - 1))
@example([1], Fraction(1, 2**62))
def test_shares_agree_with_exact_fractions(amounts: list[int], fraction: Fraction) -> None:
    assert share(amounts, fraction).tolist() == [half_away(a * fraction) for a in amounts]
    assert floor_share(amounts, fraction).tolist() == [math.floor(a * fraction) for a in amounts]


@given(st.lists(st.tuples(AMOUNTS, st.integers(0, 10**9)), min_size=1, max_size=6), st.integers(10**9, 10**12))
@example([(50, 1), (-50, 1), (0, 1), (50, 3)], 4)  # a quarter of 50 is 12.5, three quarters 37.5
def test_a_share_by_row_agrees_with_exact_fractions(rows: list[tuple[int, int]], whole: int) -> None:
    amounts, parts = zip(*rows, strict=True)
    assert prorata(amounts, parts, whole=whole).tolist() == [half_away(Fraction(a * part, whole)) for a, part in rows]


@given(st.integers(3, 2**50), st.integers(1, 2**50))
@example(94906267, 94906265)  # products just above 2**53: the first that floats cannot hold
def test_one_part_of_the_divisor_short_of_the_next_cent(den: int, num: int) -> None:
    # The hardest case for a rounded division: num * amount is one less than a multiple of den (or than the half).
    den |= 1
    if math.gcd(num, den) > 1:
        num = den - 1
    inverse = pow(num, -1, den)
    below_whole, below_half = -inverse % den, (den - 1) // 2 * inverse % den
    if max(below_whole, below_half) * num // den < EXACT:
        assert floor_share(below_whole, Fraction(num, den)) == (below_whole * num + 1) // den - 1
        assert share(below_half, Fraction(num, den)) == (below_half * num) // den


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=6), st.one_of(SMALL, LONG))
def test_ceil_divide_agrees_with_exact_fractions(amounts: list[int], fraction: Fraction) -> None:
    expected = [math.ceil(a / fraction) for a in amounts] if fraction else []
    if not fraction:
        with pytest.raises(ZeroDivisionError):
            ceil_divide(amounts, fraction)
    elif max(map(abs, expected)) < EXACT // 2:
        assert ceil_divide(amounts, fraction).tolist() == expected


@given(st.integers(0, 10**10), st.fractions(Fraction(1, 1000), 1, max_denominator=1000))
def test_ceil_divide_turns_floor_share_round(paid: int, fraction: Fraction) -> None:
    needed = ceil_divide(paid, fraction)
    assert floor_share(needed, fraction) >= paid
    assert needed == 0 or floor_share(needed - 1, fraction) < paid


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_shapes_are_kept(shape: tuple[int, ...]) -> None:
    amounts = np.full(shape, 10.0)
    for result in (share(amounts, Fraction(1, 3)), floor_share(amounts, Fraction(1, 3)), round_half_away(amounts)):
        assert result.shape == shape
        assert result.dtype == np.float64
    assert even_split(amounts, 4).shape == (*shape, 4)
    assert largest_remainder(amounts, [1, 2]).shape == (*shape, 2)


def test_what_cannot_be_exact_is_refused() -> None:
    with pytest.raises(OverflowError, match="not exact"):
        share(2.0**53, Fraction(1, 2))
    with pytest.raises(OverflowError, match="not exact"):
        ceil_divide(2**52, Fraction(1, 4))
    with pytest.raises(OverflowError, match="not exact"):
        largest_remainder([1], np.array([[2.0**52, 2.0**52]]))
    with pytest.raises(ValueError, match="NaN"):
        share([1.0, math.nan], Fraction(1, 2))
    with pytest.raises(ValueError, match="negative"):
        share(1, Fraction(-1, 2))


# Splits


def test_even_splits_by_hand() -> None:
    assert even_split([100, -100, 2, 0], 3).tolist() == [[34, 33, 33], [-34, -33, -33], [1, 1, 0], [0, 0, 0]]
    with pytest.raises(ValueError, match="0 parts"):
        even_split(1, 0)


@given(AMOUNTS, st.integers(1, 400))
def test_even_splits_sum_and_differ_by_a_cent(total: int, n: int) -> None:
    parts = [int(part) for part in even_split(total, n)]
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1
    assert sorted(parts, key=abs, reverse=True) == parts


def split_by_hand(total: int, weights: list[Fraction]) -> list[int]:
    """Largest remainder the slow way: sort by remainder, then by place."""
    if not any(weights):
        return [total] + [0] * (len(weights) - 1)
    quotas = [abs(total) * weight / sum(weights) for weight in weights]
    parts = [math.floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(weights)), key=lambda k: (parts[k] - quotas[k], k))
    for k in by_remainder[: abs(total) - sum(parts)]:
        parts[k] += 1
    return [part if total >= 0 else -part for part in parts]


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (10, [0, 1, 3], [0, 3, 7]),  # 2.5 and 7.5: a tie, the first gets the cent
        (7, [Fraction("0.5"), Fraction("0.3"), Fraction("0.2")], [4, 2, 1]),  # 3.5, 2.1, 1.4
        (5, [0, 0], [5, 0]),
        (0, [2, 5], [0, 0]),
        (1, [Fraction(1, 3), Fraction(2, 3)], [0, 1]),
    ],
)
def test_largest_remainder_by_hand(total: int, weights: list[Fraction | int], expected: list[int]) -> None:
    assert largest_remainder(total, weights).tolist() == expected


WEIGHTS = st.one_of(SMALL, st.builds(Fraction, st.integers(0, 10**12)), HUGE)


@given(st.lists(AMOUNTS, min_size=1, max_size=4), st.lists(WEIGHTS, min_size=1, max_size=7))
def test_shared_weights_agree_with_exact_fractions(totals: list[int], weights: list[Fraction]) -> None:
    parts = largest_remainder(totals, weights)
    assert parts.tolist() == [split_by_hand(total, weights) for total in totals]
    assert [sum(map(int, row)) for row in parts] == totals


@st.composite
def rows_of_weights(draw: st.DrawFn) -> tuple[list[int], list[list[int]]]:
    k = draw(st.integers(1, 5))
    weight = st.one_of(st.integers(0, 3), st.integers(0, 10**14))
    rows = draw(st.lists(st.lists(weight, min_size=k, max_size=k), min_size=1, max_size=4))
    return draw(st.lists(AMOUNTS, min_size=len(rows), max_size=len(rows))), rows


@given(rows_of_weights())
@example(([EXACT - 1, 100], [[10**14, 10**14 - 1, 1], [0, 0, 0]]))
def test_rows_of_weights_agree_with_exact_fractions(case: tuple[list[int], list[list[int]]]) -> None:
    totals, rows = case
    parts = largest_remainder(totals, np.array(rows, dtype=np.float64))
    expected = [split_by_hand(total, [Fraction(w) for w in row]) for total, row in zip(totals, rows, strict=True)]
    assert parts.tolist() == expected


@given(rows_of_weights(), st.integers(1, 3))
def test_rows_hold_for_all_totals_above_them(case: tuple[list[int], list[list[int]]], n: int) -> None:
    totals, rows = case
    several = np.array([np.roll(totals, shift) for shift in range(n)], dtype=np.float64)
    by_part = np.array(list(zip(*rows, strict=True)), dtype=np.float64)
    parts = largest_remainder(several, by_part.T)
    expected = [
        [split_by_hand(int(total), [Fraction(w) for w in row]) for total, row in zip(line, rows, strict=True)]
        for line in several
    ]
    assert parts.tolist() == expected


def test_weights_that_cannot_split_are_refused() -> None:
    for weights in ([], [1, -1], np.array([[1.0, -1.0]])):
        with pytest.raises(ValueError, match="split a total"):
            largest_remainder([1], weights)


# Numbers as written


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.62, Fraction(31, 50)),
        (0.1 + 0.2, Fraction("0.30000000000000004")),
        (np.float64(0.04), Fraction(1, 25)),
        (1e-7, Fraction(1, 10**7)),
        (3, Fraction(3)),
        ("-12.50", Fraction(-25, 2)),
        (Decimal("1.10"), Fraction(11, 10)),
    ],
)
def test_a_number_is_what_was_written(value: float | Decimal | str, expected: Fraction) -> None:
    assert exact(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(True, math.nan, -math.inf, Decimal("NaN"), Decimal("1e-999"), Decimal("1e999")),
        *("1e3", "1_000", "1/3", "", " 1", "\u0663"),
    ],
)
def test_what_is_no_number_is_refused(value: float | Decimal | str) -> None:
    with pytest.raises(ValueError, match=r"number|decimal"):
        exact(value)


# Amounts as text


def test_many_parts_are_ranked_as_few_are() -> None:
    """Sorting (more than 60 parts) and comparing each with each give the cents that are left to the same parts."""
    rng = np.random.default_rng(5)
    totals, weights = rng.integers(-1000, 1000, 50).astype(np.float64), rng.integers(0, 4, (50, 60)).astype(np.float64)
    weights[:, 0] = 1
    with_nothings = np.concatenate([weights, np.zeros((50, 5))], axis=1)
    assert (largest_remainder(totals, with_nothings)[:, :60] == largest_remainder(totals, weights)).all()


def test_weights_of_one_row_are_shared_by_all_totals() -> None:
    weights = np.array([1.0, 1.0, 1.0])
    assert largest_remainder([[100, 7], [3, -5]], weights).tolist() == [
        [[34, 33, 33], [3, 2, 2]], [[1, 1, 1], [-2, -2, -1]],
    ]
