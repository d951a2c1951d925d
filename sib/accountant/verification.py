"""What the review adds up to: validated and admissible amounts by cohort, period and trial.

In come reviewed claims of one segment, out goes a ``Verified`` paper with the bridge from claimed to validated
and the number of cases in each state. Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.accountant.claims import Claims, claim, counted_months
from sib.accountant.review import STATES, Reviewed, review
from sib.arrays import Cents, Ints
from sib.chance.draws import BLOCK
from sib.programme.grid import Grid
from sib.programme.savings import Caseload, Cases, total_by


@dataclass(frozen=True, slots=True)
class Verified:
    """What the accountant found on one segment in one block.

    Parameters
    ----------
    validated, admissible : ndarrays of shape (n_cohorts, n_periods + 1, BLOCK)
        Cents by period of validation; the row behind the last period holds what is validated too late.
    validated_cases, admissible_cases : ndarrays of the same shape
        Cases with a positive amount, in the period of their (first) validation.
    enrolled : ndarray of shape (n_cohorts, BLOCK)
        Cases with a plan.
    reviewed : ndarray of shape (n_periods, BLOCK)
        Claims by period of validation, late or not, where each costs a fee; zeros elsewhere.
    claimed : ndarray of shape (BLOCK,)
        Cents.
    bridge : dict of str to ndarray of shape (BLOCK,)
        Cents taken by each rule and each reason; claimed less all of them is validated.
    states : dict of str to ndarray of shape (BLOCK,)
        Cases by state.
    """

    validated: Cents
    admissible: Cents
    validated_cases: Cents
    admissible_cases: Cents
    enrolled: Cents
    reviewed: Cents
    claimed: Cents
    bridge: dict[str, Cents]
    states: dict[str, Cents]


@dataclass(frozen=True, slots=True)
class _Desk:
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


def verify(load: Caseload, calendar: Grid) -> Verified:
    """Return what of one segment's claims is validated in one block, and what would be without any error."""
    rows, claims = load.rows, claim(load)
    reviewed = review(load, claims)
    desk = _Desk(load, claims, calendar)
    amounts = _by_month if load.deal.accountant.claim_at == "monthly" else _at_once
    same = reviewed.admissible is reviewed.validated
    place = desk.place(rows.start, claims.validated_in(rows), trial=rows.trial)
    validated = amounts(desk, reviewed.validated, place)
    validated_cases = total_by(place[reviewed.validated > 0], None, shape=desk.shape)
    return Verified(
        validated=validated,
        admissible=validated if same else amounts(desk, reviewed.admissible, place),
        validated_cases=validated_cases,
        admissible_cases=validated_cases if same else total_by(place[reviewed.admissible > 0], None, shape=desk.shape),
        enrolled=_enrolled(desk),
        reviewed=_reviewed_by_period(desk),
        claimed=total_by(rows.trial, claims.amount, shape=(BLOCK,)),
        bridge=_bridge(rows, reviewed),
        states=_states(rows, reviewed),
    )


def _at_once(desk: _Desk, amounts: Cents, place: Ints) -> Cents:
    """The whole amount of a claim in the one period in which it is validated."""
    return total_by(place, amounts, shape=desk.shape)


def _by_month(desk: _Desk, amounts: Cents, place: Ints) -> Cents:
    """Each counted month in its own period: sums of equal cases, evenly split over their months."""
    rows, claims, segment = desk.load.rows, desk.claims, desk.load.segment
    months = np.where(claims.is_claimed, claims.months_shown, segment.saving_months)
    delay = claims.delay if claims.delay.ndim == 1 else np.zeros_like(rows.trial)
    axes = (int(rows.start.max(initial=0)) + 1, int(months.max(initial=0)) + 1, int(delay.max(initial=0)) + 1, BLOCK)
    code = np.ravel_multi_index((rows.start, months, delay, rows.trial), axes)
    groups, place = np.unique(code, return_inverse=True)
    total = total_by(place, amounts, shape=groups.shape)
    start, months, delay, trial = np.unravel_index(groups, axes)
    most = counted_months(desk.load.deal, segment)
    counted = np.maximum(np.minimum(months, most), 1)
    base = np.floor(np.abs(total) / counted)
    extra = np.abs(total) - base * counted
    result = np.zeros(desk.shape)
    for month in range(most):
        mine = month < counted
        period = (start + segment.months_to_effect + month)[mine]
        wait = delay[mine] if claims.delay.ndim == 1 else claims.delay[period, trial[mine]]
        part = (np.sign(total) * (base + (month < extra)))[mine]
        result += total_by(desk.place(start[mine], period + wait, trial=trial[mine]), part, shape=desk.shape)
    return result


def _enrolled(desk: _Desk) -> Cents:
    plans = desk.load.rows.plans
    cohort = desk.cohort_of(np.arange(len(plans)))
    return np.array([np.broadcast_to(plans[cohort == place].sum(axis=0), BLOCK) for place in range(desk.n_cohorts)])


def _reviewed_by_period(desk: _Desk) -> Cents:
    shape = (desk.calendar.n_periods, BLOCK)
    if not desk.load.deal.accountant.fee.per_case:
        return np.zeros(shape)
    made, rows = desk.claims.is_claimed, desk.load.rows
    return total_by((desk.claims.validated_in(rows) * BLOCK + rows.trial)[made], None, shape=shape)


def _bridge(rows: Cases, reviewed: Reviewed) -> dict[str, Cents]:
    taken = (*reviewed.rules, *reviewed.reasons)
    return {name: total_by(rows.trial, amounts, shape=(BLOCK,)) for name, amounts in taken}


def _states(rows: Cases, reviewed: Reviewed) -> dict[str, Cents]:
    counts = total_by(reviewed.state * BLOCK + rows.trial, None, shape=(len(STATES), BLOCK))
    others = rows.plans.sum(axis=0) - counts.sum(axis=0)
    counts[STATES.index("not_claimed")] += others
    return {state: counts[place] for place, state in enumerate(STATES)}
