"""What the lines of a contract owe, and what cuts it, by hand (section 6 of ``docs/model.md``).

Part of the second account of that page; see ``reference_contract``. A line is asked on each payment date what it owes
within its own cap, and told afterwards what was paid; ``Moment`` is all that it may look at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

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
    payment_months,
    rounded,
    year_fraction,
)

Terms = dict[str, Any]
COUPONS = ("interest_table", "minimum_coupon")
ON_THE_DATE = ("fixed", "shortfall", *COUPONS)
CONTRACT = ""
"""The name of the contract's own waterfall among the pools."""


@dataclass
class Moment:
    """One payment date: what is known, what is owed to tranches and fees, and what was put into each waterfall."""

    deal: Deal
    facts: Facts
    met: dict[str, list[bool]]
    period: int
    loans: dict[str, Loan]
    lent: dict[str, int]
    repaid: dict[str, int]
    fees_due: int
    all_drawn: bool
    put_in: dict[str, int] = field(default_factory=dict)
    coupons: dict[str, int] = field(default_factory=dict)

    @property
    def dates(self) -> list[int]:
        """All payment dates."""
        return payment_months(self.deal)

    @property
    def place(self) -> int:
        """Which of the payment dates it is."""
        return self.dates.index(self.period)

    @property
    def year(self) -> int:
        """The fiscal year."""
        return fiscal_year(self.deal, self.period)

    def is_met(self, terms: Terms, place: int | None = None) -> bool:
        """Tell whether a line may pay on a payment date, this one unless said."""
        return "when" not in terms or self.met[terms["when"]][self.place if place is None else place]

    def keeps_backlog(self, terms: Terms) -> bool:
        """Tell whether what is owed while the trigger is not met waits for it."""
        triggers = self.deal["contract"]["triggers"]
        return "when" not in terms or any(t["name"] == terms["when"] and t["releases"] == "backlog" for t in triggers)

    def value(self, terms: Terms, place: int, cohort: str | None = None) -> Fraction | None:
        """Return a line's metric on one of the payment dates."""
        if "metric" not in terms:
            return None
        since = ([-1, *self.dates])[place] if terms.get("measure") == "per_period" else -1
        return self.facts.value(terms["metric"], cohort or terms.get("cohort"), since, self.dates[place])

    def due(self, waterfall: str) -> int:
        """Return what a waterfall could still pay on this date."""
        contract = self.deal["contract"]
        due = 0
        for step in contract["pools"][waterfall] if waterfall else contract["waterfall"]:
            kind, _, name = step.partition(":")
            if kind == "fees":
                due += self.fees_due
            if kind == "interest":
                due += self.loans[name].interest_due + self.coupons.get(name, 0)
            if kind == "principal":
                due += self.loans[name].principal
        vat = contract.get("vat")
        if vat and vat["included"]:
            due = math.ceil(due * (1 + exact(vat["rate"])))
        return max(0, due - self.put_in.get(waterfall, 0))

    def note(self, terms: Terms, amount: int) -> None:
        """Take note of what a line puts in on this date, for the lines after it."""
        waterfall = waterfall_of(terms)
        if waterfall is not None:
            self.put_in[waterfall] = self.put_in.get(waterfall, 0) + amount
        if terms["kind"] == "interest_table":
            self.coupons[terms["tranche"]] = self.coupons.get(terms["tranche"], 0) + amount


def waterfall_of(terms: Terms) -> str | None:
    """Return the waterfall that a line pays into; None where it pays a party directly."""
    return terms.get("pool", CONTRACT) if terms.get("to", "waterfall") == "waterfall" else None


def to_multiples(terms: Terms, amount: int) -> int:
    """Round to multiples, halves up, where the line says so."""
    if "round_to" not in terms:
        return amount
    unit = cents(terms["round_to"])
    return half_up(Fraction(amount, unit)) * unit


