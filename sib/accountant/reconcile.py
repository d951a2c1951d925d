"""The check on every run that no cent appears or vanishes.

In come arrays in cents, out comes the number of checks that held; the first that does not hold raises. Equality
is exact. This room knows no clause: the engine says what must add up to what.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sib.arrays import EXACT, Array, Cents, once
from sib.errors import ConservationError


class Audit:
    """Counts the checks that held, and raises at the first that does not.

    Attributes
    ----------
    passed : set of str
        Names of the checks that held.
    """

    def __init__(self) -> None:
        self.passed: set[str] = set()

    def equal(self, name: str, found: Cents, *, expected: Cents | float) -> None:
        """Check that two amounts are the same in every trial."""
        self._hold(name, np.asarray(found) == np.asarray(expected))

    def not_negative(self, name: str, amounts: Cents) -> None:
        """Check that no amount is below zero."""
        if not np.min(amounts, initial=0.0) >= 0:  # so that NaN is caught too
            self._hold(name, np.asarray(amounts) >= 0)
        self.passed.add(name)

    def adds_up(self, name: str, total: Cents, *, parts: Iterable[Cents]) -> None:
        """Check that parts make a whole."""
        added = np.zeros_like(total)
        for part in parts:
            added = added + part
        self.equal(name, added, expected=total)

    def whole(self, name: str, amounts: Cents) -> None:
        """Check that amounts are whole cents, small enough to be exact."""
        amounts = once(amounts)
        if max(np.max(amounts, initial=0.0), -np.min(amounts, initial=0.0)) >= EXACT:
            self._hold(name, np.abs(amounts) < EXACT)
        self._hold(name, amounts == np.rint(amounts))

    def _hold(self, name: str, held: Array) -> None:
        if not np.all(held):
            places = np.argwhere(~np.atleast_1d(held)).tolist()
            raise ConservationError(
                f"{name}: does not hold in {len(places)} places, first at {tuple(places[0])}; this is a bug"
            )
        self.passed.add(name)
