"""What is paid on the word of a sample: rules that turn what an accountant knows at its end into an amount accepted.

In come claims, a projection, its limit and what is tolerable, out goes an amount, or that everything must be reviewed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sib.arrays import Floats

Amounts: TypeAlias = Floats | float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an accountant knows at the end of a sample; cents, each a number or an array of the same shape.

    Parameters
    ----------
    claimed, projection, limit : float or ndarray
        Book value of all claims; error projected; its upper limit.
    known : float or ndarray
        Errors found in the claims that were opened.
    tolerable : float or ndarray
        Error that may stay.
    """

    claimed: Amounts
    projection: Amounts
    limit: Amounts
    known: Amounts
    tolerable: Amounts


def _at_point(outcome: Outcome) -> Floats:
    return np.asarray(outcome.claimed - outcome.projection, dtype=np.float64)


def _at_upper_limit(outcome: Outcome) -> Floats:
    return np.asarray(outcome.claimed - outcome.limit, dtype=np.float64)


def _if_tolerable(outcome: Outcome) -> Floats:
    corrected = np.asarray(outcome.claimed - outcome.known, dtype=np.float64)
    return np.where(np.asarray(outcome.limit) <= outcome.tolerable, corrected, np.nan)


RULES: dict[str, Callable[[Outcome], Floats]] = {
    "point": _at_point,
    "upper": _at_upper_limit,
    "accept": _if_tolerable,
}
"""By rule: the amount accepted. ``point`` deducts what is projected and ``upper`` the upper limit; ``accept`` takes the
claims as they are, corrected for known errors, where the limit is tolerable, and is NaN where everything must be
reviewed."""


def accepted(rule: str, outcome: Outcome) -> Floats:
    """Return the amount that a rule of `RULES` accepts: at least nothing, at most what is not known to be wrong.

    Examples
    --------
    >>> outcome = Outcome(claimed=1000.0, projection=30.0, limit=120.0, known=10.0, tolerable=100.0)
    >>> [float(accepted(rule, outcome)) for rule in RULES]
    [970.0, 880.0, nan]
    """
    most = np.asarray(outcome.claimed - np.maximum(outcome.known, 0.0))
    return np.clip(RULES[rule](outcome), 0.0, np.maximum(most, 0.0))
