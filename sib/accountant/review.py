"""What comes of a claim whose file is opened: accepted, adjusted or rejected, and fought over once.

In come claims, out goes a ``Reviewed`` table with the same rows: what counts, what is admissible, what is
validated, and the state of each. Model section 5 of docs/model.md. Which files are opened where not all are, periods
and sums are decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sib.accountant.claims import Claims, strictness
from sib.accountant.counting import Claimed, count, counted
from sib.accountant.disputes import Disputes, fight
from sib.arrays import Bools, Cents, Ints
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
    "overturned:+",
    "overturned:-",
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
        Cents taken by the reviewer, by reason, then by disputes; what an appeal gives back is below zero.
    countable, admissible, validated : ndarrays of shape (n_rows,)
        Cents: what the counting rules leave of the claim, what would count without any error, what is paid on.
    state : ndarray of shape (n_rows,)
        Place in ``STATES``.
    disputes : Disputes
    uncertain : ndarray of shape (n_rows,)
        Cents that would count of claims without evidence if they had it.
    """

    rules: tuple[tuple[str, Cents], ...]
    reasons: tuple[tuple[str, Cents], ...]
    countable: Cents
    admissible: Cents
    validated: Cents
    state: Ints
    disputes: Disputes
    uncertain: Cents


def decide(load: Caseload, claims: Claims) -> Decisions:
    """Draw what the reviewer decides."""
    terms, detected = load.deal.accountant.review, load.none()
    rejected, adjusted = load.none(), load.none()
    if not load.deal.accountant.is_reviewed:
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
    """Count every claim of one segment in one block and say what comes of it once its file is opened."""
    decisions = decide(load, claims)
    disputes = _fought(load, claims, decisions)
    claimed = _claimed(load, claims)
    rules, countable = [], claims.amount
    for rule, left in count(load.deal.accountant.counting, claimed, segment=load.segment):
        rules.append((rule, countable - left))
        countable = left
    reasons, validated = [], countable
    case = _Case(load, claims, decisions, disputes, claimed)
    for reason, hit, instead in _judged(case, countable):
        after = np.where(hit, instead, validated)
        reasons.append((reason, validated - after))
        validated = after
    return Reviewed(
        rules=tuple(rules),
        reasons=tuple(reasons),
        countable=countable,
        admissible=_admissible(load, claims, claimed=claimed, countable=countable),
        validated=validated,
        state=_states(case),
        disputes=disputes,
        uncertain=_uncertain(load, claims, claimed),
    )


def _uncertain(load: Caseload, claims: Claims, claimed: Claimed) -> Cents:
    """What would count of claims that lack their evidence: neither right nor known to be wrong."""
    if not claims.lacks_evidence.any():
        return np.zeros_like(claims.amount)
    shown = replace(claimed, lacks_evidence=load.none())
    return counted(load.deal.accountant.counting, shown, segment=load.segment) * claims.lacks_evidence


@dataclass(frozen=True, slots=True)
class _Case:
    """All that bears on what becomes of the claims of one segment."""

    load: Caseload
    claims: Claims
    decisions: Decisions
    disputes: Disputes
    claimed: Claimed


def _fought(load: Caseload, claims: Claims, decisions: Decisions) -> Disputes:
    """What is fought: good claims refused or cut, wrong ones accepted."""
    wronged = decisions.is_wrongly_rejected | decisions.is_wrongly_adjusted
    wrong = (claims.is_invalid | claims.is_overstated) & ~claims.lacks_evidence
    return fight(load, wronged=wronged, slipped=wrong & ~decisions.is_detected)


def _claimed(load: Caseload, claims: Claims) -> Claimed:
    """What the counting rules see; whether evidence is there shows only in a file that is opened."""
    terms = load.deal.accountant
    cost = own_cost(load) if terms.counting.own_cost == "in" else np.zeros(len(load.rows.trial))
    gross = load.rows.gross
    loss = np.maximum(-gross, 0.0) * ~claims.is_claimed if gross.min(initial=0.0) < 0 else np.zeros_like(gross)
    missing = load.none() if terms.is_sampled else claims.lacks_evidence
    return Claimed(claims.amount, claims.months_shown, missing, cost, loss)


def _admissible(load: Caseload, claims: Claims, *, claimed: Claimed, countable: Cents) -> Cents:
    """The counting rules on what the file truly shows; the claim itself where it is without error."""
    in_error = claims.is_invalid | claims.is_overstated | claims.lacks_evidence
    early = load.deal.accountant.claim_at == "plan" and load.segment.hazard > 0
    if not early and not in_error.any():
        return countable
    gain, loss = np.maximum(load.rows.gross, 0.0), np.maximum(-load.rows.gross, 0.0)
    clean = Claimed(gain, load.rows.months_kept, load.none(), claimed.own_cost, loss)
    return counted(load.deal.accountant.counting, clean, segment=load.segment)


def _judged(case: _Case, countable: Cents) -> Iterator[tuple[str, Bools, Cents]]:
    """Yield each reason, the claims it hits and what is left of them; the reviewer's, then what disputes change."""
    claims, decisions, disputes = case.claims, case.decisions, case.disputes
    terms, nothing = case.load.deal.accountant, np.zeros_like(countable)
    if terms.is_sampled and claims.lacks_evidence.any():
        yield "missing_evidence", claims.lacks_evidence, nothing
    if claims.is_invalid.any():
        yield "invalid", claims.is_invalid & decisions.is_detected, nothing
    corrected = nothing
    if claims.is_overstated.any():
        honest = replace(case.claimed, amount=claims.honest)
        corrected = counted(terms.counting, honest, segment=case.load.segment)
        yield "overstated", claims.is_overstated & decisions.is_detected, corrected
    if decisions.is_wrongly_rejected.any():
        yield "wrongly_rejected", decisions.is_wrongly_rejected, nothing
    if decisions.is_wrongly_adjusted.any():
        left = share(countable, 1 - exact(terms.review.adjustment_share))
        yield "wrongly_adjusted", decisions.is_wrongly_adjusted, left
    if disputes.is_restored.any():
        yield "appeal", disputes.is_restored, countable
    if disputes.is_corrected.any():
        yield "challenge", disputes.is_corrected, np.where(claims.is_overstated, corrected, nothing)


def _states(case: _Case) -> Ints:
    """Name the state of each row; later rules overrule earlier ones."""
    claims, decisions, disputes = case.claims, case.decisions, case.disputes
    if not case.load.deal.accountant.is_reviewed:
        return np.where(claims.is_claimed, STATES.index("not_reviewed"), STATES.index("not_claimed"))
    state = claims.is_claimed.astype(np.int64) * STATES.index("accepted")
    for name, hit in (
        ("adjusted:overstated", claims.is_overstated & decisions.is_detected),
        ("adjusted:wrongly", decisions.is_wrongly_adjusted),
        ("rejected:wrongly", decisions.is_wrongly_rejected),
        ("rejected:invalid", claims.is_invalid & decisions.is_detected),
        ("rejected:evidence", claims.lacks_evidence),
        ("overturned:+", disputes.is_restored),
        ("overturned:-", disputes.is_corrected),
    ):
        if hit.any():
            state[hit] = STATES.index(name)
    return state
