"""The scenario: one deal with its assumptions, complete, frozen and identified by its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from sib.amounts import MINOR_UNITS
from sib.deal.arrangements import Arrangements
from sib.deal.audit import Accountant
from sib.deal.conditions import METRICS
from sib.deal.contract import Contract
from sib.deal.group import AnyProgramme, CountsProgramme, EffectProgramme
from sib.deal.parties import Parties, Payer
from sib.deal.programme import Dependence, Enrolment, Segment
from sib.deal.spending import Budget
from sib.deal.term import Amount, CalendarYear, Rate, Term, Text, Year, fault
from sib.deal.timeline import Timeline


def _has_cents(currency: str) -> str:
    if MINOR_UNITS.get(currency, 2) != 2:
        raise fault(
            "currency",
            "does not divide into hundredths, and money is counted in hundredths; choose a currency that has them",
        )
    return currency


def digest_of(canonical: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of a resolved deal."""
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class MeasureTerms(Term):
    """What the measures need to know of the parties.

    Parameters
    ----------
    hurdle : float, optional
        Rate at which the investor discounts, nominal; the contract's rate where none is given.
    discount_rate : float
        Rate at which public parties discount, real.
    inflation : float
        What prices in general rise by in a year: it turns nominal euros into euros of the price base.
    indexation : float
        What budgets pay for care rises by so much a year from the price base on, and what is saved with it. What an
        accountant validates stays at the price list of the base year.
    price_base : int, optional
        The fiscal year whose prices amounts are in; that of closing where none is given.
    available_capacity : float, optional
        What the municipality has available for risks, in euros.
    """

    hurdle: Rate | None = None
    discount_rate: Rate = 0.0225
    inflation: Rate = 0.02
    indexation: Rate = 0.0
    price_base: CalendarYear | None = None
    available_capacity: Amount | None = None


class Scenario(Term):
    """A deal with its assumptions: all that a simulation needs but trials and seed.

    Parameters
    ----------
    format : int
        Version of the file format.
    name, currency : str
    sources : dict of str to str
        Short names of documents, as the ``source`` texts use them.
    timeline, parties, payers, programme, budget, accountant, contract, measures, arrangements
        The parts of the deal; each is documented in its own class.
    """

    format: Literal[1]
    name: Text
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$"), AfterValidator(_has_cents)] = "EUR"
    sources: dict[str, Text] = Field(default_factory=dict)
    timeline: Timeline
    parties: Parties = Parties()
    payers: Annotated[dict[Text, Payer], Field(min_length=1)]
    programme: AnyProgramme
    budget: Budget
    accountant: Accountant = Accountant()
    contract: Contract
    measures: MeasureTerms = MeasureTerms()
    arrangements: Arrangements = Arrangements()

    def canonical(self) -> dict[str, Any]:
        """Return the resolved deal as plain data, defaults filled in, sources left out."""
        data: dict[str, Any] = without_sources(self.model_dump(mode="json", by_alias=True, exclude_none=True))
        return data

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON; the same for the same deal however its files are cut up."""
        return digest_of(self.canonical())

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The kinds of household; none where a group is measured."""
        return getattr(self.programme, "segments", ())

    @property
    def dependence(self) -> Dependence:
        """What ties cases or people together; an effect on whole cohorts has none of it."""
        assert not isinstance(self.programme, EffectProgramme)
        return self.programme.dependence

    @property
    def enrolment(self) -> Enrolment:
        """How many of those planned come; an effect is measured on all of them."""
        assert not isinstance(self.programme, EffectProgramme)
        return self.programme.enrolment

    @property
    def metrics(self) -> dict[str, str]:
        """The metrics that triggers and payments can name, with their units."""
        if isinstance(self.programme, EffectProgramme):
            return {metric.name: metric.unit for metric in self.programme.metrics}
        if isinstance(self.programme, CountsProgramme):
            return dict.fromkeys(self.programme.outcomes, "count") | {"enrolled": "count"}
        return METRICS

    @property
    def cohorts(self) -> tuple[str, ...]:
        """Names of what a metric can be measured on: the contract's cohorts, or the programme's cohorts or groups."""
        return tuple(item.name for item in self._cohort_terms())

    def cohort_of(self, segment: Segment, start: int) -> int:
        """Return the number of the cohort of a segment's cases of a start month; one more than the last is the rest."""
        cohorts = self.contract.cohorts
        return next((place for place, terms in enumerate(cohorts) if terms.holds(segment.name, start)), len(cohorts))

    def _cohort_terms(self) -> tuple[Any, ...]:
        if isinstance(self.programme, EffectProgramme):
            return self.programme.cohorts
        if isinstance(self.programme, CountsProgramme):
            return self.programme.groups
        return self.contract.cohorts

    @property
    def price_base(self) -> Year:
        """The fiscal year whose prices amounts are in."""
        stated = self.measures.price_base
        if stated is not None:
            return Year(stated)
        closing = self.timeline.closing
        return Year(closing.year if closing.month >= self.timeline.fiscal_year_start else closing.year - 1)

    def own_laws(self) -> tuple[str, ...]:
        """Return the laws that the outcome payer itself pays, in file order."""
        return tuple(law for law, payer in self.payers.items() if payer.party == self.parties.outcome_payer)


def without_sources(data: Any) -> Any:
    """Return plain data without any ``source`` or ``sources`` entry, at any depth."""
    if isinstance(data, dict):
        return {key: without_sources(value) for key, value in data.items() if key not in ("source", "sources")}
    if isinstance(data, list):
        return [without_sources(value) for value in data]
    return data
