"""What success saves: the files of all cases that have a saving, a cost or a claim to show.

In come start months, fates and the draws of one block; out goes a ``Cases`` table with one row per case and
trial that matters, in cents. Failed cases are only in it where they cost something or may be claimed.
Nothing here knows what the contract counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from sib.arrays import EXACT, Array, Bools, Cents, Floats, Ints, so_far
from sib.chance import distributions
from sib.chance.draws import BLOCK, Stream, case_uniforms
from sib.chance.quantile_tables import tabulated
from sib.deal.programme import Empirical, Fixed, Gamma, Lognormal, Pert, Segment, Triangular, Uniform
from sib.deal.scenario import Scenario
from sib.errors import RefusedError
from sib.money import exact, prorata, round_half_away, share
from sib.programme.intake import enrolment_factor, largest_intake, n_came, starts_by_trial, until
from sib.programme.outcomes import Factors, fates, has_plan

AMOUNTS: dict[type, Callable[[Floats, Any], Floats]] = {
    Fixed: lambda u, terms: np.full(u.shape, terms.amount),
    Lognormal: lambda u, terms: tabulated("lognormal", tolerance=CLOSE, mean=terms.mean, cv=terms.cv)(u),
    Gamma: lambda u, terms: tabulated("gamma", tolerance=CLOSE, mean=terms.mean, cv=terms.cv)(u),
    Triangular: lambda u, terms: distributions.triangular(u, low=terms.low, mode=terms.mode, high=terms.high),
    Pert: lambda u, terms: tabulated("pert", tolerance=CLOSE, low=terms.low, mode=terms.mode, high=terms.high)(u),
    Uniform: lambda u, terms: distributions.uniform(u, low=terms.low, high=terms.high),
    Empirical: lambda u, terms: distributions.empirical(u, values=terms.values),
}
"""The quantile function of each kind of amount: uniforms in, euros out."""

CLOSE = 1e-4
"""How far an amount from a table may be off, in euros: a hundredth of a cent, before it is rounded to cents."""

LARGEST = 2.0**46
"""Largest amount of one case, in cents (about 700 billion euros): products with months stay exact."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Who came of one segment in one block.

    Parameters
    ----------
    plans : ndarray of shape (n_months, BLOCK), or (n_months, 1) where all trials agree
        Cases with a plan, by start month and trial.
    starts, plan : ndarrays of shape (n_cases, BLOCK), or (n_cases, 1) where all trials agree
        Start month of every case (0: never came), and whether it has a plan.
    successes, overrun : ndarrays of shape (BLOCK,)
        Full successes; cases turned away.
    n_cases : int
        Cases for which draws were made.
    """

    plans: Cents
    starts: Ints
    plan: Bools
    successes: Ints
    overrun: Ints
    n_cases: int


@dataclass(frozen=True, slots=True)
class Cases(Arrivals):
    """Rows of one segment in one block: a case in a trial. Further parameters are those of ``Arrivals``.

    Parameters
    ----------
    trial, case, start : ndarrays of shape (n_rows,)
        Trial within the block, id within the segment, start month.
    success, failed : ndarrays of shape (n_rows,)
        Full success; failure. Neither is a partial outcome.
    saving : ndarray of shape (n_rows,)
        What the case saves, or would have saved, over all its months, in cents.
    months_kept : ndarray of shape (n_rows,)
        Full months before a relapse.
    gross : ndarray of shape (n_rows,)
        Gross saving, in cents; a failure's is 0 or less.
    """

    trial: Ints
    case: Ints
    start: Ints
    success: Bools
    failed: Bools
    saving: Cents
    months_kept: Ints
    gross: Cents

    @property
    def arrivals(self) -> Arrivals:
        """Who came, without the rows: all that is needed once the rows were looked into."""
        return Arrivals(self.plans, self.starts, self.plan, self.successes, self.overrun, self.n_cases)

    def pick(self, uniforms: Floats) -> Floats:
        """Return the rows' values of an array of shape (n_cases, BLOCK)."""
        return np.take(uniforms.reshape(-1), self.case * BLOCK + self.trial)


