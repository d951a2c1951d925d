"""Monetary-unit sampling: which claims to open, and what the errors in them say about the whole amount.

In come book values, claim by claim, and the amounts that the accountant found; out go a selection and an evaluation:
the error projected, and an upper limit for it. A claim is drawn in proportion to its size: one as large as the
interval is always opened (the top stratum), and of the others every J-th unit of money is hit, from a random start.

Money is whole cents, and a cent is the unit that is drawn. What is projected is worked out in fractions and rounded
once to whole cents, halves away from zero, as are the two parts of the limit that stand on factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from sib.accountant.sampling import FACTORS, upper_limit
from sib.arrays import EXACT, Bools, Cents, Floats, read_only
from sib.money import round_half_away

EXPANSIONS = {0.99: 1.9, 0.95: 1.6, 0.9: 1.5, 0.85: 1.4, 0.8: 1.3, 0.75: 1.25, 0.7: 1.2, 0.63: 1.15, 0.5: 1.0}
"""By confidence: by what an expected error is multiplied in planning, since the increments will take their part."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Claims by what is done with them; each is in one of four groups.

    Parameters
    ----------
    book : ndarray of float64 of shape (n_claims,)
        Cents, in the order that they were drawn in.
    interval, start : int
        Cents; units ``start``, ``start + interval``, ... of the claims below the interval are hit.
    top : ndarray of bool of shape (n_claims,)
        As large as the interval: always opened.
    hit : ndarray of bool of shape (n_claims,)
        Below it and drawn. The others below it are not opened.
    apart : ndarray of bool of shape (n_claims,)
        Zero or negative: no unit of theirs can be hit, so that they need a look of their own.
    """

    book: Cents
    interval: int
    start: int
    top: Bools
    hit: Bools
    apart: Bools

    @property
    def opened(self) -> Bools:
        """Whether a claim is opened."""
        return self.top | self.hit

    @property
    def sampled_book(self) -> int:
        """Cents in the stratum that is sampled: above zero and below the interval."""
        return int(self.book[~self.top & ~self.apart].sum())

    @property
    def positive_book(self) -> int:
        """Cents in claims above zero: all that an evaluation speaks about."""
        return int(self.book[~self.apart].sum())


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the errors found say about the whole; amounts in whole cents, overstatements positive.

    Parameters
    ----------
    top_error : int
        Net error of the claims that were all opened: known, not estimated.
    projection : int
        Most likely error: that, and the interval times the sum of the taints, understatements deducted.
    basic_precision : int
        What may still be there if no error was found; 0 where no claim is below the interval.
    increments : int
        What the errors found add to that, beyond their projection.
    limit : int
        Upper limit of the error. Understatements in the sample are no deduction here.
    is_capped : bool
        Whether the limit is all that there can be: the top error and the whole sampled book value.
    taints : tuple of Fraction
        Share of the book value that was wrong, of each sampled claim with an error; in the order of the claims.
    """

    top_error: int
    projection: int
    basic_precision: int
    increments: int
    limit: int
    is_capped: bool
    taints: tuple[Fraction, ...]

    @property
    def has_taint_above_one(self) -> bool:
        """Whether a claim was wrong by more than its size; the limit then rests on nothing being worse than that."""
        return any(taint > 1 for taint in self.taints)


def planned_interval(tolerable: int, *, factor0: float, expected: int = 0, expansion: float = 1.6) -> Fraction:
    """Return the sampling interval at which the limit stays tolerable if errors come as expected.

    Parameters
    ----------
    tolerable, expected : int
        Cents of error in the whole: that may be there, and that are expected.
    factor0 : float
        Factor of no errors, exact or printed, at the confidence asked.
    expansion : float
        Multiplies the expected error; see `EXPANSIONS`.

    Returns
    -------
    Fraction
        Cents, J = (tolerable - expected x expansion) / factor0. The sample has about book value / J claims.

    Raises
    ------
    ValueError
        When nothing is left of the tolerable error.

    Examples
    --------
    >>> interval = planned_interval(50_000_00, factor0=3.0, expected=10_000_00)
    >>> f"{float(interval) / 100:,.2f}", round(1_000_000_00 / float(interval), 2)
    ('11,333.33', 88.24)
    """
    if tolerable <= 0 or expected < 0:
        raise ValueError("an error that is tolerable is above 0, and one that is expected 0 or more")
    left = Fraction(tolerable) - expected * Fraction(repr(float(expansion)))
    if left <= 0:
        raise ValueError("the expected error, expanded, leaves nothing of the tolerable one; no sample is good enough: "
                         "expect less, tolerate more or review everything")
    return left / Fraction(repr(float(factor0)))


def select(book: ArrayLike, interval: int, *, start: int) -> Selection:
    """Select claims in proportion to their size.

    Parameters
    ----------
    book : array_like of shape (n_claims,)
        Whole cents; the order is part of what is agreed, since the units are counted along it.
    interval : int
        Cents, 1 or more.
    start : int
        First unit that is hit, from 1 to the interval. Drawn at random, it gives each unit the same chance.

    Returns
    -------
    Selection

    Examples
    --------
    >>> drawn = select([7, 3, 4, 9, 0, 1, 8, 2, 6, 5], 9, start=2)
    >>> "".join(name for name, is_opened in zip("ABCDEFGHIJ", drawn.opened) if is_opened)
    'ACDGI'
    """
    cents = np.array(book, dtype=np.float64)
    if cents.ndim != 1 or not np.all(cents == np.floor(cents)) or not np.abs(cents).sum() < EXACT:
        raise ValueError("book values are whole cents in one row, below 2**53 together")
    if not (isinstance(interval, int) and isinstance(start, int) and 1 <= start <= interval < EXACT):
        raise ValueError(f"a start lies between 1 and the interval, both whole cents; found {start} and {interval}")
    top, apart = cents >= interval, cents <= 0
    walked = np.cumsum(np.where(top | apart, 0.0, cents))
    n_hits = np.floor((walked - start) / interval)
    hit = np.diff(n_hits, prepend=-1.0) > 0
    return Selection(read_only(cents), interval, start, *(read_only(group) for group in (top, hit, apart)))


