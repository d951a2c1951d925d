"""Who comes and when: enrolment factors, planned profiles, start months.

In come the deal and the trial's factors, out come start months per case. Cases that never come have start
month 0. Nothing here knows outcomes or money.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np

from sib.arrays import Floats, Ints, read_only
from sib.chance import distributions
from sib.deal.programme import FixedFactor, Intake, Pert, Segment, Triangular, Uniform
from sib.deal.scenario import Scenario
from sib.money import even_split, largest_remainder, round_half_away

FACTORS = {Triangular: distributions.triangular, Pert: distributions.pert}

DIGITS = 9
"""Decimals to which cases times a factor are taken before rounding: 45 x 0.7 is 31.5 and makes 32."""


def enrolment_factor(deal: Scenario, u: Floats) -> Floats:
    """Return how much of the planned intake comes, by trial.

    Parameters
    ----------
    u : ndarray of shape (n_trials,)
        Uniforms.
    """
    terms = deal.enrolment
    if isinstance(terms, FixedFactor):
        return np.full(len(u), terms.value)
    if isinstance(terms, Uniform):
        return distributions.uniform(u, low=terms.low, high=terms.high)
    return FACTORS[type(terms)](u, low=terms.low, mode=terms.mode, high=terms.high)


def capacity(deal: Scenario, segment: Segment) -> int:
    """Return the most cases of a segment that the budget's lines per case pay for."""
    planned = sum(other.cases for other in deal.segments)
    numbers = [line.number for line in deal.budget.lines if line.is_per_case]
    return min(numbers) * segment.cases // planned if numbers else 10**9


def n_came(deal: Scenario, segment: Segment, *, factor: Floats) -> tuple[Ints, Ints]:
    """Return how many cases of a segment come and how many are turned away, by trial.

    Parameters
    ----------
    factor : ndarray of shape (n_trials,)
        From ``enrolment_factor``.

    Returns
    -------
    came, overrun : ndarrays of shape (n_trials,)
    """
    wanted = round_half_away(np.round(segment.cases * factor, DIGITS)).astype(np.int64)
    came = np.minimum(wanted, capacity(deal, segment))
    return came, wanted - came


def largest_intake(deal: Scenario, segment: Segment) -> int:
    """Return the most cases of a segment that can come in any trial; draws are made for as many."""
    terms = deal.enrolment
    factor = terms.value if isinstance(terms, FixedFactor) else terms.high
    return int(n_came(deal, segment, factor=np.array([factor]))[0][0])


def start_months(intake: Intake, came: int) -> Ints:
    """Return the start month of each of ``came`` cases, in id order.

    Returns
    -------
    ndarray of shape (came,)
    """
    return _start_months(intake.from_month + intake.delay, intake.months, intake.profile, intake.counts, came)


@lru_cache(maxsize=4096)
def _start_months(first: int, months: int, profile: str, counts: tuple[int, ...] | None, came: int) -> Ints:
    total = np.array([float(came)])
    if profile == "even":
        by_month = even_split(total, months)[0]
    else:
        planned = counts if counts is not None else range(months, 0, -1)
        by_month = largest_remainder(total, [Fraction(number) for number in planned])[0]
    return read_only(np.repeat(np.arange(months) + first, by_month.astype(np.int64)))


def starts_by_trial(intake: Intake, came: Ints, *, n_cases: int) -> Ints:
    """Return start months by case and trial, 0 for a case that never comes.

    Parameters
    ----------
    came : ndarray of shape (n_trials,)
    n_cases : int
        Rows of the result.

    Returns
    -------
    ndarray of shape (n_cases, n_trials), or (n_cases, 1) where all trials agree
    """
    counts, place = np.unique(came, return_inverse=True)
    starts = np.zeros((n_cases, len(counts)), dtype=np.int64)
    for column, count in enumerate(counts):
        starts[:count, column] = start_months(intake, int(count))
    return starts if len(counts) == 1 else starts[:, place]


def until(starts: Ints, stop: Ints) -> Ints:
    """Return start months without those after the intake stopped.

    Parameters
    ----------
    starts : ndarray of shape (n_cases, n_trials), or (n_cases, 1)
    stop : ndarray of shape (n_trials,)
        Period from whose end on nobody is taken in; -1 for never. A case of month m starts at the end of month m - 1.
    """
    return np.where((stop >= 0) & (starts > stop), 0, starts)
