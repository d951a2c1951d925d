"""Amounts by law, party and fiscal year in one trial, by hand: ``by_year(deal, states)`` (section 7 of the model page).

Part of the second account of ``docs/model.md``; see ``reference_contract``. It starts from the same sampled states as
``reference_model``, whose contract has the tax on payments in it. Whole cents and ``Fraction`` throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reference_accountant import Fees, fees
from reference_claims import CLASSES, cells
from reference_contract import (
    NO_LIMIT,
    CaseFacts,
    Deal,
    Entry,
    cents,
    exact,
    first_date,
    fiscal_year,
    largest_remainder,
    met_on_dates,
    payment_months,
    rounded,
)
from reference_model import (
    WORKERS,
    Audited,
    States,
    audited,
    cash,
    cashable_share,
    custom_draws,
    line_cost,
    own_laws,
    settle,
    true_savings,
    windows,
)
from reference_trial import PAYER, ContractTrial, ending

HUNDRED_MILLION = 10**8
Windows = list[list[int]]


# Prices


def price_base(deal: Deal) -> int:
    """Return the fiscal year whose prices amounts are in: that of closing unless stated."""
    return int(deal["measures"].get("price_base", fiscal_year(deal, 0)))


def level(deal: Deal, law: str, year: int) -> Fraction:
    """Return the price level of a law in a fiscal year, to a hundred-millionth."""
    growth = exact(deal["payers"][law].get("indexation", deal["measures"]["indexation"]))
    return Fraction(rounded((1 + growth) ** (year - price_base(deal)) * HUNDRED_MILLION), HUNDRED_MILLION)


# Savings by law


@dataclass
class Pockets:
    """Cents by law and window, or by law, class and window."""

    saved: dict[tuple[str, str], list[int]]
    cashable: dict[str, list[int]]
    validated: dict[str, list[int]]
    payments: dict[str, list[int]]


def savings(deal: Deal, true: dict[str, list[int]], cut: Windows) -> Pockets:
    """Split true savings over laws and classes, at the prices of each window, and let part come back elsewhere."""
    laws = list(deal["payers"])
    saved = {(law, kind): [0] * len(cut) for law in laws for kind in CLASSES}
    cashable = {law: [0] * len(cut) for law in laws}
    for place, window in enumerate(cut):
        year = fiscal_year(deal, window[0])
        for segment in deal["programme"]["segments"]:
            table = cells(segment, laws)
            total = sum(true[segment["name"]][period] for period in window)
            for cell, part in zip(table, largest_remainder(total, list(table.values())), strict=True):
                saved[cell][place] += part
        for law, kind in saved:
            saved[law, kind][place] = rounded(saved[law, kind][place] * level(deal, law, year))
            share = cashable_share(deal["payers"][law], window[0], kind)
            cashable[law][place] += rounded(saved[law, kind][place] * share)
        before = {law: sum(saved[law, kind][place] for kind in CLASSES) for law in laws}
        for law, other, share in waterbeds(deal):
            back = rounded(before[law] * share)
            saved[other, "direct"][place] -= back
            cashable[other][place] -= rounded(back * cashable_share(deal["payers"][other], window[0], "direct"))
    return Pockets(saved, cashable, {}, {})


def waterbeds(deal: Deal) -> list[tuple[str, str, Fraction]]:
    """Return from which law to which what share of a saving comes back."""
    return [
        (law, other, exact(share))
        for law, payer in deal["payers"].items()
        for other, share in payer["waterbed"].items()
    ]


def validated(deal: Deal, dated: Sequence[Entry], cut: Windows) -> dict[str, list[int]]:
    """Split what was validated in time over the counted laws, window by window."""
    counting, last = deal["accountant"]["counting"], payment_months(deal)[-1]
    laws = [law for law in deal["payers"] if law in counting["laws"]]
    result = {law: [0] * len(cut) for law in deal["payers"]}
    for segment in deal["programme"]["segments"]:
        table = cells(segment, laws)
        weights = [sum((table[law, kind] for kind in counting["classes"]), Fraction(0)) for law in laws]
        for place, window in enumerate(cut):
            total = sum(
                entry.amount
                for entry in dated
                if entry.segment == segment["name"] and entry.period in window and entry.period <= last
            )
            for law, part in zip(laws, largest_remainder(total, weights), strict=True):
                result[law][place] += part
    return result


def charges(deal: Deal, paid: Sequence[int], proven: dict[str, list[int]]) -> dict[str, list[int]]:
    """Charge what was paid by the end of each window to the own laws; a window has the difference."""
    own, shares = own_laws(deal), deal["contract"].get("payer_shares")
    result = {law: [0] * len(paid) for law in deal["payers"]}
    before = dict.fromkeys(own, 0)
    for place in range(len(paid)):
        so_far = {law: max(0, sum(proven[law][: place + 1])) for law in own}
        weights = [exact(shares.get(law, 0.0)) if shares is not None else Fraction(so_far[law]) for law in own]
        now = dict(zip(own, largest_remainder(sum(paid[: place + 1]), weights), strict=True))
        for law in own:
            result[law][place] = now[law] - before[law]
        before = now
    return result


# One trial


@dataclass
class Account:
    """One trial: what happened, in which windows, and what of it each law and party has."""

    deal: Deal
    found: Audited
    book: ContractTrial
    fee: Fees
    pockets: Pockets
    cash: dict[str, list[int]]

    @property
    def cut(self) -> Windows:
        """The periods of each window."""
        return windows(self.deal, len(self.book.account))

    @property
    def years(self) -> list[int]:
        """The fiscal years from closing on."""
        last = len(self.book.account) - 1
        return list(range(fiscal_year(self.deal, 0), fiscal_year(self.deal, last) + 1))

    def in_years(self, by_window: Sequence[int]) -> list[int]:
        """Add up windows to fiscal years."""
        of_window = [fiscal_year(self.deal, window[0]) for window in self.cut]
        return [sum(a for a, y in zip(by_window, of_window, strict=True) if y == year) for year in self.years]

    def in_windows(self, by_period: Sequence[int]) -> list[int]:
        """Add up periods to windows."""
        return [sum(by_period[period] for period in window) for window in self.cut]

    def dated(self, by_period: Sequence[int]) -> list[int]:
        """Add up periods to fiscal years."""
        return self.in_years(self.in_windows(by_period))


def account(deal: Deal, states: States) -> Account:
    """Work out one trial; a stop of intake or an early end takes a second pass, without the cases that do not come."""
    found = audited(deal, states)
    met, stop = met_on_dates(deal, CaseFacts(deal, found.dated, found.people)), deal["contract"].get("stop_intake")
    end, early_end = ending(deal, met)
    last = end if early_end else NO_LIMIT
    if stop is not None:
        last = min(last, first_date(deal, met[stop]) or NO_LIMIT)
    if last < NO_LIMIT:
        found = audited(deal, states, last)
    book = settle(deal, found)
    n_periods = len(book.account)
    cut = windows(deal, n_periods)
    pockets = savings(deal, true_savings(deal, found.claims, n_periods), cut)
    pockets.validated = validated(deal, found.dated, cut)
    paid = [sum(lines) for lines in zip(*book.payments.values(), strict=True)]
    net = [amount - back for amount, back in zip(paid, book.surplus, strict=True)]
    pockets.payments = charges(deal, [sum(net[period] for period in window) for window in cut], pockets.validated)
    fee = fees(deal, found.claims, n_periods)
    by_payee = {
        party: [amount if period <= book.end else 0 for period, amount in enumerate(amounts)]
        for party, amounts in found.spent.by_payee.items()
    }
    return Account(deal, found, book, fee, pockets, cash(deal, by_payee, fee, book))


def costs(told: Account) -> dict[str, list[int]]:
    """Return what each budget line spends in each period."""
    deal, book = told.deal, told.book
    cases = [claim.case for claim in told.found.claims]
    custom = custom_draws(deal, cases)
    result: dict[str, list[int]] = {}
    n_custom = 0
    for line in deal["budget"]["lines"]:
        if line["when"].get("stage") == "custom":
            cost = [0] * len(book.account)
            for case in cases:
                cost[case["start"]] += custom[case["segment"], case["id"]][n_custom]
            n_custom += 1
        else:
            cost = line_cost(line, cases, len(book.account))
        result[line["activity"]] = [amount if period <= book.end else 0 for period, amount in enumerate(cost)]
    return result


def paid_for_work(told: Account) -> dict[str, list[int]]:
    """Return what each party gets for work: from budget lines, as fees, and for disputes."""
    result = {party: [0] * len(told.book.account) for party in WORKERS}

    def receive(party: str, amounts: Sequence[int]) -> None:
        result[party] = [before + amount for before, amount in zip(result[party], amounts, strict=True)]

    spent = costs(told)
    for line in told.deal["budget"]["lines"]:
        receive(line["payee"], spent[line["activity"]])
    for fee in told.deal["contract"]["fees"]:
        receive(fee["payee"], told.book.fees[fee["name"]])
    receive("accountant", told.fee.in_all)
    return result


def by_year(deal: Deal, states: States) -> dict[str, list[int]]:
    """Return cents by fiscal year, under the engine's names."""
    told = account(deal, states)
    result: dict[str, list[int]] = {}
    for law in deal["payers"]:
        for kind in CLASSES:
            result[f"law.{law}.{kind}"] = told.in_years(told.pockets.saved[law, kind])
        for name in ("cashable", "validated", "payments"):
            result[f"law.{law}.{name}"] = told.in_years(getattr(told.pockets, name)[law])
    result |= {f"cash.{role}": told.dated(amounts) for role, amounts in told.cash.items()}
    result |= {f"work.{role}": told.dated(amounts) for role, amounts in paid_for_work(told).items()}
    result |= {f"cost.{name}": told.dated(amounts) for name, amounts in costs(told).items()}
    plans = [0] * len(told.book.account)
    for claim in told.found.claims:
        plans[claim.case["start"]] += 1
    return result | {"plans": told.dated(plans)}


