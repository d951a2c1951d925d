"""One trial of a whole deal, by hand, from the sampled state of each case on: ``replay(deal, states)``.

This is the second account of ``docs/model.md``: written from that page alone, slow, in plain Python, to be compared
with the engine to the cent. It must never import anything from ``sib``. Money is in whole cents, shares are exact
fractions, section numbers are those of ``docs/model.md``. The contract (section 6) is in ``reference_contract``.

``deal`` is the canonical scenario. ``states`` holds what was drawn in one trial:

    enrolled        {segment: cases that came}
    cases           one dict for every case that came: segment, id, start, has_plan, outcome ("success", "partial" or
                    "failure"), saving (cents; of a failure what it would have saved), months_kept, delay,
                    invalid_claim, overstated_claim (cents or None), evidence_missing, detected, wrongly_rejected,
                    wrongly_adjusted, custom (cents wished, one for each custom line)
    delay_by_date   {claiming period: months}; absent or empty where each case has its own delay
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

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

Case = dict[str, Any]
States = dict[str, Any]
CLASSES = ("direct", "real")
STATES = (
    "not_claimed",
    "not_reviewed",
    "accepted",
    "adjusted:overstated",
    "adjusted:wrongly",
    "rejected:evidence",
    "rejected:invalid",
    "rejected:wrongly",
)
RULES = ("law", "evidence", "class", "baseline", "months", "double_counting", "own_cost", "cap_per_case", "negative")
REASONS = (*RULES, "invalid", "overstated", "wrongly_rejected", "wrongly_adjusted")
PARTIES = ("investor", "outcome_payer", "provider", "intermediary", "accountant", "guarantor", "funder")
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
    delay, has_fee = deal["accountant"]["delay"], deal["accountant"]["fee"]["per_case"] > 0
    wait = (delay["months"] if delay["kind"] == "fixed" else delay["high"]) if has_fee else 0
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


# Section 4: from saving to claim


def months_of(segment: dict[str, Any], case: Case) -> int:
    """Return L: the months over which a case's gross saving falls."""
    return int(segment["saving_months"] if case["outcome"] == "failure" else case["months_kept"])


def gross(segment: dict[str, Any], case: Case) -> int:
    """Return G, what the case's file shows, in cents; a failure may cost."""
    if case["outcome"] == "failure":
        return cents(segment["failure_saving"])
    return over_months(segment, case, case["months_kept"])


def over_months(segment: dict[str, Any], case: Case, months: int) -> int:
    """Return what of the case's saving as a success falls in so many months."""
    return rounded(Fraction(case["saving"] * months, segment["saving_months"]))


@dataclass
class Claim:
    """A case with a plan on its way through the accountant's hands; amounts in cents.

    ``months`` are the months over which the claim is dated, ``admissible`` is V and ``validated`` A.
    """

    case: Case
    segment: dict[str, Any]
    months: int
    claimed: int = 0
    admissible: int = 0
    validated: int = 0
    state: str = "not_claimed"
    bridge: Counter[str] = field(default_factory=Counter)


def make_claim(deal: Deal, segment: dict[str, Any], case: Case) -> tuple[int, int]:
    """Return what a case would claim without overstatement and the months it is said to last; (0, 0) for no claim."""
    audit = deal["accountant"]
    failed = case["outcome"] == "failure"
    if failed and (audit["mode"] == "none" or not case["invalid_claim"]):
        return 0, 0
    foresees_relapse = audit["claim_at"] != "plan" or audit["mode"] == "none"
    months = case["months_kept"] if foresees_relapse else segment["saving_months"]
    amount = over_months(segment, case, months)
    return (amount, months) if amount > 0 else (0, 0)


# Section 5: the counting rules


def cells(segment: dict[str, Any], laws: Sequence[str]) -> dict[tuple[str, str], Fraction]:
    """Return the segment's share of the gross saving for each law and class."""
    table = {}
    for law in laws:
        if "shares" in segment:
            of_law = segment["shares"].get(law, {})
            table.update({(law, name): exact(of_law.get(name, 0.0)) for name in CLASSES})
        else:
            whole, direct = exact(segment["by_law"].get(law, 0.0)), exact(segment["direct_share"])
            table.update({(law, "direct"): whole * direct, (law, "real"): whole * (1 - direct)})
    return table


def share_rules(deal: Deal, segment: dict[str, Any], months: int, has_evidence: bool) -> dict[str, Fraction]:
    """Return the share of a claim that is left after each rule up to double counting."""
    counting = deal["accountant"]["counting"]
    table = cells(segment, counting["laws"])
    left, result = Fraction(sum(table.values())), {}
    result["law"] = left
    left *= has_evidence or not counting["evidence_required"]
    result["evidence"] = left
    if left:
        left = Fraction(sum(share for (_, kind), share in table.items() if kind in counting["classes"]))
    result["class"] = left
    left *= exact(segment["current_share"]) if counting["baseline"] == "current" else 1
    result["baseline"] = left
    left *= Fraction(min(months, counting.get("max_months", months)), months)
    result["months"] = left
    left *= 1 - exact(segment["double_count"]) if counting["double_counting"] == "excluded" else 1
    result["double_counting"] = left
    return result


