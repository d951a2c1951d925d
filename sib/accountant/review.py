"""The accountant's full review: claim by claim accept, adjust or reject.

In come claims, out goes a ``Reviewed`` table with the same rows: what counts, what is admissible, what is
validated, and the state of each. Model section 5 of docs/model.md. Periods and sums are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sib.accountant.claims import Claims, strictness
from sib.accountant.counting import Claimed, count, counted
from sib.arrays import Bools, Cents, Ints
from sib.deal.scenario import Scenario
from sib.money import exact, share
from sib.programme.budget import own_cost
from sib.programme.savings import Caseload

STATES = (
    "not_claimed",
    "accepted",
    "adjusted:overstated",
    "adjusted:wrongly",
    "rejected:evidence",
    "rejected:invalid",
    "rejected:wrongly",
    "not_reviewed",
)
"""How a case with a plan can end."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the reviewer decides on each claim; all False where there is no claim."""

    is_detected: Bools
    is_wrongly_rejected: Bools
    is_wrongly_adjusted: Bools


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of each claim.

    Parameters
    ----------
    rules : tuple of (str, ndarray of shape (n_rows,))
        Cents taken by each counting rule, in order.
    reasons : tuple of (str, ndarray of shape (n_rows,))
        Cents taken by the reviewer, by reason.
    admissible, validated : ndarrays of shape (n_rows,)
        Cents: what would count without any error, and what is paid on.
    state : ndarray of shape (n_rows,)
        Place in ``STATES``.
    """

    rules: tuple[tuple[str, Cents], ...]
    reasons: tuple[tuple[str, Cents], ...]
    admissible: Cents
    validated: Cents
    state: Ints


def decide(load: Caseload, claims: Claims) -> Decisions:
    """Draw what the reviewer decides."""
    terms, detected = load.deal.accountant.review, load.none()
    rejected, adjusted = load.none(), load.none()
    if load.deal.accountant.mode == "none":
        return Decisions(detected, rejected, adjusted)
    wrong = claims.is_invalid | claims.is_overstated
    good = claims.is_claimed & ~wrong & ~claims.lacks_evidence
    if wrong.any():
        invalid, overstated = (
            strictness(load, chance) for chance in (terms.invalid_detected, terms.overstated_detected)
        )
        chance = np.where(claims.is_invalid, invalid, overstated)
        detected = wrong & ~claims.lacks_evidence & (load.uniforms("detection") < chance)
    if terms.wrong_rejection:
        rejected = good & (load.uniforms("review") < strictness(load, terms.wrong_rejection))
    if terms.wrong_adjustment:
        adjusted = good & ~rejected & (load.uniforms("adjustment") < strictness(load, terms.wrong_adjustment))
    return Decisions(detected, rejected, adjusted)


def review(load: Caseload, claims: Claims) -> Reviewed:
    """Count and review every claim of one segment in one block."""
    decisions = decide(load, claims)
    claimed = _claimed(load, claims)
    rules, countable = [], claims.amount
    for rule, left in count(load.deal.accountant.counting, claimed, segment=load.segment):
        rules.append((rule, countable - left))
        countable = left
    admissible = _admissible(load, claims, claimed=claimed, countable=countable)
    reasons, validated = [], countable
    for reason, hit, instead in _judged(load, claims, decisions, claimed=claimed, countable=countable):
        after = np.where(hit, instead, validated)
        reasons.append((reason, validated - after))
        validated = after
    return Reviewed(tuple(rules), tuple(reasons), admissible, validated, _states(load.deal, claims, decisions))


def _claimed(load: Caseload, claims: Claims) -> Claimed:
    counts_cost = load.deal.accountant.counting.own_cost == "in"
    cost = own_cost(load) if counts_cost else np.zeros(len(load.rows.trial))
    loss = np.maximum(-load.rows.gross, 0.0) * ~claims.is_claimed
    return Claimed(claims.amount, claims.months_shown, claims.lacks_evidence, cost, loss)


def _admissible(load: Caseload, claims: Claims, *, claimed: Claimed, countable: Cents) -> Cents:
    """The counting rules on what the file truly shows; the claim itself where it is without error."""
    in_error = claims.is_invalid | claims.is_overstated | claims.lacks_evidence
    early = load.deal.accountant.claim_at == "plan" and load.segment.hazard > 0
    if not early and not in_error.any():
        return countable
    gain, loss = np.maximum(load.rows.gross, 0.0), np.maximum(-load.rows.gross, 0.0)
    clean = Claimed(gain, load.rows.months_kept, load.none(), claimed.own_cost, loss)
    return counted(load.deal.accountant.counting, clean, segment=load.segment)


def _judged(
    load: Caseload, claims: Claims, decisions: Decisions, *, claimed: Claimed, countable: Cents
) -> Iterator[tuple[str, Bools, Cents]]:
    """Yield each reason of the reviewer, the claims it hits and what is left of them; no claim meets two."""
    nothing = np.zeros_like(countable)
    if claims.is_invalid.any():
        yield "invalid", claims.is_invalid & decisions.is_detected, nothing
    if claims.is_overstated.any():
        honest = replace(claimed, amount=claims.honest)
        corrected = counted(load.deal.accountant.counting, honest, segment=load.segment)
        yield "overstated", claims.is_overstated & decisions.is_detected, corrected
    if decisions.is_wrongly_rejected.any():
        yield "wrongly_rejected", decisions.is_wrongly_rejected, nothing
    if decisions.is_wrongly_adjusted.any():
        left = share(countable, 1 - exact(load.deal.accountant.review.adjustment_share))
        yield "wrongly_adjusted", decisions.is_wrongly_adjusted, left


def _states(deal: Scenario, claims: Claims, decisions: Decisions) -> Ints:
    """Name the state of each row; later rules overrule earlier ones."""
    if deal.accountant.mode == "none":
        return np.where(claims.is_claimed, STATES.index("not_reviewed"), STATES.index("not_claimed"))
    state = claims.is_claimed.astype(np.int64) * STATES.index("accepted")
    for name, hit in (
        ("adjusted:overstated", claims.is_overstated & decisions.is_detected),
        ("adjusted:wrongly", decisions.is_wrongly_adjusted),
        ("rejected:wrongly", decisions.is_wrongly_rejected),
        ("rejected:invalid", claims.is_invalid & decisions.is_detected),
        ("rejected:evidence", claims.lacks_evidence),
    ):
        state[hit] = STATES.index(name)
    return state
