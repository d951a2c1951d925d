"""The law of one number: amounts in cents, counts, or steps of measurement.

In come atoms (values with their chances) and what is spread smoothly between them, out come points with masses, on
which anything that depends on the number can be worked out. Knows no deal and draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sib.arrays import Floats

CELLS, DENSE = 1024, 2**15 + 1
"""Cells into which a smooth law is cut at first, half as many again of equal chance; points at which that is seen."""
MANY = 2**12
"""Cells where nothing has to be worked out in them."""
MOST = 8192
"""Most atoms that are each a point."""
FAR, NODES, FINE = 7.5, 1501, 2001
"""Standard deviations of a normal that are looked at; points of a law that leans on it, before and after."""
SMALLEST = 1e-13
"""Chance on either side of a smooth law that is left to its outermost point."""


@dataclass(frozen=True, slots=True)
class Law:
    """The law of a number, in whole units.

    Parameters
    ----------
    values, masses : ndarrays of shape (n_atoms,)
        Atoms, rising.
    smooth : callable, optional
        Chance of the rest to lie at or below a value; from 0 to 1 less the atoms.
    low, high : float
        Between them the rest lies.
    step : float
        Width of a cell of the grid on which the rest was worked out; 0 where there is none.
    wrapped : float
        At most so much of the chance fell off that grid and came back at its other end.
    blur : float
        Standard deviation of what the grid adds to the number.
    """

    values: Floats
    masses: Floats
    smooth: Callable[[Floats], Floats] | None = None
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    wrapped: float = 0.0
    blur: float = 0.0

    @property
    def is_known(self) -> bool:
        """Whether the number is not uncertain at all."""
        return self.smooth is None and int((self.masses > 0).sum()) == 1

    @property
    def mode(self) -> float:
        """The most likely atom: the number itself where it is known."""
        return float(self.values[int(np.argmax(self.masses))])

    def scaled(self, factor: float) -> Law:
        """Return the law of a multiple, in whole units again."""
        smooth = self.smooth
        if factor == 1 or not factor:
            return self if factor else known(0.0)
        values, place = np.unique(np.rint(factor * self.values), return_inverse=True)
        masses = np.asarray(np.bincount(place, self.masses, minlength=len(values)), dtype=np.float64)
        ends = self.low * factor, self.high * factor, self.step * factor, self.wrapped, self.blur * factor
        return Law(values, masses, None if smooth is None else lambda x: smooth(x / factor), *ends)

    def points(self, levels: Iterable[float] = (), *, cells: int = CELLS) -> Floats:
        """Return all atoms, and points through the smooth part with its quantiles at some levels among them."""
        if self.smooth is None:
            return self.values
        dense = np.linspace(self.low, self.high, DENSE)
        alike = np.interp(np.linspace(0, 1 - self.masses.sum(), cells // 2 + 1), self.smooth(dense), dense)
        found = self.quantiles([each for level in levels for each in (level, 1 - level)])
        return np.unique(np.rint(np.concatenate([self.values, dense[:: DENSE // cells], alike, found])))

    def at(self, points: Floats) -> Floats:
        """Return the chance that each point, rising and atoms among them, stands for: of all that is nearest to it."""
        masses = np.zeros(len(points))
        masses[np.searchsorted(points, self.values)] = self.masses
        if self.smooth is None:
            return masses
        between = (points[1:] + points[:-1]) / 2
        inner = self.smooth(between)
        ends = np.concatenate(([0.0], inner, [1.0 - self.masses.sum()]))
        return masses + np.maximum(np.diff(ends), 0.0)

    def below(self, value: float) -> float:
        """Return the chance of a number at or below a value."""
        return float(self._below(np.array([value]))[0])

    def _below(self, values: Floats) -> Floats:
        rest = 0.0 if self.smooth is None else self.smooth(values + 0.5)
        so_far = np.concatenate(([0.0], np.cumsum(self.masses)))
        return np.asarray(so_far[np.searchsorted(self.values, values, side="right")] + rest)

    def quantile(self, level: float) -> float:
        """Return the smallest whole number with at least this chance at or below it."""
        return float(self.quantiles([level])[0])

    def quantiles(self, levels: Sequence[float]) -> Floats:
        """Return quantiles at several levels, by halving."""
        ends = np.concatenate([self.values, [] if self.smooth is None else [self.low, self.high]])
        low, high = np.full(len(levels), np.floor(ends.min())), np.full(len(levels), np.ceil(ends.max()))
        while (low < high).any():
            middle = np.floor((low + high) / 2)
            is_enough = self._below(middle) >= levels
            low, high = np.where(is_enough | (low >= high), low, middle + 1), np.where(is_enough, middle, high)
        return low


def coarse(law: Law) -> Law:
    """Return a law of too many atoms for each to be a point as if it were smooth; others as they are."""
    if len(law.values) <= MOST:
        return law
    so_far = np.cumsum(law.masses)
    inside = np.flatnonzero((so_far > SMALLEST) & (so_far < 1 - SMALLEST))
    ends = law.values[max(inside[0] - 1, 0)], law.values[min(inside[-1] + 1, len(law.values) - 1)]

    def level(x: Floats) -> Floats:
        place = np.searchsorted(law.values, x, side="right")
        return np.where(place > 0, so_far[np.maximum(place - 1, 0)], 0.0)

    return Law(np.zeros(0), np.zeros(0), level, float(ends[0]), float(ends[1]))


def leaning(law: Law, loading: float) -> Law:
    """Return the law of ``exp(b z - b**2 / 2)`` times a number that is never below 0, z a normal apart from it.

    Given the number, the chance to stay below x is ``Phi((ln(x / number) + b**2 / 2) / |b|)``.
    """
    points = np.union1d(law.values, np.rint(np.linspace(law.low, law.high, NODES if law.smooth else 1)))
    masses = law.at(points)
    nothing, some = float(masses[points <= 0].sum()), (points > 0) & (masses > 0)
    if not some.any():
        return law
    sizes, chances, width = np.log(points[some]), masses[some], abs(loading)
    grid = np.linspace(sizes[0] - FAR * width, sizes[-1] + FAR * width, FINE)
    so_far = ndtr((grid[:, np.newaxis] - sizes + width**2 / 2) / width) @ chances
    inside = np.flatnonzero((so_far > SMALLEST) & (so_far < so_far[-1] - SMALLEST))
    low, high = (float(np.exp(grid[place])) for place in (max(inside[0] - 1, 0), min(inside[-1] + 1, FINE - 1)))
    at_zero = (np.zeros(1), np.array([nothing])) if nothing else (np.zeros(0), np.zeros(0))

    def level(x: Floats) -> Floats:
        return np.asarray(np.interp(np.log(np.maximum(x, 1e-300)), grid, so_far))

    return Law(at_zero[0], at_zero[1], level, low, high, law.step, law.wrapped, law.blur)


def known(value: float) -> Law:
    """Return the law of a number without any uncertainty."""
    return Law(np.array([value]), np.ones(1))


def of_counts(pmf: Floats, unit: float = 1.0) -> Law:
    """Return the law of a count, or of so much for each."""
    return Law(unit * np.arange(float(len(pmf))), pmf) if unit else known(0.0)


def moments(values: Floats, masses: Floats) -> tuple[float, float]:
    """Return the mean and the standard deviation; of equal values exactly that value and 0."""
    whole = float(masses.sum())
    origin = float(values[int(np.argmax(masses))])
    away = values - origin
    shift = float(away @ masses) / whole
    return origin + shift, float(np.sqrt(max(float((away - shift) ** 2 @ masses) / whole, 0.0)))
