"""What is kept of all trials, in as little room as holds it exactly.

In come values of some trials by name, in any order and from any thread, out goes a mapping from name to one value a
trial. Whole numbers that fit take four bytes, what is one value in all trials takes none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sib.arrays import Array, read_only

NARROW = np.dtype(np.int32)


class Column:
    """One value a trial.

    Parameters
    ----------
    n_trials : int
    dtype : dtype
        What its values are when they are read.
    """

    __slots__ = ("_array", "_value", "_written", "dtype", "n_trials")

    def __init__(self, n_trials: int, dtype: np.dtype[Any]) -> None:
        self.n_trials, self.dtype = n_trials, dtype
        self._written: set[int] = set()
        self._value: Any = None
        self._array: Array | None = None

    def put(self, values: Array, first: int) -> None:
        """Write the values of the trials from ``first`` on, once."""
        if self.dtype.kind == "f":
            values = values + 0.0  # no minus zero, which a whole number cannot keep
        if self._value is None:
            self._value = values[0]
        if self._array is None and not (values == self._value).all():
            self._array = self._filled()
        if self._array is not None:
            if self._array.dtype == NARROW and self._width(values) != NARROW:
                self._array = self._array.astype(self.dtype)
            self._array[first : first + len(values)] = values
        self._written.add(first)

    def complete(self, spans: Mapping[int, int]) -> None:
        """Write zeros where pieces of some trials (first and number) had no values to write."""
        for first, number in spans.items():
            if first not in self._written:
                self.put(np.zeros(number, dtype=self.dtype), first)

    def read(self) -> Array:
        """Return all values, read only."""
        if self._array is None:
            return np.broadcast_to(np.asarray(self._value, dtype=self.dtype), (self.n_trials,))
        return read_only(self._array.astype(self.dtype, copy=False).view())

    @property
    def n_bytes(self) -> int:
        """Memory that its values take."""
        return 0 if self._array is None else self._array.nbytes

    def _filled(self) -> Array:
        """Return room for all values, in which all that were written so far are what the first one is."""
        room = np.zeros(self.n_trials, dtype=self._width(np.full(1, self._value, dtype=self.dtype)))
        if self._value != 0:
            room[:] = self._value
        return room

    def _width(self, values: Array) -> np.dtype[Any]:
        """Return the type that holds these values: their own, or a narrower one where all are whole and fit."""
        if self.dtype.kind == "b":
            return self.dtype
        fits = np.abs(values).max() < 2**31 and (self.dtype.kind != "f" or (values == np.rint(values)).all())
        return NARROW if fits else self.dtype


class Kept(Mapping[str, Array]):
    """Columns by name; each is made out when it is asked for.

    Parameters
    ----------
    columns : mapping of str to Column
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = dict(columns)

    def __getitem__(self, name: str) -> Array:
        return self._columns[name].read()

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
