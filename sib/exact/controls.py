"""What is known exactly of the trials of a run: the numbers that its means and chances can be corrected by.

In comes a simulation, out goes a ``Control`` paper. What is known is the law of what is validated, or of each metric
of a group: its mean, and the mean of what of it lies beyond each of some levels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sib.arrays import Floats
from sib.engine import Simulation
from sib.errors import RefusedError
from sib.exact.figures import Spread
from sib.exact.method import exact
from sib.measures.controls import known
from sib.measures.risk import Batches

LEVELS = (0.01, 0.02, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.40, 0.50, 0.70, 0.90)
"""Levels of the quantiles beyond which what is known is looked at: close together where contracts break off."""
FEWEST = 100
"""Trials for each number, without which a correction would be fitted to chance."""


@dataclass(frozen=True, slots=True)
class Control:
    """What means and chances are corrected by.

    Parameters
    ----------
    names : tuple of str
        What is known, by the names of trials.
    batches : Batches
        Those of the run, with what is known.
    """

    names: tuple[str, ...]
    batches: Batches


def control(run: Simulation) -> Control:
    """Return what the means and chances of a run can be corrected by.

    Raises
    ------
    RefusedError
        Where nothing that varies is known exactly, or there are too few trials.
    """
    laws = dict(_laws(run))
    if not laws:
        raise RefusedError(
            "there is nothing to correct by: nothing that is validated or measured in this deal both varies and is "
            "known exactly; simulate it as it is, with --method mc")
    numbers, means = zip(*(_pieces(run.trials[name], law) for name, law in laws.items()), strict=True)
    table = np.column_stack(numbers)
    least = FEWEST * table.shape[1]
    if run.n_trials < least:
        raise RefusedError(f"a correction by {table.shape[1]} numbers needs {least:,} trials; found {run.n_trials:,}: "
                           f"write --trials {least}")
    return Control(tuple(laws), replace(run.batches, known=known(table, np.concatenate(means))))


def _laws(run: Simulation) -> Iterator[tuple[str, Spread]]:
    """Yield the name in the trials and the law of each number that is known and varies."""
    whats = {f"metric.{name}": ("programme", name) for name in run.deal.metrics}
    found = exact(run.deal)
    for name, what in {"accountant.validated": ("accountant", "validated"), **whats}.items():
        if name in run.trials and what in found.spreads:
            law = found.spreads[what][0]
            if law.undefined == 0 and np.ptp(run.trials[name]) > 0:
                yield name, law.defined()


def _pieces(values: Floats, law: Spread) -> tuple[Floats, Floats]:
    """Return a number and what of it lies beyond each level, by trial and on average."""
    levels = np.unique([law.quantile(level) for level in LEVELS])
    beyond = [values, *(np.maximum(values - level, 0.0) for level in levels)]
    means = [law.values @ law.masses, *(np.maximum(law.values - level, 0.0) @ law.masses for level in levels)]
    return np.column_stack(beyond).astype(np.float64), np.array(means)