# Present value


def discount(deal: Deal, year: int) -> Fraction:
    """Return what a nominal cent of a fiscal year is worth at closing, in cents of the price base."""
    terms = deal["measures"]
    prices = (1 + exact(terms["inflation"])) ** (price_base(deal) - year)
    return prices * (1 + exact(terms["discount_rate"])) ** (fiscal_year(deal, 0) - year)


def present_values(deal: Deal, states: States) -> dict[str, Fraction]:
    """Return the present value of the municipality's net cash, and of society's net benefit."""
    told = account(deal, states)
    paid, laws = paid_for_work(told), own_laws(deal)
    result = {"municipality": Fraction(0), "society": Fraction(0)}
    for place, window in enumerate(told.cut):
        worth = discount(deal, fiscal_year(deal, window[0]))
        cashed = sum(told.pockets.cashable[law][place] for law in laws)
        result["municipality"] += worth * (cashed + sum(told.cash[PAYER][period] for period in window))
        saved = sum(row[place] for row in told.pockets.saved.values())
        result["society"] += worth * (saved - sum(row[period] for row in paid.values() for period in window))
    return result


def planned_cost(deal: Deal) -> dict[str, Any]:
    """Return what each budget line costs if all goes as planned."""
    return {line["activity"]: line["number"] * cents(line["unit_price"]) for line in deal["budget"]["lines"]}
