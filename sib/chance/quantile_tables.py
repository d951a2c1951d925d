"""Quantile functions from a table: a cubic in each of many cells, and the function itself where a cubic will not do.

In come the name of a family and its parameters, out goes a function like the family's own, that differs from it by no
more than a stated tolerance and takes a fraction of the time. A table depends on the parameters alone, so that neither
the number of trials nor their order changes a value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from sib.arrays import Array, Bools, Floats
from sib.chance.distributions import FAMILIES

CELLS = 2048
"""Cells of a table, equally wide in the level; a power of two, so that a level finds its cell without rounding."""

_BETWEEN = np.array([[1 / 6], [1 / 2], [5 / 6]])
"""Where in a cell the cubic is held against the function: about where it is furthest off."""


class Table:
    """A quantile function as cubics.

    Parameters
    ----------
    quantile : callable
        Levels strictly inside (0, 1) to values; smooth but for a few places.
    tolerance : float
        How far off a value may be. Cells in which a cubic is further off, above all in the tails, are left to the
        function itself; so is a cell of which it cannot be known.
    n_cells : int
        A power of two.

    Notes
    -----
    The cubic of a cell goes through the function at its ends and at a third and two thirds, so that there is no step
    between cells; Newton's form of it in differences, which of a constant gives exactly the constant.
    """

    def __init__(self, quantile: Callable[[Floats], Array], *, tolerance: float, n_cells: int = CELLS) -> None:
        self.quantile, self.n_cells = quantile, n_cells
        levels = np.arange(3 * n_cells + 1) / (3 * n_cells)
        levels[[0, -1]] = levels[1] / 2, (1 + levels[-2]) / 2
        values = np.asarray(quantile(levels), dtype=np.float64)
        start = values[:-1:3]
        one, two, three = (values[k : len(values) - 3 + k : 3] - start for k in (1, 2, 3))
        self.terms = np.array((
            start, 9 * one - 4.5 * two + three, -22.5 * one + 18 * two - 4.5 * three, 13.5 * (one - two) + 4.5 * three,
        ))
        inside = (np.arange(n_cells) + _BETWEEN) / n_cells
        is_good: Bools = np.all(np.abs(self._cubic(inside) - quantile(inside)) <= tolerance, axis=0)
        is_good[[0, -1]] = False
        self.terms[:, ~is_good] = np.nan

    def __call__(self, u: Floats) -> Floats:
        """Return the values at levels strictly inside (0, 1), of any shape."""
        values = self._cubic(u)
        missing = np.flatnonzero(np.isnan(values))
        if len(missing):
            values.reshape(-1)[missing] = self.quantile(np.take(u, missing))
        return values

    @property
    def exact_share(self) -> float:
        """Part of all levels at which the function itself is used."""
        return float(np.isnan(self.terms[0]).mean())

    def _cubic(self, u: Floats) -> Floats:
        place = np.multiply(u, self.n_cells)
        cell = place.astype(np.intp)
        place -= cell
        values = np.take(self.terms[3], cell)
        for term in self.terms[2::-1]:
            values *= place
            values += np.take(term, cell)
        return values


@lru_cache(maxsize=256)
def tabulated(family: str, *, tolerance: float, n_cells: int = CELLS, **parameters: float) -> Table:
    """Return the table of one of ``distributions.FAMILIES`` with these parameters; made once."""
    return Table(partial(FAMILIES[family].quantile, **parameters), tolerance=tolerance, n_cells=n_cells)