def indexed(terms: Terms, amount: int, period: int) -> int:
    """Let what is newly owed grow by whole years since closing, halves up."""
    if "indexed" not in terms:
        return amount
    return half_up(amount * (1 + exact(terms["indexed"])) ** (period // 12))


def half_up(amount: Fraction) -> int:
    """Round to the nearest whole number, halves up."""
    return math.floor(amount + Fraction(1, 2))


# What each kind makes of a value


def reached(terms: Terms, value: Fraction | None) -> Terms | None:
    """Return the highest row of a table whose bound is reached; a metric without a value reaches none."""
    if value is None:
        return None if "metric" in terms else terms["rows"][0]
    found = None
    for row in terms["rows"]:
        is_above = value >= exact(row["at_least"]) if "at_least" in row else value > exact(row.get("above", -NO_LIMIT))
        found = row if is_above else found
    return found


def step_amount(terms: Terms, value: Fraction) -> int:
    """Return the amount of the highest row."""
    row = reached(terms, value)
    return cents(row["pays"]) if row else 0


def interpolated_amount(terms: Terms, value: Fraction) -> int:
    """Return the amount on straight lines between points."""
    return half_up(on_lines([(exact(point["at"]), Fraction(cents(point["pays"]))) for point in terms["points"]], value))


def on_lines(points: list[tuple[Fraction, Fraction]], value: Fraction) -> Fraction:
    """Return what lies on straight lines between points, level beyond the ends."""
    if value <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return points[-1][1]


def point_amount(terms: Terms, value: Fraction) -> int:
    """Return the jump and the amount of every whole point."""
    start = exact(terms["from"])
    if value < start:
        return 0
    counted = min(value, exact(terms["up_to"])) if "up_to" in terms else value
    return cents(terms["jump"]) + cents(terms["amount"]) * math.floor((counted - start) / exact(terms["point"]))


def proportional_amount(terms: Terms, value: Fraction) -> int:
    """Return the amount in proportion to the target."""
    target, amount = exact(terms["target"]), cents(terms["amount"])
    if value < exact(terms["at_least"]) * target:
        return 0
    return min(rounded(amount * value / target), math.floor(exact(terms["at_most"]) * amount))


def shortfall_amount(terms: Terms, value: Fraction) -> int:
    """Return the compensation for what did not come."""
    missing = exact(terms["agreed"]) * (1 - exact(terms["tolerance"])) - value
    return rounded(cents(terms["amount"]) * max(Fraction(0), missing))


def card_amount(terms: Terms, moment: Moment, place: int) -> int:
    """Return what a rate card makes of all numbers to date."""
    return sum(price_amount(terms, price, moment, place) for price in terms["prices"])


def price_amount(terms: Terms, price: Terms, moment: Moment, place: int) -> int:
    """Return what one outcome makes."""

    def number(cohort: str | None) -> int:
        found = moment.value({"metric": price["outcome"]}, place, cohort)
        return int(found or 0)

    def after_discount(euros: float) -> int:
        return half_up(cents(euros) * (1 - exact(terms["discount"])))

    named, most, whole = terms.get("cohort"), price.get("most", NO_LIMIT), number(terms.get("cohort"))
    if "by_cohort" in price:
        cohorts = [named] if named else moment.facts.cohorts
        numbers = {cohort: number(cohort) for cohort in cohorts}
        amount = sum(
            min(count, most) * after_discount(price["by_cohort"].get(cohort, price["price"]))
            for cohort, count in numbers.items()
        )
        amount += (whole - sum(numbers.values())) * after_discount(price["price"])
    elif "tiers" in price:
        amount = 0
        for unit in range(min(whole, most)):
            amount += after_discount([tier["price"] for tier in price["tiers"] if tier["after"] <= unit][-1])
    else:
        amount = min(whole, most) * after_discount(price["price"])
    return min(amount, cents(price["cap"])) if "cap" in price else amount


BY_VALUE = {
    "step_table": step_amount,
    "two_way": lambda terms, value: (interpolated_amount if terms.get("points") else step_amount)(terms, value),
    "interpolated_table": interpolated_amount,
    "per_point": point_amount,
    "proportional": proportional_amount,
    "shortfall": shortfall_amount,
}


# Lines


class Line:
    """What all lines have in common: what was paid, by fiscal year, and the line's own caps."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.paid_in: dict[int, int] = {}
        self.settled = 0

    @property
    def paid(self) -> int:
        """All that was ever paid."""
        return sum(self.paid_in.values())

    def room(self, year: int) -> int:
        """Return what the line's own caps leave."""
        room = cents(self.terms["cap"]) - self.paid if "cap" in self.terms else NO_LIMIT
        if "cap_per_year" in self.terms:
            room = min(room, cents(self.terms["cap_per_year"]) - self.paid_in.get(year, 0))
        return room

    def is_date(self, period: int) -> bool:
        """Tell whether it is one of the line's dates."""
        return period in self.terms["months"] if "months" in self.terms else True

    def owed(self, moment: Moment) -> int:
        """Return what the line owes, within its own caps; below zero where its receiver owes."""
        raise NotImplementedError

    def book(self, amount: int, moment: Moment) -> None:
        """Take note of what was paid after all caps."""
        self.paid_in[moment.year] = self.paid_in.get(moment.year, 0) + amount
        self.settled += amount


class SavingsLine(Line):
    """A share of released savings until redemption, another share of the rest after it."""

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self.before = 0
        self.after = 0
        self.redeemed = False

    def released(self, moment: Moment, until: int) -> Fraction:
        """Return the savings, in cents, that have been released up to a payment date."""
        total, waiting = Fraction(0), Fraction(0)
        for place in range(until + 1):
            gained = moment.value(self.terms | {"measure": "per_period"}, place) or Fraction(0)
            waiting += gained * 100
            if moment.is_met(self.terms, place):
                total += waiting
                waiting = Fraction(0)
            elif not moment.keeps_backlog(self.terms):
                waiting = Fraction(0)
        return total

    def parts(self, moment: Moment) -> tuple[Fraction, Fraction]:
        """Return what was released before the share changed, and since."""
        everything = self.released(moment, moment.place)
        since = None
        if "change" in self.terms:
            since = first_date(moment.deal, moment.met[self.terms["change"]["when"]])
        if since is None or since > moment.period:
            return everything, Fraction(0)
        before = self.released(moment, moment.dates.index(since) - 1)
        return before, everything - before

    @property
    def shares(self) -> tuple[Fraction, Fraction]:
        """The share before and after the change."""
        return exact(self.terms["share"]), exact(self.terms.get("change", self.terms)["share"])

    def entitlement_after(self, parts: tuple[Fraction, Fraction], paid_before: int) -> int:
        """Return what the second share still gives, once what redemption took has used up its savings."""
        (first, second), (share, changed) = parts, self.shares
        if paid_before <= share * first or changed == 0:
            used = Fraction(math.ceil(paid_before / share))
        else:
            used = first + math.ceil((paid_before - share * first) / changed)
        left = first + second - used
        return max(0, math.floor(exact(self.terms["share_after_redemption"]) * left) - self.after)

    def owed(self, moment: Moment) -> int:
        """Return what the line owes on a payment date, within its own caps, before the others."""
        if not moment.is_met(self.terms) or not self.is_date(moment.period):
            return 0
        parts, room = self.parts(moment), self.room(moment.year)
        if self.redeemed:
            return min(room, self.entitlement_after(parts, self.before))
        share, changed = self.shares
        entitlement = max(0, math.floor(share * parts[0] + changed * parts[1]) - self.before)
        due = self.due(moment)
        amount = min(entitlement, due, room)
        if amount < due or not moment.all_drawn:
            return amount
        return min(room, amount + self.entitlement_after(parts, self.before + amount))

    def due(self, moment: Moment) -> int:
        """Return what is left to settle in the line's waterfall."""
        waterfall = waterfall_of(self.terms)
        return 0 if waterfall is None else moment.due(waterfall)

    def book(self, amount: int, moment: Moment) -> None:
        """Take note of what was paid after all caps, and of redemption."""
        super().book(amount, moment)
        if self.redeemed:
            self.after += amount
            return
        due = self.due(moment)
        to_balance = min(amount, due)
        self.before += to_balance
        self.after += amount - to_balance
        paying = moment.is_met(self.terms) and self.is_date(moment.period)
        self.redeemed = paying and moment.all_drawn and to_balance == due


class ToDateLine(Line):
    """What a cumulative metric makes is owed to date; what a cap cut is owed on."""

    def makes(self, moment: Moment, place: int) -> int:
        """Return what the value on one of the payment dates makes."""
        if self.terms["kind"] == "rate_card":
            return card_amount(self.terms, moment, place)
        value = moment.value(self.terms, place)
        return 0 if value is None else BY_VALUE[self.terms["kind"]](self.terms, value)

    def to_date(self, moment: Moment) -> int:
        """Return M: what all changes make, or those on dates on which the trigger was met; only own dates are seen."""
        total, before = 0, 0
        for place in range(moment.place + 1):
            if not self.is_date(moment.dates[place]):
                continue
            made = self.makes(moment, place)
            if moment.keeps_backlog(self.terms) or moment.is_met(self.terms, place):
                total += indexed(self.terms, made - before, moment.dates[place])
            before = made
        return to_multiples(self.terms, total)

    def owed(self, moment: Moment) -> int:
        """Return what was not paid so far of what is owed to date."""
        if not moment.is_met(self.terms) or not self.is_date(moment.period):
            return 0
        owed = min(self.to_date(moment) - self.settled, self.room(moment.year))
        return owed if self.terms["kind"] == "two_way" else max(0, owed)


class OnDateLine(Line):
    """What is owed on the date alone; under a trigger with backlog it waits, otherwise it lapses while unmet."""

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self.waiting = 0

    def makes(self, moment: Moment) -> int:
        """Return what the date makes."""
        kind, place = self.terms["kind"], moment.place
        if kind == "fixed":
            return cents(self.terms["amount"])
        if kind == "interest_table":
            return self._coupon(moment, self._rate(moment))
        if kind == "minimum_coupon":
            return self._minimum(moment)
        value = moment.value(self.terms, place)
        return 0 if value is None else BY_VALUE[kind](self.terms, value)

    def _rate(self, moment: Moment) -> Fraction:
        rate, floor = self._rate_by_metric(moment), self.terms.get("floor")
        return max(rate, exact(floor["rate"])) if floor and moment.period <= floor["until"] else rate

    def _rate_by_metric(self, moment: Moment) -> Fraction:
        value = moment.value(self.terms, moment.place)
        if self.terms.get("points"):
            points = [(exact(point["at"]), exact(point["rate"])) for point in self.terms["points"]]
            return Fraction(0) if value is None else Fraction(half_up(on_lines(points, value) * 10**8), 10**8)
        row = reached(self.terms, value)
        return exact(row["rate"]) if row else Fraction(0)

    def _coupon(self, moment: Moment, rate: Fraction) -> int:
        before = [month for month in moment.dates if month < moment.period and self.is_date(month)]
        start, end = date_of(moment.deal, before[-1] if before else 0), date_of(moment.deal, moment.period)
        fraction = year_fraction(self.terms["day_count"], start, end)
        return rounded(moment.loans[self.terms["tranche"]].principal * rate * fraction)

    def _minimum(self, moment: Moment) -> int:
        if moment.period > self.terms["until"]:
            return 0
        name = self.terms["tranche"]
        due = moment.loans[name].interest_due + moment.coupons.get(name, 0)
        least = min(self._coupon(moment, exact(self.terms["rate"])), due)
        waterfall = waterfall_of(self.terms)
        return max(0, least - (moment.put_in.get(waterfall, 0) if waterfall is not None else 0))

    def owed(self, moment: Moment) -> int:
        """Return what the line owes on a payment date, within its own caps."""
        if self.is_date(moment.period):
            self.waiting += to_multiples(self.terms, indexed(self.terms, self.makes(moment), moment.period))
        is_met = moment.is_met(self.terms)
        amount = self.waiting if is_met else 0
        if is_met or not moment.keeps_backlog(self.terms) or self.terms["kind"] in COUPONS:
            self.waiting = 0
        return min(amount, self.room(moment.year))


class RedemptionLine(Line):
    """What brings the principal repaid of a tranche up to a share of what was lent."""

    def owed(self, moment: Moment) -> int:
        """Return what is missing, within the line's own caps."""
        months = self.terms.get("months", moment.dates[-1:])
        if moment.period not in months or not moment.is_met(self.terms):
            return 0
        row, name = reached(self.terms, moment.value(self.terms, moment.place)), self.terms["tranche"]
        if row is None:
            return 0
        missing = to_multiples(self.terms, rounded(moment.lent[name] * exact(row["share"])) - moment.repaid[name])
        return min(max(0, missing), moment.loans[name].principal, self.room(moment.year))


def line_of(terms: Terms) -> Line:
    """Return a line of the contract, ready for the first payment date."""
    kind = terms["kind"]
    if kind == "savings_share":
        return SavingsLine(terms)
    if kind == "redemption_table":
        return RedemptionLine(terms)
    if kind in ON_THE_DATE or terms.get("measure") == "per_period":
        return OnDateLine(terms)
    return ToDateLine(terms)


# Caps


def earns_on(terms: Terms) -> str | None:
    """Return the metric, or the one outcome, that a line pays for."""
    prices = terms.get("prices", ())
    return prices[0]["outcome"] if len(prices) == 1 else terms.get("metric")


def cut(amounts: list[int], limit: int) -> list[int]:
    """Cut amounts to a limit on their sum, pro rata."""
    return amounts if sum(amounts) <= limit else largest_remainder(max(0, limit), amounts)
