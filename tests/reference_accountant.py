"""The accountant at work, by hand: dates, samples and fees (sections 4 and 5 of ``docs/model.md``).

Part of the second account of that page; see ``reference_contract``. It starts from claims that ``reference_claims`` has
counted and reviewed as if every file were opened; a sample then closes the files that nobody reads. Limits come from
``scipy.stats`` and, for the hypergeometric one, from whole numbers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from reference_claims import SAMPLED, Claim
from reference_contract import (
    Deal,
    Entry,
    cents,
    even_split,
    exact,
    in_cohort,
    largest_remainder,
    payment_months,
    rounded,
)
from scipy import stats

States = dict[str, Any]
EXPANSIONS = {0.99: 1.9, 0.95: 1.6, 0.9: 1.5, 0.85: 1.4, 0.8: 1.3, 0.75: 1.25, 0.7: 1.2, 0.63: 1.15, 0.5: 1.0}
HUNDRED_MILLION = 10**8
TOO_LATE = 10**9
LAST_INCREMENT = 400


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


def ready_periods(deal: Deal, claim: Claim, states: States) -> list[int]:
    """Return the periods in which a case's claims are ready: claimed, and the delay over."""
    by_date = states.get("delay_by_date")
    return [period + (by_date[period] if by_date else claim.case["delay"]) for period in claim_periods(deal, claim)]


def dispute_months(deal: Deal) -> int:
    """Return how long a dispute takes, where there can be one."""
    terms = deal["accountant"]["disputes"]
    return int(terms["months"]) if terms["appeal"] or terms["challenge"] else 0


def longest_wait(deal: Deal) -> int:
    """Return the months from claim to fee at the most; 0 where no claim and no dispute costs anything."""
    delay, fee, disputes = (deal["accountant"][name] for name in ("delay", "fee", "disputes"))
    if not (fee["per_case"] or fee["per_extra_review"] or disputes["cost"]):
        return 0
    return int(delay["months"] if delay["kind"] == "fixed" else delay["high"]) + dispute_months(deal)


def handle(deal: Deal, claims: Sequence[Claim], states: States) -> list[Entry]:
    """Date all claims, and close the files that a sample leaves closed; return what is held back of those."""
    for claim in claims:
        claim.expected = ready_periods(deal, claim, states)
        wait = dispute_months(deal) if claim.is_disputed else 0
        claim.periods = [period + wait for period in claim.expected]
    if deal["accountant"]["mode"] not in SAMPLED:
        return []
    return [entry for files in populations(deal, claims) for entry in files.settle(states["sample_starts"])]


def entries(claims: Sequence[Claim], dates: str, amount: str) -> list[Entry]:
    """Date the ``amount`` ("validated" or "admissible") of each claim; monthly claims are dated on group totals."""
    result, groups = [], defaultdict(list)
    for claim in claims:
        periods, value = getattr(claim, dates), getattr(claim, amount)
        start, name = claim.case["start"], claim.segment["name"]
        groups[name, start, claim.months, tuple(periods), tuple(claim.expected)].append(value)
        if value > 0:
            result.append(Entry(periods[0], start, name, 0, 1))
    for (name, start, _, when, _), values in groups.items():
        parts = even_split(sum(values), len(when)) if when else []
        result += [Entry(period, start, name, part, 0) for period, part in zip(when, parts, strict=True)]
    return result


# Section 5: fees


class Fees(NamedTuple):
    """What the accountant gets on top of the budget: by period, in all and from each party."""

    in_all: list[int]
    by_payer: dict[str, list[int]]


def fees(deal: Deal, claims: Sequence[Claim], n_periods: int) -> Fees:
    """Charge for closing, for files and for disputes, when each claim is (first) validated."""
    fee, disputes = deal["accountant"]["fee"], deal["accountant"]["disputes"]
    by_payer: dict[str, list[int]] = defaultdict(lambda: [0] * n_periods)
    by_payer[fee["payer"]][0] = cents(fee["fixed"])
    for claim in claims:
        if claim.is_opened:
            period = min(claim.periods[0], n_periods - 1)
            n_extra = int(claim.is_disputed) + int(claim.is_extra)
            by_payer[fee["payer"]][period] += cents(fee["per_case"]) + n_extra * cents(fee["per_extra_review"])
            if claim.is_disputed:
                by_payer[bearer(disputes, claim)][period] += cents(disputes["cost"])
    in_all = [sum(parts) for parts in zip(*by_payer.values(), strict=True)]
    return Fees(in_all, dict(by_payer))