@dataclass(frozen=True, slots=True)
class Caseload:
    """One segment's cases in one block, with all that is needed to look into them.

    Parameters
    ----------
    deal : Scenario
    segment : Segment
    rows : Cases
    stream : Stream
    """

    deal: Scenario
    segment: Segment
    rows: Cases
    stream: Stream

    def uniforms(self, purpose: str) -> Floats:
        """Return one uniform a row for a purpose."""
        u = case_uniforms(self.stream, purpose, segment=self.segment.name, n_cases=self.rows.n_cases)
        return self.rows.pick(u)

    def none(self) -> Bools:
        """Return False for every row."""
        return np.zeros(len(self.rows.trial), dtype=np.bool_)


def cases(deal: Scenario, place: int, *, stream: Stream, drawn: Factors, stop: Ints | None = None) -> Cases:
    """Return the rows of segment number ``place`` in the block of ``stream``.

    Parameters
    ----------
    stop : ndarray of shape (BLOCK,), optional
        Period from whose end on nobody is taken in; -1 for never.
    """
    segment = deal.segments[place]
    n_cases = largest_intake(deal, segment)
    came, overrun = n_came(deal, segment, factor=enrolment_factor(deal, drawn.enrolment))
    starts = starts_by_trial(segment.intake, came, n_cases=n_cases)
    if stop is not None:
        starts = until(starts, stop)
    plan = has_plan(segment, starts > 0, stream=stream, n_cases=n_cases)
    ends = fates(
        segment, drawn.chance[place], stream=stream, n_cases=n_cases, helps=deal.programme.has_effect
    ).among(plan)
    shares = list(ends.shares(segment))
    kept = reduce(np.logical_or, (mask for mask, _ in shares), ends.success)
    rows = np.flatnonzero(np.broadcast_to(plan, kept.shape) if _failures_matter(deal, segment) else kept)
    case, trial = rows >> 8, rows & (BLOCK - 1)
    won = np.take(ends.success.reshape(-1), rows)
    won_at_all = np.take(kept.reshape(-1), rows) if shares else won
    u = np.take(case_uniforms(stream, "saving", segment=segment.name, n_cases=n_cases).reshape(-1), rows)
    saving = _savings(deal, segment, u=u, case=case, level=_level(deal, drawn.z[place], trial))
    for mask, part in shares:
        saving = np.where(np.take(mask.reshape(-1), rows), share(saving, part), saving)
    months_kept = _months_kept(segment, stream, rows, n_cases)
    failed = ~won_at_all
    gross = _gross(segment, saving, months_kept, failed=failed)
    return Cases(
        trial=trial,
        case=case,
        start=np.take(starts[:, 0], case) if starts.shape[1] == 1 else starts[case, trial],
        success=won,
        failed=failed,
        saving=saving,
        months_kept=months_kept,
        gross=gross,
        plans=_plans_by_month(starts, plan),
        starts=starts,
        plan=plan,
        successes=ends.success.sum(axis=0),
        overrun=overrun,
        n_cases=n_cases,
    )


def _failures_matter(deal: Scenario, segment: Segment) -> bool:
    invalid = deal.accountant.is_reviewed and deal.accountant.claims.invalid > 0
    return invalid or segment.failure_saving < 0


def amounts(u: Floats, terms: object) -> Floats:
    """Return the amounts in euros at the given uniforms, of any shape."""
    return AMOUNTS[type(terms)](u, terms)


def experience(segment: Segment, case: Ints) -> Floats:
    """Return how many times as much a case saves as the first one, by its id, which is the order of start months."""
    terms = segment.learning
    if terms is None:
        return np.ones(len(case))
    return np.asarray(1 - terms.gain * np.expm1(-case / terms.pace))


def _level(deal: Scenario, z: Floats, trial: Ints) -> Floats | float:
    """How many times as much each row saves since its trial is a good one, z being the trials' factor."""
    loading = deal.dependence.savings
    return np.take(np.exp(loading * z - loading**2 / 2), trial) if loading else 1.0


def _savings(deal: Scenario, segment: Segment, *, u: Floats, case: Ints, level: Floats | float) -> Cents:
    euros = amounts(u, segment.saving)
    if segment.learning is not None:
        euros = euros * experience(segment, case)
    if deal.dependence.savings:
        euros *= level
    cents = round_half_away(euros * 100)
    if cents.size and cents.max() >= min(LARGEST, EXACT / 4 / largest_intake(deal, segment)):
        raise RefusedError(
            f"segment {segment.name!r} draws savings that, over all cases, cannot be counted in whole cents; "
            "lower its mean or cv"
        )
    return cents


