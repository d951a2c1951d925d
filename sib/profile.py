"""The deal without variance: what its own assumptions lead one to expect, period by period.

In comes a deal, out go expected validated savings on payment dates and the expected cost of the work. No draws
are made; what hangs on the order of chance events is taken at its mean.
"""

from __future__ import annotations

import numpy as np

from sib.arrays import Floats
from sib.averages import POINTS, midpoints
from sib.chance.draws import BLOCK, Stream
from sib.contract.metrics import Metrics
from sib.course import Course, failure_course, success_course
from sib.deal.audit import Sample
from sib.deal.programme import Fixed, Segment
from sib.deal.scenario import Scenario
from sib.programme.budget import Spending, spend
from sib.programme.grid import Grid
from sib.programme.intake import enrolment_factor, n_came, start_months
from sib.programme.outcomes import mean_chance
from sib.programme.savings import Arrivals, amounts


def planned_plans(deal: Scenario, segment: Segment, *, stop: int = -1) -> Floats:
    """Return how many cases get a plan in each start month, enrolment at its mean; shape (n_months,).

    Parameters
    ----------
    stop : int
        Period from whose end on nobody is taken in; -1 for never.
    """
    came, _ = n_came(deal, segment, factor=enrolment_factor(deal, midpoints(512)))
    n_expected = int(np.rint(came.mean()))
    if not n_expected:
        return np.zeros(1)
    plans = np.bincount(start_months(segment.intake, n_expected)) * segment.triage_share
    if stop >= 0:
        plans[stop + 1 :] = 0
    return np.asarray(plans, dtype=np.float64)


def _courses(deal: Scenario, segment: Segment, p: Floats) -> list[tuple[Floats, Course]]:
    """What becomes of a case, with its chances at given chances of success.

    Without any effect only the share ``deadweight`` ends as well as with help; the others of those cases show what
    regression to the mean alone shows, if anything.
    """
    part = segment.partial
    partly, saving_share = (part.chance, part.saving_share) if part else (0.0, 1.0)
    reached = [(p, 1.0), ((1 - p) * partly, saving_share)]
    anyway, faded = (1.0, 0.0) if deal.programme.has_effect else (segment.deadweight, 1 - segment.deadweight)
    shown = segment.regression_to_mean
    ends = [(chance * anyway, share) for chance, share in reached]
    ends += [(chance * faded, share * shown) for chance, share in reached if faded and shown]
    rest = 1 - np.sum([chance for chance, _ in ends], axis=0)
    courses = [(chance, success_course(deal, segment, saving_share=share)) for chance, share in ends]
    return [*courses, (rest, failure_course(deal, segment))]


def expected_files(deal: Scenario, calendar: Grid, *, stop: int = -1) -> Floats:
    """Return how many files are expected to be opened, in whole numbers by period, shape (n_periods,).

    Of a sample with a size that is the size, of one with a share that share; else every claim.
    """
    claims = np.zeros(calendar.n_periods)
    for segment in deal.segments:
        for chance, course in _courses(deal, segment, np.array([mean_chance(segment)])):
            for start, plans in enumerate(planned_plans(deal, segment, stop=stop)):
                room = slice(start, min(start + len(course.claims), calendar.n_periods))
                claims[room] += plans * chance[0] * course.claims[: max(room.stop - room.start, 0)]
    terms = deal.accountant.sample
    if terms is not None:
        claims = _at_settlements(terms, claims[np.newaxis, : calendar.last_payment + 1], calendar)[0]
        claims = np.minimum(claims, terms.size or np.inf) * (terms.share or 1.0)
        claims = np.append(claims, np.zeros(calendar.n_periods - len(claims)))
    return np.diff(np.rint(np.round(np.cumsum(claims), 6)), prepend=0.0)


def expected_metrics(deal: Scenario, chances: Floats, *, calendar: Grid, stop: int = -1) -> Metrics:
    """Return the metrics that are expected, on payment dates, at given chances of success.

    Parameters
    ----------
    chances : ndarray of shape (n_segments, n_points)
    """
    n_cohorts, n_points = len(deal.contract.cohorts) + 1, chances.shape[1]
    until = calendar.last_payment + 1
    savings, n_cases = (np.zeros((n_cohorts, until, n_points)) for _ in range(2))
    enrolled = np.zeros((n_cohorts, n_points))
    for segment, p in zip(deal.segments, chances, strict=True):
        courses = _courses(deal, segment, p)
        for start, plans in enumerate(planned_plans(deal, segment, stop=stop)):
            cohort = deal.cohort_of(segment, start)
            enrolled[cohort] += plans
            for chance, course in courses if plans else ():
                room = slice(start, min(start + len(course.savings), until))
                n = max(room.stop - room.start, 0)
                savings[cohort, room] += plans * np.outer(course.savings[:n], chance)
                n_cases[cohort, room] += plans * np.outer(course.cases[:n], chance)
    if deal.accountant.sample is not None:
        savings, n_cases = (_at_settlements(deal.accountant.sample, each, calendar) for each in (savings, n_cases))
    starts = [0, *(period + 1 for period in calendar.payment_periods[:-1])]
    by_date = np.add.reduceat(savings, starts, axis=1)
    whole = np.diff(np.rint(np.cumsum(by_date, axis=1)), axis=1, prepend=0.0)
    names = tuple(cohort.name for cohort in deal.contract.cohorts)
    return Metrics(whole, np.add.reduceat(n_cases, starts, axis=1), enrolled, names, is_whole=False)


def _at_settlements(terms: Sample, by_period: Floats, calendar: Grid) -> Floats:
    """Move what is ready in each period, on the second axis, to the settlement that follows."""
    from sib.accountant.populations import settlements

    dates = settlements(terms, calendar)
    moved = np.zeros_like(by_period)
    moved[:, dates] = np.add.reduceat(by_period, [0, *(date + 1 for date in dates[:-1])], axis=1)
    return moved


def expected_spending(deal: Scenario, calendar: Grid, *, stop: int = -1) -> Spending:
    """Return the cost of the work as expected, the same in a block of points."""
    lines = []
    for line in deal.budget.lines:
        terms = line.when.per_case
        if terms is not None and not isinstance(terms, Fixed):
            mean = float(np.rint(amounts(midpoints(POINTS), terms).mean() * 100)) / 100
            line = line.model_copy(
                update={"when": line.when.model_copy(update={"per_case": Fixed(kind="fixed", amount=mean)})}
            )
        lines.append(line)
    planned = deal.model_copy(update={"budget": deal.budget.model_copy(update={"lines": tuple(lines)})})
    none, flags = np.zeros(0, dtype=np.int64), np.zeros((0, 1), dtype=np.bool_)
    tables = []
    for segment in deal.segments:
        plans = np.repeat(np.rint(planned_plans(deal, segment, stop=stop))[:, np.newaxis], BLOCK, axis=1)
        tables.append(Arrivals(plans, none[:, np.newaxis], flags, none, none, 0))
    return spend(planned, tables, stream=Stream(0, 0), n_periods=calendar.n_periods)
