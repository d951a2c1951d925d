"""A metric by cohort, on payment dates: what group programmes hand to the contract.

In whole steps (cents, cases, tenths of a percent), so that the contract can compare and pay without rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.arrays import Bools, Cents


@dataclass(frozen=True, slots=True)
class Series:
    """A metric that the programme measures or counts.

    Parameters
    ----------
    gained : ndarray of shape (n_cohorts, n_dates, n_trials)
        What adds up: newly found since the previous payment date. What does not: the weighted value that stands on
        the date, in steps of ``scale``.
    weight : ndarray of shape (n_cohorts, n_dates, 1 or n_trials) or None
        Weight of a cohort from its measurement on, 0 before; None for what adds up.
    fresh : ndarray of shape (n_cohorts, n_dates) or None
        Whether a value that does not add up was measured since the previous payment date.
    scale : int
        Steps in one unit of the metric.
    """

    gained: Cents
    weight: Cents | None = None
    fresh: Bools | None = None
    scale: int = 1


def side_by_side(blocks: list[dict[str, Series]]) -> dict[str, Series]:
    """Return the series of several blocks of trials as one."""
    return {
        name: Series(
            np.concatenate([block[name].gained for block in blocks], axis=-1),
            first.weight,
            first.fresh,
            first.scale,
        )
        for name, first in blocks[0].items()
    }
