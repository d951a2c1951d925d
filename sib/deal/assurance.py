"""What an accountant was engaged for, and how much error and uncertainty may stay: standards and tolerances as data.

In comes what a file or a command line names, out go frozen terms. Whether an amount stays within a tolerance is
for the rooms that know the amounts. A tolerance is a share of the amount that was audited.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sib.deal.term import Share, Term, Whole, between, fault

Engagement = Literal["agreed_upon_procedures", "assurance"]
Regime = Literal["nl_municipal"]
Year = Annotated[Whole, AfterValidator(between(1900, 2200, what="a year"))]


class Tolerance(Term):
    """How much may be wrong or uncertain in the accounts of a year; at least one share is given.

    Parameters
    ----------
    from_year : int
        First fiscal year it holds for; it ends where a later one begins.
    error_share : float, optional
        Known wrong, as a share of the amount audited.
    uncertainty_share : float, optional
        Without evidence, likewise.
    together_share : float, optional
        Both together, likewise.
    """

    from_year: Year
    error_share: Share | None = None
    uncertainty_share: Share | None = None
    together_share: Share | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Tolerance:
        if self.error_share is None and self.uncertainty_share is None and self.together_share is None:
            raise fault("tolerance", "tolerates nothing in particular; give error_share, uncertainty_share, "
                                     "together_share or some of them")
        return self


@dataclass(frozen=True, slots=True)
class Standard:
    """What governs an engagement, and whether the accountant draws a conclusion or leaves it to the reader."""

    number: str
    concludes: bool


STANDARDS: dict[Engagement, Standard] = {
    "agreed_upon_procedures": Standard("4400N", concludes=False),
    "assurance": Standard("3000A", concludes=True),
}
"""By engagement: the Dutch standard. Agreed-upon procedures end in findings, assurance in a conclusion."""

REGIMES: dict[Regime, tuple[Tolerance, ...]] = {
    "nl_municipal": (
        Tolerance(from_year=2004, error_share=0.01, uncertainty_share=0.03),
        Tolerance(from_year=2025, together_share=0.02),
    ),
}
"""By regime: tolerances in the order of their years.

``nl_municipal`` is the Besluit accountantscontrole decentrale overheden: until 2024 errors to 1% and uncertainties
to 3%, from 2025 both together to 2%.
"""


class Assurance(Term):
    """The engagement of the accountant, and the tolerances that a conclusion is measured by.

    Parameters
    ----------
    engagement : {"agreed_upon_procedures", "assurance"}
        See `STANDARDS`.
    regime : {"nl_municipal"}, optional
        See `REGIMES`.
    tolerances : tuple of Tolerance
        The deal's own, in the order of their years; in place of a regime.
    """

    engagement: Engagement
    regime: Regime | None = None
    tolerances: Annotated[tuple[Tolerance, ...], Field(max_length=100)] = ()

    @model_validator(mode="after")
    def _one_measure(self) -> Assurance:
        if self.regime is not None and self.tolerances:
            raise fault("choice", "takes a regime or tolerances of its own; found both")
        if self.standard.concludes and self.regime is None and not self.tolerances:
            raise fault("choice", "ends in a conclusion, which needs a measure; give a regime or tolerances")
        years = [each.from_year for each in self.tolerances]
        if any(later <= earlier for earlier, later in pairwise(years)):
            raise fault("order", f"lists its tolerances out of order, from_year {years}; each is later than the last")
        return self

    @property
    def standard(self) -> Standard:
        """The standard that governs the engagement."""
        return STANDARDS[self.engagement]

    def tolerance(self, year: int) -> Tolerance | None:
        """Return the tolerance of a fiscal year; None where none holds yet or none was agreed.

        Examples
        --------
        >>> Assurance(engagement="assurance", regime="nl_municipal").tolerance(2024).error_share
        0.01
        """
        listed = self.tolerances if self.regime is None else REGIMES[self.regime]
        return tolerance_of(listed, year)


def tolerance_of(listed: tuple[Tolerance, ...], year: int) -> Tolerance | None:
    """Return the last of the tolerances, which are in the order of their years, that holds in a year."""
    return next((each for each in reversed(listed) if each.from_year <= year), None)


__all__ = ["REGIMES", "STANDARDS", "Assurance", "Standard", "Tolerance", "tolerance_of"]
