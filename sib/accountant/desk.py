"""The accountant's desk: the claims of one segment in one block, and what became of each of them.

In come cases and claims, out goes an ``Outcome`` with the same rows; here every claim is decided on by itself. Where
only some files are opened, ``samples`` changes it. Sums are made in ``verification``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.accountant.claims import Claims
from sib.accountant.disputes import months_waited
from sib.accountant.review import Reviewed, review
from sib.arrays import Bools, Cents, Ints
from sib.chance.draws import BLOCK
from sib.programme.grid import Grid
from sib.programme.savings import Caseload


@dataclass(frozen=True, slots=True)
class Desk:
    """What all sums of one segment have in common."""

    load: Caseload
    claims: Claims
    calendar: Grid

    @property
    def n_cohorts(self) -> int:
        """Cohorts of the contract, and the rest."""
        return len(self.load.deal.contract.cohorts) + 1

    def cohort_of(self, start: Ints) -> Ints:
        """Return the cohort of each start month; the last cohort is the rest."""
        cohort = np.full(start.shape, self.n_cohorts - 1, dtype=np.int64)
        for place, terms in enumerate(self.load.deal.contract.cohorts):
            if terms.segment in (None, self.load.segment.name):
                cohort[(start >= terms.from_month) & (start <= terms.to)] = place
        return cohort

    def place(self, start: Ints, period: Ints, *, trial: Ints) -> Ints:
        """Return the place in an array of shape (n_cohorts, n_periods + 1, BLOCK); too late is the last period."""
        period = np.where(period > self.calendar.last_payment, self.calendar.n_periods, period)
        cohort = self.cohort_of(start) if self.n_cohorts > 1 else 0
        return np.asarray((cohort * (self.calendar.n_periods + 1) + period) * BLOCK + trial)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cohorts, periods and one row for what comes too late, trials."""
        return self.n_cohorts, self.calendar.n_periods + 1, BLOCK


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the claims of one segment.

    Parameters
    ----------
    reviewed : Reviewed
        Of a sample: with what counts of the files that nobody opened.
    due : ndarray of shape (n_rows,)
        Period in which each claim is settled if nothing is fought; of monthly claims the first.
    wait : ndarray of shape (n_rows,)
        Months that a dispute adds.
    is_opened, is_extra : ndarrays of shape (n_rows,)
        Files that are opened; those that are only since a sample was refused.
    withheld, lost : ndarrays of shape (n_cohorts, n_periods + 1, BLOCK), or None
        Cents and cases held back of the files that nobody opened.
    """

    reviewed: Reviewed
    due: Ints
    wait: Ints
    is_opened: Bools
    is_extra: Bools
    withheld: Cents | None = None
    lost: Cents | None = None


def one_by_one(desk: Desk) -> Outcome:
    """Every claim decided on by itself."""
    load, claims = desk.load, desk.claims
    reviewed = review(load, claims)
    is_opened = claims.is_claimed if load.deal.accountant.is_reviewed else load.none()
    due, wait = claims.validated_in(load.rows), months_waited(load, reviewed.disputes)
    return Outcome(reviewed, due, wait, is_opened, load.none())