def bearer(disputes: dict[str, Any], claim: Claim) -> str:
    """Return who pays the cost of a dispute: who brought it, or who lost it."""
    is_won = claim.state.startswith("overturned")
    if disputes["cost_payer"] == "bringer" or not is_won:
        return "provider" if claim.is_appealed else "outcome_payer"
    return "outcome_payer" if claim.is_appealed else "provider"


# Section 5: samples


def settlements(deal: Deal) -> list[int]:
    """Return the months in which a population is settled."""
    dates = payment_months(deal)
    every = deal["accountant"]["sample"].get("every")
    return [*range(every, dates[-1], every), dates[-1]] if every else dates


def settled(deal: Deal, number: int) -> int:
    """Return the month of a settlement; what comes after the last one is never settled in time."""
    dates = settlements(deal)
    return dates[number] if number < len(dates) else TOO_LATE


def populations(deal: Deal, claims: Sequence[Claim]) -> list[Population]:
    """Divide the cases over the settlements, in file order."""
    dates, names = settlements(deal), [segment["name"] for segment in deal["programme"]["segments"]]
    groups: dict[int, list[Claim]] = defaultdict(list)
    for claim in sorted(claims, key=lambda each: (names.index(each.segment["name"]), each.case["id"])):
        groups[sum(month < claim.expected[0] for month in dates)].append(claim)
    kind = {"attributes": Attributes, "monetary_unit": MonetaryUnit}[deal["accountant"]["mode"]]
    return [kind(deal, number, group) for number, group in sorted(groups.items())]


def book_value(files: Iterable[Claim]) -> int:
    """Return B of some files."""
    return sum(claim.counted for claim in files)


def errors(files: Iterable[Claim]) -> int:
    """Return by how much opened files differ from their book value."""
    return sum(claim.counted - claim.validated for claim in files)


class Population:
    """All that one settlement settles. Only files with a book value can be drawn; what they say depends on the mode."""

    def __init__(self, deal: Deal, number: int, group: list[Claim]) -> None:
        self.deal, self.number, self.group = deal, number, group
        self.files = [claim for claim in group if claim.counted > 0]
        self.terms: dict[str, Any] = deal["accountant"]["sample"]
        self.confidence: float = self.terms["confidence"]

    def settle(self, starts: Sequence[float]) -> list[Entry]:
        """Open files, date them all, and hold back what the sample says of the closed ones."""
        opened = self.chosen(starts) if self.files else set()
        is_refused = bool(self.files) and self.terms["pay_on"] == "accept" and not self.is_tolerable(opened)
        for claim in self.group:
            claim.is_opened = False
        for place, claim in enumerate(self.files):
            claim.is_extra = is_refused and place not in opened
            claim.is_opened = place in opened or is_refused
        closed = [claim for claim in self.files if not claim.is_opened]
        held = (0, 0) if self.terms["pay_on"] == "accept" or not closed else self.held_back(opened)
        is_held_up = any(claim.is_disputed for claim in self.files)
        date = settled(self.deal, self.number)
        for claim in self.group:
            claim.expected, claim.periods = [date], [date + is_held_up * dispute_months(self.deal)]
            if claim.claimed and not claim.is_opened:
                claim.leave_closed()
        return self.deductions(closed, *held)

    def deductions(self, closed: list[Claim], amount: int, cases: int) -> list[Entry]:
        """Divide what is held back over segments and cohorts, in proportion to what is closed."""
        cohorts = [cohort["name"] for cohort in self.deal["contract"]["cohorts"]]
        segments = [segment["name"] for segment in self.deal["programme"]["segments"]]
        cells: dict[tuple[int, int], list[Claim]] = defaultdict(list)
        for claim in closed:
            who = Entry(0, claim.case["start"], claim.segment["name"], 0, 0)
            cohort = next((n for n, name in enumerate(cohorts) if in_cohort(self.deal, name, who)), len(cohorts))
            cells[segments.index(who.segment), cohort].append(claim)
        parts = sorted(cells.items())
        amounts = largest_remainder(min(max(0, amount), book_value(closed)), [book_value(files) for _, files in parts])
        numbers = largest_remainder(min(max(0, cases), len(closed)), [len(files) for _, files in parts])
        return [
            Entry(files[0].periods[0], files[0].case["start"], files[0].segment["name"], -taken, -number)
            for (_, files), taken, number in zip(parts, amounts, numbers, strict=True)
        ]

    def chosen(self, starts: Sequence[float]) -> set[int]:
        """Return the places of the files that are opened at first."""
        raise NotImplementedError

    def is_tolerable(self, opened: set[int]) -> bool:
        """Tell whether the upper limit is low enough to accept the rest unread."""
        raise NotImplementedError

    def held_back(self, opened: set[int]) -> tuple[int, int]:
        """Return the cents and the cases that closed files lose."""
        raise NotImplementedError


