"""A simulation held against the exact figures: how many standard errors each is off.

In come what the exact method found and the rows of a summary, out come ``Compared`` papers. The error of a mean is the
simulation's own, with that of the trials behind its last whole block; that of a quantile is the one of its
place among the trials in order, and of a chance that no trial, or every trial, met, the one that the exact chance
implies.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betainc, betaincc, ndtri, stdtr

from sib.exact.figures import Spread
from sib.exact.found import Found
from sib.exact.law import moments
from sib.measures.risk import BLOCKS, Batches, error_method
from sib.results import LEVELS, Row, Unit, percentile

LIMIT = 4.0
"""Standard errors beyond which a figure is off: by chance alone in about 1 of 15,000."""
SAME = 1e-9
"""What rounding may make of a figure without any chance in it, as a part of it."""
HALF_A_CENT = 0.005
AT = {percentile(level): level for level in LEVELS} | {"var95": 0.95, "var99": 0.99}
"""The level of each statistic that is a quantile."""
FEWEST = 40
"""Trials that must be expected where a measure is defined, and in its tail, for their own spread to tell the error."""
TAILS = {"es95": 0.95, "es99": 0.99}
"""The level of each statistic that is the mean of a tail."""
CHANCES = ("probability", "undefined_share", "total_loss_share")


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure, worked out and simulated.

    Parameters
    ----------
    exact, simulated : Row
    z : float or None
        Standard errors by which the simulation is off; infinite where a figure without any chance in it differs. None
        where there is no error to compare with.
    """

    exact: Row
    simulated: Row
    z: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """All figures together.

    Parameters
    ----------
    compared : tuple of Compared
    """

    compared: tuple[Compared, ...]

    @property
    def with_error(self) -> list[tuple[float, Compared]]:
        """Return the figures with an error to compare with, and how far each is off."""
        return [(abs(each.z), each) for each in self.compared if each.z is not None]

    @property
    def largest(self) -> float:
        """Return the largest number of standard errors."""
        return max((off for off, _ in self.with_error), default=0.0)

    @property
    def worst(self) -> Compared | None:
        """Return the figure that is furthest off; None where there is none to compare."""
        return max(self.with_error, key=lambda each: each[0], default=(0.0, None))[1]

    @property
    def is_passed(self) -> bool:
        """Whether no figure is off by more than ``LIMIT``."""
        return self.largest <= LIMIT


def held_against(found: Found, rows: Sequence[Row], *, trials: int, batches: Batches = BLOCKS) -> Verdict:
    """Hold a simulation of so many trials, drawn together in such batches, against what is known exactly."""
    simulated: Mapping[tuple[str, str, str], Row] = {(row.party, row.measure, row.statistic): row for row in rows}
    pairs = []
    for row in found.rows:
        other = simulated.get((row.party, row.measure, row.statistic))
        if other is not None:
            spread = found.spreads.get((row.party, row.measure))
            off = errors_off(row, other, spread=spread, trials=trials, batches=batches)
            pairs.append(Compared(row, other, off))
    return Verdict(tuple(pairs))


