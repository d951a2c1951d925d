"""One trial of a whole deal, by hand, from the sampled state of each case on: ``replay(deal, states)``.

This is the second account of ``docs/model.md``: written from that page alone, slow, in plain Python, to be compared
with the engine to the cent. It must never import anything from ``sib``. Money is in whole cents, shares are exact
fractions, section numbers are those of ``docs/model.md``. The contract (section 6) is in ``reference_contract``.

``deal`` is the canonical scenario. ``states`` holds what was drawn in one trial:

    enrolled        {segment: cases that came}
    cases           one dict for every case that came: segment, id, start, has_plan, outcome ("success", "partial" or
                    "failure"), saving (cents; of a failure what it would have saved), months_kept, delay,
                    invalid_claim, overstated_claim (cents or None), evidence_missing, detected, wrongly_rejected,
                    wrongly_adjusted, appealed, restored, challenged, corrected (disputes brought and won), lot (its
                    uniform in an attributes sample), custom (cents wished, one for each custom line)
    delay_by_date   {claiming period: months}; absent or empty where each case has its own delay
    sample_starts   the uniform of each settlement at which a monetary-unit sample starts; absent in other modes
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from reference_accountant import Fees, entries, fees, handle, longest_wait
from reference_claims import REASONS, STATES, Case, Claim, cells, gross, judge, months_of
from reference_contract import (
    NO_LIMIT,
    CaseFacts,
    Deal,
    Entry,
    Person,
    cents,
    even_split,
    exact,
    first_date,
    fiscal_year,
    largest_remainder,
    met_on_dates,
    met_with_late,
    payment_months,
    rounded,
)
from reference_trial import ACCOUNT, ContractTrial, Outlay, ending

States = dict[str, Any]
PARTIES = ("investor", "outcome_payer", "provider", "intermediary", "accountant", "guarantor", "funder", "state")
WORKERS = ("provider", "intermediary", "accountant")


# Section 2: who comes when, what the work costs


def last_start(segment: dict[str, Any]) -> int:
    """Return the last month in which the planned intake of a segment can fall."""
    intake = segment["intake"]
    return int(intake["from"] + intake["months"] - 1 + intake["delay"])


def grid_length(deal: Deal) -> int:
    """Return the number of periods: to the latest of maturity, last saving month, last cost and last fee."""
    segments = deal["programme"]["segments"]
    ends = [deal["timeline"]["maturity"]]
    wait = longest_wait(deal)
    ends += [last_start(each) + each["months_to_effect"] + each["saving_months"] - 1 + wait for each in segments]
    for line in deal["budget"]["lines"]:
        when = line["when"]
        first = when.get("at", when.get("from", max(map(last_start, segments))))
        ends.append(first + when.get("months", 1) - 1)
    return int(max(ends)) + 1


def is_per_case(line: dict[str, Any]) -> bool:
    """Tell whether a budget line pays one unit a case."""
    return bool(line["when"].get("stage", "custom") != "custom")


def custom_draws(deal: Deal, cases: Sequence[Case]) -> dict[tuple[str, int], list[int]]:
    """Give each case what is left of what it wishes from each custom line: first come, first served."""
    order = [segment["name"] for segment in deal["programme"]["segments"]]
    lines = [line for line in deal["budget"]["lines"] if line["when"].get("stage") == "custom"]
    left = [line["number"] * cents(line["unit_price"]) for line in lines]
    draws = {}
    for case in sorted(cases, key=lambda case: (case["start"], order.index(case["segment"]), case["id"])):
        granted = [min(wish, rest) for wish, rest in zip(case.get("custom", []), left, strict=True)]
        left = [rest - part for rest, part in zip(left, granted, strict=True)]
        draws[case["segment"], case["id"]] = granted
    return draws


def line_cost(line: dict[str, Any], cases: Sequence[Case], n_periods: int) -> list[int]:
    """Return what a budget line (not a custom one) spends in each period."""
    cost = [0] * n_periods
    when, price = line["when"], cents(line["unit_price"])
    if is_per_case(line):
        starts, parts = [case["start"] for case in cases], even_split(price, when.get("months", 1))
    else:
        starts = [when.get("at", when.get("from"))]
        parts = even_split(line["number"] * price, when.get("months", 1))
    for start in starts:
        for month, part in enumerate(parts):
            cost[start + month] += part
    return cost


@dataclass
class Work:
    """The cost of the work by payee and period, each case's own cost, and what is not spent."""

    by_payee: dict[str, list[int]]
    own_cost: dict[tuple[str, int], int]
    unspent: int

    @property
    def cost(self) -> list[int]:
        """Cost by period."""
        return [sum(parts) for parts in zip(*self.by_payee.values(), strict=True)]


