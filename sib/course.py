"""What one case is expected to bring, month by month: its claim, its review, its dispute, each at its chance.

In come a deal and a segment, out goes a ``Course``. No draws are made; a sample is taken at what it is expected to
find, as if every file were opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sib.accountant.claims import counted_months
from sib.accountant.counting import Claimed, counted
from sib.arrays import Cents, Floats
from sib.averages import POINTS, amount_grid, midpoints, selection
from sib.deal.audit import FixedDelay
from sib.deal.programme import Segment
from sib.deal.scenario import Scenario
from sib.money import exact, prorata, round_half_away, share
from sib.programme.savings import amounts


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
        Claims that are ready to be looked at, whatever comes of them.
    """

    savings: Floats
    cases: Floats
    claims: Floats


@dataclass(frozen=True, slots=True)
class _Odds:
    """Chances of what can happen to a claim, and the months of a dispute; all zero where nobody reviews."""

    missing: float = 0.0
    overstated: float = 0.0
    rejected: float = 0.0
    cut: float = 0.0
    invalid: float = 0.0
    appealed: float = 0.0
    challenged: float = 0.0
    wait: int = 0

    @classmethod
    def of(cls, deal: Scenario) -> _Odds:
        accountant = deal.accountant
        if not accountant.is_reviewed:
            return cls()
        terms, claims, disputes = accountant.review, accountant.claims, accountant.disputes
        return cls(
            missing=claims.evidence_missing if accountant.counting.evidence_required else 0.0,
            overstated=claims.overstated,
            rejected=terms.wrong_rejection,
            cut=terms.wrong_adjustment,
            invalid=claims.invalid,
            appealed=disputes.appeal,
            challenged=disputes.challenge,
            wait=0 if accountant.is_sampled else disputes.months,
        )


def success_course(deal: Scenario, segment: Segment, *, saving_share: float = 1.0) -> Course:
    """Return what a success (or a partial outcome with that share of the saving) is expected to bring."""
    odds, course, saved = _Odds.of(deal), _empty_course(deal, segment), _saved(deal, segment, saving_share)
    for chance, length in _lengths(segment):
        honest, inflated = _countable(deal, segment, length, saved)
        made = chance * _is_claimed(deal, segment, length, saved)
        _place(deal, segment, course, _Gain(0.0, 0.0, length, claims=made))
        for odd, wait, kept, of_inflated in _endings(deal, odds):
            shown = inflated if of_inflated else honest
            weight = chance * (1 - odds.missing) * odd
            cents, cases = weight * kept * shown.mean(), weight * (honest > 0).mean() * (kept > 0)
            _place(deal, segment, course, _Gain(cents, cases, length, wait))
    return course


def _endings(deal: Scenario, odds: _Odds) -> Iterator[tuple[float, int, float, bool]]:
    """How the claim of a success can end: chance, months of dispute, share that is left, of what was overstated."""
    terms, disputes = deal.accountant.review, deal.accountant.disputes
    good, won, left = 1 - odds.overstated, disputes.appeal_success, 1 - terms.adjustment_share
    cut = good * (1 - odds.rejected) * odds.cut
    yield good * (1 - odds.rejected) * (1 - odds.cut), 0, 1.0, False
    yield cut * (1 - odds.appealed), 0, left, False
    yield cut * odds.appealed * (1 - won), odds.wait, left, False
    yield (cut + good * odds.rejected) * odds.appealed * won, odds.wait, 1.0, False
    slipped, put_right = odds.overstated * (1 - terms.overstated_detected), disputes.challenge_success
    yield odds.overstated * terms.overstated_detected, 0, 1.0, False
    yield slipped * (1 - odds.challenged), 0, 1.0, True
    yield slipped * odds.challenged * (1 - put_right), odds.wait, 1.0, True
    yield slipped * odds.challenged * put_right, odds.wait, 1.0, False


