"""The books of a contract while it runs: the tranches' accounts, and what has moved so far.

Every room that moves money in the contract writes into a ``Books``; what is left of it at the end is ``CashFlows``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sib.arrays import Bools, Cents, add_up
from sib.contract.financing import Financing
from sib.contract.interest import Account
from sib.deal.contract import Contract
from sib.programme.grid import Grid

OWED_BACK = "owed back:"
"""What a clause begins with under which a receiver pays outcome payers."""


@dataclass(frozen=True, slots=True)
class CashFlows:
    """What the contract moved, in cents; arrays of shape (n_periods, n_trials).

    Parameters
    ----------
    draws, returned, outstanding, interest_due : dict of str to ndarray
        By tranche: drawn, unspent money that came back as principal, principal and interest owed after the period.
    payments : dict of str to ndarray
        Outcome payments by line, and by early end, named ``early end: NAME``.
    entitlement : ndarray of shape (n_dates, n_trials)
        Cumulative: what the first shares of released savings make on payment dates, whatever is due.
    paid : dict of str to ndarray
        What the waterfall gave out by step, named ``interest:senior``, ``fees:management``, ``surplus:`` and so on.
    unspent_to_payer : ndarray
        Unspent money beyond the principal outstanding.
    written_off : dict of str to ndarray of shape (n_trials,)
        By tranche: principal and interest unpaid at the end.
    met : dict of str to ndarray of shape (n_dates, n_trials)
        Triggers.
    financing : Financing
    owed_back : dict of str to ndarray
        What receivers paid to outcome payers under a two-way line.
    guaranteed : dict of (str, str) to ndarray
        What guarantees paid, by guarantee and by what it was for, such as ``principal:senior``.
    borne : dict of (str, str) to ndarray
        Payments by line and outcome payer, and the surplus and debts that went back to each; empty where there is one.
    missed_coupons : ndarray of shape (n_trials,)
        Coupons that the highest row of an interest table would have paid on top.
    """

    draws: dict[str, Cents]
    returned: dict[str, Cents]
    outstanding: dict[str, Cents]
    interest_due: dict[str, Cents]
    payments: dict[str, Cents]
    entitlement: Cents
    paid: dict[str, Cents]
    unspent_to_payer: Cents
    written_off: dict[str, Cents]
    met: dict[str, Bools]
    financing: Financing
    owed_back: dict[str, Cents] = field(default_factory=dict)
    guaranteed: dict[tuple[str, str], Cents] = field(default_factory=dict)
    borne: dict[tuple[str, str], Cents] = field(default_factory=dict)
    missed_coupons: Cents = field(default_factory=lambda: np.zeros(1))


@dataclass(frozen=True, slots=True)
class Books:
    """What the rooms of the contract write into, period by period.

    Parameters
    ----------
    contract : Contract
    calendar : Grid
    accounts : dict of str to Account
        By tranche.
    flows : CashFlows
    n_trials : int
    """

    contract: Contract
    calendar: Grid
    accounts: dict[str, Account]
    flows: CashFlows
    n_trials: int

    def nothing(self) -> Cents:
        """Return no cents in any trial."""
        return np.zeros(self.n_trials)

    def zeros(self) -> Cents:
        """Return no cents in any period and trial."""
        return np.zeros((self.calendar.n_periods, self.n_trials))

    def add(self, table: dict[Any, Cents], key: Any, *, period: int, amount: Cents) -> None:
        """Add an amount of a period to one of the tables of ``flows``."""
        if key not in table:
            table[key] = self.zeros()
        table[key][period] += amount

    def sum_to(self, arrays: Iterable[Cents], period: int) -> Cents:
        """Return what arrays make together up to and with a period, by trial."""
        return add_up([self.nothing(), *(array[: period + 1].sum(axis=0) for array in arrays)])

    @property
    def owed(self) -> list[str]:
        """Names of the tranches that are repaid."""
        return [tranche.name for tranche in self.contract.tranches if not tranche.grant]

    @property
    def investors(self) -> list[str]:
        """Names of the tranches that the investor holds and that are repaid."""
        return [t.name for t in self.contract.tranches if t.holder == "investor" and not t.grant]
