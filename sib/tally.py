"""What is kept of each trial when its flows are forgotten: one value a trial and name.

In comes a ``Chapter`` (some blocks, fully worked out), out goes a dict of arrays of shape (n_trials,): cents,
counts, years or rates. Add a value by adding a function that returns entries, and a line in ``TALLIES``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sib.arrays import Array, Cents
from sib.contract.settlement import CashFlows
from sib.contract.triggers import Metrics, ever_met
from sib.deal.parties import ROLES
from sib.deal.scenario import Scenario
from sib.ledger import Movement, cash
from sib.measures.returns import irr, npv, payback_years, wal_years
from sib.pockets import Pockets
from sib.programme.budget import Spending
from sib.programme.grid import Grid


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some blocks of trials, worked out from the first referral to the last euro.

    Parameters
    ----------
    deal : Scenario
    calendar : Grid
    metrics, admissible : Metrics
        What was validated, and what would have been without any error, on payment dates.
    late, admissible_late : tuple of ndarray of shape (n_cohorts, n_trials)
        Cents and cases validated after the last payment date.
    claimed : ndarray of shape (n_trials,)
    bridge, states : dict of str to ndarray of shape (n_trials,)
    successes, enrolled, overrun : ndarrays of shape (n_trials,)
    spending : Spending
    flows : CashFlows
    book : list of Movement
    pockets : Pockets
    true_by_period : ndarray of shape (n_periods, n_trials)
    """

    deal: Scenario
    calendar: Grid
    metrics: Metrics
    admissible: Metrics
    late: tuple[Cents, Cents]
    admissible_late: tuple[Cents, Cents]
    claimed: Cents
    bridge: dict[str, Cents]
    states: dict[str, Cents]
    successes: Cents
    enrolled: Cents
    overrun: Cents
    spending: Spending
    flows: CashFlows
    book: list[Movement]
    pockets: Pockets
    true_by_period: Cents

    @property
    def shape(self) -> tuple[int, int]:
        """Periods and trials."""
        return self.calendar.n_periods, len(self.claimed)

    def cash(self, party: str) -> Cents:
        """Return a party's net cash, shape (n_periods, n_trials)."""
        return cash(self.book, party, self.shape)


Entries = dict[str, Array]


def programme(chapter: Chapter) -> Entries:
    """How many came, and how many succeeded."""
    return {
        "programme.enrolled": chapter.enrolled, "programme.successes": chapter.successes,
        "programme.overrun": chapter.overrun, "programme.cost": chapter.spending.total.sum(axis=0),
    }


def accountant(chapter: Chapter) -> Entries:
    """From claimed to validated, and how the cases ended."""
    entries: Entries = {"accountant.claimed": chapter.claimed, "accountant.late": chapter.late[0].sum(axis=0)}
    entries["accountant.validated"] = chapter.metrics.savings.sum(axis=(0, 1)) + entries["accountant.late"]
    entries["accountant.admissible"] = chapter.admissible.savings.sum(axis=(0, 1)) + chapter.admissible_late[0].sum(axis=0)
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
        entries[f"trigger.{trigger.name}.late"] = ~paid & ever_met(trigger, chapter.metrics.with_late(*chapter.late))
    return entries


def investor(chapter: Chapter) -> Entries:
    """What the investor lays out and gets back, all tranches together and each apart."""
    flows, everyone = chapter.flows, list(chapter.flows.draws)
    entries = _holder(chapter, "investor", everyone)
    if len(everyone) > 1:
        for name in everyone:
            entries |= _holder(chapter, f"investor.{name}", [name])
    unpaid = np.sum(list(flows.written_off.values()), axis=0)
    return entries | {"investor.repaid_in_full": unpaid == 0, "investor.written_off": unpaid}


