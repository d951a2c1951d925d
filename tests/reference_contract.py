"""The contract of one trial, by hand: draws, interest, triggers, payments, caps, waterfall.

Together with ``reference_model`` this is the second account of ``docs/model.md``, kept to find mistakes in the first.
It is slow on purpose: one trial, plain Python, whole cents, ``Fraction`` wherever a share or a rate comes in; floats
only in continuous compounding and in the cap on the investor's return, where the model has them. It must never import
anything from ``sib``. Section numbers are those of ``docs/model.md``; ``deal`` is always the canonical scenario.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

Deal = dict[str, Any]
NO_LIMIT = 10**18
COMPOUNDING_MONTHS = {"annual": 12, "quarterly": 3, "monthly": 1}
TRANCHE_FLOWS = ("draws", "returned", "interest_paid", "principal_paid", "success_fee")
TRANCHE_BALANCES = ("outstanding", "interest_due")


# Section 1: money


def exact(number: float) -> Fraction:
    """Return the decimal that was written in the file."""
    return Fraction(repr(number))


def cents(euros: float) -> int:
    """Return an amount of the file in whole cents."""
    return rounded(exact(euros) * 100)


def rounded(amount: Fraction | float) -> int:
    """Round half away from zero."""
    whole = math.floor(abs(Fraction(amount)) + Fraction(1, 2))
    return -whole if amount < 0 else whole


def even_split(amount: int, parts: int) -> list[int]:
    """Split over equal parts; the first parts carry the odd cents."""
    each, odd = divmod(abs(amount), parts)
    sign = -1 if amount < 0 else 1
    return [sign * (each + (part < odd)) for part in range(parts)]


def largest_remainder(amount: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Split in proportion to weights; missing cents go to the largest fractions, ties to the first."""
    total = Fraction(sum(weights))
    if total == 0:
        return [amount if place == 0 else 0 for place in range(len(weights))]
    ideal = [abs(amount) * Fraction(weight) / total for weight in weights]
    parts = [math.floor(share) for share in ideal]
    by_fraction = sorted(range(len(weights)), key=lambda place: (parts[place] - ideal[place], place))
    for place in by_fraction[: abs(amount) - sum(parts)]:
        parts[place] += 1
    return [-part for part in parts] if amount < 0 else parts


# Section 1: time