class Attributes(Population):
    """So many files, and the share of them that is not what the book says."""

    def chosen(self, starts: Sequence[float]) -> set[int]:
        """Open the files with the lowest lots."""
        del starts
        by_lot = sorted(range(len(self.files)), key=lambda place: self.files[place].case["lot"])
        return set(by_lot[: self.size()])

    def size(self) -> int:
        """Return how many files are opened."""
        n_files = len(self.files)
        if "size" in self.terms:
            return min(n_files, int(self.terms["size"]))
        if "share" in self.terms:
            return math.ceil(exact(self.terms["share"]) * n_files)
        for size in range(1, n_files):
            limit = self.limit(size, math.ceil(size * exact(self.terms["expected"])))
            tolerable = exact(self.terms["tolerable"])
            wrong = math.ceil(tolerable * n_files)
            if round(limit * n_files) < wrong if self.terms["model"] == "hypergeometric" else limit <= tolerable:
                return size
        return n_files

    def limit(self, size: int, deviations: int) -> Fraction:
        """Return the upper limit of the share of deviations."""
        if size == len(self.files):
            return to_hundred_millionths(Fraction(deviations, size))
        limits = {"poisson": poisson_limit, "binomial": binomial_limit, "hypergeometric": self.hypergeometric_limit}
        return to_hundred_millionths(Fraction(limits[self.terms["model"]](size, deviations, self.confidence)))

    def hypergeometric_limit(self, size: int, deviations: int, confidence: float) -> Fraction:
        """Return the largest share of deviations that so few in the sample do not rule out."""
        n_files = len(self.files)

        def is_possible(wrong: int) -> bool:
            found = range(min(deviations, wrong) + 1)
            ways = sum(math.comb(wrong, some) * math.comb(n_files - wrong, size - some) for some in found)
            return Fraction(ways, math.comb(n_files, size)) > 1 - exact(confidence)

        return Fraction(max(filter(is_possible, range(n_files - size + deviations + 1))), n_files)

    def found(self, opened: set[int]) -> tuple[int, int]:
        """Return how many files were opened and how many of them differ from their book value."""
        return len(opened), sum(errors([self.files[place]]) != 0 for place in opened)

    def is_tolerable(self, opened: set[int]) -> bool:
        """Compare the upper limit with what is tolerable."""
        return self.limit(*self.found(opened)) <= exact(self.terms["tolerable"])

    def held_back(self, opened: set[int]) -> tuple[int, int]:
        """Take the rate, or its upper limit, of the book value and of the number of closed files."""
        size, deviations = self.found(opened)
        point = to_hundred_millionths(Fraction(deviations, size))
        rate = point if self.terms["pay_on"] == "point" else self.limit(size, deviations)
        closed = [claim for place, claim in enumerate(self.files) if place not in opened]
        return rounded(rate * book_value(closed)), rounded(rate * len(closed))