def _holder(chapter: Chapter, party: str, tranches: list[str]) -> Entries:
    flows, years = chapter.flows, chapter.calendar.years
    drawn = np.sum([flows.draws[name] for name in tranches], axis=0)
    back = np.sum([flows.returned[name] for name in tranches], axis=0)
    principal = np.sum([flows.paid.get(f"principal:{name}", np.zeros_like(back)) for name in tranches], axis=0)
    steps = [flows.paid.get(f"{kind}:{name}", np.zeros_like(back)) for kind in ("interest", "success_fee") for name in tranches]
    received = principal + np.sum(steps, axis=0)
    outlay = (drawn - back).sum(axis=0)
    receipts = received.sum(axis=0)
    net = (received + back - drawn).T
    hurdle = chapter.deal.measures.hurdle
    rate = chapter.deal.contract.interest.rate if hurdle is None else hurdle
    return {
        f"{party}.outlay": outlay,
        f"{party}.receipts": receipts,
        f"{party}.irr": irr(net, years),
        f"{party}.npv": npv(net, years, rate=rate),
        f"{party}.wal_years": wal_years((principal + back).T, years),
        f"{party}.payback_years": payback_years(drawn.sum(axis=0), (received + back).T, times=years),
    }


def municipality(chapter: Chapter) -> Entries:
    """What the outcome payer pays, and what its budgets save."""
    deal, own = chapter.deal, chapter.deal.own_laws()
    pockets = chapter.pockets
    surplus = chapter.flows.paid.get("surplus:", np.zeros(chapter.shape)).sum(axis=0)
    payments = np.sum([paid.sum(axis=0) for paid in chapter.flows.payments.values()], axis=0) - surplus
    zero = np.zeros(chapter.shape[1])
    cashable = sum((pockets.cashable[law] for law in own), zero)
    entries: Entries = {
        "municipality.outcome_payments": payments,
        "municipality.validated_savings": sum((pockets.validated[law] for law in own), zero),
        "municipality.true_savings": sum((pockets.true[law] for law in own), zero),
        "municipality.cashable_savings": cashable,
        "municipality.net_cash": cashable + chapter.cash("outcome_payer").sum(axis=0),
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
    true = np.sum(list(chapter.pockets.true.values()), axis=0)
    return {
        "provider.receipts": chapter.cash("provider").sum(axis=0),
        "intermediary.receipts": chapter.cash("intermediary").sum(axis=0),
        "accountant.receipts": chapter.cash("accountant").sum(axis=0),
        "society.true_savings": true,
        "society.net_benefit": true - _work(chapter),
    }


def _work(chapter: Chapter) -> Cents:
    """What the parties outside the contract's two sides were paid."""
    return np.sum([chapter.cash(role).sum(axis=0) for role in ("provider", "intermediary", "accountant")], axis=0)


TALLIES: tuple[Callable[[Chapter], Entries], ...] = (programme, accountant, triggers, investor, municipality, others)
"""What is kept of each trial, in this order."""


def tally(chapter: Chapter) -> Entries:
    """Return everything that is kept of a chapter's trials."""
    entries: Entries = {}
    for part in TALLIES:
        entries |= part(chapter)
    return entries


COUNTS = ("enrolled", "successes", "overrun", "validated_cases")
NOT_MONEY = {"irr": "fraction", "wal_years": "years", "payback_years": "years", "repaid_in_full": "fraction"}
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
    found = {role: chapter.cash(role) for role in ROLES}
    if len(flows.draws) > 1:
        found |= {f"investor.{name}": _net(flows, name) for name in flows.draws}
    validated = np.zeros(chapter.shape)
    validated[list(chapter.calendar.payment_periods)] = chapter.metrics.savings.sum(axis=0)
    return found | {
        "outstanding": np.sum(list(flows.outstanding.values()), axis=0),
        "due": np.sum([flows.outstanding[name] + flows.interest_due[name] for name in flows.draws], axis=0),
        "true_savings": chapter.true_by_period,
        "validated_savings": validated,
    }


def _net(flows: CashFlows, tranche: str) -> Cents:
    """What the holder of one tranche receives less what it lays out."""
    net = flows.returned[tranche] - flows.draws[tranche]
    for kind in ("interest", "principal", "success_fee"):
        net = net + flows.paid.get(f"{kind}:{tranche}", 0.0)
    return net
