"""Totals over all cases: successes, plans, what is claimed, admissible, validated and truly saved.

In comes a deal of cases, out come ``Law`` papers. Which cases are meant is said by the month in which they start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sib.accountant.counting import cell_shares, counted_cells
from sib.arrays import Floats
from sib.deal.programme import Independent, Segment
from sib.deal.scenario import Scenario
from sib.exact.cases import case_amounts, validated_between
from sib.exact.compound import Amounts, Part, compound
from sib.exact.law import Law, known, leaning, of_counts
from sib.exact.reasons import refuse_where
from sib.exact.sharing import came, of_segments, shared
from sib.exact.successes import binomial
from sib.programme.grid import Grid, grid
from sib.programme.intake import start_months

NOTHING = Amounts(np.zeros(1), np.ones(1))

IN_CENTS = ("claimed", "admissible", "validated", "true")
"""Totals of amounts; the others are counts."""

Which = Callable[[Segment, int], bool]
"""Whether cases of a segment and a start month are meant."""


def everybody(segment: Segment, start: int) -> bool:
    """Return True: all cases are meant."""
    return True


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of a deal of cases.

    Parameters
    ----------
    deal : Scenario
    known : dict
        Laws that were worked out before.
    """

    deal: Scenario
    known: dict[tuple[str, tuple[int, ...], tuple[float, ...]], Law] = field(default_factory=dict)

    def refuse_odd_terms(self, what: str) -> None:
        """Refuse what makes cases unlike each other, or amounts lean on what decides the successes."""
        deal = self.deal
        refuse_where(not deal.programme.has_effect, "no_effect")
        refuse_where(deal.contract.stop_intake is not None or bool(deal.contract.early_ends), "stops")
        refuse_where(deal.dependence.savings != 0 and self._leans_oddly(what), "leaning_savings")
        for segment in deal.segments:
            refuse_where(what != "success" and segment.learning is not None, "learning", segment=segment.name)
        reviewed = what in ("validated", "validated_cases")
        refuse_where(reviewed and deal.accountant.is_sampled, "sample")
        refuse_where(what == "files_opened" and deal.accountant.is_sampled, "sample")
        refuse_where(reviewed and deal.accountant.is_reviewed and deal.dependence.review > 0, "strictness")

    def _leans_oddly(self, what: str) -> bool:
        """Return whether a common factor of savings does more than multiply a total by itself."""
        deal, counting = self.deal, self.deal.accountant.counting
        is_counted = what.startswith(("admissible", "validated"))
        if is_counted and counting.own_cost == "in":
            return True
        tied = len(deal.segments) > 1 or not isinstance(deal.dependence, Independent)
        return what in IN_CENTS and (tied or (is_counted and counting.cap_per_case is not None))

    def law(self, what: str, which: Which = everybody, *, factors: dict[str, float] | None = None) -> Law:
        """Return the law of a total, in cents or as a count.

        Parameters
        ----------
        what : str
            ``success`` or one of ``cases.SHOWN``.
        factors : dict of str to float, optional
            By segment, what every amount is multiplied by.
        """
        if len(self.deal.segments) == 1:
            factor = 1.0 if factors is None else next(iter(factors.values()))
            return self._of_one(what, which).scaled(factor)
        self.refuse_odd_terms(what)
        chances, counts = self._counts(which)
        key = (what, tuple(count.shape[1] for count in counts), tuple((factors or {}).values()))
        if key not in self.known:
            self.known[key] = self._of_several(what, chances, counts=counts, factors=factors)
        return self.known[key]

    def _of_several(
        self, what: str, chances: Floats, *, counts: list[Floats], factors: dict[str, float] | None
    ) -> Law:
        """Return the law of a total of several segments."""
        parts = []
        for segment, count in zip(self.deal.segments, counts, strict=True):
            won, lost = (NOTHING, NOTHING) if count.shape[1] == 1 else self.amounts(segment, what)
            refuse_where(not lost.is_nothing and len(came(self.deal)) > 1, "enrolment_and_losses")
            factor = 1.0 if factors is None else factors[segment.name]
            parts.append(Part(count, *(_scaled(each, factor) for each in (won, lost))))
        return compound(chances, parts)

    def _of_one(self, what: str, which: Which) -> Law:
        """Return the law of a total of one segment, remembered by how many cases are meant."""
        self.refuse_odd_terms(what)
        (segment,) = self.deal.segments
        meant = tuple(self.n_meant(segment, numbers[0], which=which) for _, numbers in came(self.deal))
        if (what, meant, ()) not in self.known:
            chances, (count,) = self._counts(which)
            won, lost = (NOTHING, NOTHING) if count.shape[1] == 1 else self.amounts(segment, what)
            refuse_where(not lost.is_nothing and len(meant) > 1, "enrolment_and_losses")
            law = compound(chances, [Part(count, won, lost)])
            loading = self.deal.dependence.savings if what in IN_CENTS else 0.0
            refuse_where(bool(loading) and not lost.is_nothing, "leaning_savings")
            self.known[what, meant, ()] = leaning(law, loading) if loading else law
        return self.known[what, meant, ()]

    def amounts(self, segment: Segment, what: str) -> tuple[Amounts, Amounts]:
        """Return what a success brings, and what any other case that comes brings."""
        one = Amounts(np.ones(1), np.ones(1))
        found = (one, NOTHING) if what == "success" else case_amounts(self.deal, segment, what=what)
        won, lost = (_perhaps(each, segment.triage_share) for each in found)
        return won, lost

    def _counts(self, which: Which) -> tuple[Floats, list[Floats]]:
        """States of a trial with the successes among the cases that are meant, if all had a plan."""
        people, chances, laws = of_segments(self.deal), [], []
        for chance, numbers in came(self.deal):
            pairs = zip(self.deal.segments, numbers, strict=True)
            meant = [self.n_meant(segment, n, which=which) for segment, n in pairs]
            states = shared(people, meant)
            chances.append(chance * states.chances)
            laws.append(states.counts)
        most = [max(law[place].shape[1] for law in laws) for place in range(len(people.names))]
        joined = [np.concatenate([_padded(law[place], n) for law in laws]) for place, n in enumerate(most)]
        every = np.concatenate(chances)
        if len(joined) == 1:
            return np.ones(1), [(every @ joined[0])[np.newaxis]]
        return every, joined

    def n_meant(self, segment: Segment, n_came: int, *, which: Which) -> int:
        """Return how many of the cases that come are meant."""
        return sum(which(segment, int(start)) for start in start_months(segment.intake, n_came))

    def enrolled(self) -> Law:
        """Return the law of the cases with a plan."""
        total = np.zeros(1)
        laws = []
        for chance, numbers in came(self.deal):
            pmf = np.ones(1)
            for segment, n in zip(self.deal.segments, numbers, strict=True):
                pmf = np.convolve(pmf, binomial(n, segment.triage_share)[0])
            laws.append(chance * pmf)
        total = np.sum([_padded(law[np.newaxis], max(map(len, laws)))[0] for law in laws], axis=0)
        refuse_where(self.deal.contract.stop_intake is not None or bool(self.deal.contract.early_ends), "stops")
        return _without_zeros(of_counts(total))

    def in_time(self) -> Which:
        """Return which cases are validated by the last payment date; refused where chance decides it."""
        calendar = grid(self.deal)
        return self._validated_by(calendar.last_payment)

    def _validated_by(self, period: int) -> Which:
        def is_in_time(segment: Segment, start: int) -> bool:
            first, last = validated_between(self.deal, segment, start=start)
            refuse_where(first <= period < last, "in_time", month=period)
            return last <= period

        return is_in_time

    def late(self) -> Which:
        """Return which cases are validated after the last payment date."""
        is_in_time = self.in_time()
        return lambda segment, start: not is_in_time(segment, start)

    def date_of_all(self, calendar: Grid) -> int:
        """Return the number of the one payment date on which all that is validated in time counts."""
        is_in_time, dates = self.in_time(), np.array(calendar.payment_periods)
        found = set()
        for segment, n in zip(self.deal.segments, came(self.deal)[-1][1], strict=True):
            for start in set(start_months(segment.intake, n).tolist()):
                if is_in_time(segment, start):
                    between = validated_between(self.deal, segment, start=start)
                    found |= {*np.searchsorted(dates, np.arange(between[0], between[1] + 1)).tolist()}
        refuse_where(len(found) > 1, "dates", n=len(found))
        return found.pop() if found else 0


