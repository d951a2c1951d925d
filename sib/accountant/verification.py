"""What the accountant's work adds up to: validated and admissible amounts by cohort, period and trial.

In come the cases of all segments of one block, out goes a ``Verified`` paper for each, with the bridge from claimed to
validated, the number of cases in each state, and the files and disputes that cost something. What becomes of a claim
is decided in ``review`` and ``samples``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sib.accountant.claims import claim, counted_months
from sib.accountant.desk import Desk, Outcome, one_by_one
from sib.accountant.review import STATES, Reviewed
from sib.arrays import Array, Cents, Ints, add_up
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
    claimed : ndarray of shape (BLOCK,)
        Cents.
    bridge : dict of str to ndarray of shape (BLOCK,)
        Cents taken by each rule and each reason; claimed less all of them is validated.
    states : dict of str to ndarray of shape (BLOCK,)
        Cases by state.
    work : dict of str to ndarray of shape (n_periods, BLOCK)
        Numbers by period: ``opened`` files, ``extra`` reviews, disputes that the ``provider`` and the
        ``outcome_payer`` bear; only what can cost something.
    n_opened : ndarray of shape (BLOCK,)
        Files that were opened.
    found : dict of str to ndarray of shape (BLOCK,)
        Cents: ``errors``, what was taken off as wrong, after disputes and with what a sample projects; ``uncertain``,
        what would count of claims without evidence; where tolerances are agreed ``book``, what would count of the
        claims as they were made, with their evidence.
    """

    validated: Cents
    admissible: Cents
    validated_cases: Cents
    admissible_cases: Cents
    enrolled: Cents
    claimed: Cents
    bridge: dict[str, Cents]
    states: dict[str, Cents]
    work: dict[str, Cents]
    n_opened: Cents
    found: dict[str, Cents]


def verify(loads: Sequence[Caseload], calendar: Grid) -> list[Verified]:
    """Return what of each segment's claims is validated in one block, and what would be without any error."""
    desks = [Desk(load, claim(load), calendar) for load in loads]
    outcomes = [one_by_one(desk) for desk in desks]
    if loads[0].deal.accountant.is_sampled:
        from sib.accountant.samples import by_sample

        outcomes = by_sample(desks, outcomes)
    return [_added_up(desk, outcome) for desk, outcome in zip(desks, outcomes, strict=True)]


def _added_up(desk: Desk, outcome: Outcome) -> Verified:
    """Add up one segment by cohort, period and trial."""
    rows, reviewed = desk.load.rows, outcome.reviewed
    amounts = _by_month if desk.load.deal.accountant.claim_at == "monthly" else _at_once
    same = reviewed.admissible is reviewed.validated and not outcome.wait.any() and outcome.withheld is None
    faultless = desk.place(rows.start, outcome.due, trial=rows.trial)
    place = desk.place(rows.start, outcome.due + outcome.wait, trial=rows.trial) if outcome.wait.any() else faultless
    validated = amounts(desk, reviewed.validated, place, wait=outcome.wait)
    validated_cases = _counted(desk, reviewed.validated, place)
    bridge = _bridge(rows, reviewed)
    if outcome.withheld is not None and outcome.lost is not None:
        validated, validated_cases = validated - outcome.withheld, validated_cases - outcome.lost
        bridge["extrapolated"] = outcome.withheld.sum(axis=(0, 1))
    none, states = np.zeros_like(outcome.wait), _states(rows, reviewed)
    return Verified(
        validated=validated,
        admissible=validated if same else amounts(desk, reviewed.admissible, faultless, wait=none),
        validated_cases=validated_cases,
        admissible_cases=(
            validated_cases if same else _counted(desk, reviewed.admissible, faultless)
        ),
        enrolled=_enrolled(desk),
        claimed=total_by(rows.trial, desk.claims.amount, shape=(BLOCK,)),
        bridge=bridge,
        states=states,
        work=_work(desk, outcome),
        found=_found(desk, outcome, bridge),
        n_opened=_opened(desk, outcome, states),
    )


def _opened(desk: Desk, outcome: Outcome, states: dict[str, Cents]) -> Cents:
    """Files that were opened: all that are claimed, some of them, or none."""
    terms = desk.load.deal.accountant
    if terms.is_sampled:
        return total_by(desk.load.rows.trial[outcome.is_opened], None, shape=(BLOCK,))
    claimed = add_up(count for state, count in states.items() if state != "not_claimed")
    return claimed if terms.is_reviewed else np.zeros(BLOCK)


def _counted(desk: Desk, amounts: Cents, place: Ints) -> Cents:
    """Cases with a positive amount."""
    return total_by(place, (amounts > 0).astype(np.float64), shape=desk.shape)


