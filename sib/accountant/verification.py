"""What the accountant's work adds up to: validated and admissible amounts by cohort, period and trial.

In come the cases of all segments of one block, out goes a ``Verified`` paper for each, with the bridge from claimed to
validated, the number of cases in each state, and the files and disputes that cost something. What becomes of a claim
is decided in ``review``, of claims that nobody opens in ``populations``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sib.accountant.claims import Claims, claim, counted_months
from sib.accountant.disputes import Disputes, months_waited
from sib.accountant.populations import Files, Settled, settle, settlements
from sib.accountant.review import STATES, Reviewed, review
from sib.arrays import Bools, Cents, Ints
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


@dataclass(frozen=True, slots=True)
class _Outcome:
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


def verify(loads: Sequence[Caseload], calendar: Grid) -> list[Verified]:
    """Return what of each segment's claims is validated in one block, and what would be without any error."""
    desks = [_Desk(load, claim(load), calendar) for load in loads]
    outcomes = [_one_by_one(desk) for desk in desks]
    if loads[0].deal.accountant.is_sampled:
        outcomes = _by_sample(desks, outcomes)
    return [_added_up(desk, outcome) for desk, outcome in zip(desks, outcomes, strict=True)]


def _one_by_one(desk: _Desk) -> _Outcome:
    """Every claim decided on by itself."""
    load, claims = desk.load, desk.claims
    reviewed = review(load, claims)
    is_opened = claims.is_claimed if load.deal.accountant.is_reviewed else load.none()
    due, wait = claims.validated_in(load.rows), months_waited(load, reviewed.disputes)
    return _Outcome(reviewed, due, wait, is_opened, load.none())


def _added_up(desk: _Desk, outcome: _Outcome) -> Verified:
    """Add up one segment by cohort, period and trial."""
    rows, reviewed = desk.load.rows, outcome.reviewed
    amounts = _by_month if desk.load.deal.accountant.claim_at == "monthly" else _at_once
    same = reviewed.admissible is reviewed.validated and not outcome.wait.any() and outcome.withheld is None
    faultless = desk.place(rows.start, outcome.due, trial=rows.trial)
    place = desk.place(rows.start, outcome.due + outcome.wait, trial=rows.trial) if outcome.wait.any() else faultless
    validated = amounts(desk, reviewed.validated, place, wait=outcome.wait)
    validated_cases = total_by(place[reviewed.validated > 0], None, shape=desk.shape)
    bridge = _bridge(rows, reviewed)
    if outcome.withheld is not None and outcome.lost is not None:
        validated, validated_cases = validated - outcome.withheld, validated_cases - outcome.lost
        bridge["extrapolated"] = outcome.withheld.sum(axis=(0, 1))
    none = np.zeros_like(outcome.wait)
    return Verified(
        validated=validated,
        admissible=validated if same else amounts(desk, reviewed.admissible, faultless, wait=none),
        validated_cases=validated_cases,
        admissible_cases=(
            validated_cases if same else total_by(faultless[reviewed.admissible > 0], None, shape=desk.shape)
        ),
        enrolled=_enrolled(desk),
        claimed=total_by(rows.trial, desk.claims.amount, shape=(BLOCK,)),
        bridge=bridge,
        states=_states(rows, reviewed),
        work=_work(desk, outcome),
        n_opened=total_by(rows.trial[outcome.is_opened], None, shape=(BLOCK,)),
    )


def _by_sample(desks: list[_Desk], outcomes: list[_Outcome]) -> list[_Outcome]:
    """Open some of the files, all segments together, and decide on the others by what those show."""
    deal = desks[0].load.deal
    terms = deal.accountant.sample
    assert terms is not None
    dates = settlements(terms, desks[0].calendar)
    parts = [_files(desk, outcome, dates, place) for place, (desk, outcome) in enumerate(zip(desks, outcomes, strict=True))]
    chosen = [part[0] for part in parts]
    files = Files(*(np.concatenate([getattr(part[1], name) for part in parts]) for name in Files.__slots__))
    shape = (len(dates) + 1, len(desks) * desks[0].n_cohorts)
    settled = settle(deal.accountant.mode, terms, files, stream=desks[0].load.stream, shape=shape)
    fought = np.concatenate([
        outcome.reviewed.disputes.is_disputed[mine] for outcome, mine in zip(outcomes, chosen, strict=True)
    ])
    held_up = np.bincount(files.population, fought & settled.is_opened, shape[0] * BLOCK) > 0
    wait = held_up * deal.accountant.disputes.months
    cuts = np.cumsum([len(mine) for mine in chosen])[:-1]
    opened, extra = np.split(settled.is_opened, cuts), np.split(settled.is_extra, cuts)
    return [
        _settled(desk, outcome, _Lot(mine, is_opened, is_extra, dates, wait), _of_segment(settled, desk, number))
        for number, (desk, outcome, mine, is_opened, is_extra) in enumerate(
            zip(desks, outcomes, chosen, opened, extra, strict=True)
        )
    ]


