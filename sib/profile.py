"""The deal without variance: what its own assumptions lead one to expect, period by period.

In comes a deal, out go expected validated savings on payment dates and the expected cost of the work. No draws
are made; what hangs on the order of chance events is taken at its mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from sib.accountant.claims import counted_months
from sib.accountant.counting import Claimed, counted
from sib.arrays import Cents, Floats
from sib.chance import dependence, distributions
from sib.chance.draws import BLOCK, Stream
from sib.contract.metrics import Metrics
from sib.deal.audit import FixedDelay
from sib.deal.programme import BetaBinomial, Fixed, GaussianFactor, Segment
from sib.deal.scenario import Scenario
from sib.money import exact, prorata, round_half_away, share
from sib.programme.budget import Spending, spend
from sib.programme.grid import Grid
from sib.programme.intake import enrolment_factor, n_came, start_months
from sib.programme.outcomes import beta_of, cause_weights, mean_chance
from sib.programme.savings import Cases, amounts

POINTS = 2000
"""Points of the grid over which an amount is averaged."""


@dataclass(frozen=True, slots=True)
class Course:
    """What one case is expected to bring, by months after its start month.

    Parameters
    ----------
    savings : ndarray of shape (n_months,)
        Validated cents.
    cases : ndarray of shape (n_months,)
        Validated cases.
    claims : ndarray of shape (n_months,)
        Claims that are looked at, whatever comes of them.
    """

    savings: Floats
    cases: Floats
    claims: Floats


class _Gain(NamedTuple):
    """What a claim is expected to bring: validated cents, validated cases, claims that are looked at."""

    savings: float
    cases: float
    claims: float


@dataclass(frozen=True, slots=True)
class _Odds:
    """Chances of what can happen to a claim; all zero where nobody reviews."""

    missing: float
    overstated: float
    rejected: float
    cut: float
    invalid: float

    @classmethod
    def of(cls, deal: Scenario) -> _Odds:
        terms, claims = deal.accountant.review, deal.accountant.claims
        if deal.accountant.mode == "none":
            return cls(0.0, 0.0, 0.0, 0.0, 0.0)
        missing = claims.evidence_missing if deal.accountant.counting.evidence_required else 0.0
        return cls(missing, claims.overstated, terms.wrong_rejection, terms.wrong_adjustment, claims.invalid)


def midpoints(n: int) -> Floats:
    """Return the middles of ``n`` equal parts of (0, 1)."""
    return np.asarray((np.arange(n) + 0.5) / n, dtype=np.float64)


def success_course(deal: Scenario, segment: Segment, *, saving_share: float = 1.0) -> Course:
    """Return what a success (or a partial outcome with that share of the saving) is expected to bring."""
    odds, terms = _Odds.of(deal), deal.accountant.review
    course = _empty_course(deal, segment)
    for chance, length in _lengths(segment):
        honest, inflated = _countable(deal, segment, length, saving_share)
        good = (1 - odds.overstated) * (1 - odds.rejected)
        left = good * (1 - odds.cut * terms.adjustment_share) * honest.mean()
        left += odds.overstated * (
            terms.overstated_detected * honest.mean() + (1 - terms.overstated_detected) * inflated.mean()
        )
        counts = (good + odds.overstated) * (honest > 0).mean()
        weight = chance * (1 - odds.missing)
        made = chance * _is_claimed(deal, segment, length, saving_share)
        _place(deal, segment, course, length=length, gain=_Gain(weight * left, weight * counts, made))
    return course


def failure_course(deal: Scenario, segment: Segment) -> Course:
    """Return what a failed case is expected to bring: invalid claims that nobody detects, less losses set off."""
    odds, course = _Odds.of(deal), _empty_course(deal, segment)
    weight = odds.invalid * (1 - odds.missing) * (1 - deal.accountant.review.invalid_detected)
    for chance, length in _lengths(segment) if odds.invalid else ():
        honest, _ = _countable(deal, segment, length, 1.0)
        made = odds.invalid * chance * _is_claimed(deal, segment, length, 1.0)
        passed = weight * chance
        gain = _Gain(passed * honest.mean(), passed * float((honest > 0).mean()), made)
        _place(deal, segment, course, length=length, gain=gain)
    if segment.failure_saving < 0 and deal.accountant.counting.negative == "net":
        loss = np.array([-segment.failure_saving * 100])
        nothing = np.zeros(1)
        claimed = Claimed(nothing, np.array([segment.saving_months]), nothing > 0, nothing, loss)
        set_off = float(counted(deal.accountant.counting, claimed, segment=segment)[0])
        unclaimed = 1 - odds.invalid * sum(
            chance for chance, length in _lengths(segment) if _shown(deal, segment, length)
        )
        _place(deal, segment, course, length=segment.saving_months, gain=_Gain(unclaimed * set_off, 0.0, 0.0))
    return course


def _shown(deal: Scenario, segment: Segment, length: int) -> int:
    """Months that a claim shows: all of them where nobody can know of a relapse yet."""
    blind = deal.accountant.claim_at == "plan" and deal.accountant.mode == "full"
    return segment.saving_months if blind else length


def _empty_course(deal: Scenario, segment: Segment) -> Course:
    n_months = segment.months_to_effect + segment.saving_months + max(length for _, length in _delays(deal)) + 1
    return Course(np.zeros(n_months), np.zeros(n_months), np.zeros(n_months))


def _lengths(segment: Segment) -> Iterator[tuple[float, int]]:
    """How many months a saving lasts, with its chance."""
    stays = 1 - segment.hazard
    for length in range(segment.saving_months):
        if segment.hazard:
            yield stays**length * segment.hazard, length
    yield stays**segment.saving_months, segment.saving_months


def _delays(deal: Scenario) -> list[tuple[float, int]]:
    delay = deal.accountant.delay
    if isinstance(delay, FixedDelay):
        return [(1.0, delay.months)]
    n_months = delay.high - delay.low + 1
    return [(1 / n_months, delay.low + k) for k in range(n_months)]


def _countable(deal: Scenario, segment: Segment, length: int, saving_share: float) -> tuple[Cents, Cents]:
    """What counts of an honest and of an overstated claim, on a grid of savings."""
    cents = round_half_away(_amount_grid(segment.saving) * selection(deal, segment) * 100)
    if saving_share != 1:
        cents = share(cents, exact(saving_share))
    shown = _shown(deal, segment, length)
    claim = prorata(cents, shown, whole=segment.saving_months) if shown < segment.saving_months else cents
    own = _planned_own_cost(deal) if deal.accountant.counting.own_cost == "in" else 0.0
    taint = deal.accountant.claims.taint
    factor = (
        1 - amounts(np.asarray((np.arange(POINTS) * 0.6180339887498949 + 0.5) % 1, dtype=np.float64), taint)
        if taint is not None
        else 1.0
    )
    honest, inflated = (
        counted(
            deal.accountant.counting,
            Claimed(
                amount, np.full(POINTS, shown), np.zeros(POINTS, dtype=np.bool_), np.full(POINTS, own), np.zeros(POINTS)
            ),
            segment=segment,
        )
        for amount in (claim, round_half_away(claim / factor))
    )
    return honest, inflated


def _amount_grid(terms: object) -> Floats:
    """Equally likely amounts in euros; where the mean is a term, they have exactly that mean."""
    euros = np.maximum(amounts(midpoints(POINTS), terms), 0.0)
    stated = getattr(terms, "mean", None)
    return euros * (stated / euros.mean()) if stated else euros


def _planned_own_cost(deal: Scenario) -> float:
    cost = 0.0
    for line in deal.budget.lines:
        if line.is_per_case:
            cost += line.unit_price * 100
        elif line.when.per_case is not None:
            cost += float(amounts(midpoints(POINTS), line.when.per_case).mean()) * 100
    return float(np.rint(cost))


def _is_claimed(deal: Scenario, segment: Segment, length: int, saving_share: float) -> float:
    """Chance that an outcome whose saving lasts so long shows something to claim."""
    shown = _shown(deal, segment, length)
    cents = round_half_away(_amount_grid(segment.saving) * selection(deal, segment) * 100)
    claim = prorata(share(cents, exact(saving_share)), shown, whole=segment.saving_months)
    return float((claim > 0).mean())


def _place(deal: Scenario, segment: Segment, course: Course, *, length: int, gain: _Gain) -> None:
    """Add an expected claim to the months in which it is validated."""
    n_counted = min(length, counted_months(deal, segment))
    first = segment.months_to_effect
    for chance, wait in _delays(deal):
        if deal.accountant.claim_at == "monthly":
            for month in range(n_counted):
                course.savings[first + month + wait] += chance * gain.savings / n_counted
            course.cases[first + wait] += chance * gain.cases
            course.claims[first + wait] += chance * gain.claims
            continue
        month = 0 if deal.accountant.claim_at == "plan" else first + min(length, counted_months(deal, segment) - 1)
        course.savings[month + wait] += chance * gain.savings
        course.cases[month + wait] += chance * gain.cases
        course.claims[month + wait] += chance * gain.claims


def gaussian_weight(terms: GaussianFactor, segment: Segment) -> float:
    """Return the weight of all factors together in a segment."""
    return terms.weight if terms.weight is not None else sum(cause_weights(terms, segment).values())


def points_of(segment: Segment, *, with_parameters: bool) -> Floats:
    """The chance of success as it may be, on a grid."""
    shape = beta_of(segment) if with_parameters else None
    if shape is None:
        return np.array([mean_chance(segment)])
    return distributions.beta(midpoints(200), a=shape[0], b=shape[1])


def chance_at(deal: Scenario, segment: Segment, *, u: Floats, with_parameters: bool) -> Floats:
    """The shared chance at a uniform of its factor, averaged over what is not known of p."""
    terms = deal.dependence
    total = np.zeros_like(u)
    points = points_of(segment, with_parameters=with_parameters)
    for p in points:
        if isinstance(terms, BetaBinomial):
            total += dependence.beta_binomial(u, float(p), icc=terms.icc)
        elif isinstance(terms, GaussianFactor):
            total += dependence.gaussian_factor(ndtri(u), float(p), weight=gaussian_weight(terms, segment))
        else:
            total += p
    return total / len(points)


def selection(deal: Scenario, segment: Segment) -> float:
    """Return how much more a success saves than the mean, because both lean on the same factor.

    ``E[P m] / E[P]`` with m = exp(b z - b**2 / 2); 1 where savings do not load on the outcome factor.
    """
    loading = deal.dependence.savings
    if loading == 0:
        return 1.0
    u = midpoints(POINTS)
    chance = chance_at(deal, segment, u=u, with_parameters=True)
    total = chance.sum()
    return float(chance @ np.exp(loading * ndtri(u) - loading**2 / 2) / total) if total else 1.0


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
    """What becomes of a case, with its chances at given chances of success."""
    part = segment.partial
    partly, saving_share = (part.chance, part.saving_share) if part else (0.0, 1.0)
    return [
        (p, success_course(deal, segment)),
        ((1 - p) * (1 - partly), failure_course(deal, segment)),
        ((1 - p) * partly, success_course(deal, segment, saving_share=saving_share)),
    ]


def expected_claims(deal: Scenario, *, n_periods: int, stop: int = -1) -> Cents:
    """Return how many claims are expected to be looked at, in whole numbers by period, shape (n_periods,)."""
    claims = np.zeros(n_periods)
    for segment in deal.segments:
        for chance, course in _courses(deal, segment, np.array([mean_chance(segment)])):
            for start, plans in enumerate(planned_plans(deal, segment, stop=stop)):
                room = slice(start, min(start + len(course.claims), n_periods))
                claims[room] += plans * chance[0] * course.claims[: max(room.stop - room.start, 0)]
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
    starts = [0, *(period + 1 for period in calendar.payment_periods[:-1])]
    by_date = np.add.reduceat(savings, starts, axis=1)
    whole = np.diff(np.rint(np.cumsum(by_date, axis=1)), axis=1, prepend=0.0)
    names = tuple(cohort.name for cohort in deal.contract.cohorts)
    return Metrics(whole, np.add.reduceat(n_cases, starts, axis=1), enrolled, names, is_whole=False)


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
        tables.append(
            Cases(
                none,
                none,
                none,
                flags[:, 0],
                flags[:, 0],
                np.zeros(0),
                none,
                np.zeros(0),
                plans,
                np.zeros((0, 1), dtype=np.int64),
                flags,
                none,
                none,
                0,
            )
        )
    return spend(planned, tables, stream=Stream(0, 0), n_periods=calendar.n_periods)