def failure_course(deal: Scenario, segment: Segment) -> Course:
    """Return what a failed case is expected to bring: invalid claims that stand, less losses set off."""
    odds, course = _Odds.of(deal), _empty_course(deal, segment)
    slipped = odds.invalid * (1 - odds.missing) * (1 - deal.accountant.review.invalid_detected)
    upheld = odds.challenged * (1 - deal.accountant.disputes.challenge_success)
    saved = _saved(deal, segment) if odds.invalid else np.zeros(POINTS)
    for chance, length in _lengths(segment) if odds.invalid else ():
        honest, _ = _countable(deal, segment, length, saved)
        made = odds.invalid * chance * _is_claimed(deal, segment, length, saved)
        _place(deal, segment, course, _Gain(0.0, 0.0, length, claims=made))
        for odd, wait in ((1 - odds.challenged, 0), (upheld, odds.wait)):
            weight = slipped * odd * chance
            gain = _Gain(weight * honest.mean(), weight * (honest > 0).mean(), length, wait)
            _place(deal, segment, course, gain)
    if segment.failure_saving < 0 and deal.accountant.counting.negative == "net":
        loss = np.array([-segment.failure_saving * 100])
        nothing = np.zeros(1)
        claimed = Claimed(nothing, np.array([segment.saving_months]), nothing > 0, nothing, loss)
        set_off = float(counted(deal.accountant.counting, claimed, segment=segment)[0])
        unclaimed = 1 - odds.invalid * sum(
            chance for chance, length in _lengths(segment) if _shown(deal, segment, length)
        )
        _place(deal, segment, course, _Gain(unclaimed * set_off, 0.0, segment.saving_months))
    return course


def _shown(deal: Scenario, segment: Segment, length: int) -> int:
    """Months that a claim shows: all of them where nobody can know of a relapse yet."""
    blind = deal.accountant.claim_at == "plan" and deal.accountant.is_reviewed
    return segment.saving_months if blind else length


def _empty_course(deal: Scenario, segment: Segment) -> Course:
    longest = max(length for _, length in _delays(deal)) + _Odds.of(deal).wait
    n_months = segment.months_to_effect + segment.saving_months + longest + 1
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


def _saved(deal: Scenario, segment: Segment, saving_share: float = 1.0) -> Cents:
    """What a success saves, or a partial outcome with that share of it, on a grid, in cents."""
    cents = round_half_away(amount_grid(segment.saving) * selection(deal, segment) * 100)
    return cents if saving_share == 1 else share(cents, exact(saving_share))


def _countable(deal: Scenario, segment: Segment, length: int, saved: Cents) -> tuple[Cents, Cents]:
    """What counts of an honest and of an overstated claim, on a grid of savings."""
    shown = _shown(deal, segment, length)
    claim = prorata(saved, shown, whole=segment.saving_months) if shown < segment.saving_months else saved
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


def _planned_own_cost(deal: Scenario) -> float:
    cost = 0.0
    for line in deal.budget.lines:
        if line.is_per_case:
            cost += line.unit_price * 100
        elif line.when.per_case is not None:
            cost += float(amounts(midpoints(POINTS), line.when.per_case).mean()) * 100
    return float(np.rint(cost))


def _is_claimed(deal: Scenario, segment: Segment, length: int, saved: Cents) -> float:
    """Chance that an outcome whose saving lasts so long shows something to claim."""
    claim = prorata(saved, _shown(deal, segment, length), whole=segment.saving_months)
    return float((claim > 0).mean())


@dataclass(frozen=True, slots=True)
class _Gain:
    """An expected claim: cents, cases and claims, over so many months, after so many months of dispute."""

    cents: float
    cases: float
    length: int
    wait: int = 0
    claims: float = 0.0


def _place(deal: Scenario, segment: Segment, course: Course, gain: _Gain) -> None:
    """Add an expected claim to the months in which it is validated."""
    n_counted = min(gain.length, counted_months(deal, segment))
    first = segment.months_to_effect
    for chance, delay in _delays(deal):
        wait = delay + gain.wait
        if deal.accountant.claim_at == "monthly":
            for month in range(n_counted):
                course.savings[first + month + wait] += chance * gain.cents / n_counted
            course.cases[first + wait] += chance * gain.cases
            course.claims[first + wait] += chance * gain.claims
            continue
        last = min(gain.length, counted_months(deal, segment) - 1)
        month = 0 if deal.accountant.claim_at == "plan" else first + last
        course.savings[month + wait] += chance * gain.cents
        course.cases[month + wait] += chance * gain.cases
        course.claims[month + wait] += chance * gain.claims
