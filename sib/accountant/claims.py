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
from sib.chance.draws import BLOCK, case_uniforms, trial_uniforms
from sib.deal.audit import FixedDelay
from sib.deal.programme import Segment
from sib.deal.scenario import Scenario
from sib.money import prorata, round_half_away
from sib.programme.savings import Caseload, Cases, amounts

LAST_CLAIM = 3000
"""Latest period in which anything can be claimed: start, effect and saving months each have their limit."""


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
    delay : ndarray of shape (n_rows,) or (LAST_CLAIM, BLOCK)
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

    def validated_in(self, rows: Cases) -> Ints:
        """Return the period in which each claim is validated; of monthly claims the first."""
        if self.delay.ndim == 2:
            return self.period + self.delay[self.period, rows.trial]
        return self.period + self.delay


def claim(load: Caseload) -> Claims:
    """Return what is claimed for the cases of one segment in one block."""
    segment, rows = load.segment, load.rows
    blind = load.deal.accountant.claim_at == "plan" and load.deal.accountant.is_reviewed
    shown = np.full_like(rows.months_kept, segment.saving_months) if blind else rows.months_kept
    whole = blind or segment.hazard == 0
    would_be = rows.saving if whole else prorata(rows.saving, shown, whole=segment.saving_months)
    is_invalid = rows.failed & _happens(load, "invalid") & (would_be > 0)
    is_claimed = is_invalid | (~rows.failed & (would_be > 0))
    honest = would_be * is_claimed
    is_overstated = is_claimed & ~is_invalid & _happens(load, "overstated")
    lacks_evidence = (
        _happens(load, "evidence_missing") if load.deal.accountant.counting.evidence_required else load.none()
    )
    return Claims(
        amount=_inflated(load, honest, is_overstated),
        honest=honest,
        months_shown=shown,
        is_claimed=is_claimed,
        is_invalid=is_invalid,
        is_overstated=is_overstated,
        lacks_evidence=is_claimed & lacks_evidence,
        period=_claimed_in(load, is_claimed),
        delay=_delays(load),
    )


def counted_months(deal: Scenario, segment: Segment) -> int:
    """Return the most months of a case that count, K."""
    most = deal.accountant.counting.max_months
    return segment.saving_months if most is None else min(most, segment.saving_months)


def _happens(load: Caseload, chance: str) -> Bools:
    """Draw one of the provider's errors, named as its term."""
    level = getattr(load.deal.accountant.claims, chance) if load.deal.accountant.is_reviewed else 0.0
    return load.uniforms(chance) < level if level else load.none()


def _inflated(load: Caseload, honest: Cents, is_overstated: Bools) -> Cents:
    """Blow up some claims: claimed = honest / (1 - taint)."""
    if not is_overstated.any():
        return honest
    taint = amounts(load.uniforms("taint"), load.deal.accountant.claims.taint)
    return np.where(is_overstated, round_half_away(honest / (1 - taint)), honest)


def _claimed_in(load: Caseload, is_claimed: Bools) -> Ints:
    """The claiming period of each row; the first one of monthly claims; the last counted month of a loss."""
    segment, rows, terms = load.segment, load.rows, load.deal.accountant
    if terms.claim_at == "plan":
        return rows.start
    first = rows.start + segment.months_to_effect
    if terms.claim_at == "monthly":
        return first
    last = counted_months(load.deal, segment) - 1
    if segment.hazard == 0:
        return first + last
    return first + np.where(is_claimed, np.minimum(rows.months_kept, last), last)


def _delays(load: Caseload) -> Ints:
    terms, rows = load.deal.accountant.delay, load.rows
    if isinstance(terms, FixedDelay):
        return np.full(len(rows.trial), terms.months, dtype=np.int64)
    if terms.per == "date":
        u, trial = case_uniforms(load.stream, "delay by date", segment="", n_cases=LAST_CLAIM), np.arange(BLOCK)
    else:
        u, trial = load.uniforms("delay"), rows.trial
    loading = load.deal.dependence.delays
    if loading:
        level = np.broadcast_to(trial_uniforms(load.stream, "delay level")[trial], u.shape)
        u = dependence.share_factor(level, u, loading=loading)
    return distributions.uniform_months(u, low=terms.low, high=terms.high)


def strictness(load: Caseload, chance: float) -> Floats:
    """Return the trial's chance for each row that the reviewer turns a claim down, given that chance on average.

    A strict reviewer refuses more good claims and finds more bad ones.
    """
    weight = load.deal.dependence.review
    if weight == 0 or chance in (0.0, 1.0):
        return np.full(len(load.rows.trial), chance)
    z = ndtri(trial_uniforms(load.stream, "strictness"))
    return np.asarray(ndtr((ndtri(chance) + np.sqrt(weight) * z) / np.sqrt(1 - weight)))[load.rows.trial]