def work(deal: Deal, cases: Sequence[Case], n_periods: int) -> Work:
    """Spend the budget on the cases that have a plan."""
    by_payee = {party: [0] * n_periods for party in WORKERS}
    custom = custom_draws(deal, cases)
    unit_prices, unspent, n_custom = 0, 0, 0
    for line in deal["budget"]["lines"]:
        if line["when"].get("stage") == "custom":
            cost = [0] * n_periods
            for case in cases:
                cost[case["start"]] += custom[case["segment"], case["id"]][n_custom]
            n_custom += 1
            unspent += line["number"] * cents(line["unit_price"]) - sum(cost)
        else:
            cost = line_cost(line, cases, n_periods)
        if is_per_case(line):
            unit_prices += cents(line["unit_price"])
            unspent += (line["number"] - len(cases)) * cents(line["unit_price"])
        by_payee[line["payee"]] = [a + b for a, b in zip(by_payee[line["payee"]], cost, strict=True)]
    own = {(case["segment"], case["id"]): unit_prices + sum(case.get("custom", [])) for case in cases}
    return Work(by_payee, own, unspent)


# Sections 4 and 7: true savings and pockets


def true_savings(deal: Deal, claims: Sequence[Claim], n_periods: int) -> dict[str, list[int]]:
    """Return T by segment and period."""
    groups: dict[tuple[str, int, int], int] = defaultdict(int)
    for claim in claims:
        key = claim.segment["name"], claim.case["start"], months_of(claim.segment, claim.case)
        groups[key] += gross(claim.segment, claim.case)
    result = {segment["name"]: [0] * n_periods for segment in deal["programme"]["segments"]}
    if not deal["programme"]["has_effect"]:
        return result
    for segment in deal["programme"]["segments"]:
        real = (1 - exact(segment["deadweight"])) * (1 - exact(segment["regression_to_mean"]))
        for (name, start, months), total in groups.items():
            if name == segment["name"] and months > 0:
                for month, part in enumerate(even_split(rounded(total * real), months)):
                    result[name][start + segment["months_to_effect"] + month] += part
    return result


def windows(deal: Deal, n_periods: int) -> list[list[int]]:
    """Return the periods of each window: fiscal years, cut at the renewals of lump sums."""
    renewals = {payer["renewal_month"] for payer in deal["payers"].values() if "renewal_month" in payer}
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for period in range(n_periods):
        groups[fiscal_year(deal, period), sum(month <= period for month in renewals)].append(period)
    return list(groups.values())


def cashable_share(payer: dict[str, Any], period: int, kind: str) -> Fraction:
    """Return what of a true saving on a law is money, in a period, for a class of savings."""
    free = {"direct": 1.0, "real": 0.0}
    if "renewal_month" in payer and period >= payer["renewal_month"]:
        return exact(free[kind])
    if "cashable" in payer:
        return exact(payer["cashable"][kind])
    return exact(free[kind]) if payer["bought"] == "price_times_quantity" else Fraction(0)


def true_and_cashable(deal: Deal, true: dict[str, list[int]]) -> tuple[dict[str, int], dict[str, int]]:
    """Split true savings over the laws, and say what of it is cashable."""
    by_law, cashable = dict.fromkeys(deal["payers"], 0), dict.fromkeys(deal["payers"], 0)
    saved: dict[tuple[str, str, int], int] = {}
    for segment in deal["programme"]["segments"]:
        table, by_period = cells(segment, list(deal["payers"])), true[segment["name"]]
        for window in windows(deal, len(by_period)):
            total = sum(by_period[period] for period in window)
            parts = largest_remainder(total, list(table.values()))
            for (law, kind), part in zip(table, parts, strict=True):
                by_law[law] += part
                saved[law, kind, window[0]] = saved.get((law, kind, window[0]), 0) + part
    for (law, kind, start), amount in saved.items():
        cashable[law] += rounded(amount * cashable_share(deal["payers"][law], start, kind))
    return by_law, cashable


