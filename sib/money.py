"""Money as whole cents: rounding, taking a share, splitting.

In: amounts in cents (``float64`` that holds integers) and exact fractions. Out: cents again. Every division here
is decided in whole numbers; a fraction is never first made a ``float``, so the result is the one that a person
with a pencil finds. Parts of a whole always sum to the whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from sib.arrays import EXACT, Array, Cents


def round_half_away(values: ArrayLike) -> Cents:
    """Round to whole numbers, halves away from zero.

    Parameters
    ----------
    values : array_like of float
        Finite numbers, any shape.

    Returns
    -------
    ndarray of float64, same shape
        Whole numbers, never minus zero.

    Notes
    -----
    Adding a half before the floor is exact from a half upwards, below 2**52; what is below a half (where
    0.49999999999999994 + 0.5 is 1) is set to zero.

    Examples
    --------
    >>> round_half_away([2.5, -2.5, 0.49999999999999994]).tolist()
    [3.0, -3.0, 0.0]
    """
    numbers = np.asarray(values, dtype=np.float64)
    whole = np.abs(numbers, out=np.empty_like(numbers))
    if not np.max(whole, initial=0.0) < EXACT / 2:  # whole already, or not a number
        return np.asarray(np.copysign(np.trunc(whole), numbers) + 0.0)
    counts = whole >= 0.5
    whole += 0.5
    np.floor(whole, out=whole)
    whole *= counts
    return _signed(whole, numbers)


def share(amounts: ArrayLike, fraction: Fraction) -> Cents:
    """Return the fraction of each amount, rounded half away from zero, exactly.

    Parameters
    ----------
    amounts : array_like
        Cents, whole and below 2**53, any sign and shape.
    fraction : Fraction
        Not negative.

    Returns
    -------
    ndarray of float64, same shape
        ``(2 a num + den) // (2 den)`` of the magnitude ``a``, with the sign of the amount.

    Raises
    ------
    OverflowError
        When a result would reach 2**53 and so could no longer be exact.

    Examples
    --------
    >>> share([100, -50, 1], Fraction(1, 4)).tolist()
    [25.0, -13.0, 0.0]
    """
    cents = np.asarray(amounts, dtype=np.float64)
    num, den = _terms(fraction)
    magnitude = np.abs(cents, out=np.empty_like(cents))
    if _largest(magnitude) * 2 * num + 3 * den < EXACT:  # the first way of `_divide`, without its remainder
        magnitude *= 2 * num
        magnitude += den
        magnitude /= 2 * den
        return _signed(np.floor(magnitude, out=magnitude), cents)
    magnitude, _ = _divide(magnitude, 2 * num, 2 * den, addend=den)
    return _signed(magnitude, cents)


def prorata(amounts: ArrayLike, parts: ArrayLike, *, whole: int) -> Cents:
    """Return ``amounts * parts / whole``, rounded half away from zero, exactly: a share that differs by row.

    Parameters
    ----------
    amounts : array_like
        Cents, as in `share`.
    parts : array_like
        Whole numbers of 0 or more, of the same shape or one that broadcasts to it.
    whole : int
        Positive.

    Examples
    --------
    >>> prorata([100, 100], [1, 2], whole=3).tolist()
    [33.0, 67.0]
    """
    cents = np.asarray(amounts, dtype=np.float64)
    magnitude, _ = _divide(np.abs(cents), 2 * np.asarray(parts, dtype=np.float64), 2 * whole, addend=whole)
    return _signed(magnitude, cents)


def floor_share(amounts: ArrayLike, fraction: Fraction) -> Cents:
    """Return the largest whole cents not above ``amounts * fraction``; parameters and shapes as in `share`."""
    num, den = _terms(fraction)
    quotient, _ = _divide(np.asarray(amounts, dtype=np.float64), num, den)
    return np.asarray(quotient + 0.0)


def ceil_divide(amounts: ArrayLike, fraction: Fraction) -> Cents:
    """Return the smallest whole cents not below ``amounts / fraction``; parameters and shapes as in `share`.

    It turns `floor_share` round: the least amount whose share, rounded down, is the given one. Raises
    ``ZeroDivisionError`` for a fraction of zero.
    """
    num, den = _terms(fraction)
    if num == 0:
        raise ZeroDivisionError("no amount has a share of zero that is more than nothing")
    quotient, _ = _divide(-np.asarray(amounts, dtype=np.float64), den, num)
    return np.asarray(0.0 - quotient)


def even_split(totals: ArrayLike, n: int) -> Cents:
    """Split each total into ``n`` parts that differ by at most a cent, the larger ones first.

    Parameters
    ----------
    totals : array_like
        Cents, any shape; a negative total is split by its magnitude.
    n : int
        Number of parts, at least one.

    Returns
    -------
    ndarray of float64, shape of the totals and a last axis of length n
        Parts that sum to the totals.

    Examples
    --------
    >>> even_split(100, 3).tolist()
    [34.0, 33.0, 33.0]
    """
    if n < 1:
        raise ValueError(f"a total cannot be split into {n} parts; one at least")
    cents = np.asarray(totals, dtype=np.float64)[..., np.newaxis]
    parts, rest = _divide(np.abs(cents), 1, n)
    return _signed(parts + (np.arange(n) < rest), cents)


def largest_remainder(totals: ArrayLike, weights: Sequence[Fraction | int] | Cents) -> Cents:
    """Split each total in proportion to weights, in whole cents that sum to it.

    Parameters
    ----------
    totals : array_like
        Cents, any shape; a negative total is split by its magnitude.
    weights : sequence of Fraction or int, or ndarray of float64
        A plain sequence is shared by all totals. An array of shape ``totals.shape + (k,)`` (or one that
        broadcasts to it) holds a row of whole weights for each total. None is negative.

    Returns
    -------
    ndarray of float64, shape of the totals and a last axis of length k
        Every part is its proportion rounded down; the cents that are left go one each to the parts with the
        largest remainders, the first of equals first. A weight of zero gets nothing, unless all of a row are
        zero: then the first part gets the whole, so that no money vanishes.

    Examples
    --------
    >>> largest_remainder(100, [1, 1, 1]).tolist()
    [34.0, 33.0, 33.0]
    """
    cents = np.asarray(totals, dtype=np.float64)
    magnitude, (rows, whole) = np.abs(cents), _whole_weights(weights)
    rows = rows.reshape((1,) * (cents.ndim + 1 - rows.ndim) + rows.shape)
    rows = np.ascontiguousarray(np.moveaxis(rows, -1, 0))  # by part: what follows is then one pass for each part
    parts, remainders = _divide(magnitude[np.newaxis], rows, whole if isinstance(whole, int) else whole[..., 0])
    left = magnitude - parts.sum(axis=0)
    if left.any():
        for place, mine in enumerate(remainders):
            before, behind = remainders[:place] >= mine, remainders[place + 1 :] > mine
            parts[place] += before.sum(axis=0, dtype=np.int16) + behind.sum(axis=0, dtype=np.int16) < left
    return np.moveaxis(_signed(parts, cents), 0, -1)


@lru_cache(maxsize=4096, typed=True)
def exact(value: float | Decimal | str) -> Fraction:
    """Return the number that was written, not the binary one nearest to it.

    Parameters
    ----------
    value : int, float, Decimal or str
        A float stands for the shortest decimal that reads back as it, so 0.62 is 31/50.
        A str is a plain decimal such as ``-12.50``.

    Raises
    ------
    ValueError
        When it is not finite, or a decimal beyond what a float can span, or a truth value.
    """
    if isinstance(value, bool):
        raise ValueError(f"{value} is a truth value, not a number")
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        raise ValueError(f"{value!r} is not a plain decimal; write digits with a point, such as 0.62")
    if isinstance(value, float | Decimal) and not (math.isfinite(value) and bool(float(value)) is bool(value)):
        raise ValueError(f"{value} is not a number of ordinary size")
    return Fraction(repr(float(value))) if isinstance(value, float) else Fraction(value)


def as_written(number: Fraction) -> int | float:
    """Return a number as a scenario file would have it: whole without decimals, else the nearest decimal number.

    Examples
    --------
    >>> as_written(Fraction(3)), as_written(Fraction(31, 50))
    (3, 0.62)
    """
    return int(number) if number.denominator == 1 else float(number)


def _divide(amounts: Cents, multiplier: int | Array, divisor: int | Array, *, addend: int = 0) -> tuple[Array, Array]:
    """Return quotient, rounded down, and remainder of ``(amounts * multiplier + addend) / divisor``, exactly.

    All are whole numbers, multiplier and divisor not negative, the quotient below 2**53.
    """
    scale, bottom = _largest(multiplier), _largest(divisor)
    top = _largest(amounts) * scale + addend
    if _largest(amounts) >= EXACT or (isinstance(divisor, int) and top // divisor >= EXACT):
        raise OverflowError("an amount of 2**53 cents or more is not exact")
    if top + bottom < EXACT:
        # Numerator x and divisor d are exact. If d does not divide x, the next whole number above x / d is at
        # least 1 / d away. A rounded quotient moves by at most q / 2**53, q being that whole number, and
        # q d < |x| + d < 2**53: it cannot get there, so its floor is the floor.
        numerator = amounts * multiplier + addend
        quotient = np.asarray(np.floor(numerator / divisor))
        return quotient, np.asarray(numerator - quotient * divisor)
    if max(scale, addend, bottom) < EXACT:
        return _divide_wide(amounts, multiplier, divisor, addend)
    a, m, d = (_python_ints(term) for term in (amounts, multiplier, divisor))
    large = a * m + addend
    return np.asarray(large // d, dtype=np.float64), np.asarray(large % d, dtype=object)


def _divide_wide(amounts: Cents, multiplier: int | Array, divisor: int | Array, addend: int) -> tuple[Array, Array]:
    """Divide as `_divide` where products pass 2**53 but no single term does.

    The float quotient is at most a few units off, so the true remainder is a few divisors at most and fits
    64 bits, although the products it is the difference of may not: they wrap modulo 2**64, and so does their
    difference, back to the true value.
    """
    guess = np.floor((amounts * multiplier + addend) / divisor)
    a, m, d, q = (np.asarray(term).astype(np.int64) for term in (amounts, multiplier, divisor, guess))
    with np.errstate(over="ignore"):  # only numpy's scalars would warn of the wrapping
        remainder = a * m + addend - q * d
    off = remainder // d
    return np.asarray(q + off, dtype=np.float64), np.asarray(remainder - off * d)


def _largest(numbers: int | Array) -> int:
    """Largest magnitude as a Python int; raises on NaN and infinity."""
    if isinstance(numbers, int):
        return abs(numbers)
    return int(max(np.max(numbers, initial=0), -np.min(numbers, initial=0)))


def _python_ints(numbers: int | Array) -> Array:
    """Array of Python ints, which know no bound."""
    if isinstance(numbers, int) or numbers.dtype == object:
        return np.asarray(numbers, dtype=object)
    return numbers.astype(np.int64).astype(object)


def _signed(magnitude: Array, like: Array) -> Cents:
    """Give magnitudes (which may be overwritten) the sign of other numbers, zero staying plain zero."""
    if np.min(like, initial=0.0) < 0:
        np.copysign(magnitude, like, out=magnitude)
        magnitude += 0.0
    return magnitude


def _terms(fraction: Fraction) -> tuple[int, int]:
    if fraction < 0:
        raise ValueError(f"a share of {fraction} is negative; take the sign to the amount")
    return fraction.numerator, fraction.denominator


def _whole_weights(weights: Sequence[Fraction | int] | Cents) -> tuple[Array, int | Array]:
    """Whole weights with the same proportions, and their sum; where all are zero, one for the first."""
    if not isinstance(weights, np.ndarray):
        scale = math.lcm(*(Fraction(weight).denominator for weight in weights))
        whole = [int(weight * scale) for weight in weights]
        if not whole or min(whole) < 0:
            raise ValueError(f"weights {list(weights)} cannot split a total; one at least, and none negative")
        whole[0] += not any(whole)
        return np.array(whole, dtype=object if max(whole) >= EXACT else np.float64), sum(whole)
    if np.min(weights, initial=0) < 0:
        raise ValueError("a negative weight cannot split a total")
    nothing = weights.sum(axis=-1, keepdims=True) == 0
    rows = weights + nothing * (np.arange(weights.shape[-1]) == 0)
    sums = rows.sum(axis=-1, keepdims=True)
    if _largest(sums) >= EXACT:
        raise OverflowError("weights that sum to 2**53 or more are not exact")
    return rows, cast(Array, sums)
