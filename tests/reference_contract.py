"""What a contract is made of, by hand: money, time, metrics, triggers, loans.

Together with ``reference_terms`` (payments, caps, guarantees), ``reference_trial`` (one trial of the contract) and
``reference_model`` (one trial of the deal) this is the second account of ``docs/model.md``, kept to find mistakes in
the first. It is slow on purpose: one trial, plain Python, whole cents, ``Fraction`` wherever a share or a rate comes
in; floats only in continuous compounding and in the cap on the investor's return, where the model has them. It must
never import anything from ``sib``. Section numbers are those of ``docs/model.md``; ``deal`` is always the canonical
scenario.
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


# Section 6: metrics


class Entry(NamedTuple):
    """What the accountant settles in one period: an amount in cents and the cases that count with it."""

    period: int
    start: int
    segment: str
    amount: int
    cases: int


class Person(NamedTuple):
    """Somebody who is enrolled, or a whole cohort that is."""

    segment: str
    start: int


class Measurement(NamedTuple):
    """What is measured of a cohort, or reached in it, in one month, in the unit of the metric."""

    metric: str
    cohort: str
    month: int
    value: Fraction


def in_cohort(deal: Deal, name: str | None, who: Entry | Person) -> bool:
    """Tell whether a case is in the named cohort; without a name, every case is."""
    if name is None:
        return True
    cohort = next(cohort for cohort in deal["contract"]["cohorts"] if cohort["name"] == name)
    return bool(cohort["from"] <= who.start <= cohort["to"] and cohort.get("segment", who.segment) == who.segment)


class CaseFacts:
    """What the contract may know of a programme of cases."""

    def __init__(self, deal: Deal, entries: Iterable[Entry], enrolled: Iterable[Person]) -> None:
        self.deal, self.entries, self.enrolled = deal, list(entries), list(enrolled)
        self.cohorts = [cohort["name"] for cohort in deal["contract"]["cohorts"]]

    def value(self, metric: str, cohort: str | None, since: int, until: int) -> Fraction | None:
        """Measure in the metric's own unit what came after one month up to another; a share of nobody is no number."""
        people = [person for person in self.enrolled if in_cohort(self.deal, cohort, person)]
        if metric == "enrolled":
            return Fraction(sum(since < person.start <= until for person in people))
        mine = [entry for entry in self.entries if since < entry.period <= until]
        counted = [entry for entry in mine if in_cohort(self.deal, cohort, entry)]
        if metric == "validated_savings":
            return Fraction(sum(entry.amount for entry in counted), 100)
        cases = Fraction(sum(entry.cases for entry in counted))
        if metric == "validated_cases":
            return cases
        return cases / len(people) if people else None


class GroupFacts:
    """What the contract may know of a programme that is measured as a group.

    ``sizes`` are the weights of the cohorts, ``added`` the metrics that add up; of the others the latest value stands.
    """

    def __init__(self, measured: Iterable[Measurement], sizes: dict[str, int], added: Iterable[str]) -> None:
        self.measured, self.sizes, self.added = list(measured), sizes, set(added)
        self.cohorts = list(sizes)

    def value(self, metric: str, cohort: str | None, since: int, until: int) -> Fraction | None:
        """Measure what came after one month up to another.

        All cohorts together have a mean once each has a value; in a part of the time, where one of them was measured.
        """
        mine = sorted((each for each in self.measured if each.metric == metric), key=lambda each: each.month)
        now = [each for each in mine if since < each.month <= until and cohort in (None, each.cohort)]
        if metric in self.added:
            return sum((each.value for each in now), Fraction(0))
        if cohort is not None or not now:
            return now[-1].value if now else None
        standing = {each.cohort: each.value for each in mine if each.month <= until}
        if len(standing) < len(self.sizes):
            return None
        weighted = sum((standing[name] * size for name, size in self.sizes.items()), Fraction(0))
        return weighted / sum(self.sizes.values())


Facts = CaseFacts | GroupFacts


# Section 6: triggers


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


def condition(trigger: dict[str, Any], facts: Facts, since: int, until: int, others: dict[str, bool]) -> bool:
    """Tell whether what a trigger asks for is the case; ``others`` are the triggers before it."""
    if "all" in trigger:
        return all(others[name] for name in trigger["all"])
    if "any" in trigger:
        return any(others[name] for name in trigger["any"])
    if "not" in trigger:
        return not others[trigger["not"]]
    since = -1 if trigger["measure"] == "cumulative" else since
    if holds(trigger, facts.value(trigger["metric"], trigger.get("cohort"), since, until)):
        return True
    if "pool" not in trigger:
        return False
    form = next(form for form in ("between", "at_least", "above", "at_most", "below") if form in trigger)
    return holds({form: trigger["pool"]}, facts.value(trigger["metric"], None, since, until))


def met_on_dates(deal: Deal, facts: Facts) -> dict[str, list[bool]]:
    """Tell for each trigger and payment date whether it is met; a latched one stays met."""
    dates = payment_months(deal)
    met: dict[str, list[bool]] = {trigger["name"]: [] for trigger in deal["contract"]["triggers"]}
    for place, (previous, now) in enumerate(zip([-1, *dates], dates, strict=False)):
        for trigger in deal["contract"]["triggers"]:
            others = {name: found[place] for name, found in met.items() if len(found) > place}
            window, so_far = trigger.get("window", {"from": 0, "to": NO_LIMIT}), met[trigger["name"]]
            is_open = window["from"] <= now <= window["to"]
            now_met = is_open and condition(trigger, facts, previous, now, others)
            so_far.append(now_met or (trigger["latched"] and any(so_far)))
    return met


def met_with_late(deal: Deal, facts: Facts, met: dict[str, list[bool]]) -> dict[str, bool]:
    """Tell which triggers hold on the last payment date once what came too late is added."""
    earlier, last = [-1, *payment_months(deal)][-2:]
    found: dict[str, bool] = {}
    for trigger in deal["contract"]["triggers"]:
        window = trigger.get("window", {"from": 0, "to": NO_LIMIT})
        is_open = window["from"] <= last <= window["to"]
        kept = trigger["latched"] and met[trigger["name"]][-1]
        found[trigger["name"]] = kept or (is_open and condition(trigger, facts, earlier, NO_LIMIT, found))
    return found


def first_date(deal: Deal, met: Sequence[bool]) -> int | None:
    """Return the first payment date on which a trigger is met, as months after closing."""
    return next((month for month, is_met in zip(payment_months(deal), met, strict=True) if is_met), None)


# Section 6: interest


def share_of(deal: Deal, tranche: dict[str, Any]) -> Fraction:
    """Return the part of every draw that a tranche bears."""
    if "amount" in tranche:
        return exact(tranche["amount"]) / exact(deal["contract"]["commitment"])
    return exact(tranche["share"])


class Loan:
    """A tranche: principal, capitalised interest (cents) and interest accrued since (exact)."""

    def __init__(self, deal: Deal, tranche: dict[str, Any]) -> None:
        self.name: str = tranche["name"]
        self.share = share_of(deal, tranche)
        self.holder: str = tranche.get("holder", "investor")
        self.is_grant: bool = tranche.get("grant", False)
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
        if self.terms["basis"] == "over_term" or self.is_grant:
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
        """Lend more; interest over the term is due at once. A grant is never owed."""
        if self.is_grant:
            return
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
