"""Numbers of cases that may be told: exactly, or by what they lie between where they would tell of a few households.

In comes a count and the published total that it is part of, out goes a ``Count``. Few are told neither by their own
number nor by what is left of the total; figures that would give the number away are rounded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sib.amounts import NumberFormat

TEXTS = {"fewer": ("fewer than {n}", "minder dan {n}"), "more": ("more than {n}", "meer dan {n}")}
"""By key: English, Dutch."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of cases, or the least and the most that it may be.

    Parameters
    ----------
    low, high : int
        The same where the number is told.
    """

    low: int
    high: int

    @property
    def exact(self) -> int | None:
        """The number where it is told; None where it is not."""
        return self.low if self.low == self.high else None

    def said(self, lang: NumberFormat = "en", number: Callable[[int], str] = str) -> str:
        """Return the number, or ``fewer than`` or ``more than`` a bound.

        Examples
        --------
        >>> Count(88, 88).said(), Count(0, 9).said(), Count(141, 150).said("nl")
        ('88', 'fewer than 10', 'meer dan 140')
        """
        if self.exact is not None:
            return number(self.exact)
        key, n = ("more", self.low - 1) if self.low else ("fewer", self.high + 1)
        return TEXTS[key][lang == "nl"].format(n=number(n))


def counted(n: int, of: int | Count, *, fewest: int) -> Count:
    """Return a count as it may be told.

    Parameters
    ----------
    n : int
    of : int or Count
        The total that is told beside it.
    fewest : int
        Neither fewer than these nor all but fewer than these are told; 1 tells everything.

    Examples
    --------
    >>> counted(88, 150, fewest=10), counted(4, 150, fewest=10), counted(146, 150, fewest=10)
    (Count(low=88, high=88), Count(low=0, high=9), Count(low=141, high=150))
    """
    total = of if isinstance(of, Count) else Count(of, of)
    if n < fewest:
        return Count(0, fewest - 1)
    if total.high - n < fewest:
        return Count(max(fewest, total.low - fewest + 1), total.high)
    return Count(n, n)


def rounded(value: float, digits: int = 3) -> float:
    """Return a figure with so many digits, so that it does not give away how many cases made it.

    Examples
    --------
    >>> rounded(21906.1438), rounded(-0.0), rounded(0.78171)
    (21900.0, 0.0, 0.782)
    """
    return float(f"{value:.{digits}g}") + 0.0
