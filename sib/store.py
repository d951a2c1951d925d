"""What work chunks leave behind, put together: what is kept of each trial, and sums over all of them.

In come pieces, one a work chunk, in any order and from any thread or process, out go columns, flows and sums. Nothing
here knows how a piece came about.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

import numpy as np

from sib.arrays import Array, Cents, read_only
from sib.kept import Column, Kept


@dataclass(frozen=True, slots=True)
class Piece:
    """What is left of one work chunk of one deal.

    Parameters
    ----------
    first, number : int
        Its first trial, and how many it has.
    entries : dict of str to ndarray of shape (number,)
        One value a trial.
    sums : dict of str to ndarray of shape (n_periods,)
        Flows added up over its trials.
    flows : dict of str to ndarray of shape (number, n_periods)
    years : dict of str to ndarray of shape (n_years, number)
    passed : frozenset of str
        Names of the checks that held.
    """

    first: int
    number: int
    entries: dict[str, Array]
    sums: dict[str, Cents]
    flows: dict[str, Cents]
    years: dict[str, Cents]
    passed: frozenset[str]


class Store:
    """Room for what is left of all work chunks of one deal.

    Of flows, what a chunk never met, or what is zero in it, is not written, so that the memory of it is never touched.

    Parameters
    ----------
    n_trials : int
    """

    def __init__(self, n_trials: int) -> None:
        self.n_trials = n_trials
        self.sums: dict[str, Cents] = {}
        self.passed: set[str] = set()
        self._columns: dict[str, Column] = {}
        self._met: dict[int, tuple[str, ...]] = {}
        self._spans: dict[int, int] = {}
        self._wide: dict[str, dict[str, Array]] = {"flows": {}, "years": {}}
        self._turn = Lock()

    def put(self, piece: Piece) -> None:
        """Put a piece where it belongs, once."""
        with self._turn:
            self.passed |= piece.passed
            self._spans[piece.first], self._met[piece.first] = piece.number, tuple(piece.entries)
            for name, values in piece.entries.items():
                self._columns.setdefault(name, Column(self.n_trials, values.dtype)).put(values, piece.first)
            for name, sums in piece.sums.items():
                self.sums[name] = self.sums[name] + sums if name in self.sums else sums  # whole cents: in any order
        for name, values in piece.flows.items():
            self._write("flows", name, values=values, first=piece.first)
        for name, values in piece.years.items():
            self._write("years", name, values=values, first=piece.first)

    def entries(self) -> Kept:
        """Return what is kept of each trial, in the order in which the trials met it; zeros where they did not."""
        for column in self._columns.values():
            column.complete(self._spans)
        names = dict.fromkeys(name for first in sorted(self._met) for name in self._met[first])
        return Kept({name: self._columns[name] for name in names})

    def wide(self, kind: str) -> dict[str, Array]:
        """Return ``flows`` or ``years`` of all trials, read only."""
        return {name: read_only(array) for name, array in self._wide[kind].items()}

    def _write(self, kind: str, name: str, *, values: Array, first: int) -> None:
        """Write values from trial ``first`` on; trials are on the first axis, of years on the last."""
        axis = values.ndim - 1 if kind == "years" else 0
        with self._turn:
            shape = [self.n_trials if place == axis else size for place, size in enumerate(values.shape)]
            array = self._wide[kind].setdefault(name, np.zeros(shape, dtype=values.dtype))
        if values.any():
            mine = slice(first, first + values.shape[axis])
            array[(slice(None),) * axis + (mine,)] = values
