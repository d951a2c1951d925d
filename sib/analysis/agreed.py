"""The terms that each way to pay goes by: what the scenario states, and what is assumed where it is silent.

In comes a deal, out go resolved terms by their names in the file. Nothing is simulated here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sib.deal.arrangements import Revolving
from sib.deal.consistency import planned_people
from sib.deal.scenario import Scenario
from sib.money import exact


@dataclass(frozen=True, slots=True)
class Held:
    """A term that holds in one form.

    Parameters
    ----------
    name : str
        As in the file.
    value : object
    is_stated : bool
        Whether the scenario says so; else it is assumed.
    """

    name: str
    value: Any
    is_stated: bool


def bond_only(deal: Scenario) -> tuple[str, ...]:
    """Return the budget lines that only the contract needs: those not paid to the provider, unless stated."""
    stated = deal.arrangements.bond_only
    if stated is not None:
        return stated
    return tuple(line.activity for line in deal.budget.lines if line.payee != "provider")


def planned_cents(deal: Scenario) -> int:
    """Return what the work costs as planned, without the lines that only the contract needs, in cents."""
    left_out = bond_only(deal)
    kept = [line.number * exact(line.unit_price) for line in deal.budget.lines if line.activity not in left_out]
    return int(sum(kept) * 100)


def filled_by(deal: Scenario) -> dict[str, float]:
    """Return by law its share of a custom budget, or its weight: equal ones unless stated."""
    stated = deal.arrangements.custom_budget.filled_by
    return dict(stated) if stated is not None else dict.fromkeys(deal.own_laws(), 1.0)


def lead(deal: Scenario, terms: Revolving) -> str:
    """Return the law that pays first: the first own law unless stated."""
    return terms.lead or deal.own_laws()[0]


def settled_laws(deal: Scenario, terms: Revolving) -> tuple[str, ...]:
    """Return the laws that pay back: all own laws unless stated."""
    return terms.settled_with if terms.settled_with is not None else deal.own_laws()


def funders(deal: Scenario) -> dict[str, float]:
    """Return by party its share of a payment agreement: halves with the first other party, unless stated."""
    stated, payer = deal.arrangements.payment_agreement.shares, deal.parties.outcome_payer
    if stated is not None:
        return dict(stated)
    others = [each.party for each in deal.payers.values() if each.party != payer]
    return {payer: 0.5, others[0]: 0.5} if others else {payer: 1.0}


def norm_cents(deal: Scenario) -> Fraction:
    """Return what the State pays for a case, in cents: the planned cost a case, not rounded, unless stated."""
    stated = deal.arrangements.central_reimbursement.norm
    return exact(stated) * 100 if stated is not None else Fraction(planned_cents(deal), planned_people(deal))


def contracted_laws(deal: Scenario) -> tuple[str, ...]:
    """Return the laws whose care is within a lump sum: the first own law unless stated."""
    stated = deal.arrangements.lump_sum.laws
    return stated if stated is not None else deal.own_laws()[:1]


def _custom_budget(deal: Scenario) -> dict[str, Any]:
    filled = filled_by(deal)
    whole = sum(filled.values()) or 1.0
    return {"filled_by": {law: part / whole for law, part in filled.items()}}


def _revolving(deal: Scenario) -> dict[str, Any]:
    terms = deal.arrangements.revolving
    return {"lead": lead(deal, terms), "settled_with": settled_laws(deal, terms)}


def _pre_booked(deal: Scenario) -> dict[str, Any]:
    terms = deal.arrangements.pre_booked
    return {"booked_share": terms.booked_share, "lead": lead(deal, terms), "settled_with": settled_laws(deal, terms)}


def _central_reimbursement(deal: Scenario) -> dict[str, Any]:
    based_on = deal.arrangements.central_reimbursement.based_on
    rests_on = {} if based_on is None else {"based_on": based_on, "cv": deal.arrangements.central_reimbursement.cv}
    return {"norm": round(float(norm_cents(deal) / 100), 2), **rests_on}


def _lump_sum(deal: Scenario) -> dict[str, Any]:
    terms = deal.arrangements.lump_sum
    price = {"margin": terms.margin} if terms.amount is None else {"amount": terms.amount}
    return {"laws": contracted_laws(deal), **price, "from": terms.from_month, "months": terms.months,
            "renewal_month": terms.renewal_month, "excused_share": terms.excused_share}


def _learning(deal: Scenario) -> dict[str, Any]:
    terms = deal.arrangements.learning
    return {"gain": terms.gain, "pace": terms.pace, "recording_cost": terms.recording_cost} | _custom_budget(deal)


HOLDS: dict[str, Callable[[Scenario], dict[str, Any]]] = {
    "custom_budget": _custom_budget,
    "learning": _learning,
    "revolving": _revolving,
    "pre_booked": _pre_booked,
    "payment_agreement": lambda deal: {"shares": funders(deal)},
    "central_reimbursement": _central_reimbursement,
    "lump_sum": _lump_sum,
}
"""By form with terms of its own: those terms by name, defaults filled in."""


def terms_of(deal: Scenario, form: str) -> list[Held]:
    """Return the terms that hold in a form, each marked as stated or assumed; none where it has no terms."""
    if form not in HOLDS:
        return []
    stated = set(getattr(deal.arrangements, form).model_fields_set)
    if form == "learning":
        stated |= deal.arrangements.custom_budget.model_fields_set & {"filled_by"}
    names = {"from_month": "from"}
    said = {names.get(name, name) for name in stated}
    return [Held(name, value, name in said) for name, value in HOLDS[form](deal).items()]
