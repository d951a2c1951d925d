"""What budgets, and other ways to pay for the work, must agree on: names, shares, dates.

Each rule is one small function that yields ``(path, message)``, as in ``consistency``, which runs them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from sib.deal.clauses import Found, nearest
from sib.deal.scenario import Scenario
from sib.money import exact


def outcome_payer_has_a_budget(deal: Scenario) -> Found:
    """Savings of the outcome payer need a budget of its own to fall on."""
    if not deal.own_laws():
        owner = deal.parties.outcome_payer
        parties = dict.fromkeys(payer.party for payer in deal.payers.values())
        yield "payers", f"has no budget of the outcome payer {owner!r}; {nearest(owner, parties)}"


def waterbeds_flow_elsewhere(deal: Scenario) -> Found:
    """What comes back as cost comes back on another budget, and is no more than was saved."""
    for law, payer in deal.payers.items():
        path = f"payers.{law}.waterbed"
        for other in payer.waterbed:
            if other not in deal.payers or other == law:
                others = [name for name in deal.payers if name != law]
                yield f"{path}.{other}", f"names no other payer; {nearest(other, others)}"
        total = sum((exact(part) for part in payer.waterbed.values()), Fraction(0))
        if total > 1:
            yield path, f"adds up to {float(total):g}; no more comes back than was saved, so at most 1"


def arrangements_name_budgets(deal: Scenario) -> Found:
    """Every law, party and line that another way to pay names exists, and its shares make one."""
    terms = deal.arrangements
    own, lines = deal.own_laws(), [line.activity for line in deal.budget.lines]
    holders = list(dict.fromkeys(payer.party for payer in deal.payers.values()))
    yield from _known("arrangements.bond_only", terms.bond_only or (), lines, "budget line")
    for name in ("revolving", "pre_booked"):
        form = getattr(terms, name)
        yield from _known(f"arrangements.{name}.lead", [form.lead] if form.lead else (), own, "own budget")
        yield from _known(f"arrangements.{name}.settled_with", form.settled_with or (), deal.payers, "payer")
    yield from _known("arrangements.lump_sum.laws", terms.lump_sum.laws or (), own, "own budget")
    filled, shares = terms.custom_budget.filled_by, terms.payment_agreement.shares
    yield from _known("arrangements.custom_budget.filled_by", filled or (), own, "own budget")
    yield from _known(
        "arrangements.payment_agreement.shares", shares or (), [*holders, deal.parties.state], "party with a budget"
    )
    for path, parts in (("custom_budget.filled_by", filled), ("payment_agreement.shares", shares)):
        total = sum((exact(part) for part in (parts or {}).values()), Fraction(0))
        if parts is not None and total != 1:
            yield f"arrangements.{path}", f"adds up to {float(total):g}; the shares must make exactly 1"


def _known(path: str, names: Iterable[str], known: Iterable[str], what: str) -> Found:
    for name in names:
        if name not in known:
            yield path, f"names {name!r}, which is no {what}; {nearest(name, known)}"


def tax_is_on_the_waterfall(deal: Scenario) -> Found:
    """A tax within what is paid is taken off before the waterfall; a payment past it has none to take it off."""
    contract = deal.contract
    if contract.vat is None or not contract.vat.included:
        return
    for line in contract.payments:
        if line.to != "waterfall":
            yield (
                "contract.vat.included",
                f"cannot be taken off payment {line.name!r}, which goes straight to the {line.to}; "
                "write included = false, or let it go to the waterfall",
            )


BUDGETS: tuple[Callable[[Scenario], Found], ...] = (
    outcome_payer_has_a_budget,
    waterbeds_flow_elsewhere,
    arrangements_name_budgets,
    tax_is_on_the_waterfall,
)