def count(deal: Deal, claim: Claim, amount: int, months: int, own_cost: int) -> dict[str, int]:
    """Apply the counting rules to an amount; return what is left after each. Without evidence nothing is left."""
    counting = deal["accountant"]["counting"]
    has_evidence = not claim.case["evidence_missing"]
    left = {
        rule: rounded(amount * share) for rule, share in share_rules(deal, claim.segment, months, has_evidence).items()
    }
    if not has_evidence and counting["evidence_required"]:
        return left | dict.fromkeys(RULES[6:], 0)
    left["own_cost"] = left["double_counting"] - (own_cost if counting["own_cost"] == "in" else 0)
    left["cap_per_case"] = left["own_cost"]
    if "cap_per_case" in counting:
        left["cap_per_case"] = min(left["own_cost"], cents(counting["cap_per_case"]))
    left["negative"] = left["cap_per_case"] if counting["negative"] == "net" else max(0, left["cap_per_case"])
    return left


def admissible(deal: Deal, claim: Claim, own_cost: int) -> int:
    """Return V: the counting rules on G, with its evidence; under ``net`` a case that costs counts against."""
    saved, months = gross(claim.segment, claim.case), months_of(claim.segment, claim.case)
    if saved > 0:
        shown = Claim(claim.case | {"evidence_missing": False}, claim.segment, months)
        return count(deal, shown, saved, months, own_cost)["negative"]
    if saved == 0 or deal["accountant"]["counting"]["negative"] != "net":
        return 0
    return -rounded(-saved * share_rules(deal, claim.segment, months, True)["double_counting"])


# Section 5: the review


def judge(deal: Deal, segment: dict[str, Any], case: Case, own_cost: int) -> Claim:
    """Decide on one case with a plan: claim, count, review."""
    amount, months = make_claim(deal, segment, case)
    claim = Claim(case, segment, months or months_of(segment, case))
    claim.admissible = admissible(deal, claim, own_cost)
    if not amount:
        claim.validated = claim.admissible
        claim.bridge["negative"] = -claim.admissible
        return claim
    if deal["accountant"]["mode"] == "none":
        claim.case = case = case | {"evidence_missing": False, "overstated_claim": None}
    overstated = case["outcome"] != "failure" and case["overstated_claim"] is not None
    claim.claimed = case["overstated_claim"] if overstated else amount
    left = count(deal, claim, claim.claimed, months, own_cost)
    before = claim.claimed
    for rule in RULES:
        claim.bridge[rule] = before - left[rule]
        before = left[rule]
    reason, claim.state, claim.validated = review(
        deal, claim, counted=before, corrected=count(deal, claim, amount, months, own_cost)["negative"]
    )
    claim.bridge[reason] += before - claim.validated
    return claim


def review(deal: Deal, claim: Claim, *, counted: int, corrected: int) -> tuple[str, str, int]:
    """Return the reviewer's reason on the bridge, the state, and A; ``corrected`` is what a true claim would count."""
    case, audit = claim.case, deal["accountant"]
    if audit["mode"] == "none":
        return "evidence", "not_reviewed", counted
    if case["evidence_missing"] and audit["counting"]["evidence_required"]:
        return "evidence", "rejected:evidence", 0
    if case["outcome"] == "failure":
        return ("invalid", "rejected:invalid", 0) if case["detected"] else ("invalid", "accepted", counted)
    if case["overstated_claim"] is not None:
        found = case["detected"]
        return ("overstated", "adjusted:overstated", corrected) if found else ("overstated", "accepted", counted)
    if case["wrongly_rejected"]:
        return "wrongly_rejected", "rejected:wrongly", 0
    if case["wrongly_adjusted"]:
        kept = 1 - exact(audit["review"]["adjustment_share"])
        return "wrongly_adjusted", "adjusted:wrongly", rounded(counted * kept)
    return "wrongly_rejected", "accepted", counted


# Section 4: when what was claimed is validated


def claim_periods(deal: Deal, claim: Claim) -> list[int]:
    """Return the periods in which a case is claimed: one, or each counted month."""
    start, segment, audit = claim.case["start"], claim.segment, deal["accountant"]
    first = start + segment["months_to_effect"]
    counted = min(audit["counting"].get("max_months", segment["saving_months"]), segment["saving_months"])
    if audit["claim_at"] == "plan":
        return [start]
    if audit["claim_at"] == "end":
        return [first + min(claim.months, counted - 1)]
    return [first + month for month in range(min(claim.months, counted))]


def validation_periods(deal: Deal, claim: Claim, states: States) -> list[int]:
    """Return the periods in which a case's claims are validated."""
    by_date = states.get("delay_by_date")
    return [period + (by_date[period] if by_date else claim.case["delay"]) for period in claim_periods(deal, claim)]


