"""Who: the parties of the contract, and the budgets (payers) on which savings fall."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from sib.deal.term import Month, Rate, Share, Term, Text, fault

ROLES = ("investor", "outcome_payer", "provider", "intermediary", "accountant", "guarantor", "funder", "state")
"""The roles that money can move between; each role has a label in the file."""
WORKERS = ("provider", "intermediary", "accountant")
"""The roles that are paid for work."""


class Parties(Term):
    """The name that each role goes by in tables and statements."""

    investor: Text = "investor"
    outcome_payer: Text = "municipality"
    provider: Text = "provider"
    intermediary: Text = "intermediary"
    accountant: Text = "accountant"
    guarantor: Text = "guarantor"
    funder: Text = "funder"
    state: Text = "State"

    @model_validator(mode="after")
    def _names_differ(self) -> Parties:
        names = [getattr(self, role) for role in ROLES]
        if len(set(names)) < len(names):
            raise fault("names", "gives two roles the same name; statements need one name a role")
        return self


class Cashable(Term):
    """The share of a true saving that frees money in the budget, by class of saving."""

    direct: Share = 1.0
    real: Share = 0.0


BOUGHT = {"price_times_quantity": Cashable(), "lump_sum": Cashable(direct=0.0)}
"""How a budget is bought, and what is cashable then unless the scenario says otherwise."""


class Payer(Term):
    """A law's budget: whose it is, and how much of a saving on it becomes money.

    Parameters
    ----------
    party : str
        The party that pays this law; the outcome payer's own name marks its own budgets.
    bought : {"price_times_quantity", "lump_sum"}
        How care is bought. A lump sum frees nothing before its renewal.
    cashable : Cashable, optional
        Overrides what ``bought`` implies.
    renewal_month : int, optional
        From this month on a lump sum behaves as price times quantity.
    indexation : float, optional
        What this budget pays for care rises by so much a year, where it is not ``measures.indexation``.
    waterbed : dict of str to float
        By law: the share of a true saving on this budget that comes back there as cost, in the same fiscal year.
    """

    party: Text
    bought: Literal["price_times_quantity", "lump_sum"] = "price_times_quantity"
    cashable: Cashable | None = None
    renewal_month: Month | None = None
    indexation: Rate | None = None
    waterbed: dict[str, Share] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _renewal_of_lump_sum(self) -> Payer:
        if self.renewal_month is not None and self.bought != "lump_sum":
            raise fault("renewal", 'has a renewal_month, which only bought = "lump_sum" has')
        return self

    def cashable_in(self, month: int) -> Cashable:
        """Return what is cashable of a saving in the given month after closing."""
        if self.renewal_month is not None and month >= self.renewal_month:
            return BOUGHT["price_times_quantity"]
        return self.cashable or BOUGHT[self.bought]
