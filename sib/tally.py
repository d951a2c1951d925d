"""What is kept of each trial when its flows are forgotten: one value a trial and name.

In comes a ``Chapter`` (some blocks, fully worked out), out goes a dict of arrays of shape (n_trials,): cents,
counts, years or rates. Add a value by adding a function that returns entries, and a line in ``TALLIES``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sib.arrays import Array, Cents, add_up
from sib.chapter import Chapter, net_payments
from sib.contract.settlement import CashFlows
from sib.contract.triggers import ever_met
from sib.deal.contract import SavingsShare
from sib.deal.parties import ROLES
from sib.deal.scenario import Scenario
from sib.measures.returns import irr, moic, npv, payback_years, wal_years

Entries = dict[str, Array]


def programme(chapter: Chapter) -> Entries:
    """How many came, and how many succeeded."""
    return {
        "programme.enrolled": chapter.enrolled,
        "programme.successes": chapter.successes,
        "programme.overrun": chapter.overrun,
        "programme.cost": np.broadcast_to(chapter.spending.total.sum(axis=0), chapter.shape[1:]),
    }


def accountant(chapter: Chapter) -> Entries:
    """From claimed to validated, and how the cases ended."""
    entries: Entries = {"accountant.claimed": chapter.claimed, "accountant.late": chapter.late[0].sum(axis=0)}
    entries["accountant.validated"] = chapter.metrics.savings.sum(axis=(0, 1)) + entries["accountant.late"]
    entries["accountant.admissible"] = chapter.admissible.savings.sum(axis=(0, 1)) + chapter.admissible_late[0].sum(
        axis=0
    )
    entries["accountant.validated_cases"] = chapter.metrics.cases.sum(axis=(0, 1)) + chapter.late[1].sum(axis=0)
    entries |= {f"bridge.{name}": taken for name, taken in chapter.bridge.items()}
    return entries | {f"state.{name}": count for name, count in chapter.states.items()}


def triggers(chapter: Chapter) -> Entries:
    """For each trigger: met on what was validated, on what was earned, and had nothing come too late."""
    entries: Entries = {}
    for trigger in chapter.deal.contract.triggers:
        paid = chapter.flows.met[trigger.name][-1]
        earned = ever_met(trigger, chapter.admissible)
        entries[f"trigger.{trigger.name}.paid"] = paid
        entries[f"trigger.{trigger.name}.earned"] = earned
        by_then = ever_met(trigger, chapter.metrics.with_late(*chapter.late)) if chapter.late[0].any() else paid
        entries[f"trigger.{trigger.name}.late"] = ~paid & by_then
    return entries


def investor(chapter: Chapter) -> Entries:
    """What the investor lays out and gets back, all tranches together and each apart."""
    flows, everyone = chapter.flows, list(chapter.flows.draws)
    entries = _holder(chapter, "investor", everyone)
    if len(everyone) > 1:
        for name in everyone:
            entries |= _holder(chapter, f"investor.{name}", [name])
    unpaid = add_up(flows.written_off.values())
    entries["investor.entitlement"] = flows.entitlement[-1]
    entries["investor.owed_on_savings"] = _paid_on_savings(chapter) + unpaid
    return entries | {"investor.repaid_in_full": unpaid == 0, "investor.written_off": unpaid}


def _paid_on_savings(chapter: Chapter) -> Cents:
    """What was paid on the lines that share savings."""
    lines = [line.name for line in chapter.deal.contract.payments if isinstance(line, SavingsShare)]
    return add_up([np.zeros(chapter.shape[1]), *(chapter.flows.payments[name].sum(axis=0) for name in lines)])


def _holder(chapter: Chapter, party: str, tranches: list[str]) -> Entries:
    flows, years = chapter.flows, chapter.calendar.years
    nothing = np.zeros(chapter.shape)
    drawn = add_up(flows.draws[name] for name in tranches)
    back = add_up(flows.returned[name] for name in tranches)
    principal = add_up(flows.paid.get(f"principal:{name}", nothing) for name in tranches)
    steps = [flows.paid.get(f"{kind}:{name}", nothing) for kind in ("interest", "success_fee") for name in tranches]
    received = add_up([principal, *steps])
    outlay = (drawn - back).sum(axis=0)
    receipts = received.sum(axis=0)
    net = (received + back - drawn).T
    return {
        f"{party}.outlay": outlay,
        f"{party}.receipts": receipts,
        f"{party}.irr": irr(net, years),
        f"{party}.moic": moic(outlay, receipts),
        f"{party}.npv": npv(net, years, rate=hurdle(chapter.deal)),
        f"{party}.wal_years": wal_years((principal + back).T, years),
        f"{party}.payback_years": payback_years(outlay, received.T, times=years),
    }


def hurdle(deal: Scenario) -> float:
    """Return the yearly rate at which the investor discounts: as stated, or the contract's own.

    A rate over the term is turned into the yearly rate that gives as much at maturity.
    """
    terms = deal.contract.interest
    if deal.measures.hurdle is not None:
        return deal.measures.hurdle
    return terms.rate if terms.basis == "per_year" else (1 + terms.rate) ** (12 / deal.timeline.maturity) - 1


def municipality(chapter: Chapter) -> Entries:
    """What the outcome payer pays, and what its budgets save."""
    deal, own = chapter.deal, chapter.deal.own_laws()
    pockets = chapter.pockets
    zero = np.zeros(chapter.shape[1])
    cashable = sum((pockets.cashable[law] for law in own), zero)
    entries: Entries = {
        "municipality.outcome_payments": net_payments(chapter.flows),
        "municipality.validated_savings": sum((pockets.validated[law] for law in own), zero),
        "municipality.true_savings": sum((pockets.true[law] for law in own), zero),
        "municipality.cashable_savings": cashable,
        "municipality.net_cash": cashable + chapter.cash["outcome_payer"].sum(axis=0),
    }
    for law in deal.payers:
        entries[f"payer.{law}.true_savings"] = pockets.true[law]
        entries[f"payer.{law}.cashable_savings"] = pockets.cashable[law]
        entries[f"payer.{law}.validated_savings"] = pockets.validated[law]
        entries[f"payer.{law}.outcome_payments"] = pockets.payments[law]
        entries[f"payer.{law}.net_cash"] = pockets.cashable[law] - pockets.payments[law]
    return entries


def others(chapter: Chapter) -> Entries:
    """What the parties that do the work receive, and what all budgets together save."""
    true = add_up(chapter.pockets.true.values())
    return {
        "provider.receipts": chapter.cash["provider"].sum(axis=0),
        "intermediary.receipts": chapter.cash["intermediary"].sum(axis=0),
        "accountant.receipts": chapter.cash["accountant"].sum(axis=0),
        "society.true_savings": true,
        "society.net_benefit": true - _work(chapter),
    }


def _work(chapter: Chapter) -> Cents:
    """What the parties outside the contract's two sides were paid."""
    return add_up(chapter.cash[role].sum(axis=0) for role in ("provider", "intermediary", "accountant"))


