"""The law of a sum over cases: each brings an amount if it succeeds, and perhaps another if it does not.

In come laws of counts and of single amounts, out goes the ``Law`` of the total, by Fourier transform on a grid of
money. Where amounts are few whole numbers the grid holds them all and nothing is lost. Elsewhere an amount between two
points is divided over them so that its mean is kept; the grid is so long that the chance of a total beyond it, by
Chernoff's bound, is at most ``BEYOND``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sib.arrays import Floats
from sib.exact.law import SMALLEST, Law, known, of_counts

SIZE, LATTICE, MANY = 2**15, 2**18, 64
"""Points of a grid; most of them where it holds every amount; most different amounts of such a grid."""
BEYOND = 1e-10
"""Largest chance of a total beyond the grid."""
CERTAIN = 1e-7
"""Standard deviation, as a part of the mean, below which it is rounding and nothing is uncertain."""
CONDENSED, TILTS = 1024, 25
"""Amounts and exponents with which the bound is worked out."""
SPANS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512)
"""Standard deviations about the mean that are tried as the length of the grid."""


Waves: TypeAlias = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one case brings: values in whole units and their chances, adding up to 1."""

    values: Floats
    masses: Floats

    @property
    def is_nothing(self) -> bool:
        """Whether it brings nothing for sure."""
        return not self.values.any()

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and mean square."""
        return float(self.values @ self.masses), float(self.values**2 @ self.masses)


@dataclass(frozen=True, slots=True)
class Part:
    """The cases of one segment.

    Parameters
    ----------
    counts : ndarray of shape (n_states, n_cases + 1)
        Law of the successes in each state of what is shared.
    won, lost : Amounts
        What a success brings, and what any other case brings.
    """

    counts: Floats
    won: Amounts
    lost: Amounts


def compound(states: Floats, parts: Sequence[Part]) -> Law:
    """Return the law of the total.

    Parameters
    ----------
    states : ndarray of shape (n_states,)
        Chances of the states; given one, segments are independent.
    """
    alive = [part for part in parts if not (part.won.is_nothing and part.lost.is_nothing)]
    if not alive:
        return known(0.0)
    simple = alive[0]
    if len(alive) == 1 and simple.lost.is_nothing and len(simple.won.values) == 1:
        return of_counts(states @ simple.counts, float(simple.won.values[0]))
    mean, sd = total_moments(states, alive)
    if sd <= CERTAIN * max(abs(mean), 1.0):
        return known(np.rint(mean))
    unit = _lattice(alive)
    return _on_lattice(states, alive, unit=unit) if unit else _on_grid(states, alive, mean=mean, sd=sd)


def total_moments(states: Floats, parts: Sequence[Part]) -> tuple[float, float]:
    """Return the mean and standard deviation of the total in closed form (Wald), without any grid."""
    means, variances = np.zeros(len(states)), np.zeros(len(states))
    for part in parts:
        k = np.arange(float(part.counts.shape[1]))
        expected = part.counts @ k
        spread = (k - expected[:, np.newaxis]) ** 2
        (won, won2), (lost, lost2) = part.won.moments, part.lost.moments
        others = len(k) - 1 - expected
        means += expected * won + others * lost
        variances += expected * (won2 - won**2) + others * (lost2 - lost**2)
        variances += (part.counts * spread).sum(axis=1) * (won - lost) ** 2
    mean = float(states @ means)
    return mean, float(np.sqrt(max(float(states @ (variances + (means - mean) ** 2)), 0.0)))


def _lattice(parts: Sequence[Part]) -> int:
    """Return the unit in which all amounts are whole and the grid is not too long; 0 where there is none."""
    found = [np.unique(amounts.values) for part in parts for amounts in (part.won, part.lost)]
    every: Floats = np.concatenate(found)
    if len(every) > MANY or bool((every != np.rint(every)).any()):
        return 0
    unit = int(np.gcd.reduce(np.abs(every).astype(np.int64)))
    low, high = _ends(parts)
    return unit if unit and (high - low) / unit < LATTICE else 0


def _ends(parts: Sequence[Part]) -> tuple[float, float]:
    """Return the smallest and the largest total that can be."""
    low = sum((part.counts.shape[1] - 1) * min(part.won.values.min(), part.lost.values.min()) for part in parts)
    high = sum((part.counts.shape[1] - 1) * max(part.won.values.max(), part.lost.values.max()) for part in parts)
    return min(float(low), 0.0), max(float(high), 0.0)


def _on_lattice(states: Floats, parts: Sequence[Part], *, unit: int) -> Law:
    low, high = (round(end / unit) for end in _ends(parts))
    size = 2 ** int(np.ceil(np.log2(high - low + 1)))
    masses = np.roll(_transformed(states, parts, step=float(unit), size=size), -low)[: high - low + 1]
    return Law(unit * np.arange(low, high + 1.0), masses / masses.sum())


def _on_grid(states: Floats, parts: Sequence[Part], *, mean: float, sd: float) -> Law:
    low, high, beyond = _span(states, parts, mean=mean, sd=sd)
    step = (high - low) / (SIZE - 1)
    first = int(np.floor(low / step))
    masses = np.roll(_transformed(states, parts, step=step, size=SIZE), -first)
    none = _none(states, parts) if 0 <= -first < SIZE else 0.0
    masses[max(min(-first, SIZE - 1), 0)] -= min(none, masses[max(min(-first, SIZE - 1), 0)])
    masses *= (1 - none) / masses.sum()
    edges, so_far = step * (first + np.arange(SIZE + 1.0) - 0.5), np.concatenate(([0.0], np.cumsum(masses)))
    inside = np.flatnonzero((so_far > SMALLEST) & (so_far < so_far[-1] - SMALLEST))
    at_zero = (np.zeros(1), np.array([none])) if none else (np.zeros(0), np.zeros(0))
    return Law(
        at_zero[0], at_zero[1], lambda x: np.interp(x, edges, so_far), float(np.floor(edges[max(inside[0] - 1, 0)])),
        float(np.ceil(edges[min(inside[-1] + 1, SIZE)])), step, beyond, _blur(states, parts, step=step),
    )


def _none(states: Floats, parts: Sequence[Part]) -> float:
    """Return the chance that no case brings anything."""
    found = states.copy()
    for part in parts:
        zero = [float(each.masses[each.values == 0].sum()) for each in (part.won, part.lost)]
        k = np.arange(part.counts.shape[1])
        found = found * (part.counts @ (zero[0] ** k * zero[1] ** k[::-1]))
    return float(found.sum())


def _span(states: Floats, parts: Sequence[Part], *, mean: float, sd: float) -> tuple[float, float, float]:
    """Return the ends of the grid, and a bound on the chance of a total outside."""
    ends = _ends(parts)
    parts = [Part(part.counts, _condensed(part.won), _condensed(part.lost)) for part in parts]
    for n_sds in SPANS:
        low, high = max(mean - n_sds * sd, ends[0]), min(mean + n_sds * sd, ends[1])
        bounds = [_beyond(states, parts, end) if end != of_all else 0.0
                  for end, of_all in zip((low, high), ends, strict=True)]
        if sum(bounds) <= BEYOND:
            break
    margin = 0.02 * (high - low)
    return low - margin, high + margin, sum(bounds)


def _condensed(amounts: Amounts) -> Amounts:
    """Return fewer amounts, each divided over two: E[exp(t x)] only rises by that, so a bound stays one."""
    if len(amounts.values) <= CONDENSED:
        return amounts
    low, high = amounts.values.min(), amounts.values.max()
    step = (high - low) / (CONDENSED - 2)
    masses = on_grid(Amounts(amounts.values - low, amounts.masses), step=step, size=CONDENSED)
    return Amounts(low + step * np.arange(float(CONDENSED)), masses)


def _beyond(states: Floats, parts: Sequence[Part], end: float) -> float:
    """Bound the chance of a total beyond an end: min over t of E[exp(t S)] exp(-t end)."""
    mean, sd = total_moments(states, parts)
    away = abs(end - mean)
    tilts = np.sign(end - mean) * np.geomspace(0.05, 50, TILTS) / sd
    return float(min(np.exp(min(_log_moment(states, parts, tilt, mean) - abs(tilt) * away, 0.0)) for tilt in tilts))


def _log_moment(states: Floats, parts: Sequence[Part], tilt: float, mean: float) -> float:
    """Return log E[exp(t (S - mean))]."""
    logs = np.log(np.maximum(states, 1e-300)) - tilt * mean
    for part in parts:
        won, lost = (_log_mean_exp(tilt * each.values, each.masses) for each in (part.won, part.lost))
        k = np.arange(part.counts.shape[1])
        terms = np.log(np.maximum(part.counts, 1e-300)) + k * won + k[::-1] * lost
        top = terms.max(axis=1, keepdims=True)
        logs = logs + top[:, 0] + np.log(np.exp(terms - top).sum(axis=1))
    top = logs.max()
    return float(top + np.log(np.exp(logs - top).sum()))


def _log_mean_exp(exponents: Floats, masses: Floats) -> float:
    top = exponents.max()
    return float(top + np.log(masses @ np.exp(exponents - top)))


def _transformed(states: Floats, parts: Sequence[Part], *, step: float, size: int) -> Floats:
    """Return the chances on the grid 0, step, … (negative totals at its end), by one transform there and back."""
    waves = [[np.fft.rfft(on_grid(each, step=step, size=size)) for each in (part.won, part.lost)] for part in parts]
    total = np.zeros(size // 2 + 1, dtype=np.complex128)
    for number, chance in enumerate(states):
        given = [_generated(part.counts[number], won, lost) for part, (won, lost) in zip(parts, waves, strict=True)]
        total += chance * reduce(np.multiply, given)
    return np.maximum(np.fft.irfft(total, size), 0.0)


def _generated(counts: Floats, won: Waves, lost: Waves) -> Waves:
    """Return the sum over k of P(k) won**k lost**(n - k)."""
    total = np.full_like(won, counts[-1])
    if np.abs(lost - 1).max() < 1e-15:
        for chance in counts[-2::-1]:
            total *= won
            total += chance
        return total
    others = np.ones_like(lost)
    for chance in counts[-2::-1]:
        others *= lost
        total *= won
        total += chance * others
    return total


def on_grid(amounts: Amounts, *, step: float, size: int) -> Floats:
    """Return chances on a circular grid, each amount divided over its two neighbours so that its mean is kept."""
    place = amounts.values / step
    whole = np.rint(place)
    place = np.where(np.abs(place - whole) < 1e-9, whole, place)
    left = np.floor(place)
    above = place - left
    index = left.astype(np.int64)
    masses = np.bincount(index % size, amounts.masses * (1 - above), minlength=size)
    return np.asarray(masses + np.bincount((index + 1) % size, amounts.masses * above, minlength=size))


def added_variance(amounts: Amounts, *, step: float) -> float:
    """Return what dividing an amount over a grid adds to its variance: E[x (h - x)]."""
    over = np.mod(amounts.values, step)
    return float((over * (step - over)) @ amounts.masses)


def _blur(states: Floats, parts: Sequence[Part], *, step: float) -> float:
    """Return the standard deviation of what a grid adds to a total, by dividing amounts and within a cell."""
    total = step**2 / 12
    for part in parts:
        k = np.arange(float(part.counts.shape[1]))
        expected = float(states @ part.counts @ k)
        total += expected * added_variance(part.won, step=step)
        total += (len(k) - 1 - expected) * added_variance(part.lost, step=step)
    return float(np.sqrt(total))