def evaluate(selection: Selection, audited: ArrayLike, *, confidence: float, factors: str = "exact") -> Evaluation:
    """Evaluate a selection: the error projected to all claims above zero, and its upper limit.

    Parameters
    ----------
    selection : Selection
    audited : array_like of shape (n_claims,)
        Cents that the accountant found; NaN where a claim was not opened. What stands at a claim that was not selected
        is not looked at: it may be corrected, but says nothing about the others.
    confidence : float
        Of the limit.
    factors : str
        A key of `FACTORS`: "exact" or "printed".

    Returns
    -------
    Evaluation

    Examples
    --------
    >>> found = evaluate(select([500, 400, 100], 450, start=60), [500, 300, float("nan")], confidence=0.95)
    >>> found.projection, found.limit, found.is_capped  # a quarter of 450; no more than the 500 that were sampled
    (113, 500, True)
    """
    amounts = np.asarray(audited, dtype=np.float64)
    if amounts.shape != selection.book.shape:
        raise ValueError(f"audited has shape {amounts.shape}; the selection has {selection.book.shape}")
    if not np.all(np.isfinite(amounts[selection.opened])):
        raise ValueError("a claim that was selected has no audited amount; open it, or the projection is not honest")
    wrong = selection.book - amounts
    taints = [
        Fraction(int(error), int(book))
        for error, book in zip(wrong[selection.hit], selection.book[selection.hit], strict=True)
    ]
    table = FACTORS[factors](confidence, np.arange(len(taints) + 1))
    return appraise(
        taints, interval=selection.interval, top_error=int(wrong[selection.top].sum()),
        sampled_book=selection.sampled_book, factors=table,
    )


def appraise(
    taints: Sequence[Fraction], *, interval: int | Fraction, top_error: int, sampled_book: int, factors: Floats,
) -> Evaluation:
    """Return the evaluation of taints, whatever selection they come from.

    Parameters
    ----------
    taints : sequence of Fraction
        (book - audited) / book of the sampled claims; those without an error may be left out.
    interval : int or Fraction
        Cents.
    top_error, sampled_book : int
        Cents: the net error of the claims all of which were opened, and the book value of the others.
    factors : ndarray of float64
        Factors of 0, 1, 2, ... errors, at least one more than there are overstatements.

    Notes
    -----
    With t(1) >= t(2) >= ... the overstatements, J the interval and F(i) the factors: basic precision J F(0); increments
    J sum t(i) (F(i) - F(i-1) - 1); limit = top error + J sum t(i) + basic precision + increments. It cannot exceed the
    top error and the sampled book value, times the largest taint where one is above 1.
    """
    found = tuple(taint for taint in taints if taint)
    over = sorted((taint for taint in found if taint > 0), reverse=True)
    steps = np.diff(factors[: len(over) + 1]) - 1.0
    added = float(np.dot(np.array([float(taint) for taint in over]), steps)) if over else 0.0
    basic = _cents(float(interval) * float(factors[0])) if sampled_book else 0
    increments = _cents(float(interval) * added)
    limit = top_error + _whole(interval * sum(over, Fraction(0))) + basic + increments
    most = top_error + _whole(sampled_book * max([Fraction(1), *over]))
    return Evaluation(
        top_error, top_error + _whole(interval * sum(found, Fraction(0))), basic, increments,
        min(limit, most), limit > most, found,
    )


def stringer(taints: Sequence[float], *, n: int, confidence: float, model: str = "binomial") -> float:
    """Return the Stringer bound: the upper limit of the error as a share of the amount sampled.

    Parameters
    ----------
    taints : sequence of float
        Overstatements among the sampled units, each above 0 and at most 1; at most ``n`` of them.
    n : int
        Units in the sample.
    confidence : float
    model : {"binomial", "poisson"}
        Whose upper limits U it is made of.

    Notes
    -----
    U(0) + sum of t(i) (U(i) - U(i-1)), taints from high to low.

    Examples
    --------
    >>> round(stringer([1, 0.4, 0.15], n=100, confidence=0.95), 4)
    0.0547
    """
    over = np.sort(np.asarray(taints, dtype=np.float64))[::-1]
    if not np.all((over > 0) & (over <= 1)):
        raise ValueError("taints of the Stringer bound are overstatements, above 0 and at most 1")
    limits = upper_limit(model, n=n, k=np.arange(over.size + 1), confidence=confidence)
    return float(limits[0] + np.dot(over, np.diff(limits)))


def _cents(amount: float) -> int:
    return int(round_half_away(amount))


def _whole(amount: Fraction | int) -> int:
    """Return whole cents, halves away from zero."""
    exact = Fraction(amount)
    magnitude = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return magnitude if exact >= 0 else -magnitude
