"""What the provider claims of each case, when, and when it is validated: model section 4 of docs/model.md.

In comes the ``Cases`` table of one segment, out goes a ``Claims`` table with the same rows. Errors of the
provider (failed cases claimed, overstated amounts, missing evidence) arise here; nobody has looked yet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from sib.arrays import Bools, Cents, Floats, Ints
from sib.chance import dependence, distributions
from sib.chance.draws import BLOCK, Stream, case_uniforms, trial_uniforms
from sib.deal.audit import FixedDelay
from sib.deal.programme import Segment
from sib.deal.scenario import Scenario
from sib.money import prorata, round_half_away
from sib.programme.savings import Cases, amounts


@dataclass(frozen=True, slots=True)
class Claims:
    """The provider's claims, one row per row of ``Cases``.

    Parameters
    ----------
    amount : ndarray of shape (n_rows,)
        Claimed, in cents; 0 where nothing is claimed.
    honest : ndarray of shape (n_rows,)
        What the claim would be without overstatement, in cents.
    months_shown : ndarray of shape (n_rows,)
        Months over which the claim runs.
    is_claimed, is_invalid, is_overstated, lacks_evidence : ndarrays of shape (n_rows,)
        A claim was made; for a failed case; for too much; without proof.
    period : ndarray of shape (n_rows,)
        Period in which it is claimed; of monthly claims the first.
    delay : ndarray of shape (n_rows,) or (n_periods, BLOCK)
        Months until it is validated: by claim, or by claiming period and trial.
    """

    amount: Cents
    honest: Cents
    months_shown: Ints
    is_claimed: Bools
    is_invalid: Bools
    is_overstated: Bools
    lacks_evidence: Bools
    period: Ints
    delay: Ints

    def validated_in(self, rows: Cases, later: int = 0) -> Ints:
        """Return the period in which each claim (of the month ``later`` after the first) is validated."""
        period = self.period + later
        if self.delay.ndim == 2:
            return period + self.delay[period, rows.trial]
        return period + self.delay


def claim(deal: Scenario, segment: Segment, rows: Cases, *, stream: Stream) -> Claims:
    """Return what is claimed for the cases of one segment in one block."""
    at_plan = deal.accountant.claim_at == "plan" and deal.accountant.mode == "full"
    shown = np.full_like(rows.months_kept, segment.saving_months) if at_plan else rows.months_kept
    would_be = rows.saving if at_plan or segment.hazard == 0 else prorata(rows.saving, shown, segment.saving_months)
    is_invalid = _invalid(deal, segment, rows, stream) & (would_be > 0)
    is_claimed = is_invalid | (~rows.failed & (would_be > 0))
    honest = would_be * is_claimed
    amount, is_overstated = _overstate(deal, segment, rows, stream=stream, good=honest * ~is_invalid, honest=honest)
    return Claims(
        amount=amount, honest=honest, months_shown=shown, is_claimed=is_claimed, is_invalid=is_invalid,
        is_overstated=is_overstated,
        lacks_evidence=is_claimed & _lacks_evidence(deal, segment, rows, stream),
        period=_claimed_in(deal, segment, rows), delay=_delays(deal, segment, rows, stream=stream),
    )


def counted_months(deal: Scenario, segment: Segment) -> int:
    """Return the most months of a case that count, K."""
    most = deal.accountant.counting.max_months
    return segment.saving_months if most is None else min(most, segment.saving_months)


def _invalid(deal: Scenario, segment: Segment, rows: Cases, stream: Stream) -> Bools:
    return rows.failed & _happens(deal, segment, rows, stream=stream, chance="invalid")


def _lacks_evidence(deal: Scenario, segment: Segment, rows: Cases, stream: Stream) -> Bools:
    happens = _happens(deal, segment, rows, stream=stream, chance="evidence_missing")
    return happens if deal.accountant.counting.evidence_required else np.zeros_like(happens)


def _happens(deal: Scenario, segment: Segment, rows: Cases, *, stream: Stream, chance: str) -> Bools:
    """Draw one of the provider's errors, named as its term."""
    level = getattr(deal.accountant.claims, chance) if deal.accountant.mode == "full" else 0.0
    if level == 0:
        return np.zeros(len(rows.trial), dtype=np.bool_)
    u = case_uniforms(stream, chance, segment=segment.name, n_cases=rows.n_cases)
    return rows.pick(u) < level


def _overstate(
    deal: Scenario, segment: Segment, rows: Cases, *, stream: Stream, good: Cents, honest: Cents
) -> tuple[Cents, Bools]:
    """Blow up some good claims: claimed = honest / (1 - taint)."""
    happens = _happens(deal, segment, rows, stream=stream, chance="overstated") & (good > 0)
    if not happens.any():
        return honest, happens
    u = rows.pick(case_uniforms(stream, "taint", segment=segment.name, n_cases=rows.n_cases))
    claimed = round_half_away(honest / (1 - amounts(u, deal.accountant.claims.taint)))
    return np.where(happens, claimed, honest), happens


def _claimed_in(deal: Scenario, segment: Segment, rows: Cases) -> Ints:
    if deal.accountant.claim_at == "plan":
        return rows.start
    first = rows.start + segment.months_to_effect
    if deal.accountant.claim_at == "monthly":
        return first
    last = counted_months(deal, segment) - 1
    if segment.hazard == 0:
        return first + last
    return first + np.where(rows.failed & (rows.gross < 0), last, np.minimum(rows.months_kept, last))


def _delays(deal: Scenario, segment: Segment, rows: Cases, *, stream: Stream) -> Ints:
    terms = deal.accountant.delay
    if isinstance(terms, FixedDelay):
        return np.full(len(rows.trial), terms.months, dtype=np.int64)
    if terms.per == "date":
        u = case_uniforms(stream, "delay by date", segment="", n_cases=int(rows.start.max(initial=0)) + 1200)
        return distributions.uniform_months(u, low=terms.low, high=terms.high)
    own = rows.pick(case_uniforms(stream, "delay", segment=segment.name, n_cases=rows.n_cases))
    return distributions.uniform_months(_levelled(deal, own, rows.trial, stream), low=terms.low, high=terms.high)


def _levelled(deal: Scenario, own: Floats, trial: Ints, stream: Stream) -> Floats:
    """Join the delays of a trial to one level, where the deal says that they move together."""
    loading = deal.programme.dependence.delays
    if loading == 0:
        return own
    return dependence.share_factor(trial_uniforms(stream, "delay level")[trial], own, loading=loading)


def strictness(deal: Scenario, stream: Stream, chance: float) -> Floats:
    """Return the trial's chance of a wrong decision, shape (BLOCK,), given its chance on average."""
    weight = deal.programme.dependence.review
    if weight == 0 or chance in (0.0, 1.0):
        return np.full(BLOCK, chance)
    z = ndtri(trial_uniforms(stream, "strictness"))
    return ndtr((ndtri(chance) + np.sqrt(weight) * z) / np.sqrt(1 - weight))
