"""A root on a bracket, of a figure that has an error: no finer than that error makes meaningful, and with an interval.

In come values of a term on both sides of a goal, out goes a ``Root``: the value, and the values between which the 95%
interval of the figure holds the goal. What the figure is at a value is asked once and remembered.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from sib.deal.number import Number
from sib.results import Row

FINE, BLIND = 0.05, 1e-6
"""How far off a root may be: in standard errors of the figure, or as a part of the bracket where it has no error."""
CLOSE, ROUNDS = 0.2, 3
"""How far the figures on both sides of a root may be apart, in standard errors; how often a root is looked for, each
time more closely, where the figure is steeper than it seemed."""
DIGITS = 40
"""Parts of its interval to which an answer is rounded."""
HARDLY = 1e-300
"""What counts as above or below the goal for a figure that is on it."""


@dataclass(frozen=True, slots=True)
class Try:
    """One value of the term.

    Parameters
    ----------
    value : float or int
    row : Row or None
        The figure at it; None where there is no such deal.
    problem : str
        Why there is none.
    """

    value: float | int
    row: Row | None
    problem: str = ""

    @property
    def is_defined(self) -> bool:
        """Whether there is a deal, and it has such a figure."""
        return self.row is not None and not math.isnan(self.row.value)

    @property
    def figure(self) -> float:
        """The figure; NaN where there is none."""
        return math.nan if self.row is None else self.row.value

    @property
    def ends(self) -> tuple[float, float]:
        """Its 95% interval; infinite at an end that the trials cannot support."""
        low, high = (None, None) if self.row is None else (self.row.low, self.row.high)
        return (-math.inf if low is None else low, math.inf if high is None else high)

    @property
    def error(self) -> float:
        """Its standard error, or else a quarter of its interval; nothing where it has neither."""
        low, high = self.ends
        quarter = (high - low) / 4 if math.isfinite(high - low) else 0.0
        return quarter if self.row is None or self.row.standard_error is None else self.row.standard_error


Pair: TypeAlias = tuple[Try, Try]
Gap: TypeAlias = Callable[[Try], float]
"""How far a try is above what is looked for; below zero where it is below."""


@dataclass(frozen=True, slots=True)
class Root:
    """A value at which the figure is what it should be.

    Parameters
    ----------
    value : float or int
        Rounded to what is meaningful: a run with it gives ``check``.
    low, high : float or int or None
        The values between which the 95% interval of the figure holds the goal; None for an end beyond what was tried,
        and both None for a figure without an error.
    check : Row
        The figure at the value.
    neighbours : tuple of Try
        Of a whole number: the last on the one side of the goal and the first on the other.
    """

    value: float | int
    low: float | int | None
    high: float | int | None
    check: Row
    neighbours: tuple[Try, ...] = ()

HALVINGS = 12
"""Most runs that are spent on where deals end on the near side of a hole."""


class Search:
    """Looks for the values of one term at which a figure is what it should be.

    Parameters
    ----------
    number : Number
        The term.
    goal : float
    measured : callable
        The figure at a value.
    """

    def __init__(self, number: Number, goal: float, *, measured: Callable[[float | int], Try]) -> None:
        self.number, self.goal, self._measured = number, goal, measured
        self._known: dict[float | int, Try] = {}

    def at(self, value: float) -> Try:
        """Return the figure at a value, as finely as the term is written."""
        written = self.number.written(value)
        if written not in self._known:
            self._known[written] = self._measured(written)
        return self._known[written]

    def root(self, pair: Pair) -> Root:
        """Return the root between two neighbouring tries, on either side of the goal or one of them on it."""
        is_above = (pair[0].figure >= self.goal) != (pair[1].figure >= self.goal)

        def gap(tried: Try) -> float:
            return (tried.figure - self.goal) or (HARDLY if is_above else -HARDLY)

        fineness = min(self.fineness(pair), self.width(pair) / 4)
        for _ in range(ROUNDS):
            pair = self.narrowed(pair, gap, fineness=fineness)
            if self.is_close(pair):
                break
            fineness = min(fineness, max(self.fineness(pair), fineness / 16))
        near = self._best(self.at(self._chosen(pair, fineness)), *pair)
        low, high = self.interval(near, pair, fineness=2 * fineness)
        check = near
        if low is not None and high is not None and not self.number.is_whole:
            check = self._best(self.at(self._rounded(near.value, max(fineness, (high - low) / DIGITS))), near)
        assert check.row is not None
        return Root(check.value, low, high, check.row, pair if self.number.is_whole else ())

    def _best(self, *tries: Try) -> Try:
        """Return the first try whose interval holds the goal, or else the one nearest to it; no deal is none."""
        defined = [each for each in tries if each.is_defined]
        nearest = min(defined, key=lambda each: abs(each.figure - self.goal))
        return next((each for each in defined if self.margin(each) >= 0), nearest)

    def fineness(self, pair: Pair) -> float:
        """Return how closely a root between two tries is worth looking for."""
        one, other = pair
        rise, error = abs(other.figure - one.figure), max(one.error, other.error)
        closest = FINE * error / rise if error > 0 and rise > 0 else BLIND
        return self.number.finest if self.number.is_whole else max(self.number.finest, closest * self.width(pair))

    def width(self, pair: Pair) -> float:
        """Return how far two tries are apart."""
        return pair[1].value - pair[0].value

    def is_close(self, pair: Pair) -> bool:
        """Whether two tries differ by nothing that matters, in the figure or in the term."""
        rise, error = abs(pair[1].figure - pair[0].figure), max(pair[0].error, pair[1].error)
        return rise <= CLOSE * error or self.width(pair) <= self.number.finest

    def narrowed(self, pair: Pair, gap: Gap, *, fineness: float) -> Pair:
        """Return two tries close to each other between which the gap changes its sign."""
        from scipy.optimize import brentq

        one, other = pair
        side = math.copysign(HARDLY, gap(one))
        if other.value - one.value > fineness:
            brentq(lambda value: self._gap(value, gap, side), one.value, other.value, xtol=fineness / 2)
        known = [each for _, each in sorted(self._known.items()) if one.value <= each.value <= other.value]
        known = [each for each in known if each.is_defined]
        pairs = pairwise(known)
        one, other = next(each for each in pairs if (gap(each[0]) > 0) != (gap(each[1]) > 0))
        one, other = self._up_to_the_hole((one, other), gap, fineness=fineness)
        while self.number.is_whole and other.value - one.value > 1:
            middle = self.at((one.value + other.value) // 2)
            one, other = (middle, other) if (gap(middle) > 0) == (gap(one) > 0) else (one, middle)
        return one, other

    def _up_to_the_hole(self, pair: Pair, gap: Gap, *, fineness: float) -> Pair:
        """Close in from the near side, where there are no deals between two tries."""
        one, other = pair
        holes = [each.value for each in self._known.values()
                 if one.value < each.value < other.value and not each.is_defined]
        edge = min(holes, default=one.value)
        for _ in range(HALVINGS):
            if edge - one.value <= fineness:
                break
            middle = self.at((one.value + edge) / 2)
            if not middle.is_defined:
                edge = middle.value
            elif (gap(middle) > 0) != (gap(one) > 0):
                return one, middle
            else:
                one = middle
        return one, other

    def _gap(self, value: float, gap: Gap, side: float) -> float:
        """Return the gap at a value; where there is no such deal, that of the near side."""
        tried = self.at(value)
        return gap(tried) if tried.is_defined else side

    def _chosen(self, pair: Pair, fineness: float) -> float | int:
        """Return the value between two tries that is nearest to the goal, in as few digits as are meaningful."""
        one, other = pair
        if self.number.is_whole:
            return min(pair, key=lambda each: abs(each.figure - self.goal)).value
        part = (self.goal - one.figure) / (other.figure - one.figure)
        between = one.value + min(max(part, 0.0), 1.0) * (other.value - one.value)
        return self._rounded(between, fineness)

    def _rounded(self, value: float, fineness: float) -> float | int:
        """Return a value with as few digits as leave it where it is; whole numbers stay as they are."""
        return self.number.written(round(value, -math.floor(math.log10(fineness))))

    def interval(
        self, check: Try, pair: Pair, *, fineness: float
    ) -> tuple[float | int | None, float | int | None]:
        """Return the values around a root between which the 95% interval of the figure holds the goal."""
        if check.row is None or (check.row.low is None and check.row.high is None):
            return None, None
        if self.margin(check) < 0:
            return pair[0].value, pair[1].value
        return self._end(check, -1, fineness), self._end(check, 1, fineness)

    def margin(self, tried: Try) -> float:
        """Return how far within its 95% interval the goal lies, at its end hardly; below zero outside it."""
        low, high = tried.ends
        return min(high - self.goal, self.goal - low) or HARDLY

    def _end(self, check: Try, side: int, fineness: float) -> float | int | None:
        """Return where the goal leaves the interval on one side of a root; None where it does not."""
        beyond = [each for each in self._known.values()
                  if each.is_defined and (each.value - check.value) * side > 0 and self.margin(each) < 0]
        if not beyond:
            return None
        out = min(beyond, key=lambda each: abs(each.value - check.value))
        one, other = self.narrowed((check, out) if side > 0 else (out, check), self.margin, fineness=fineness)
        inner, outer = (one, other) if side > 0 else (other, one)
        if self.number.is_whole or self.width((one, other)) < 1.5 * self.number.finest:
            return inner.value
        # Whole cents make steps: of a figure without an error the one with the goal on it ends before the outer value.
        least, end = (outer.value, outer.value) if check.error == 0 else (inner.value, (one.value + other.value) / 2)
        shown = self._rounded(end, fineness)
        if side * shown < side * least:
            shown = self._rounded(shown + side * 10.0 ** math.floor(math.log10(fineness)), fineness)
        return shown
