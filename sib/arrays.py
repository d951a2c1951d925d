"""Names for the arrays that rooms pass to each other, and the one check of their shapes.

Money is whole cents. It travels as ``float64`` that holds integers below 2**53 (sums are then exact in
any order) or as ``int64``; never as ``float32``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cents = NDArray[np.float64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Array = NDArray[Any]

EXACT = 2**53
"""Largest magnitude below which every whole number is a ``float64``."""


def add_up(arrays: Iterable[Array]) -> Array:
    """Return the sum of arrays that broadcast to each other, without stacking them; at least one."""
    return reduce(np.add, arrays)


def once(array: Array) -> Array:
    """Return the one column of an array all whose columns are that one in memory; any other array as it is."""
    return array[..., :1] if array.ndim > 1 and array.strides[-1] == 0 else array


def so_far(array: Array, join: np.ufunc = np.add, *, axis: int = 0) -> Array:
    """Return what ``join.accumulate`` gives along an axis that is not the last, row by row: several times as fast.

    Parameters
    ----------
    array : ndarray
        Periods on that axis, trials on the last.
    join : ufunc
        ``add`` for a running total, ``maximum`` or ``logical_or`` for what was reached.
    axis : int
    """
    found = np.array(array, order="C")
    rows = np.moveaxis(found, axis, 0)
    for before, row in pairwise(rows):
        join(before, row, out=row)
    return found


def sums_from(array: Array, starts: Sequence[int]) -> Array:
    """Return the sums of rows, on the first axis, from each start up to the next; the starts rise."""
    return np.array([array[first:end].sum(axis=0) for first, end in pairwise((*starts, len(array)))])


def read_only(array: Array) -> Array:
    """Return the array with writing switched off; papers between rooms are not edited."""
    array.flags.writeable = False
    return array


def check_shape(name: str, array: Array, *, shape: tuple[int, ...]) -> None:
    """Raise ``ValueError`` unless ``array`` has exactly ``shape``."""
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}; the room expects {shape}")