def counted_share(deal: Scenario, segment: Segment, *, laws: tuple[str, ...]) -> float:
    """Return the part of what counts that falls on some laws."""
    cells = counted_cells(deal.accountant.counting, segment)
    whole = sum(cells.values())
    return float(sum(part for (law, _), part in cells.items() if law in laws) / whole) if whole else 0.0


def saved_share(segment: Segment, laws: tuple[str, ...]) -> float:
    """Return the part of what is truly saved that falls on some laws."""
    return float(sum(part for (law, _), part in cell_shares(segment).items() if law in laws))


def cashable_share(deal: Scenario, segment: Segment, *, laws: tuple[str, ...]) -> float:
    """Return the part of what is truly saved that frees money on some laws, whenever it falls."""
    total = 0.0
    for (law, kind), part in cell_shares(segment).items():
        if law in laws:
            total += float(part) * getattr(deal.payers[law].cashable_in(0), kind)
    return total


def _scaled(amounts: Amounts, factor: float) -> Amounts:
    return amounts if factor == 1 else Amounts(np.rint(amounts.values * factor), amounts.masses)


def _perhaps(amounts: Amounts, chance: float) -> Amounts:
    """Return amounts that come only with a chance."""
    if chance == 1 or amounts.is_nothing:
        return amounts
    return Amounts(np.append(amounts.values, 0.0), np.append(chance * amounts.masses, 1 - chance))


def _padded(laws: Floats, n: int) -> Floats:
    return np.pad(laws, ((0, 0), (0, n - laws.shape[1])))


def _without_zeros(law: Law) -> Law:
    """Return a law of counts without what cannot be; a single count is known."""
    possible = law.masses > 0
    return known(float(law.values[possible][0])) if possible.sum() == 1 else law