class MonetaryUnit(Population):
    """Every so many cents, and the taint of the file that holds it."""

    def __init__(self, deal: Deal, number: int, group: list[Claim]) -> None:
        super().__init__(deal, number, group)
        self.interval = max(1, self.planned_interval())
        self.top = {place for place, claim in enumerate(self.files) if claim.counted >= self.interval}

    def planned_interval(self) -> int:
        """Return the cents from one unit to the next."""
        if "interval" in self.terms:
            return cents(self.terms["interval"])
        if "size" in self.terms:
            return book_value(self.files) // int(self.terms["size"])
        if "share" in self.terms:
            return book_value(self.files) // max(1, math.ceil(exact(self.terms["share"]) * len(self.files)))
        listed = min(confidence for confidence in EXPANSIONS if confidence >= min(self.confidence, 0.99))
        room = exact(self.terms["tolerable"]) - exact(EXPANSIONS[listed]) * exact(self.terms["expected"])
        return math.floor(float(book_value(self.files) * room) / self.factor(0))

    def factor(self, errors_found: int) -> float:
        """Return the Poisson factor of so many errors at the sample's confidence."""
        return float(stats.gamma.ppf(self.confidence, errors_found + 1))

    def chosen(self, starts: Sequence[float]) -> set[int]:
        """Open the top, and each other file that holds a cent that is hit."""
        next_hit, counted, hits = math.ceil(starts[self.number] * self.interval), 0, set()
        for place, claim in enumerate(self.files):
            if place in self.top:
                continue
            counted += claim.counted
            if next_hit <= counted:
                hits.add(place)
                next_hit += self.interval
        return self.top | hits

    def hits(self, opened: set[int]) -> list[Claim]:
        """Return the opened files below the top."""
        return [self.files[place] for place in sorted(opened - self.top)]

    def most_likely(self, opened: set[int]) -> int:
        """Return PM, the error that the sample projects."""
        projected = [Fraction(self.interval * errors([claim]), claim.counted) for claim in self.hits(opened)]
        return errors(self.files[place] for place in self.top) + sum(map(rounded, projected))

    def limit(self, opened: set[int]) -> int:
        """Return UML, the upper limit of the error."""
        below = [claim for place, claim in enumerate(self.files) if place not in self.top]
        taints = sorted((errors([claim]) / claim.counted for claim in self.hits(opened)), reverse=True)
        positive = [taint for taint in taints if taint > 0]
        places = [min(n, LAST_INCREMENT) for n in range(1, len(positive) + 1)]
        steps = [self.factor(place) - self.factor(place - 1) - 1 for place in places]
        widened = rounded(self.interval * sum(taint * step for taint, step in zip(positive, steps, strict=True)))
        basic = rounded(self.interval * self.factor(0)) if below else 0
        at_most = errors(self.files[place] for place in self.top) + book_value(below)
        return min(self.most_likely(opened) + basic + widened, at_most)

    def is_tolerable(self, opened: set[int]) -> bool:
        """Compare the upper limit with what is tolerable of the book value."""
        return self.limit(opened) <= rounded(book_value(self.files) * exact(self.terms["tolerable"]))

    def held_back(self, opened: set[int]) -> tuple[int, int]:
        """Take the projection or its limit, less what opened files have lost already; no cases are held back."""
        said = self.most_likely(opened) if self.terms["pay_on"] == "point" else self.limit(opened)
        return said - errors(self.files[place] for place in opened), 0


def to_hundred_millionths(rate: Fraction) -> Fraction:
    """Round a rate to eight decimals."""
    return Fraction(rounded(rate * HUNDRED_MILLION), HUNDRED_MILLION)


def poisson_limit(size: int, deviations: int, confidence: float) -> float:
    """Return the upper limit of a rate of which so many were counted."""
    return float(stats.gamma.ppf(confidence, deviations + 1)) / size


def binomial_limit(size: int, deviations: int, confidence: float) -> float:
    """Return the upper limit of Clopper and Pearson."""
    return 1.0 if deviations == size else float(stats.beta.ppf(confidence, deviations + 1, size - deviations))
