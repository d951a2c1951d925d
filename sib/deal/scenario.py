"""The scenario: one deal with its assumptions, complete, frozen and identified by its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from sib.amounts import MINOR_UNITS
from sib.deal.audit import Accountant
from sib.deal.contract import Contract
from sib.deal.parties import Parties, Payer
from sib.deal.programme import Budget, Programme
from sib.deal.term import Amount, Rate, Term, Text, fault
from sib.deal.timeline import Timeline


def _has_cents(currency: str) -> str:
    if MINOR_UNITS.get(currency, 2) != 2:
        raise fault(
            "currency",
            "does not divide into hundredths, and money is counted in hundredths; choose a currency that has them",
        )
    return currency


class MeasureTerms(Term):
    """What the measures need to know of the parties.

    Parameters
    ----------
    hurdle : float, optional
        Rate at which the investor discounts; the contract's rate where none is given.
    available_capacity : float, optional
        What the municipality has available for risks, in euros.
    """

    hurdle: Rate | None = None
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
    timeline, parties, payers, programme, budget, accountant, contract, measures
        The parts of the deal; each is documented in its own class.
    """

    format: Literal[1]
    name: Text
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$"), AfterValidator(_has_cents)] = "EUR"
    sources: dict[str, Text] = Field(default_factory=dict)
    timeline: Timeline
    parties: Parties = Parties()
    payers: Annotated[dict[Text, Payer], Field(min_length=1)]
    programme: Programme
    budget: Budget
    accountant: Accountant
    contract: Contract
    measures: MeasureTerms = MeasureTerms()

    def canonical(self) -> dict[str, Any]:
        """Return the resolved deal as plain data, defaults filled in, sources left out."""
        data: dict[str, Any] = without_sources(self.model_dump(mode="json", by_alias=True, exclude_none=True))
        return data

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON; the same for the same deal however its files are cut up."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

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
