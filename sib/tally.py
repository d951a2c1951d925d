"""What is kept of each trial when its flows are forgotten: one value a trial and name.

In comes a ``Chapter`` (some blocks, fully worked out), out goes a dict of arrays of shape (n_trials,): cents,
counts, years or rates. Add a value by adding a function that returns entries, and a line in ``TALLIES``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sib.arrays import Array, Cents, Floats, add_up
from sib.chapter import Chapter, net_payments_by_period
from sib.contract.triggers import triggers_met
from sib.deal.lines import SavingsShare
from sib.deal.parties import ROLES, WORKERS
from sib.deal.scenario import Scenario
from sib.holding import Holding, holding, investors_tranches
from sib.ledger import paid_for_work, parties
from sib.measures.returns import irr, moic, npv, payback_years, wal_years
from sib.pockets import in_periods
from sib.programme.grid import Grid

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
    entries["accountant.files_opened"] = chapter.opened
    entries |= {f"accountant.{name}": amounts for name, amounts in chapter.found.items()}
    entries |= {f"bridge.{name}": taken for name, taken in chapter.bridge.items()}
    return entries | {f"state.{name}": count for name, count in chapter.states.items()}


def triggers(chapter: Chapter) -> Entries:
    """For each trigger: met on what was validated, on what was earned, and had nothing come too late."""
    entries: Entries = {}
    contract, months = chapter.deal.contract, chapter.calendar.payment_periods
    on_admissible = triggers_met(contract, chapter.admissible, months=months)
    is_late = any(found.any() for found in chapter.late)  # savings, or cases of which everything was held back
    with_late = triggers_met(contract, chapter.metrics.with_late(*chapter.late), months=months) if is_late else {}
    for trigger in contract.triggers:
        paid, earned = chapter.flows.met[trigger.name][-1], on_admissible[trigger.name][-1]
        entries[f"trigger.{trigger.name}.paid"] = paid
        entries[f"trigger.{trigger.name}.earned"] = earned
        entries[f"trigger.{trigger.name}.late"] = ~paid & (with_late[trigger.name][-1] if is_late else paid)
    return entries


def metrics(chapter: Chapter) -> Entries:
    """The last value of each metric that a group programme measures, all cohorts together; NaN without one."""
    entries: Entries = {}
    for name in chapter.deal.metrics if not chapter.deal.segments else ():
        number, base = chapter.metrics.reading(name, cohort=None, measure="cumulative")
        scale = chapter.metrics.scale(name) / (100 if chapter.deal.metrics[name] == "eur" else 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = number[-1] / (base[-1] if base.ndim > 1 else base) / scale
        entries[f"metric.{name}"] = np.broadcast_to(np.where(np.isfinite(value), value, np.nan), chapter.shape[1:])
    return entries


def investor(chapter: Chapter) -> Entries:
    """What the investor lays out and gets back, all tranches together and each apart."""
    flows, deal = chapter.flows, chapter.deal
    entries = _returns(chapter, "investor", holding(deal, flows))
    if len(deal.contract.tranches) > 1:
        for tranche in deal.contract.tranches:
            party = f"investor.{tranche.name}"
            entries |= _returns(chapter, party, holding(deal, flows, tranche=tranche.name))
            entries[f"{party}.repaid_in_full"] = flows.written_off[tranche.name] == 0
    unpaid = add_up(flows.written_off[name] for name in investors_tranches(deal))
    entries["investor.entitlement"] = flows.entitlement[-1]
    entries["investor.owed_on_savings"] = _paid_on_savings(chapter) + unpaid
    in_full = (unpaid == 0) & (flows.missed_coupons == 0)
    return entries | {"investor.repaid_in_full": in_full, "investor.written_off": unpaid}


def _paid_on_savings(chapter: Chapter) -> Cents:
    """What was paid on the lines that share savings."""
    lines = [line.name for line in chapter.deal.contract.payments if isinstance(line, SavingsShare)]
    return add_up([np.zeros(chapter.shape[1]), *(chapter.flows.payments[name].sum(axis=0) for name in lines)])


def _returns(chapter: Chapter, party: str, held: Holding) -> Entries:
    years, outlay, receipts, net = chapter.calendar.years, held.outlay, held.receipts, held.net
    return {
        f"{party}.outlay": outlay,
        f"{party}.receipts": receipts,
        f"{party}.irr": irr(net, years),
        f"{party}.moic": moic(outlay, receipts),
        f"{party}.npv": npv(net, years, rate=hurdle(chapter.deal)),
        f"{party}.wal_years": wal_years((held.principal + held.back).T, years),
        f"{party}.payback_years": payback_years(outlay, held.received.T, times=years),
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
    true, freed, validated, payments = _by_law(chapter)
    zero = np.zeros(chapter.shape[1])
    cashable = sum((freed[law] for law in own), zero)
    entries: Entries = {
        "municipality.outcome_payments": chapter.own_payments,
        "municipality.validated_savings": sum((validated[law] for law in own), zero),
        "municipality.true_savings": sum((true[law] for law in own), zero),
        "municipality.cashable_savings": cashable,
        "municipality.net_cash": cashable + chapter.cash["outcome_payer"].sum(axis=0),
    }
    for law in deal.payers:
        entries[f"payer.{law}.true_savings"] = true[law]
        entries[f"payer.{law}.cashable_savings"] = freed[law]
        entries[f"payer.{law}.validated_savings"] = validated[law]
        entries[f"payer.{law}.outcome_payments"] = payments[law]
        entries[f"payer.{law}.net_cash"] = freed[law] - payments[law]
    return entries


def _by_law(chapter: Chapter) -> tuple[dict[str, Cents], ...]:
    """True, cashable and validated savings and payments by law, over the whole horizon."""
    found = chapter.pockets
    return found.true, *(found.total(kind) for kind in ("cashable", "validated", "payments"))


def other_payers(chapter: Chapter) -> Entries:
    """What further outcome payers pay, and what their budgets save."""
    deal, entries = chapter.deal, Entries()
    for name in parties(deal)[len(ROLES) :]:
        laws = [law for law, payer in deal.payers.items() if payer.party == name]
        cash = chapter.cash[name].sum(axis=0)
        for kind, saved in zip(("true", "cashable"), _by_law(chapter)[:2], strict=True):
            entries[f"{name}.{kind}_savings"] = sum((saved[law] for law in laws), np.zeros(chapter.shape[1]))
        entries[f"{name}.outcome_payments"] = -cash
        entries[f"{name}.net_cash"] = entries[f"{name}.cashable_savings"] + cash
    return entries


def worth_today(chapter: Chapter) -> Entries:
    """Net cash of the outcome payer, and net benefit of all, by fiscal year in euros of the base, discounted."""
    own, saved = chapter.deal.own_laws(), chapter.pockets
    work = add_up(paid_for_work(chapter.book, party, n_periods=chapter.shape[0]) for party in WORKERS)
    nothing = np.zeros((len(chapter.calendar.window_starts), chapter.shape[1]))
    freed = add_up([nothing, *(saved.cashable[law] for law in own)])
    net = freed + chapter.calendar.in_windows(chapter.cash["outcome_payer"])
    benefit = add_up(saved.true_by_window(law) for law in chapter.deal.payers) - chapter.calendar.in_windows(work)
    factors = discount_factors(chapter.deal, chapter.calendar)
    return {"municipality.present_value": factors @ net, "society.present_value": factors @ benefit}


def discount_factors(deal: Scenario, calendar: Grid) -> Floats:
    """Return what a nominal euro of each window is worth in euros of the price base, at closing.

    Inflation is taken off back to the price base, the real rate back to the fiscal year of closing.
    """
    years = calendar.fiscal_year[list(calendar.window_starts)].astype(np.float64)
    terms = deal.measures
    real = (1 + terms.inflation) ** -(years - deal.price_base)
    return np.asarray(real * (1 + terms.discount_rate) ** -(years - years[0]))


def others(chapter: Chapter) -> Entries:
    """What the parties that do the work receive, and what all budgets together save."""
    true = add_up(chapter.pockets.true.values())
    guarantees = {"guarantor.paid": -chapter.cash["guarantor"].sum(axis=0)} if chapter.deal.contract.guarantees else {}
    return guarantees | {
        "provider.receipts": chapter.cash["provider"].sum(axis=0),
        "intermediary.receipts": chapter.cash["intermediary"].sum(axis=0),
        "accountant.receipts": chapter.cash["accountant"].sum(axis=0),
        "society.true_savings": true,
        "society.net_benefit": true - _work(chapter),
    }


def _work(chapter: Chapter) -> Cents:
    """What the parties outside the contract's two sides were paid."""
    return add_up(chapter.cash[role].sum(axis=0) for role in WORKERS)