def _at_once(desk: Desk, amounts: Cents, place: Ints, *, wait: Ints) -> Cents:
    """The whole amount of a claim in the one period in which it is validated."""
    return total_by(place, amounts, shape=desk.shape)


def _by_month(desk: Desk, amounts: Cents, place: Ints, *, wait: Ints) -> Cents:
    """Each counted month in its own period: sums of equal cases, evenly split over their months."""
    rows, claims, segment = desk.load.rows, desk.claims, desk.load.segment
    months = np.where(claims.is_claimed, claims.months_shown, segment.saving_months)
    delay = claims.delay if claims.delay.ndim == 1 else np.zeros_like(rows.trial)
    keys = (rows.start, months, delay, wait, rows.trial)
    axes = (*(int(key.max(initial=0)) + 1 for key in keys[:-1]), BLOCK)
    groups, place = np.unique(np.ravel_multi_index(keys, axes), return_inverse=True)
    total = total_by(place, amounts, shape=groups.shape)
    start, months, delay, wait, trial = np.unravel_index(groups, axes)
    most = counted_months(desk.load.deal, segment)
    counted = np.maximum(np.minimum(months, most), 1)
    base = np.floor(np.abs(total) / counted)
    extra = np.abs(total) - base * counted
    result = np.zeros(desk.shape)
    for month in range(most):
        mine = month < counted
        period = (start + segment.months_to_effect + month)[mine]
        until = period + wait[mine] + (delay[mine] if claims.delay.ndim == 1 else claims.delay[period, trial[mine]])
        part = (np.sign(total) * (base + (month < extra)))[mine]
        result += total_by(desk.place(start[mine], until, trial=trial[mine]), part, shape=desk.shape)
    return result


def _enrolled(desk: Desk) -> Cents:
    plans = desk.load.rows.plans
    cohort = desk.cohort_of(np.arange(len(plans)))
    return np.array([np.broadcast_to(plans[cohort == place].sum(axis=0), BLOCK) for place in range(desk.n_cohorts)])


def _found(desk: Desk, outcome: Outcome, bridge: dict[str, Cents]) -> dict[str, Cents]:
    """What the accountant can say of the claims: errors and uncertainties apart."""
    reviewed, terms, trial = outcome.reviewed, desk.load.deal.accountant, desk.load.rows.trial
    wrong = [bridge[name] for name, _ in reviewed.reasons if name != "missing_evidence"]
    doubtful = desk.claims.lacks_evidence.any()
    found = {
        "uncertain": total_by(trial, reviewed.uncertain, shape=(BLOCK,)) if doubtful else np.zeros(BLOCK),
        "errors": add_up([bridge.get("extrapolated", np.zeros(BLOCK)), *wrong]),
    }
    if terms.assurance is not None:
        book = reviewed.countable * desk.claims.is_claimed
        whole = book if terms.is_sampled else book + reviewed.uncertain
        found["book"] = total_by(trial, whole, shape=(BLOCK,))
    return found


def _work(desk: Desk, outcome: Outcome) -> dict[str, Cents]:
    """Count by period what the accountant is paid for beside a fixed fee."""
    terms, disputes = desk.load.deal.accountant, outcome.reviewed.disputes
    done: dict[str, Array] = {}
    if terms.fee.per_case:
        done["opened"] = outcome.is_opened
    if terms.fee.per_extra_review:
        done["extra"] = outcome.is_extra + disputes.is_disputed.astype(np.int64)
    if terms.disputes.cost and terms.disputes.can_happen:
        done |= disputes.borne_by(terms.disputes.cost_payer)
    if not done:
        return {}
    shape = (desk.calendar.n_periods, BLOCK)
    period = np.minimum(outcome.due + outcome.wait, desk.calendar.n_periods - 1)
    place = period * BLOCK + desk.load.rows.trial
    return {name: total_by(place, number.astype(np.float64), shape=shape) for name, number in done.items()}


def _bridge(rows: Cases, reviewed: Reviewed) -> dict[str, Cents]:
    taken = (*reviewed.rules, *reviewed.reasons)
    return {name: total_by(rows.trial, amounts, shape=(BLOCK,)) for name, amounts in taken}


def _states(rows: Cases, reviewed: Reviewed) -> dict[str, Cents]:
    counts = total_by(reviewed.state * BLOCK + rows.trial, None, shape=(len(STATES), BLOCK))
    others = rows.plans.sum(axis=0) - counts.sum(axis=0)
    counts[STATES.index("not_claimed")] += others
    return {state: counts[place] for place, state in enumerate(STATES)}
