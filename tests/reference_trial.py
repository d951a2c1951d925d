"""One trial of a contract, period by period, by hand (section 6 of ``docs/model.md``).

Part of the second account of that page; see ``reference_contract``. ``ContractTrial`` keeps a book of everything that
moves between two parties: cents by period, by (payer, payee, clause).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

from reference_contract import (
    NO_LIMIT,
    Deal,
    Facts,
    Loan,
    cents,
    date_of,
    exact,
    first_date,
    fiscal_year,
    largest_remainder,
    met_on_dates,
    payment_months,
    rounded,
)
from reference_terms import CONTRACT, Line, Moment, Terms, cut, earns_on, line_of, waterfall_of

ACCOUNT, PAYER, INVESTOR, STATE = "account", "outcome_payer", "investor", "state"
TRANCHE_FLOWS = ("draws", "returned", "interest_paid", "principal_paid", "success_fee")
TRANCHE_BALANCES = ("outstanding", "interest_due")
Key = tuple[str, str, str]


class Outlay(NamedTuple):
    """What the work costs if it goes on to the end: cents by period, what is not spent, and when that is known."""

    cost: list[int]
    unspent: int
    known: int


def ending(deal: Deal, met: dict[str, list[bool]]) -> tuple[int, Terms | None]:
    """Return the period in which a contract ends, and the clause that ends it early."""
    found = [(first_date(deal, met[terms["when"]]), terms) for terms in deal["contract"]["early_ends"]]
    dated = [(month, terms) for month, terms in found if month is not None]
    return min(dated, key=lambda each: each[0]) if dated else (deal["timeline"]["maturity"], None)


class ContractTrial:
    """The contract's books of one trial, period by period; ``run`` fills them."""

    def __init__(self, deal: Deal, outlay: Outlay, facts: Facts) -> None:
        self.deal, self.terms, self.facts = deal, deal["contract"], facts
        self.dates = payment_months(deal)
        self.met = met_on_dates(deal, facts)
        self.end, self.early_end = ending(deal, self.met)
        self.dates = [month for month in self.dates if month <= self.end]
        self.cost = [cost if period <= self.end else 0 for period, cost in enumerate(outlay.cost)]
        self.unspent = self._unspent(outlay)
        self.loans = [Loan(deal, tranche) for tranche in self.terms["tranches"]]
        self.lines = [line_of(terms) for terms in self.terms["payments"]]
        self.left = cents(self.terms["commitment"])
        self.open = self.left
        self.open_rest = max(0, sum(outlay.cost) + outlay.unspent - self.left)
        self.planned_draws = self._planned_draws()
        self.fees_due = {fee["name"]: 0 for fee in self.terms["fees"]}
        self.return_balance = 0.0
        self.balance = self.kept = self.ahead = 0
        self.borne: dict[str, dict[int, int]] = {name: defaultdict(int) for name in self.payers}
        self.owed_back: dict[str, int] = defaultdict(int)
        self.vat: Terms | None = self.terms.get("vat")
        self.taken_off: dict[str | None, int] = defaultdict(int)
        self.book: dict[Key, list[int]] = {}
        self._open_books(len(outlay.cost))

    @property
    def payers(self) -> dict[str, Terms]:
        """The outcome payers by name; there is always one."""
        alone = {"name": self.deal["parties"]["outcome_payer"], "share": 1.0}
        return {payer["name"]: payer for payer in self.terms["outcome_payers"] or [alone]}

    def _unspent(self, outlay: Outlay) -> dict[int, int]:
        """Return what is not spent by the period in which that is known; an early end leaves the rest unspent.

        What the commitment has beyond the budget is not spent either.
        """
        budget = sum(outlay.cost) + outlay.unspent
        most = max(budget, cents(self.terms["commitment"]))
        unspent = {outlay.known: outlay.unspent + most - budget} if outlay.known <= self.end else {}
        if self.early_end is not None:
            rest = most - sum(self.cost) - sum(unspent.values())
            unspent[self.end] = unspent.get(self.end, 0) + rest
        return unspent

    def _open_books(self, n_periods: int) -> None:
        def rows(names: Iterable[str]) -> dict[str, list[int]]:
            return {name: [0] * n_periods for name in names}

        names = [loan.name for loan in self.loans]
        self.tranches = {kind: rows(names) for kind in (*TRANCHE_FLOWS, *TRANCHE_BALANCES)}
        self.payments = rows(line.terms["name"] for line in self.lines)
        self.fees = rows(self.fees_due)
        self.surplus, self.unspent_to_payer, self.account = rows(["s", "u", "a"]).values()
        self.written_off = dict.fromkeys(names, 0)

    def move(self, key: Key, period: int, amount: int) -> None:
        """Write down a movement; the contract account follows."""
        assert amount >= 0, f"{key} is negative in period {period}"
        if amount == 0:
            return
        self.book.setdefault(key, [0] * len(self.cost))[period] += amount
        self.balance += amount * ((key[1] == ACCOUNT) - (key[0] == ACCOUNT))

    def loan(self, name: str) -> Loan:
        """Return a tranche's loan."""
        return next(loan for loan in self.loans if loan.name == name)

    # Financing

    def _planned_draws(self) -> dict[int, int]:
        drawdown, cost = self.terms["drawdown"], self.cost
        if drawdown["kind"] == "up_front":
            return {0: self.open}
        if drawdown["kind"] == "schedule":
            return {draw["month"]: cents(draw["amount"]) for draw in drawdown["draws"]}
        draws = dict(enumerate(cost[1:]))
        draws[0] = cost[0] + draws.get(0, 0)
        return draws

    @property
    def undrawn(self) -> int:
        """Commitment that is neither drawn nor known not to be needed."""
        return min(self.left, self.open + self.open_rest)

    def run(self) -> None:
        """Go through the periods in the order of section 6; after the end nothing moves."""
        for period in range(self.end + 1):
            if period > 0:
                self._accrue(period)
            if period in self.unspent:
                self._give_back_unspent(period, self.unspent[period])
            self._draw(period)
            self._work(period)
            if period in self.dates:
                self._pay(period)
            if period == self.end:
                self._finish(period)
            for loan in self.loans:
                self.tranches["outstanding"][loan.name][period] = loan.principal
                self.tranches["interest_due"][loan.name][period] = loan.interest_due
            self.account[period] = self.balance
        assert min(self.account) >= 0, "the contract account is short"
        assert self.balance == 0, "money is left in the contract account"

    def _accrue(self, period: int) -> None:
        start, end = date_of(self.deal, period - 1), date_of(self.deal, period)
        undrawn = largest_remainder(self.undrawn, [loan.share for loan in self.loans])
        for loan, part in zip(self.loans, undrawn, strict=True):
            loan.accrue(part, start, end)
            loan.capitalise(period)
        yearly = self.terms["caps"].get("annual_return", 0.0)
        self.return_balance *= (1 + yearly) ** ((end - start).days / 365)

    def _give_back_unspent(self, period: int, amount: int) -> None:
        nobodys = min(amount, self.open_rest)
        self.open_rest -= nobodys
        amount -= nobodys
        cancelled = min(amount, self.open)
        self.open -= cancelled
        if self.terms["drawdown"]["kind"] == "schedule":
            self._take_from_draws(period, cancelled, last_first=True)
        back = amount - cancelled
        to_tranches = min(back, sum(loan.principal for loan in self.loans))
        parts = largest_remainder(to_tranches, [loan.principal for loan in self.loans])
        for loan, part in zip(self.loans, parts, strict=True):
            self.tranches["returned"][loan.name][period] += loan.pay_principal(part)
            self.move((ACCOUNT, loan.holder, f"unspent:{loan.name}"), period, part)
            self.return_balance -= part if loan.holder == INVESTOR else 0
        self.unspent_to_payer[period] += back - to_tranches
        self.move((ACCOUNT, PAYER, "unspent:"), period, back - to_tranches)

    def _take_from_draws(self, period: int, amount: int, *, last_first: bool) -> int:
        """Take an amount out of the draws of a period and later; return what could be taken."""
        taken = 0
        for month in sorted((month for month in self.planned_draws if month >= period), reverse=last_first):
            lost = min(amount - taken, self.planned_draws[month])
            self.planned_draws[month] -= lost
            taken += lost
        return taken

    def _draw(self, period: int) -> None:
        planned = self.planned_draws.get(period, 0)
        if self.terms["drawdown"]["kind"] != "as_spent":
            short = max(0, self.cost[period] - (self.balance - self.kept) - planned)
            self._take_from_draws(period + 1, short, last_first=False)
            planned += short
            self.planned_draws[period] = planned
        replaced = min(self.kept, planned)
        self.kept -= replaced
        amount = min(planned - replaced, self.left)
        self.left -= amount
        of_commitment = min(planned, self.open)
        self.open -= of_commitment
        self.open_rest -= planned - of_commitment
        if planned - replaced > amount:
            self.move((self.terms["rest_paid_by"], ACCOUNT, "rest of the budget"), period, planned - replaced - amount)
        for loan, part in zip(self.loans, largest_remainder(amount, [loan.share for loan in self.loans]), strict=True):
            loan.draw(part)
            self.tranches["draws"][loan.name][period] = part
            self.move((loan.holder, ACCOUNT, f"drawdown:{loan.name}"), period, part)
            self.return_balance += part if loan.holder == INVESTOR else 0

    def _work(self, period: int) -> None:
        self.move((ACCOUNT, "work", "cost"), period, self.cost[period])
        self.ahead = self.balance - self.kept

    # Payment dates

    def _moment(self, period: int) -> Moment:
        def total(kind: str, name: str) -> int:
            return sum(self.tranches[kind][name])

        names = [loan.name for loan in self.loans]
        lent = {name: total("draws", name) - total("returned", name) for name in names}
        repaid = {name: total("principal_paid", name) for name in names}
        loans = {loan.name: loan for loan in self.loans}
        fees = sum(self.fees_due.values())
        return Moment(self.deal, self.facts, self.met, period, loans, lent, repaid, fees, self.undrawn == 0)

    def _pay(self, period: int) -> None:
        for fee in self.terms["fees"]:
            self.fees_due[fee["name"]] += cents(fee["amount"]) if period in fee["months"] else 0
        before, owed = self._moment(period), []
        for line in self.lines:
            owed.append(line.owed(before))
            before.note(line.terms, max(0, owed[-1]))
        for line, amount in zip(self.lines, owed, strict=True):
            self._pay_back(line, -amount, period)
        parts = self._within_caps(period, [max(0, amount) for amount in owed])
        after = self._moment(period)
        for line, by_payer in zip(self.lines, parts, strict=True):
            amount = sum(by_payer.values())
            line.book(amount, after)
            after.note(line.terms, amount)
            self._pay_line(line, by_payer, period)
        self._tax(period, parts)
        for name, amount in after.coupons.items():
            self.loan(name).capitalised += amount
        for waterfall in (CONTRACT, *self.terms["pools"]):
            self._pour(period, waterfall, parts)

    def _pay_back(self, line: Line, amount: int, period: int) -> None:
        """Let the receiver of a two-way line pay what it owes, within its liability."""
        if amount <= 0:
            return
        name, terms = line.terms["name"], line.terms
        if "liability" in terms:
            amount = min(amount, cents(terms["liability"]) - self.owed_back[name])
        self.owed_back[name] += amount
        line.settled -= amount
        self.return_balance += amount if terms["liable"] == INVESTOR else 0
        shares = [exact(payer.get("share", 0)) for payer in self.payers.values()]
        if "paid_by" in terms:
            shares = [Fraction(payer == terms["paid_by"]) for payer in self.payers]
        for payer, part in zip(self.payers, largest_remainder(amount, shares), strict=True):
            self.move((terms["liable"], self._role(payer), f"owed back:{name}"), period, part)

    def _pay_line(self, line: Line, by_payer: dict[str, int], period: int) -> None:
        name, to = line.terms["name"], line.terms.get("to", "waterfall")
        self.payments[name][period] = sum(by_payer.values())
        for payer, part in by_payer.items():
            self.borne[payer][fiscal_year(self.deal, period)] += part
            self.move((self._role(payer), ACCOUNT if to == "waterfall" else to, f"payment:{name}"), period, part)
        if to == INVESTOR:
            self.return_balance -= sum(by_payer.values())

    def _tax(self, period: int, parts: list[dict[str, int]]) -> None:
        """Let the State have its tax on what was paid, within it or on top, and give it back where it is compensable.

        Section 7, tax on payments: a waterfall's lines together where the tax is within, else each line by itself.
        """
        if not self.vat:
            return
        rate, together = exact(self.vat["rate"]), defaultdict(list)
        for number, (line, by_payer) in enumerate(zip(self.lines, parts, strict=True)):
            key = waterfall_of(line.terms) if self.vat["included"] else number
            together[key] += [(line.terms["name"], payer, part) for payer, part in by_payer.items()]
        for key, paid in together.items():
            whole = sum(part for _, _, part in paid)
            tax = rounded(whole * (rate / (1 + rate) if self.vat["included"] else rate))
            if self.vat["included"]:
                self.taken_off[key] += tax
                self.move((ACCOUNT, STATE, "vat:state"), period, tax)
            for (name, payer, _), part in zip(paid, largest_remainder(tax, [part for *_, part in paid]), strict=True):
                if not self.vat["included"]:
                    self.move((self._role(payer), STATE, f"vat:payment:{name}"), period, part)
                if self.vat["compensable"]:
                    self.move((STATE, self._role(payer), f"vat compensated:payment:{name}"), period, part)

    def _role(self, payer: str) -> str:
        return PAYER if payer == self.deal["parties"]["outcome_payer"] else payer

    def _within_caps(self, period: int, owed: list[int]) -> list[dict[str, int]]:
        """Cut what is owed to all caps beyond the lines' own; by line and payer."""
        caps, year = self.terms["caps"], fiscal_year(self.deal, period)
        parts = self._by_payer(owed, year)
        amounts = [sum(by_payer.values()) for by_payer in parts]
        for metric, limit in (caps.get("by_metric") or {}).items():
            mine = [place for place, line in enumerate(self.lines) if earns_on(line.terms) == metric]
            so_far = sum(self.lines[place].paid for place in mine)
            amounts = self._cut(amounts, mine, cents(limit) - so_far)
        everything = list(range(len(amounts)))
        if "per_year" in caps:
            so_far = sum(line.paid_in.get(year, 0) for line in self.lines)
            amounts = self._cut(amounts, everything, cents(caps["per_year"]) - so_far)
        if "total" in caps:
            amounts = self._cut(amounts, everything, cents(caps["total"]) - sum(line.paid for line in self.lines))
        if "annual_return" in caps:
            kinds = ("waterfall", INVESTOR)
            mine = [place for place in everything if self.lines[place].terms.get("to", "waterfall") in kinds]
            amounts = self._cut(amounts, mine, math.floor(round(max(0.0, self.return_balance), 6)))
        return [
            dict(zip(by_payer, largest_remainder(amount, list(by_payer.values())), strict=True))
            for amount, by_payer in zip(amounts, parts, strict=True)
        ]

    def _cut(self, amounts: list[int], mine: list[int], limit: int) -> list[int]:
        within = dict(zip(mine, cut([amounts[place] for place in mine], limit), strict=True))
        return [within.get(place, amount) for place, amount in enumerate(amounts)]

    def _by_payer(self, owed: list[int], year: int) -> list[dict[str, int]]:
        """Split each line over the outcome payers, and cut each payer's part of the date to its own caps."""
        payers = self.payers
        if self.terms["payers_in_turn"]:
            return self._in_turn(owed, year)
        shares = [exact(payer["share"]) for payer in payers.values()]
        parts = []
        for line, amount in zip(self.lines, owed, strict=True):
            alone = line.terms.get("paid_by")
            weights = [Fraction(name == alone) for name in payers] if alone else shares
            parts.append(dict(zip(payers, largest_remainder(amount, weights), strict=True)))
        for name in payers:
            mine = cut([by_payer[name] for by_payer in parts], self._limit(name, year))
            for by_payer, part in zip(parts, mine, strict=True):
                by_payer[name] = part
        return parts

    def _in_turn(self, owed: list[int], year: int) -> list[dict[str, int]]:
        """Let each payer pay what those before it leave, up to its caps; a line paid by one is that one's alone."""
        parts: list[dict[str, int]] = [{} for _ in owed]
        left = list(owed)
        for name in self.payers:
            mine = [
                amount if line.terms.get("paid_by", name) == name else 0
                for line, amount in zip(self.lines, left, strict=True)
            ]
            for place, part in enumerate(cut(mine, self._limit(name, year))):
                parts[place][name] = part
                left[place] -= part
        return parts

    def _limit(self, name: str, year: int) -> int:
        """Return what a payer's caps leave."""
        payer, limit = self.payers[name], NO_LIMIT
        if "cap" in payer:
            limit = min(limit, cents(payer["cap"]) - sum(self.borne[name].values()))
        if "cap_per_year" in payer:
            limit = min(limit, cents(payer["cap_per_year"]) - self.borne[name][year])
        return limit

    # Waterfalls

    def _pour(self, period: int, waterfall: str, parts: list[dict[str, int]]) -> None:
        """Send money down a waterfall, step by step."""
        feeding = [by for line, by in zip(self.lines, parts, strict=True) if waterfall_of(line.terms) == waterfall]
        fed = {payer: sum(by_payer[payer] for by_payer in feeding) for payer in self.payers}
        money = sum(fed.values()) - self.taken_off.pop(waterfall, 0)
        if waterfall == CONTRACT:
            comes_back = max(0, self.kept - self._may_keep(period))
            self.kept -= comes_back
            money += comes_back
        for step in self.terms["pools"][waterfall] if waterfall else self.terms["waterfall"]:
            kind, _, name = step.partition(":")
            if kind == "surplus":
                self.surplus[period] += money
                for payer, part in zip(fed, largest_remainder(money, list(fed.values())), strict=True):
                    self.move((ACCOUNT, self._role(payer), "surplus:"), period, part)
            elif step == "success_fee":
                money -= self._divide(period, money)
            elif kind == "fees":
                money -= self._pay_fees(period, money)
            elif kind == "recycle":
                keeps = min(money, max(0, self._may_keep(period) - self.kept))
                self.kept += keeps
                money -= keeps
            else:
                money -= self._pay_tranche(kind, name, period, money)

    def _divide(self, period: int, money: int) -> int:
        """Divide what is left among tranches and parties; return what they take."""
        shares = {name: exact(share) for name, share in self.terms["success_fee"].items()}
        *parts, rest = largest_remainder(money, [*shares.values(), 1 - sum(shares.values())])
        for name, part in zip(shares, parts, strict=True):
            if any(loan.name == name for loan in self.loans):
                self._pay_tranche("success_fee", name, period, part)
            else:
                self.move((ACCOUNT, name, f"success_fee:{name}"), period, part)
        return money - rest

    def _may_keep(self, period: int) -> int:
        if period == self.dates[-1]:
            draws = sum(amount for month, amount in self.planned_draws.items() if month > period)
            return max(draws, sum(self.cost[period + 1 :]) - self.ahead)
        return self.open + self.open_rest

    def _pay_tranche(self, kind: str, name: str, period: int, money: int) -> int:
        loan = self.loan(name)
        pays = {"interest": loan.pay_interest, "principal": loan.pay_principal, "success_fee": lambda left: left}
        taken = pays[kind](money)
        self.tranches[kind if kind == "success_fee" else f"{kind}_paid"][name][period] += taken
        self.move((ACCOUNT, loan.holder, f"{kind}:{name}"), period, taken)
        self.return_balance -= taken if loan.holder == INVESTOR else 0
        return taken

    def _pay_fees(self, period: int, money: int) -> int:
        taken = 0
        for fee in self.terms["fees"]:
            name = fee["name"]
            part = min(self.fees_due[name], money - taken)
            self.fees[name][period] += part
            self.fees_due[name] -= part
            self.move((ACCOUNT, fee["payee"], f"fees:{name}"), period, part)
            taken += part
        return taken

    # The end

    def _finish(self, period: int) -> None:
        received = {
            loan.name: sum(sum(self.tranches[kind][loan.name]) for kind in TRANCHE_FLOWS[2:]) for loan in self.loans
        }
        repaid = {loan.name: sum(self.tranches["principal_paid"][loan.name]) for loan in self.loans}
        if self.early_end is not None:
            self._pay_early_end(period, self.early_end, received, repaid)
        for terms in self.terms["guarantees"]:
            self._pay_guarantee(period, terms, received, repaid)
        self.written_off = {loan.name: loan.write_off() for loan in self.loans}

    def _pay_early_end(self, period: int, terms: Terms, received: dict[str, int], repaid: dict[str, int]) -> None:
        """Pay the stated shares of what is outstanding and due, outside all caps."""
        total = 0
        for loan in self.loans:
            principal = loan.pay_principal(rounded(loan.principal * exact(terms["principal"])))
            interest = loan.pay_interest(rounded(loan.interest_due * exact(terms["interest"])))
            received[loan.name] += principal + interest
            repaid[loan.name] += principal
            for part, clause in ((principal, f"principal:{loan.name}"), (interest, f"interest:{loan.name}")):
                self.move((ACCOUNT, loan.holder, clause), period, part)
            total += principal + interest
        shares = [exact(payer["share"]) for payer in self.payers.values()]
        for payer, part in zip(self.payers, largest_remainder(total, shares), strict=True):
            self.move((self._role(payer), ACCOUNT, f"early end: {terms['name']}"), period, part)

    def _pay_guarantee(self, period: int, terms: Terms, received: dict[str, int], repaid: dict[str, int]) -> None:
        """Pay what a guarantee owes on the tranches that it covers."""
        covered = self._covered(terms)
        of_investor = [loan.name for loan in self.loans if loan.holder == INVESTOR and not loan.is_grant]
        is_all = {loan.name for loan in covered} == set(of_investor)
        outlay = {
            loan.name: sum(self.tranches["draws"][loan.name]) - sum(self.tranches["returned"][loan.name])
            for loan in covered
        }
        amount = guaranteed(
            terms,
            self.end,
            covered,
            {
                "outlay": sum(outlay.values()),
                "receipts": sum(received[loan.name] for loan in covered) + (self._beside_tranches() if is_all else 0),
                "repaid": sum(repaid[loan.name] for loan in covered),
            },
        )
        losses = [max(0, outlay[loan.name] - received[loan.name]) for loan in covered]
        if terms["kind"] in ("share_of_loss", "protected_principal"):
            losses = [loan.principal for loan in covered]
        for loan, part in zip(covered, largest_remainder(amount, losses), strict=True):
            principal = loan.pay_principal(part)
            loan.pay_interest(part - principal)
            received[loan.name] += part
            repaid[loan.name] += principal
            self.move((terms["by"], loan.holder, f"guarantee:{terms['name']}"), period, part)

    def _beside_tranches(self) -> int:
        """Return what went straight to the investor, less what it owed under two-way lines."""
        direct = sum(line.paid for line in self.lines if line.terms.get("to") == INVESTOR)
        return direct - sum(self.owed_back[line.terms["name"]] for line in self.lines if self._is_liable(line))

    def _is_liable(self, line: Line) -> bool:
        return bool(line.terms.get("liable") == INVESTOR)

    def _covered(self, terms: Terms) -> list[Loan]:
        """Return the tranches that a guarantee names, in its order; those of the investor where it names none."""
        if "tranches" in terms:
            return [self.loan(name) for name in terms["tranches"]]
        return [loan for loan in self.loans if loan.holder == INVESTOR and not loan.is_grant]