def _months_kept(segment: Segment, stream: Stream, rows: Ints, n_cases: int) -> Ints:
    """Full months before relapse: geometric in the hazard, at most all months."""
    if segment.hazard == 0:
        return np.full(len(rows), segment.saving_months, dtype=np.int64)
    u = case_uniforms(stream, "relapse", segment=segment.name, n_cases=n_cases)
    survived = np.floor(np.log(np.take(u.reshape(-1), rows)) / np.log1p(-segment.hazard))
    return np.asarray(np.minimum(survived, segment.saving_months).astype(np.int64))


def _gross(segment: Segment, saving: Cents, months_kept: Ints, *, failed: Bools) -> Cents:
    gross = saving if segment.hazard == 0 else prorata(saving, months_kept, whole=segment.saving_months)
    cost = round_half_away(np.array([segment.failure_saving * 100]))
    return np.where(failed, cost, gross) if failed.any() else gross


def _plans_by_month(starts: Ints, plan: Bools) -> Cents:
    """Count cases with a plan by start month and trial; one column where all trials agree."""
    n_months = int(starts.max(initial=0)) + 1
    if starts.shape[1] == 1 and plan.shape[1] == 1:
        return np.bincount(starts[plan], minlength=n_months)[:, np.newaxis].astype(np.float64)
    wide = np.broadcast_to(starts, (len(starts), BLOCK))
    code = (wide * BLOCK + np.arange(BLOCK))[np.broadcast_to(plan, wide.shape)]
    return np.bincount(code, minlength=n_months * BLOCK).reshape(n_months, BLOCK).astype(np.float64)


def total_by(code: Array, amounts: Cents | None, *, shape: tuple[int, ...]) -> Cents:
    """Add up amounts (or count rows) by code; exact, as whole numbers are.

    Parameters
    ----------
    code : ndarray of shape (n_rows,)
        Place of each row in an array of ``shape``, flattened.
    amounts : ndarray of shape (n_rows,) or None
        Cents; None counts.
    """
    size = int(np.prod(shape))
    return np.bincount(code, weights=amounts, minlength=size).reshape(shape).astype(np.float64)


def true_savings(load: Caseload, *, n_periods: int) -> Cents:
    """Return what is truly saved, whether or not a contract counts it, by period and trial.

    Returns
    -------
    ndarray of shape (n_periods, BLOCK)
        Gross saving less deadweight and regression to the mean, in cents.
    """
    segment, rows = load.segment, load.rows
    keep = (1 - exact(segment.deadweight)) * (1 - exact(segment.regression_to_mean))
    keep *= load.deal.programme.has_effect
    n_months = int(rows.start.max(initial=0)) + 1
    months_kept = np.where(rows.failed, segment.saving_months, rows.months_kept)
    change = np.zeros((n_periods + 1, BLOCK))
    for length in np.unique(months_kept) if segment.hazard else (segment.saving_months,):
        if length == 0:
            continue
        mine = slice(None) if segment.hazard == 0 else months_kept == length
        code = rows.start[mine] * BLOCK + rows.trial[mine]
        groups = share(total_by(code, rows.gross[mine], shape=(n_months, BLOCK)), keep)
        spread_over_months(groups, int(length), into=change[segment.months_to_effect :])
    return so_far(change[:-1])


def spread_over_months(totals: Cents, n: int, *, into: Cents) -> None:
    """Split the totals of each month evenly over n months from it on, as ``money.even_split`` does.

    Parameters
    ----------
    totals : ndarray of shape (n_months, n_trials)
    into : ndarray of shape (n_periods + 1, n_trials)
        By how much each period differs from the one before it, to which this is added.
    """
    n_months, n_trials = totals.shape
    sign, magnitude = np.sign(totals), np.abs(totals)
    base = np.floor(magnitude / n)
    extra = (magnitude - base * n).astype(np.int64)
    base *= sign
    into[:n_months] += base + sign
    into[n : n + n_months] -= base
    last = (np.arange(n_months)[:, np.newaxis] + extra) * n_trials + np.arange(n_trials)
    ends = total_by(last.reshape(-1), sign.reshape(-1), shape=(n_months + n - 1, n_trials))
    into[: len(ends)] -= ends
