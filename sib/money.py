"""Money as whole cents: rounding, taking a share, splitting, reading and writing amounts.

In: amounts in cents (``float64`` that holds integers) and exact fractions; texts of amounts. Out: cents again,
or text. Every division here is decided in whole numbers; a fraction is never first made a ``float``, so the
result is the one that a person with a pencil finds. Parts of a whole always sum to the whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike

from sib.arrays import EXACT, Array, Cents

NumberFormat: TypeAlias = Literal["en", "nl"]

MINOR_UNITS = {"EUR": 2, "GBP": 2, "USD": 2, "CHF": 2, "DKK": 2, "NOK": 2, "SEK": 2, "JPY": 0, "KRW": 0, "CLP": 0}
"""Decimals of a currency's minor unit, the unit in which all money is counted; 2 for a currency not listed."""

SEPARATORS: dict[str, tuple[str, str]] = {"en": (",", "."), "nl": (".", ",")}
"""By language: what stands between thousands, and what stands before the decimals."""


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
    The fractional part is split off before it is compared, which is exact; adding a half first is not
    (0.49999999999999994 + 0.5 is 1).

    Examples
    --------
    >>> round_half_away([2.5, -2.5, 0.49999999999999994]).tolist()
    [3.0, -3.0, 0.0]
    """
    numbers = np.asarray(values, dtype=np.float64)
    whole = np.trunc(numbers)
    away = np.abs(numbers - whole) >= 0.5
    return np.asarray(whole + np.copysign(away, numbers) + 0.0)


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
    magnitude, _ = _divide(np.abs(cents), 2 * num, 2 * den, addend=den)
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
    cents = np.asarray(totals, dtype=np.float64)[..., np.newaxis]
    magnitude = np.abs(cents)
    parts, remainders = _divide(magnitude, *_whole_weights(weights))
    left = magnitude - parts.sum(axis=-1, keepdims=True)
    order = np.argsort(-remainders, axis=-1, kind="stable")
    extra = np.zeros_like(parts)
    np.put_along_axis(extra, order, (np.arange(parts.shape[-1]) < left).astype(np.float64), axis=-1)
    return _signed(parts + extra, cents)


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


def parse_amount(text: str, *, number_format: NumberFormat | None = None, minor: int = 2) -> int:
    """Read an amount as people write it, and refuse what could be two amounts.

    Parameters
    ----------
    text : str
        Digits, plain or in groups of three; decimals; a minus in front; a euro sign before or behind. No-break
        spaces may stand for the separator of thousands. Nothing else.
    number_format : {"en", "nl"}, optional
        ``1,797,500.00`` or ``1.797.500,00``. Not given, the text must make sense in one way only.
    minor : int
        Decimals of the currency (`MINOR_UNITS`).

    Returns
    -------
    int
        Cents.

    Raises
    ------
    ValueError
        When it is no amount, or may be two; the message says how to write it.

    Examples
    --------
    >>> parse_amount("€ 1.797.500,00")
    179750000
    """
    shown = repr(text if len(text) <= 40 else text[:40] + "…")
    manner = f" in number_format {number_format!r}" if number_format else ""
    readings = _readings(text, tuple(SEPARATORS) if number_format is None else (number_format,))
    if not readings:
        raise ValueError(f"{shown} is not an amount{manner}: {_hint(text)}")
    if len(readings) > 1:
        either = " or ".join(sorted(".".join(filter(None, reading)) for reading in readings))
        raise ValueError(f'{shown} may be {either}: declare number_format = "en" or "nl"')
    whole, decimals = readings.pop()
    if len(decimals) > minor:
        raise ValueError(f"{shown} has {len(decimals)} decimals{manner}; {minor} at most, the cents")
    cents = int(whole + decimals.ljust(minor, "0"))
    if cents >= EXACT:
        raise ValueError(f"{shown} is too large; an amount stays below {EXACT // 10**minor}")
    return -cents if "-" in text else cents


def format_amount(cents: float, *, lang: NumberFormat = "en", decimals: int = 2, minor: int = 2) -> str:
    """Write an amount with separators, the same on every machine.

    Parameters
    ----------
    cents : float
        Minor units; a mean may have a fraction, which is rounded half away from zero once, on what is shown.
    lang : {"en", "nl"}
        ``1,797,500.00`` or ``1.797.500,00``.
    decimals, minor : int
        Decimals to show, 0 for whole euros; and those of the currency (`MINOR_UNITS`).

    Examples
    --------
    >>> format_amount(-179750050, lang="nl", decimals=0)
    '-1.797.501'
    """
    group, point = SEPARATORS[lang]
    number = Fraction(cents if isinstance(cents, int) else float(cents)) * Fraction(10) ** (decimals - minor)
    shown = math.floor(abs(number) + Fraction(1, 2))
    whole, rest = divmod(shown, 10**decimals)
    sign = "-" if number < 0 and shown else ""
    return sign + f"{whole:,}".replace(",", group) + (f"{point}{rest:0{decimals}}" if decimals else "")


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
    return abs(numbers) if isinstance(numbers, int) else int(np.max(np.abs(numbers), initial=0))


def _python_ints(numbers: int | Array) -> Array:
    """Array of Python ints, which know no bound."""
    if isinstance(numbers, int) or numbers.dtype == object:
        return np.asarray(numbers, dtype=object)
    return numbers.astype(np.int64).astype(object)


def _signed(magnitude: Array, like: Array) -> Cents:
    """Give magnitudes the sign of other numbers, zero staying plain zero."""
    return np.asarray(np.copysign(magnitude, like) + 0.0)


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


_NO_BREAK = "\u00a0\u202f"
_AMOUNT = re.compile(rf"-?€?[ {_NO_BREAK}]*-?(?P<number>[0-9](?:[0-9.,{_NO_BREAK}]*[0-9])?)[ {_NO_BREAK}]*€?")
_HINTS = {
    r"(?i)nan|inf|∞": "an amount is a finite number",
    r"(?![0-9])\d": "use the digits 0 to 9",
    "_": "leave the underscores out",
    r"[0-9],-+": "whole euros have no ,- behind",
    r"[0-9][eE][-+]?[0-9]": "write the number out, without an exponent",
    r"^\(.*\)$|[0-9][^0-9]*-€?$|−": "a negative amount has a plain minus in front, such as -1.000,00",
    r"[0-9] +[0-9]": "leave out the spaces between the digits",
    "%": "an amount is no percentage",
}
"""What people write instead, and what to tell them."""


def _readings(text: str, formats: tuple[str, ...]) -> set[tuple[str, str]]:
    """Whole digits and decimals that the text may stand for, in one or more ways of writing."""
    body = text.strip(" \t\r\n" + _NO_BREAK)
    found = _AMOUNT.fullmatch(body) if len(body) <= 80 and max(map(body.count, "-€")) <= 1 else None
    readings = set()
    for group, point in (SEPARATORS[name] for name in formats if found):
        grouped = rf"[1-9][0-9]{{0,2}}([{group}{_NO_BREAK}])[0-9]{{3}}(?:\2[0-9]{{3}})*"
        match = re.fullmatch(rf"({grouped}|0|[1-9][0-9]*)(?:[{point}]([0-9]+))?", found["number"] if found else "")
        if match:
            readings.add((re.sub("[^0-9]", "", match[1]), match[3] or ""))
    return readings


def _hint(text: str) -> str:
    fits = (hint for pattern, hint in _HINTS.items() if re.search(pattern, text))
    return next(fits, "amounts look like 1797500, 1,797,500.00 (en) or 1.797.500,00 (nl)")