def entries(deal: Deal, claims: Sequence[Claim], states: States, amount: str) -> list[Entry]:
    """Date the ``amount`` ("validated" or "admissible") of each claim; monthly claims are dated on group totals."""
    result, groups = [], defaultdict(list)
    for claim in claims:
        periods, value = validation_periods(deal, claim, states), getattr(claim, amount)
        start, name = claim.case["start"], claim.segment["name"]
        groups[name, start, claim.months, tuple(periods)].append(value)
        if value > 0:
            result.append(Entry(periods[0], start, name, 0, 1))
    for (name, start, _, dates), values in groups.items():
        parts = even_split(sum(values), len(dates)) if dates else []
        result += [Entry(period, start, name, part, 0) for period, part in zip(dates, parts, strict=True)]
    return result


def accountant_fee(deal: Deal, claims: Sequence[Claim], states: States, n_periods: int) -> list[int]:
    """Return the accountant's fee by period: fixed at closing, and per claim when it is (first) validated."""
    fee = deal["accountant"]["fee"]
    by_period = [cents(fee["fixed"])] + [0] * (n_periods - 1)
    for claim in claims:
        if claim.claimed > 0:
            period = min(validation_periods(deal, claim, states)[0], n_periods - 1)
            by_period[period] += cents(fee["per_case"])
    return by_period


# Sections 4 and 7: true savings and pockets


def true_savings(deal: Deal, claims: Sequence[Claim], n_periods: int) -> dict[str, list[int]]:
    """Return T by segment and period."""
    groups: dict[tuple[str, int, int], int] = defaultdict(int)
    for claim in claims:
        key = claim.segment["name"], claim.case["start"], months_of(claim.segment, claim.case)
        groups[key] += gross(claim.segment, claim.case)
    result = {segment["name"]: [0] * n_periods for segment in deal["programme"]["segments"]}
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
    for segment in deal["programme"]["segments"]:
        table, by_period = cells(segment, list(deal["payers"])), true[segment["name"]]
        for window in windows(deal, len(by_period)):
            total = sum(by_period[period] for period in window)
            parts = largest_remainder(total, list(table.values()))
            for (law, kind), part in zip(table, parts, strict=True):
                by_law[law] += part
                cashable[law] += rounded(part * cashable_share(deal["payers"][law], window[0], kind))
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


def cash(deal: Deal, by_payee: dict[str, list[int]], fee: list[int], book: ContractTrial) -> dict[str, list[int]]:
    """Return what each party receives, net, in each period."""
    others = [name for name in book.payers if name != deal["parties"]["outcome_payer"]]
    net = {party: [0] * len(fee) for party in (*PARTIES, *others)}

    def receive(party: str, amounts: Sequence[int], sign: int = 1) -> None:
        net[party] = [before + sign * amount for before, amount in zip(net[party], amounts, strict=True)]

    for payee, amounts in by_payee.items():
        receive(payee, amounts)
    for (payer, payee, clause), amounts in book.book.items():
        if payer != ACCOUNT:
            receive(payer, amounts, -1)
        if payee != ACCOUNT and clause != "cost":
            receive(payee, amounts)
    receive(deal["accountant"]["fee"]["payer"], fee, -1)
    receive("accountant", fee)
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


def audited(deal: Deal, states: States, last: int = NO_LIMIT) -> Audited:
    """Let the cases that start up to a month work, claim and be validated."""
    segments = {segment["name"]: segment for segment in deal["programme"]["segments"]}
    cases = [case for case in states["cases"] if case["has_plan"] and case["start"] <= last]
    spent = work(deal, cases, grid_length(deal))
    claims = [
        judge(deal, segments[case["segment"]], case, spent.own_cost[case["segment"], case["id"]]) for case in cases
    ]
    dated, admitted = (entries(deal, claims, states, amount) for amount in ("validated", "admissible"))
    return Audited(spent, claims, dated, admitted, [Person(case["segment"], case["start"]) for case in cases])


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
    spent, claims, dated, admitted, people = found = audited(deal, states)
    book = settle(deal, found)
    paid, earned = CaseFacts(deal, dated, people), CaseFacts(deal, admitted, people)
    fee = accountant_fee(deal, claims, states, n_periods)
    net = cash(deal, spent.by_payee, fee, book)
    check_conservation(net, book.account)
    result: dict[str, Any] = {"n_periods": n_periods, "cost": spent.cost, "unspent": spent.unspent}
    result |= totals(claims) | by_period(deal, dated, admitted, n_periods)
    assert sum(result["validated_by_period"]) + result["late"] == result["validated"], "a validated cent has no date"
    result |= triggers(deal, paid, earned) | contract_results(book) | pockets(deal, claims, dated, book)
    result |= {"accountant_fee": fee, "cash": net}
    result["net_cash"] = sum(net["outcome_payer"]) + sum(result["cashable_by_law"][law] for law in own_laws(deal))
    return result


def totals(claims: Sequence[Claim]) -> dict[str, Any]:
    """Return what was claimed, admissible and validated, the bridge between them, and the count of each state."""
    names = ("claimed", "admissible", "validated")
    result: dict[str, Any] = {name: sum(getattr(claim, name) for claim in claims) for name in names}
    result["bridge"] = {reason: sum(claim.bridge[reason] for claim in claims) for reason in REASONS}
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
