"""The accountant's full review: claim by claim accept, adjust or reject.

In come claims, out goes a ``Reviewed`` table with the same rows: what counts, what is admissible, what is
validated, and the state of each. Model section 5 of docs/model.md. Periods and sums are made elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.accountant.claims import Claims, strictness
from sib.accountant.counting import Claimed, count, counted
from sib.arrays import Bools, Cents, Ints
from sib.chance.draws import Stream, case_uniforms
from sib.deal.programme import Segment
from sib.deal.scenario import Scenario
from sib.money import exact, share
from sib.programme.budget import own_cost
from sib.programme.savings import Cases

STATES = (
    "not_claimed", "accepted", "adjusted:overstated", "adjusted:wrongly", "rejected:evidence", "rejected:invalid",
    "rejected:wrongly", "not_reviewed",
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


def decide(deal: Scenario, segment: Segment, rows: Cases, claims: Claims, *, stream: Stream) -> Decisions:
    """Draw what the reviewer decides."""
    terms, none = deal.accountant.review, np.zeros(len(rows.trial), dtype=np.bool_)
    if deal.accountant.mode == "none":
        return Decisions(none, none, none)

    def happens(purpose: str, chance: Cents) -> Bools:
        u = case_uniforms(stream, purpose, segment=segment.name, n_cases=rows.n_cases)
        return rows.pick(u) < chance

    wrong = claims.is_invalid | claims.is_overstated
    good = claims.is_claimed & ~wrong & ~claims.lacks_evidence
    detected, rejected, adjusted = none, none, none
    if wrong.any():
        chance = np.where(claims.is_invalid, terms.invalid_detected, terms.overstated_detected)
        detected = wrong & ~claims.lacks_evidence & happens("detection", chance)
    if terms.wrong_rejection:
        rejected = good & happens("review", strictness(deal, stream, terms.wrong_rejection)[rows.trial])
    if terms.wrong_adjustment:
        adjusted = good & ~rejected & happens("adjustment", strictness(deal, stream, terms.wrong_adjustment)[rows.trial])
    return Decisions(detected, rejected, adjusted)


def review(deal: Scenario, segment: Segment, rows: Cases, claims: Claims, *, stream: Stream) -> Reviewed:
    """Count and review every claim of one segment in one block."""
    decisions = decide(deal, segment, rows, claims, stream=stream)
    claimed = _claimed(deal, segment, rows, claims, stream)
    rules, countable = [], claims.amount
    for rule, left in count(deal.accountant.counting, segment, claimed):
        rules.append((rule, countable - left))
        countable = left
    admissible = _admissible(deal, segment, rows, claims, claimed=claimed, countable=countable)
    reasons, validated = _judged(deal, segment, claims, decisions, claimed=claimed, countable=countable)
    return Reviewed(tuple(rules), tuple(reasons), admissible, validated, _states(deal, claims, decisions))


def _claimed(deal: Scenario, segment: Segment, rows: Cases, claims: Claims, stream: Stream) -> Claimed:
    cost = np.zeros(len(rows.trial))
    if deal.accountant.counting.own_cost == "in":
        cost = own_cost(deal, segment.name, rows, stream)
    loss = np.maximum(-rows.gross, 0.0) * ~claims.is_claimed
    return Claimed(claims.amount, claims.months_shown, claims.lacks_evidence, cost, loss)


def _admissible(
    deal: Scenario, segment: Segment, rows: Cases, claims: Claims, *, claimed: Claimed, countable: Cents
) -> Cents:
    """The counting rules on what the file truly shows; the claim itself where it is without error."""
    in_error = claims.is_invalid | claims.is_overstated | claims.lacks_evidence
    early = deal.accountant.claim_at == "plan" and segment.hazard > 0
    if not early and not in_error.any():
        return countable
    gain, loss = np.maximum(rows.gross, 0.0), np.maximum(-rows.gross, 0.0)
    clean = Claimed(gain, rows.months_kept, np.zeros_like(in_error), claimed.own_cost, loss)
    return counted(deal.accountant.counting, segment, clean)


def _judged(
    deal: Scenario, segment: Segment, claims: Claims, decisions: Decisions, *, claimed: Claimed, countable: Cents
) -> tuple[list[tuple[str, Cents]], Cents]:
    """Apply the decisions, one reason after the other; no claim meets two of them."""
    judged = {}
    if claims.is_invalid.any():
        judged["invalid"] = (claims.is_invalid & decisions.is_detected, np.zeros_like(countable))
    if claims.is_overstated.any():
        honest = Claimed(claims.honest, claimed.months, claimed.lacks_evidence, claimed.own_cost, claimed.loss)
        judged["overstated"] = (
            claims.is_overstated & decisions.is_detected, counted(deal.accountant.counting, segment, honest)
        )
    if decisions.is_wrongly_rejected.any():
        judged["wrongly_rejected"] = (decisions.is_wrongly_rejected, np.zeros_like(countable))
    if decisions.is_wrongly_adjusted.any():
        left = share(countable, 1 - exact(deal.accountant.review.adjustment_share))
        judged["wrongly_adjusted"] = (decisions.is_wrongly_adjusted, left)
    reasons, validated = [], countable
    for reason, (hit, instead) in judged.items():
        after = np.where(hit, instead, validated)
        reasons.append((reason, validated - after))
        validated = after
    return reasons, validated


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