def date_of(deal: Deal, period: int) -> date:
    """Return the date on which a period ends: so many months after closing, the day clipped."""
    closing = date.fromisoformat(deal["timeline"]["closing"])
    years, month = divmod(closing.month - 1 + period, 12)
    first = date(closing.year + years, month + 1, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first.replace(day=min(closing.day, length))


def payment_months(deal: Deal) -> list[int]:
    """Return the payment dates as months after closing."""
    dates, maturity = deal["timeline"]["payment_dates"], deal["timeline"]["maturity"]
    if "every" in dates:
        return [month for month in range(1, maturity + 1) if month % dates["every"] == 0]
    if "months" in dates:
        return list(dates["months"])
    return [month for month in range(1, maturity + 1) if date_of(deal, month).isoformat() in dates["dates"]]


def fiscal_year(deal: Deal, period: int) -> int:
    """Return the fiscal year of the day before a period's date, named after the year in which it starts."""
    day = date_of(deal, period) - timedelta(days=1) if period else date_of(deal, 0)
    return day.year if day.month >= deal["timeline"]["fiscal_year_start"] else day.year - 1


def is_leap(year: int) -> bool:
    """Tell whether a year has a 29 February."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days == 366


def year_fraction(basis: str, start: date, end: date) -> Fraction:
    """Return the part of a year from one date to a later one (section 6, interest)."""
    if basis == "30E/360":
        days = min(end.day, 30) - min(start.day, 30)
        return Fraction(360 * (end.year - start.year) + 30 * (end.month - start.month) + days, 360)
    if basis == "ACT/ACT ISDA":
        every_day = (start + timedelta(days=number) for number in range((end - start).days))
        return sum((Fraction(1, 366 if is_leap(day.year) else 365) for day in every_day), Fraction(0))
    return Fraction((end - start).days, {"ACT/365F": 365, "ACT/360": 360}[basis])


# Section 6: metrics and triggers


class Entry(NamedTuple):
    """What the accountant settles in one period: an amount in cents and the cases that count with it."""

    period: int
    start: int
    segment: str
    amount: int
    cases: int


def in_cohort(deal: Deal, name: str | None, start: int) -> bool:
    """Tell whether a case of a start month is in the named cohort; without a name, every case is."""
    if name is None:
        return True
    cohort = next(cohort for cohort in deal["contract"]["cohorts"] if cohort["name"] == name)
    return bool(cohort["from"] <= start <= cohort["to"])


def metric(deal: Deal, trigger: dict[str, Any], entries: Iterable[Entry], starts: Sequence[int]) -> Fraction | None:
    """Measure a trigger's metric on some entries, in its own unit; ``starts`` are the start months of the enrolled.

    A share of an empty cohort is no number.
    """
    cohort = trigger.get("cohort")
    counted = [entry for entry in entries if in_cohort(deal, cohort, entry.start)]
    if trigger["metric"] == "validated_savings":
        return Fraction(sum(entry.amount for entry in counted), 100)
    cases = Fraction(sum(entry.cases for entry in counted))
    if trigger["metric"] == "validated_cases":
        return cases
    enrolled = sum(in_cohort(deal, cohort, start) for start in starts)
    return cases / enrolled if enrolled else None


def holds(trigger: dict[str, Any], value: Fraction | None) -> bool:
    """Compare a value with the threshold, exactly."""
    if value is None:
        return False
    if "between" in trigger:
        low, high = trigger["between"]
        return exact(low) <= value <= exact(high)
    if "at_least" in trigger:
        return value >= exact(trigger["at_least"])
    if "above" in trigger:
        return value > exact(trigger["above"])
    if "at_most" in trigger:
        return value <= exact(trigger["at_most"])
    return value < exact(trigger["below"])


def met_on_dates(deal: Deal, trigger: dict[str, Any], entries: Sequence[Entry], starts: Sequence[int]) -> list[bool]:
    """Tell for each payment date whether the trigger is met; a latched one stays met."""
    dates = payment_months(deal)
    met: list[bool] = []
    for previous, now in zip([-1, *dates], dates, strict=False):
        since = -1 if trigger["measure"] == "cumulative" else previous
        window = [entry for entry in entries if since < entry.period <= now]
        condition = holds(trigger, metric(deal, trigger, window, starts))
        met.append(condition or (trigger["latched"] and any(met)))
    return met


def met_with_late(deal: Deal, trigger: dict[str, Any], entries: Sequence[Entry], starts: Sequence[int]) -> bool:
    """Tell whether the trigger holds on the last payment date once what came too late is added."""
    earlier = [-1, *payment_months(deal)][-2]
    since = -1 if trigger["measure"] == "cumulative" else earlier
    return holds(trigger, metric(deal, trigger, [entry for entry in entries if entry.period > since], starts))


# Section 6: interest


class Loan:
    """A tranche: principal, capitalised interest (cents) and interest accrued since (exact)."""

    def __init__(self, deal: Deal, tranche: dict[str, Any]) -> None:
        self.name: str = tranche["name"]
        self.share = exact(tranche["share"])
        self.terms: dict[str, Any] = tranche.get("interest") or deal["contract"]["interest"]
        self.rate = exact(self.terms["rate"])
        self.principal = 0
        self.capitalised = 0
        self.accrued: Fraction | float = 0.0 if self.terms.get("compounding") == "continuous" else Fraction(0)

    @property
    def interest_due(self) -> int:
        """Interest that can be paid now, in cents."""
        return self.capitalised + rounded(self.accrued)

    def accrue(self, undrawn: int, start: date, end: date) -> None:
        """Earn a period's interest; ``undrawn`` is the tranche's part of the undrawn commitment."""
        if self.terms["basis"] == "over_term":
            return
        base = self.principal + self.capitalised + (undrawn if self.terms["on"] == "committed" else 0)
        fraction = year_fraction(self.terms["day_count"], start, end)
        if isinstance(self.accrued, Fraction):
            self.accrued += base * self.rate * fraction
        else:
            self.accrued += (base + self.accrued) * math.expm1(float(self.rate) * float(fraction))

    def capitalise(self, period: int) -> None:
        """Let accrued interest join the base, on compounding dates counted from closing."""
        months = COMPOUNDING_MONTHS.get(self.terms.get("compounding", ""))
        if months is not None and period > 0 and period % months == 0:
            self.capitalised += rounded(self.accrued)
            self.accrued = Fraction(0)

    def draw(self, amount: int) -> None:
        """Lend more; interest over the term is due at once."""
        self.principal += amount
        if self.terms["basis"] == "over_term":
            self.capitalised += rounded(self.rate * amount)

    def pay_interest(self, money: int) -> int:
        """Pay interest from ``money``, capitalised interest first; return what was taken."""
        due = self.interest_due
        taken = min(money, due)
        of_capitalised = min(taken, self.capitalised)
        self.capitalised -= of_capitalised
        self.accrued = type(self.accrued)(0) if 0 < taken == due else self.accrued - (taken - of_capitalised)
        return taken

    def pay_principal(self, money: int) -> int:
        """Repay principal from ``money``; return what was taken."""
        taken = min(money, self.principal)
        self.principal -= taken
        return taken

    def write_off(self) -> int:
        """Give up what is still owed; return it."""
        lost = self.principal + self.interest_due
        self.principal = self.capitalised = 0
        self.accrued = type(self.accrued)(0)
        return lost


# Section 6: payments


class SavingsLine:
    """A share of released savings until redemption, another share of the rest after it."""

    def __init__(self, terms: dict[str, Any]) -> None:
        self.terms = terms
        self.before = 0
        self.after = 0
        self.redeemed = False

    def entitlement_after(self, released: int, paid_before: int) -> int:
        """Return what the second share still gives: redemption has used up ceil(paid / share) cents of savings."""
        used = math.ceil(paid_before / exact(self.terms["share"]))
        return max(0, math.floor(exact(self.terms["share_after_redemption"]) * (released - used)) - self.after)

    def owed(self, released: int, due: int, all_drawn: bool) -> int:
        """Return what the line owes on a payment date, within its own cap, before the caps on all lines."""
        room = own_room(self.terms, self.before + self.after)
        if self.redeemed:
            return min(room, self.entitlement_after(released, self.before))
        entitlement = max(0, math.floor(exact(self.terms["share"]) * released) - self.before)
        amount = min(entitlement, due, room)
        if amount < due or not all_drawn:
            return amount
        return min(room, amount + self.entitlement_after(released, self.before + amount))

    def book(self, amount: int, due: int, all_drawn: bool) -> None:
        """Take note of what was paid after all caps, and of redemption."""
        if self.redeemed:
            self.after += amount
            return
        to_balance = min(amount, due)
        self.before += to_balance
        self.after += amount - to_balance
        self.redeemed = all_drawn and to_balance == due


class FixedLine:
    """A fixed amount on its dates; under a trigger with backlog it waits, otherwise it lapses while unmet."""

    def __init__(self, terms: dict[str, Any]) -> None:
        self.terms = terms
        self.waiting = 0
        self.paid = 0

    def owed(self, month: int, is_met: bool, keeps_backlog: bool) -> int:
        """Return what the line owes on a payment date, within its own cap."""
        if "months" not in self.terms or month in self.terms["months"]:
            self.waiting += cents(self.terms["amount"])
        amount = self.waiting if is_met else 0
        if is_met or not keeps_backlog:
            self.waiting = 0
        return min(amount, own_room(self.terms, self.paid))


def own_room(terms: dict[str, Any], paid: int) -> int:
    """Return what a line may still pay under its own cap."""
    return cents(terms["cap"]) - paid if "cap" in terms else NO_LIMIT


def cut(amounts: list[int], limit: int) -> list[int]:
    """Cut amounts to a limit on their sum, pro rata."""
    return amounts if sum(amounts) <= limit else largest_remainder(max(0, limit), amounts)


class Outlay(NamedTuple):
    """What the work costs: cents by period, what is not spent, and the period at whose end that is known."""

    cost: list[int]
    unspent: int
    known: int


class ContractTrial:
    """The contract's books of one trial, period by period; ``run`` fills them.

    ``entries`` are the validated savings by validation period, ``starts`` the start months of the enrolled cases.
    """

    def __init__(self, deal: Deal, outlay: Outlay, entries: Sequence[Entry], starts: Sequence[int]) -> None:
        self.deal, self.terms, self.outlay, self.entries = deal, deal["contract"], outlay, entries
        self.dates = payment_months(deal)
        self.maturity: int = deal["timeline"]["maturity"]
        self.met = {trigger["name"]: met_on_dates(deal, trigger, entries, starts) for trigger in self.terms["triggers"]}
        self.loans = [Loan(deal, tranche) for tranche in self.terms["tranches"]]
        self.lines = [
            FixedLine(terms) if terms["kind"] == "fixed" else SavingsLine(terms) for terms in self.terms["payments"]
        ]
        self.undrawn = cents(self.terms["commitment"])
        self.planned_draws = self._planned_draws()
        self.fees_due = {fee["name"]: 0 for fee in self.terms["fees"]}
        self.return_balance = 0.0
        self._open_books(len(outlay.cost))

    def _open_books(self, n_periods: int) -> None:
        def rows(names: Iterable[str]) -> dict[str, list[int]]:
            return {name: [0] * n_periods for name in names}

        names = [loan.name for loan in self.loans]
        self.tranches = {kind: rows(names) for kind in (*TRANCHE_FLOWS, *TRANCHE_BALANCES)}
        self.payments = rows(line.terms["name"] for line in self.lines)
        self.fees = rows(self.fees_due)
        self.surplus, self.unspent_to_payer, self.account = rows(["s", "u", "a"]).values()
        self.written_off = dict.fromkeys(names, 0)

    def _planned_draws(self) -> dict[int, int]:
        drawdown, cost = self.terms["drawdown"], self.outlay.cost
        if drawdown["kind"] == "up_front":
            return {0: self.undrawn}
        if drawdown["kind"] == "schedule":
            return {draw["month"]: cents(draw["amount"]) for draw in drawdown["draws"]}
        draws = dict(enumerate(cost[1:]))
        draws[0] = cost[0] + draws.get(0, 0)
        return draws

    def run(self) -> None:
        """Go through the periods in the order of section 6; after maturity nothing moves."""
        for period in range(self.maturity + 1):
            if period > 0:
                self._accrue(period)
            if period == self.outlay.known:
                self._give_back_unspent(period)
            self._draw(period)
            if period in self.dates:
                self._pay(period)
            if period == self.maturity:
                self.written_off = {loan.name: loan.write_off() for loan in self.loans}
            for loan in self.loans:
                self.tranches["outstanding"][loan.name][period] = loan.principal
                self.tranches["interest_due"][loan.name][period] = loan.interest_due
        self._keep_account()

    def _accrue(self, period: int) -> None:
        start, end = date_of(self.deal, period - 1), date_of(self.deal, period)
        undrawn = largest_remainder(self.undrawn, [loan.share for loan in self.loans])
        for loan, part in zip(self.loans, undrawn, strict=True):
            loan.accrue(part, start, end)
            loan.capitalise(period)
        yearly = self.terms["caps"].get("annual_return", 0.0)
        self.return_balance *= (1 + yearly) ** ((end - start).days / 365)

    def _give_back_unspent(self, period: int) -> None:
        cancelled = min(self.outlay.unspent, self.undrawn)
        self.undrawn -= cancelled
        if self.terms["drawdown"]["kind"] == "schedule":
            self._cancel_last_draws(period, cancelled)
        back = self.outlay.unspent - cancelled
        to_tranches = min(back, sum(loan.principal for loan in self.loans))
        parts = largest_remainder(to_tranches, [loan.principal for loan in self.loans])
        for loan, part in zip(self.loans, parts, strict=True):
            self.tranches["returned"][loan.name][period] = loan.pay_principal(part)
        self.return_balance -= to_tranches
        self.unspent_to_payer[period] = back - to_tranches

    def _cancel_last_draws(self, period: int, amount: int) -> None:
        for month in sorted((month for month in self.planned_draws if month >= period), reverse=True):
            lost = min(amount, self.planned_draws[month])
            self.planned_draws[month] -= lost
            amount -= lost

    def _draw(self, period: int) -> None:
        amount = self.planned_draws.get(period, 0)
        self.undrawn -= amount
        self.return_balance += amount
        for loan, part in zip(self.loans, largest_remainder(amount, [loan.share for loan in self.loans]), strict=True):
            loan.draw(part)
            self.tranches["draws"][loan.name][period] = part

    def _pay(self, period: int) -> None:
        for fee in self.terms["fees"]:
            self.fees_due[fee["name"]] += cents(fee["amount"]) if period in fee["months"] else 0
        due = sum(loan.principal + loan.interest_due for loan in self.loans) + sum(self.fees_due.values())
        owed, left = [], due
        for line in self.lines:
            owed.append(self._owed(line, period, left))
            left = max(0, left - owed[-1]) if goes_through_waterfall(line.terms) else left
        paid = self._within_caps(period, owed)
        left = due
        for line, amount in zip(self.lines, paid, strict=True):
            self.payments[line.terms["name"]][period] = amount
            if isinstance(line, FixedLine):
                line.paid += amount
            else:
                line.book(amount, left, self.undrawn == 0)
            left = max(0, left - amount) if goes_through_waterfall(line.terms) else left
        through = (amount for line, amount in zip(self.lines, paid, strict=True) if goes_through_waterfall(line.terms))
        self._pour(period, sum(through))

    def _owed(self, line: SavingsLine | FixedLine, period: int, due: int) -> int:
        if isinstance(line, SavingsLine):
            return line.owed(self._released(line.terms, period), due, self.undrawn == 0)
        name = line.terms.get("when")
        is_met = name is None or self.met[name][self.dates.index(period)]
        return line.owed(period, is_met, name is not None and self._trigger(name)["releases"] == "backlog")

    def _trigger(self, name: str) -> dict[str, Any]:
        return next(trigger for trigger in self.terms["triggers"] if trigger["name"] == name)

    def _released(self, terms: dict[str, Any], period: int) -> int:
        """Return the validated savings, in cents, that count for a line on a payment date."""
        mine = [entry for entry in self.entries if in_cohort(self.deal, terms.get("cohort"), entry.start)]
        so_far = sum(entry.amount for entry in mine if entry.period <= period)
        if "when" not in terms:
            return so_far
        met = self.met[terms["when"]]
        if not met[self.dates.index(period)]:
            return 0
        if self._trigger(terms["when"])["releases"] == "backlog":
            return so_far
        windows = zip([-1, *self.dates], self.dates, met, strict=False)
        open_windows = [(since, until) for since, until, is_met in windows if is_met and until <= period]
        return sum(entry.amount for since, until in open_windows for entry in mine if since < entry.period <= until)

    def _within_caps(self, period: int, owed: list[int]) -> list[int]:
        """Cut what is owed to the caps on all lines: of the year, of the contract, of the investor's return."""
        caps = self.terms["caps"]
        if "per_year" in caps:
            owed = cut(owed, cents(caps["per_year"]) - self._paid_so_far(fiscal_year(self.deal, period)))
        if "total" in caps:
            owed = cut(owed, cents(caps["total"]) - self._paid_so_far())
        if "annual_return" in caps:
            through = [place for place, line in enumerate(self.lines) if goes_through_waterfall(line.terms)]
            within = cut([owed[place] for place in through], math.floor(round(max(0.0, self.return_balance), 6)))
            for place, amount in zip(through, within, strict=True):
                owed[place] = amount
        return owed

    def _paid_so_far(self, year: int | None = None) -> int:
        paid = ((period, amount) for row in self.payments.values() for period, amount in enumerate(row) if amount)
        return sum(amount for period, amount in paid if year is None or fiscal_year(self.deal, period) == year)

    def _pour(self, period: int, money: int) -> None:
        """Send money down the waterfall, step by step."""
        for step in self.terms["waterfall"]:
            kind, _, name = step.partition(":")
            if kind == "surplus":
                self.surplus[period] = money
            elif kind == "fees":
                money -= self._pay_fees(period, money)
            else:
                taken = self._pay_tranche(kind, next(loan for loan in self.loans if loan.name == name), money)
                book = {"interest": "interest_paid", "principal": "principal_paid", "success_fee": "success_fee"}[kind]
                self.tranches[book][name][period] = taken
                self.return_balance -= taken
                money -= taken

    def _pay_tranche(self, kind: str, loan: Loan, money: int) -> int:
        if kind == "interest":
            return loan.pay_interest(money)
        return loan.pay_principal(money) if kind == "principal" else money

    def _pay_fees(self, period: int, money: int) -> int:
        taken = 0
        for name, due in self.fees_due.items():
            part = min(due, money - taken)
            self.fees[name][period] = part
            self.fees_due[name] -= part
            taken += part
        return taken

    def _keep_account(self) -> None:
        """Balance the contract account after each period; it is never short and ends empty."""
        balance = 0
        for period in range(len(self.outlay.cost)):
            balance += self._net_inflow(period)
            self.account[period] = balance
        assert min(self.account) >= 0, "the contract account is short"
        assert balance == 0, "money is left in the contract account"

    def _net_inflow(self, period: int) -> int:
        through = (line.terms["name"] for line in self.lines if goes_through_waterfall(line.terms))
        money_in = sum(self.payments[name][period] for name in through)
        money_in += sum(row[period] for row in self.tranches["draws"].values())
        money_out = self.outlay.cost[period] + self.unspent_to_payer[period] + self.surplus[period]
        money_out += sum(row[period] for kind in TRANCHE_FLOWS[1:] for row in self.tranches[kind].values())
        return money_in - money_out - sum(row[period] for row in self.fees.values())


def goes_through_waterfall(terms: dict[str, Any]) -> bool:
    """Tell whether a payment line goes to the contract account; the others go straight to a party."""
    return bool(terms.get("to", "waterfall") == "waterfall")