def errors_off(
    exact: Row, simulated: Row, *, spread: tuple[Spread, Unit] | None, trials: int, batches: Batches = BLOCKS
) -> float | None:
    """Return by how many standard errors a simulated figure is off; its standard deviation has the divisor n - 1."""
    fewer = max(trials // batches.copies, 1)
    if math.isnan(exact.value) and math.isnan(simulated.value):
        return 0.0
    if exact.statistic == "sd" and trials > 1:
        simulated = replace(simulated, value=simulated.value * math.sqrt(1 - 1 / trials))
    if spread is not None and exact.statistic != "undefined_share" and (1 - spread[0].undefined) * trials < FEWEST:
        return None
    if abs(exact.value - simulated.value) <= _rounding(exact):
        return 0.0
    if exact.statistic in AT and spread is not None:
        return _of_quantile(simulated.value, AT[exact.statistic], spread=spread, trials=fewer)
    if (exact.statistic == "value" and not simulated.standard_error) or exact.measure == "reserve":
        return None
    implied = _implied_error(exact, spread, trials=fewer)
    if simulated.standard_error and spread is not None and spread[0].peak > trials / FEWEST:
        return (simulated.value - exact.value) / max(simulated.standard_error, implied)
    of_blocks = error_method(trials, batches) == "batch means"
    broken = math.sqrt(trials % batches.size / trials) * implied if of_blocks else 0.0
    error = math.hypot(simulated.standard_error, broken) if simulated.standard_error else implied
    if of_blocks and simulated.standard_error:
        return _as_normal((simulated.value - exact.value) / error, trials // batches.size)
    return (simulated.value - exact.value) / error if error else math.inf


def _implied_error(exact: Row, spread: tuple[Spread, Unit] | None, *, trials: int) -> float:
    """Return the error that the exact law implies, for a figure on which all trials agree; 0 where nothing varies."""
    if exact.statistic in CHANCES:
        return math.sqrt(max(exact.value * (1 - exact.value), 0.0) / trials)
    if spread is None or exact.statistic not in ("mean", "sd", *TAILS):
        return 0.0
    found, scale = spread[0].defined(), math.sqrt(trials) * (100.0 if spread[1] == "money" else 1.0)
    mean, sd = moments(found.values, found.masses)
    if exact.statistic in TAILS:
        return _of_tail(found, TAILS[exact.statistic], trials=trials) / scale
    if exact.statistic == "mean" or sd == 0:
        return sd / scale
    fourth = float((found.values - mean) ** 4 @ found.masses)
    return math.sqrt(max(fourth - sd**4, 0.0)) / (2 * sd) / scale


def _of_tail(found: Spread, level: float, *, trials: int) -> float:
    """Return the error of the mean of a tail, for one trial.

    Where the law has the whole tail at one value, trials may still be short of that: then from the lowest value at
    which as many trials as ``LIMIT`` errors allow would let it begin.
    """
    for begins in (level, level - LIMIT * math.sqrt(level * (1 - level) / trials)):
        excess = np.maximum(found.values - found.quantile(begins), 0.0)
        error = moments(excess, found.masses)[1] / (1 - level)
        if error:
            return error
    return 0.0


def _as_normal(t: float, n_blocks: int) -> float:
    """Return the normal number of errors that is as rare as so many errors, themselves found from a few blocks."""
    return float(math.copysign(-ndtri(max(stdtr(n_blocks - 1, -abs(t)), 1e-300)), t))


def _rounding(exact: Row) -> float:
    """Return what rounding to whole units may make of a figure."""
    unit = 0.0 if exact.unit in ("fraction", "years", "count") else HALF_A_CENT
    return SAME * max(abs(exact.value), 1e-3) + unit


def _of_quantile(value: float, level: float, *, spread: tuple[Spread, Unit], trials: int) -> float:
    """Return how many errors the exact chance at or below a simulated quantile is from its level."""
    whole, unit = spread
    scale = 100.0 if unit == "money" else 1.0
    found, q = whole.defined(), value * scale
    near = whole.near + (0.5 if unit == "money" else SAME * max(abs(q), 1e-3))
    so_far = np.cumsum(found.masses)
    ends = [float(found.masses[found.values < q - near].sum()), float(found.masses[found.values <= q + near].sum())]
    if ends[0] <= level <= ends[1]:
        return 0.0
    ends.append(float(np.interp(q, found.values, so_far - found.masses / 2)))
    n = max(trials * (1 - whole.undefined), 1.0)
    rank = min(max(math.ceil(level * n - SAME), 1), n)
    return min((_as_rare(end, rank, n + 1 - rank) for end in ends), key=abs)


def _as_rare(chance: float, a: float, b: float) -> float:
    """Return the normal number of errors that is as rare as a chance ~ Beta(a, b) so far from its median."""
    below, above = (max(float(tail(a, b, chance)), 1e-300) for tail in (betainc, betaincc))
    return float(ndtri(below) if below < above else -ndtri(above))