def guaranteed(terms: Terms, end: int, covered: list[Loan], so_far: dict[str, int]) -> int:
    """Return what a guarantee pays; what it covers together had this outlay and these receipts."""
    loss, kind = max(0, so_far["outlay"] - so_far["receipts"]), terms["kind"]
    amounts: dict[str, Any] = {
        "recovery_floor": lambda: max(0, floor_of(terms, so_far["outlay"]) - so_far["receipts"]),
        "first_loss": lambda: loss,
        "share_of_loss": lambda: rounded(exact(terms["share"]) * sum(loan.principal for loan in covered)),
        "protected_principal": lambda: max(0, rounded(exact(terms["share"]) * so_far["outlay"]) - so_far["repaid"]),
        "built_up": lambda: min(loss, sum(cents(each["amount"]) for each in terms["deposits"] if each["month"] <= end)),
    }
    if terms["chance_unable"] == 1:
        return 0
    limit = cents(terms["limit"]) if "limit" in terms else None
    amount: int = amounts[kind]()
    return amount if limit is None else min(amount, limit)


def floor_of(terms: Terms, outlay: int) -> int:
    """Return the floor of a recovery floor in cents."""
    return cents(terms["amount"]) if "amount" in terms else rounded(exact(terms["share"]) * outlay)