def validated_by_law(deal: Deal, dated: Sequence[Entry], n_periods: int) -> dict[str, int]:
    """Split what was validated in time over the counted laws, in the order of the payers."""
    counting, last = deal["accountant"]["counting"], payment_months(deal)[-1]
    laws = [law for law in deal["payers"] if law in counting["laws"]]
    result = dict.fromkeys(deal["payers"], 0)
    for segment in deal["programme"]["segments"]:
        table = cells(segment, laws)
        weights = [sum((table[law, kind] for kind in counting["classes"]), Fraction(0)) for law in laws]
        for window in windows(deal, n_periods):
            mine = [entry for entry in dated if entry.segment == segment["name"] and entry.period in window]
            total = sum(entry.amount for entry in mine if entry.period <= last)
            for law, part in zip(laws, largest_remainder(total, weights), strict=True):
                result[law] += part
    return result


def own_laws(deal: Deal) -> list[str]:
    """Return the laws that the outcome payer itself pays."""
    return [law for law, payer in deal["payers"].items() if payer["party"] == deal["parties"]["outcome_payer"]]


def payments_by_law(deal: Deal, net_payments: int, validated: dict[str, int]) -> dict[str, int]:
    """Charge what the outcome payer paid to its own laws."""
    own, shares = own_laws(deal), deal["contract"].get("payer_shares")
    weights = [exact(shares.get(law, 0.0)) if shares else Fraction(max(0, validated[law])) for law in own]
    return dict.fromkeys(deal["payers"], 0) | dict(zip(own, largest_remainder(net_payments, weights), strict=True))


# The trial


def cash(deal: Deal, by_payee: dict[str, list[int]], fee: Fees, book: ContractTrial) -> dict[str, list[int]]:
    """Return what each party receives, net, in each period."""
    others = [name for name in book.payers if name != deal["parties"]["outcome_payer"]]
    net = {party: [0] * len(fee.in_all) for party in (*PARTIES, *others)}

    def receive(party: str, amounts: Sequence[int], sign: int = 1) -> None:
        net[party] = [before + sign * amount for before, amount in zip(net[party], amounts, strict=True)]

    for payee, amounts in by_payee.items():
        receive(payee, amounts)
    for (payer, payee, clause), amounts in book.book.items():
        if payer != ACCOUNT:
            receive(payer, amounts, -1)
        if payee != ACCOUNT and clause != "cost":
            receive(payee, amounts)
    for payer, amounts in fee.by_payer.items():
        receive(payer, amounts, -1)
    receive("accountant", fee.in_all)
    return net


def check_conservation(net: dict[str, list[int]], account: list[int]) -> None:
    """Raise unless every period's money has two ends."""
    for period, parts in enumerate(zip(*net.values(), strict=True)):
        change = account[period] - (account[period - 1] if period else 0)
        assert sum(parts) + change == 0, f"money appears or vanishes in period {period}"


def in_periods(dated: Sequence[Entry], what: str, last: int, n_periods: int) -> list[int]:
    """Add up amounts or cases by validation period, up to the last payment date."""
    result = [0] * n_periods
    for entry in dated:
        if entry.period <= last:
            result[entry.period] += getattr(entry, what)
    return result


def triggers(deal: Deal, paid: CaseFacts, earned: CaseFacts) -> dict[str, dict[str, Any]]:
    """Put each trigger to what was validated and to what was admissible."""
    met, admissible = met_on_dates(deal, paid), met_on_dates(deal, earned)
    late = met_with_late(deal, paid, met)
    return {
        "met": met,
        "paid": {name: row[-1] for name, row in met.items()},
        "earned": {name: row[-1] for name, row in admissible.items()},
        "late_trigger": {name: late[name] and not row[-1] for name, row in met.items()},
    }


class Audited(NamedTuple):
    """The cases that have a plan, on their way to what the contract may know of them."""

    spent: Work
    claims: list[Claim]
    dated: list[Entry]
    admitted: list[Entry]
    people: list[Person]
    held_back: int


def audited(deal: Deal, states: States, last: int = NO_LIMIT) -> Audited:
    """Let the cases that start up to a month work, claim and be validated."""
    segments = {segment["name"]: segment for segment in deal["programme"]["segments"]}
    cases = [case for case in states["cases"] if case["has_plan"] and case["start"] <= last]
    spent = work(deal, cases, grid_length(deal))
    claims = [
        judge(deal, segments[case["segment"]], case, spent.own_cost[case["segment"], case["id"]]) for case in cases
    ]
    held = handle(deal, claims, states)
    dated, admitted = entries(claims, "periods", "validated"), entries(claims, "expected", "admissible")
    people = [Person(case["segment"], case["start"]) for case in cases]
    return Audited(spent, claims, [*dated, *held], admitted, people, -sum(entry.amount for entry in held))


