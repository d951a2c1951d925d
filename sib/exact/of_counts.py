"""A deal on numbers of outcomes, exactly: each outcome's number, and the contract where one number decides it.

In comes a deal, out goes ``Found``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from sib.arrays import Floats
from sib.contract.metrics import Metrics
from sib.deal.group import CountsProgramme, Group, Outcome
from sib.deal.programme import GaussianFactor
from sib.deal.scenario import Scenario
from sib.exact.compound import Amounts, Part, compound
from sib.exact.found import Found, nothing_yet
from sib.exact.law import Law, known
from sib.exact.payoff import Entries
from sib.exact.reasons import refuse_where
from sib.exact.sharing import People, enrolments, shared
from sib.exact.terminal import of_contract, one_metric, refuse_cohorts
from sib.expectation import expected
from sib.money import round_half_away
from sib.programme.effects import DIGITS
from sib.programme.grid import Grid, grid
from sib.programme.intake import start_months
from sib.programme.series import Series
from sib.results import LEVELS, Measure

NOTHING = Amounts(np.zeros(1), np.ones(1))


@dataclass(frozen=True, slots=True)
class Numbers:
    """The people of a deal, and who of them reaches one outcome."""

    deal: Scenario

    @property
    def programme(self) -> CountsProgramme:
        """The programme of the deal."""
        assert isinstance(self.deal.programme, CountsProgramme)
        return self.deal.programme

    def came(self) -> list[tuple[float, tuple[int, ...]]]:
        """Return how many people of each group come, with the chance of it."""
        groups, merged = self.programme.groups, dict[tuple[int, ...], float]()
        for chance, factor in enrolments(self.programme.enrolment, [group.people for group in groups]):
            wanted = round_half_away(np.round(np.array([group.people for group in groups]) * factor, DIGITS))
            numbers = tuple(int(n) for n in wanted)
            merged[numbers] = merged.get(numbers, 0.0) + chance
        return [(chance, numbers) for numbers, chance in merged.items() if chance > 0]

    def reaching(self, name: str) -> list[tuple[int, Group, Outcome]]:
        """Return the groups that can reach an outcome once, with their places; refused where more comes into it."""
        found = []
        for place, group in enumerate(self.programme.groups):
            for outcome in group.outcomes:
                if outcome.name == name:
                    refuse_where(outcome.requires is not None, "chain", outcome=name, required=outcome.requires or "")
                    refuse_where(outcome.most > 1, "repeats", outcome=name)
                    found.append((place, group, outcome))
        return found

    def law(self, name: str, each: Callable[[Outcome], float], *, until: int) -> Law:
        """Return the law of what an outcome brings that is reached by a month, so much for each that reaches it."""
        refuse_where(not self.programme.has_effect, "no_effect")
        contract = self.deal.contract
        refuse_where(contract.stop_intake is not None or bool(contract.early_ends), "stops")
        reaching, terms = self.reaching(name), self.programme.dependence
        weight = (terms.weight or 0.0) if isinstance(terms, GaussianFactor) else 0.0
        names, chances = tuple(g.name for _, g, _ in reaching), tuple(o.chance for _, _, o in reaching)
        people = People(names, chances, (weight,) * len(names), terms)
        refuse_where(isinstance(terms, GaussianFactor) and terms.weight is None and len(names) > 1, "causes")
        laws, states = [], []
        for chance, numbers in self.came():
            meant = [_by_then(group, outcome, numbers[place], until) for place, group, outcome in reaching]
            found = shared(people, meant)
            states.append(chance * found.chances)
            laws.append(found.counts)
        parts = []
        for place, (_, _, outcome) in enumerate(reaching):
            most = max(law[place].shape[1] for law in laws)
            counts = np.concatenate([np.pad(law[place], ((0, 0), (0, most - law[place].shape[1]))) for law in laws])
            parts.append(Part(counts, Amounts(np.array([each(outcome)]), np.ones(1)), NOTHING))
        every = np.concatenate(states)
        if len(parts) == 1:
            return compound(np.ones(1), [replace(parts[0], counts=(every @ parts[0].counts)[np.newaxis])])
        return compound(every, parts)


def _by_then(group: Group, outcome: Outcome, n_came: int, until: int) -> int:
    """Return how many of the people that come would reach an outcome by a month."""
    return sum(outcome.month(int(start), time=0) <= until for start in start_months(group.intake, n_came))


def of_counts(deal: Scenario) -> Found:
    """Return what can be worked out of a deal on numbers of outcomes."""
    found, numbers, calendar = nothing_yet(deal), Numbers(deal), grid(deal)
    for name in numbers.programme.outcomes:
        with found.trying(f"metric {name}"):
            law = numbers.law(name, lambda outcome: 1.0, until=calendar.last_payment)
            _tell(found, Measure("programme", name, f"metric.{name}", "count", can_be_undefined=True), law)
    with found.trying("enrolled"):
        _tell(found, Measure("programme", "enrolled", "programme.enrolled", "count"), _enrolled(numbers))
    with found.trying("true"):
        law = _saved(numbers)
        for party in ("society", *(["municipality"] if _all_on_own(numbers) else [])):
            _tell(found, Measure(party, "true_savings", f"{party}.true_savings", "money"), law)
    with found.trying("contract"):
        _contract(found, numbers, calendar)
    return found


def _tell(found: Found, measure: Measure, law: Law) -> None:
    points = law.points(LEVELS)
    found.figures.spread(measure, points, masses=law.at(points))


def _enrolled(numbers: Numbers) -> Law:
    totals: dict[float, float] = {}
    contract = numbers.deal.contract
    refuse_where(contract.stop_intake is not None or bool(contract.early_ends), "stops")
    for chance, came in numbers.came():
        totals[float(sum(came))] = totals.get(float(sum(came)), 0.0) + chance
    values = np.array(sorted(totals))
    return Law(values, np.array([totals[value] for value in values]))


def _valued(numbers: Numbers) -> Iterator[Outcome]:
    yield from (outcome for group in numbers.programme.groups for outcome in group.outcomes if outcome.worth)


def _saved(numbers: Numbers) -> Law:
    """The law of true savings, where outcomes of one name bring all of them."""
    deal = numbers.deal
    for law, payer in deal.payers.items():
        growth = deal.measures.indexation if payer.indexation is None else payer.indexation
        refuse_where(growth != 0, "indexation", law=law)
        refuse_where(bool(payer.waterbed), "waterbed", law=law)
    names = sorted({outcome.name for outcome in _valued(numbers)})
    refuse_where(len(names) > 1, "outcomes", outcomes=", ".join(names))
    if not names:
        return known(0.0)
    return numbers.law(names[0], lambda each: float(np.rint(each.worth * 100 * (1 - each.deadweight))), until=10**6)


def _all_on_own(numbers: Numbers) -> bool:
    """Return whether all that is saved falls on budgets of the outcome payer."""
    own = numbers.deal.own_laws()
    return all(not outcome.by_law or set(outcome.by_law) <= set(own) for outcome in _valued(numbers))


def _contract(found: Found, numbers: Numbers, calendar: Grid) -> None:
    deal = found.deal
    metric = one_metric(deal)
    refuse_where(metric not in numbers.programme.outcomes, "metric", metric=metric)
    refuse_cohorts(deal)
    refuse_where(len(numbers.came()) > 1, "who_comes")
    capped = [line.name for line in deal.contract.payments if getattr(line, "cap_per_person", None) is not None]
    refuse_where(bool(capped), "per_person", line=capped[0] if capped else "")
    law = numbers.law(metric, lambda outcome: 1.0, until=calendar.last_payment)
    place, date = _one_date(numbers, metric, calendar)
    base = expected(deal, calendar)

    def write(points: Floats) -> Metrics:
        n_points = len(points)
        series = {name: replace(s, gained=np.repeat(s.gained, n_points, axis=-1)) for name, s in base.series.items()}
        gained = np.zeros_like(series[metric].gained)
        gained[place, date] = points
        series[metric] = Series(gained)
        savings, cases, enrolled = (np.repeat(a, n_points, axis=-1) for a in (base.savings, base.cases, base.enrolled))
        return Metrics(savings, cases, enrolled, base.cohorts, series=series)

    def nothing_else(points: Floats) -> Entries:
        return {}

    of_contract(found, law, write=write, calendar=calendar, also=nothing_else)


def _one_date(numbers: Numbers, metric: str, calendar: Grid) -> tuple[int, int]:
    """Return the group and the payment date on which an outcome counts; refused where there are several dates."""
    dates, found, place = np.array(calendar.payment_periods), set(), 0
    for place, group, outcome in numbers.reaching(metric):
        for start in set(start_months(group.intake, numbers.came()[0][1][place]).tolist()):
            found.add(int(np.searchsorted(dates, outcome.month(start, time=0))))
    found.discard(len(dates))
    refuse_where(len(found) > 1, "dates", n=len(found))
    return place, found.pop() if found else 0
