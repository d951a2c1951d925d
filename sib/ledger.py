"""Every euro's two ends: who paid whom, under which clause, when.

In come the cost of the work and the contract's cash flows, out goes a list of ``Movement``. Parties are named
by their role; ``account`` is the contract account through which all but direct payments pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.arrays import Cents
from sib.contract.settlement import CashFlows
from sib.deal.contract import FixedPayment
from sib.deal.parties import ROLES
from sib.deal.scenario import Scenario
from sib.money import exact
from sib.programme.budget import Spending

ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Movement:
    """Money from one party to another under one clause.

    Parameters
    ----------
    payer, payee : str
        Roles, or ``account``.
    clause : str
        What it is paid under, such as ``interest:senior``.
    amounts : ndarray of shape (n_periods, n_trials), or (n_periods, 1) where all trials agree
        Cents, 0 or more.
    """

    payer: str
    payee: str
    clause: str
    amounts: Cents

    def in_trial(self, place: int) -> Cents:
        """Return the amounts of one trial, shape (n_periods,)."""
        return self.amounts[:, place if self.amounts.shape[1] > 1 else 0]


def movements(deal: Scenario, flows: CashFlows, *, spending: Spending, reviewed: Cents) -> list[Movement]:
    """Return everything that moved.

    Parameters
    ----------
    reviewed : ndarray of shape (n_periods, n_trials)
        Claims that cost the accountant's fee per case.
    """
    book: list[Movement] = []
    for name, drawn in flows.draws.items():
        book.append(Movement("investor", ACCOUNT, f"drawdown:{name}", drawn))
    for line in deal.budget.lines:
        book.append(Movement(ACCOUNT, line.payee, f"cost:{line.activity}", spending.by_line[line.activity]))
    for name, returned in flows.returned.items():
        book.append(Movement(ACCOUNT, "investor", f"unspent:{name}", returned))
    book.append(Movement(ACCOUNT, "outcome_payer", "unspent:", flows.unspent_to_payer))
    for terms in deal.contract.payments:
        to = terms.to if isinstance(terms, FixedPayment) and terms.to != "waterfall" else ACCOUNT
        book.append(Movement("outcome_payer", to, f"payment:{terms.name}", flows.payments[terms.name]))
    payees = {f"fees:{fee.name}": fee.payee for fee in deal.contract.fees} | {"surplus:": "outcome_payer"}
    for claim, paid in flows.paid.items():
        book.append(Movement(ACCOUNT, payees.get(claim, "investor"), claim, paid))
    book.append(Movement(deal.accountant.fee.payer, "accountant", "fee:accountant", accountant_fee(deal, reviewed)))
    return [movement for movement in book if movement.amounts.any()]


def accountant_fee(deal: Scenario, reviewed: Cents) -> Cents:
    """Return the accountant's fee that is no budget line, in cents, shape (n_periods, n_trials)."""
    fee = deal.accountant.fee
    amounts = reviewed * float(exact(fee.per_case) * 100)
    amounts[0] += float(exact(fee.fixed) * 100)
    return amounts


def balances(book: list[Movement], shape: tuple[int, ...]) -> dict[str, Cents]:
    """Return the net cash of every role and of the account, by period and trial.

    Returns
    -------
    dict of str to ndarray of shape (n_periods, n_trials)
        Cents received less cents paid.
    """
    net = {party: np.zeros((shape[0], 1)) for party in (*ROLES, ACCOUNT)}
    for movement in book:
        for party, sign in ((movement.payee, 1.0), (movement.payer, -1.0)):
            if net[party].shape[1] < movement.amounts.shape[1]:
                net[party] = np.repeat(net[party], shape[1], axis=1)
            net[party] += sign * movement.amounts
    return {
        party: amounts if amounts.shape == shape else np.broadcast_to(amounts, shape) for party, amounts in net.items()
    }