def settle(deal: Deal, found: Audited) -> ContractTrial:
    """Run the contract on what was validated."""
    known = max(map(last_start, deal["programme"]["segments"]))
    facts = CaseFacts(deal, found.dated, found.people)
    book = ContractTrial(deal, Outlay(found.spent.cost, found.spent.unspent, known), facts)
    book.run()
    return book


def contract_of(deal: Deal, states: States) -> ContractTrial:
    """Run the contract; a stop of intake or an early end takes a second pass, without the cases that do not come."""
    found = audited(deal, states)
    met, stop = met_on_dates(deal, CaseFacts(deal, found.dated, found.people)), deal["contract"].get("stop_intake")
    end, early_end = ending(deal, met)
    last = end if early_end else NO_LIMIT
    if stop is not None:
        last = min(last, first_date(deal, met[stop]) or NO_LIMIT)
    return settle(deal, audited(deal, states, last))


def replay(deal: Deal, states: States) -> dict[str, Any]:
    """Compute one trial of a deal from the sampled states of its cases; all amounts in cents, by period or in total.

    Of a deal without a stop of intake or an early end, after which claims are another matter (see ``contract_of``).
    """
    n_periods = grid_length(deal)
    spent, claims, dated, admitted, people, held_back = found = audited(deal, states)
    book = settle(deal, found)
    paid, earned = CaseFacts(deal, dated, people), CaseFacts(deal, admitted, people)
    fee = fees(deal, claims, n_periods)
    net = cash(deal, spent.by_payee, fee, book)
    check_conservation(net, book.account)
    result: dict[str, Any] = {"n_periods": n_periods, "cost": spent.cost, "unspent": spent.unspent}
    result |= totals(claims, held_back) | by_period(deal, dated, admitted, n_periods)
    assert sum(result["validated_by_period"]) + result["late"] == result["validated"], "a validated cent has no date"
    result |= triggers(deal, paid, earned) | contract_results(book) | pockets(deal, claims, dated, book)
    result |= {"accountant_fee": fee.in_all, "cash": net}
    result["net_cash"] = sum(net["outcome_payer"]) + sum(result["cashable_by_law"][law] for law in own_laws(deal))
    return result


def totals(claims: Sequence[Claim], held_back: int) -> dict[str, Any]:
    """Return what was claimed, admissible and validated, the bridge between them, and the count of each state."""
    names = ("claimed", "admissible", "validated")
    result: dict[str, Any] = {name: sum(getattr(claim, name) for claim in claims) for name in names}
    result["bridge"] = {reason: sum(claim.bridge[reason] for claim in claims) for reason in REASONS}
    result["bridge"]["extrapolated"] += held_back
    result["validated"] -= held_back
    result["states"] = {state: sum(claim.state == state for claim in claims) for state in STATES}
    assert result["claimed"] - sum(result["bridge"].values()) == result["validated"], "the bridge does not add up"
    assert sum(result["states"].values()) == len(claims), "a case has no state"
    return result


def by_period(deal: Deal, dated: list[Entry], admitted: list[Entry], n_periods: int) -> dict[str, Any]:
    """Return validated and admissible savings by validation period; what comes after the last payment date is late."""
    last = payment_months(deal)[-1]
    return {
        "late": sum(entry.amount for entry in dated if entry.period > last),
        "validated_by_period": in_periods(dated, "amount", last, n_periods),
        "validated_cases_by_period": in_periods(dated, "cases", last, n_periods),
        "admissible_by_period": in_periods(admitted, "amount", last, n_periods),
    }


def pockets(deal: Deal, claims: Sequence[Claim], dated: Sequence[Entry], book: ContractTrial) -> dict[str, Any]:
    """Return true, cashable, validated savings and payments by law."""
    n_periods = len(book.account)
    true = true_savings(deal, claims, n_periods)
    by_law, cashable = true_and_cashable(deal, true)
    validated = validated_by_law(deal, dated, n_periods)
    net_payments = sum(map(sum, book.payments.values())) - sum(book.surplus)
    return {
        "true": sum(map(sum, true.values())),
        "true_by_law": by_law,
        "cashable_by_law": cashable,
        "validated_by_law": validated,
        "payments_by_law": payments_by_law(deal, net_payments, validated),
    }


def contract_results(book: ContractTrial) -> dict[str, Any]:
    """Return the contract's books as plain data."""
    return book.tranches | {
        "payments": book.payments,
        "surplus": book.surplus,
        "unspent_to_payer": book.unspent_to_payer,
        "fees": book.fees,
        "account_balance": book.account,
        "written_off": book.written_off,
        "repaid_in_full": not any(book.written_off.values()),
    }