TALLIES: tuple[Callable[[Chapter], Entries], ...] = (programme, accountant, triggers, investor, municipality, others)
"""What is kept of each trial, in this order."""


def tally(chapter: Chapter) -> Entries:
    """Return everything that is kept of a chapter's trials."""
    entries: Entries = {}
    for part in TALLIES:
        entries |= part(chapter)
    return entries


COUNTS = ("enrolled", "successes", "overrun", "validated_cases")
NOT_MONEY = {
    "irr": "fraction",
    "moic": "fraction",
    "wal_years": "years",
    "payback_years": "years",
    "repaid_in_full": "fraction",
}
NOT_MONEY |= dict.fromkeys(COUNTS, "count")


def unit_of(key: str) -> str:
    """Return the unit of a kept value: ``money``, ``fraction``, ``years`` or ``count``."""
    kind, _, name = key.partition(".")
    if kind == "state":
        return "count"
    return "fraction" if kind == "trigger" else NOT_MONEY.get(name.rpartition(".")[2], "money")


def paths(chapter: Chapter) -> dict[str, Cents]:
    """Return what moves in each period, by name, shape (n_periods, n_trials), in cents.

    Net cash by role, and by tranche as ``investor.NAME`` where there are several; ``outstanding`` principal;
    ``due`` (principal and interest); ``true_savings`` and ``validated_savings``.
    """
    flows = chapter.flows
    found = {role: chapter.cash[role] for role in ROLES}
    if len(flows.draws) > 1:
        found |= {f"investor.{name}": _net(flows, name) for name in flows.draws}
    validated = np.zeros(chapter.shape)
    validated[list(chapter.calendar.payment_periods)] = chapter.metrics.savings.sum(axis=0)
    return found | {
        "outstanding": add_up(flows.outstanding.values()),
        "due": add_up(flows.outstanding[name] + flows.interest_due[name] for name in flows.draws),
        "true_savings": chapter.true_by_period,
        "validated_savings": validated,
    }


def _net(flows: CashFlows, tranche: str) -> Cents:
    """What the holder of one tranche receives less what it lays out."""
    net = flows.returned[tranche] - flows.draws[tranche]
    for kind in ("interest", "principal", "success_fee"):
        net = net + flows.paid.get(f"{kind}:{tranche}", 0.0)
    return net