TALLIES: tuple[Callable[[Chapter], Entries], ...] = (
    programme,
    accountant,
    metrics,
    triggers,
    investor,
    municipality,
    other_payers,
    worth_today,
    others,
)
"""What is kept of each trial, in this order."""


def tally(chapter: Chapter) -> Entries:
    """Return everything that is kept of a chapter's trials."""
    entries: Entries = {}
    for part in TALLIES:
        entries |= part(chapter)
    return entries


COUNTS = ("enrolled", "successes", "overrun", "validated_cases", "files_opened")
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
    if kind in ("state", "metric"):
        return "count"
    return "fraction" if kind == "trigger" else NOT_MONEY.get(name.rpartition(".")[2], "money")


def paths(chapter: Chapter) -> dict[str, Cents]:
    """Return what moves in each period, by name, shape (n_periods, n_trials), in cents.

    Net cash by role, and by tranche as ``investor.NAME`` where there are several; ``outstanding`` principal;
    ``due`` (principal and interest); ``true_savings`` and ``validated_savings``; ``outcome_payments`` of all payers,
    net of what comes back. Where there is a main trigger also ``FLAGS``: 1 in the periods in which it is met, no money.
    """
    flows, deal = chapter.flows, chapter.deal
    found = {role: chapter.cash[role] for role in parties(deal)}
    if len(flows.draws) > 1:
        found |= {f"investor.{name}": holding(deal, flows, tranche=name).net.T for name in flows.draws}
    validated = np.zeros(chapter.shape)
    validated[list(chapter.calendar.payment_periods)] = chapter.metrics.savings.sum(axis=0)
    return found | {
        "outstanding": add_up(flows.outstanding.values()),
        "due": add_up(flows.outstanding[name] + flows.interest_due[name] for name in flows.draws),
        "true_savings": in_periods(chapter.pockets, chapter.true_by_period, calendar=chapter.calendar),
        "validated_savings": validated,
        "outcome_payments": net_payments_by_period(flows),
    } | _flags(chapter)


FLAGS = ("met_paid", "met_earned")
"""Paths that are no money: whether the main trigger is met on what was validated, and on faultless claims."""


def _flags(chapter: Chapter) -> dict[str, Cents]:
    """Whether the main trigger is met, in each period."""
    trigger, months = chapter.deal.contract.main_trigger, chapter.calendar.payment_periods
    if trigger is None:
        return {}
    earned = triggers_met(chapter.deal.contract, chapter.admissible, months=months)[trigger.name]
    last = np.searchsorted(months, np.arange(chapter.shape[0]), side="right") - 1
    known = (last >= 0)[:, np.newaxis]
    met = (chapter.flows.met[trigger.name], earned)
    return {name: (each[last] & known).astype(np.float64) for name, each in zip(FLAGS, met, strict=True)}