@dataclass(frozen=True, slots=True)
class _Lot:
    """Which files of one segment the sample met.

    Parameters
    ----------
    files : ndarray of shape (n_files,)
        Their rows.
    is_opened, is_extra : ndarrays of shape (n_files,)
    dates : ndarray of shape (n_settlements,)
        Periods of settlement.
    wait : ndarray of shape (n_populations,)
        Months by which disputes put the settlement off.
    """

    files: Ints
    is_opened: Bools
    is_extra: Bools
    dates: Ints
    wait: Ints

    def due(self, period: Ints) -> Ints:
        """Return when claims that are ready in a period are settled; too late stays too late."""
        behind = np.append(self.dates, np.iinfo(np.int32).max)
        return behind[np.searchsorted(self.dates, period)]


def _files(desk: _Desk, outcome: _Outcome, dates: Ints, place: int) -> tuple[Ints, Files]:
    """Return the rows of one segment that can be drawn, and what the sample needs to know of them."""
    load, rows = desk.load, desk.load.rows
    mine = np.flatnonzero(desk.claims.is_claimed & (outcome.reviewed.countable > 0))
    population = np.searchsorted(dates, outcome.due[mine]) * BLOCK + rows.trial[mine]
    book, audited = outcome.reviewed.countable[mine], outcome.reviewed.validated[mine]
    unit = place * desk.n_cohorts + desk.cohort_of(rows.start[mine])
    return mine, Files(population, book, audited, load.uniforms("selection")[mine], unit)


def _of_segment(settled: Settled, desk: _Desk, number: int) -> tuple[Cents, Cents]:
    """Return what is held back of one segment, and the files lost: (n_populations, n_cohorts)."""
    mine = slice(number * desk.n_cohorts, (number + 1) * desk.n_cohorts)
    return settled.withheld[:, mine], settled.lost[:, mine]


def _settled(desk: _Desk, outcome: _Outcome, lot: _Lot, held: tuple[Cents, Cents]) -> _Outcome:
    """Put what the sample decided on the rows of one segment."""
    reviewed, rows = outcome.reviewed, desk.load.rows
    is_opened, is_extra = desk.load.none(), desk.load.none()
    is_opened[lot.files], is_extra[lot.files] = lot.is_opened, lot.is_extra
    unseen = desk.claims.is_claimed & ~is_opened
    disputes = Disputes(*(getattr(reviewed.disputes, name) & is_opened for name in Disputes.__slots__))
    due = lot.due(outcome.due)
    population = np.searchsorted(lot.dates, outcome.due) * BLOCK + rows.trial
    withheld, lost = (_placed(desk, lot, amounts) for amounts in held)
    return _Outcome(
        reviewed=replace(
            reviewed,
            reasons=tuple((name, taken * is_opened) for name, taken in reviewed.reasons),
            validated=np.where(unseen, reviewed.countable, reviewed.validated),
            state=np.where(unseen, STATES.index("not_reviewed"), reviewed.state),
            disputes=disputes,
        ),
        due=due,
        wait=lot.wait[population],
        is_opened=is_opened,
        is_extra=is_extra,
        withheld=withheld,
        lost=lost,
    )


def _placed(desk: _Desk, lot: _Lot, amounts: Cents) -> Cents:
    """Put amounts of shape (n_populations, n_cohorts) on cohort, period and trial."""
    population, cohort = np.nonzero(amounts)
    settlement, trial = population // BLOCK, population % BLOCK
    behind = np.append(lot.dates, desk.calendar.n_periods)
    period = behind[settlement] + lot.wait[population]
    period = np.where(period > desk.calendar.last_payment, desk.calendar.n_periods, period)
    place = (cohort * (desk.calendar.n_periods + 1) + period) * BLOCK + trial
    return total_by(place, amounts[population, cohort], shape=desk.shape)


def _at_once(desk: _Desk, amounts: Cents, place: Ints, *, wait: Ints) -> Cents:
    """The whole amount of a claim in the one period in which it is validated."""
    return total_by(place, amounts, shape=desk.shape)


def _by_month(desk: _Desk, amounts: Cents, place: Ints, *, wait: Ints) -> Cents:
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


def _enrolled(desk: _Desk) -> Cents:
    plans = desk.load.rows.plans
    cohort = desk.cohort_of(np.arange(len(plans)))
    return np.array([np.broadcast_to(plans[cohort == place].sum(axis=0), BLOCK) for place in range(desk.n_cohorts)])


def _work(desk: _Desk, outcome: _Outcome) -> dict[str, Cents]:
    """Count by period what the accountant is paid for beside a fixed fee."""
    terms, disputes = desk.load.deal.accountant, outcome.reviewed.disputes
    period = np.minimum(outcome.due + outcome.wait, desk.calendar.n_periods - 1)
    done: dict[str, Ints] = {}
    if terms.fee.per_case:
        done["opened"] = outcome.is_opened.astype(np.int64)
    if terms.fee.per_extra_review:
        done["extra"] = outcome.is_extra + disputes.is_disputed.astype(np.int64)
    if terms.disputes.cost and terms.disputes.can_happen:
        done |= disputes.borne_by(terms.disputes.cost_payer)
    shape = (desk.calendar.n_periods, BLOCK)
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
