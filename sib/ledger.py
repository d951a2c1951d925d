"""Every euro's two ends: who paid whom, under which clause, when.

In come the cost of the work and the contract's cash flows, out goes a list of ``Movement``. Parties are named
by their role; ``account`` is the contract account through which all but direct payments pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sib.arrays import Cents, add_up
from sib.contract.books import OWED_BACK, CashFlows
from sib.contract.tax import divided
from sib.deal.lines import TwoWay
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


def movements(deal: Scenario, flows: CashFlows, *, spending: Spending, work: dict[str, Cents]) -> list[Movement]:
    """Return everything that moved.

    Parameters
    ----------
    work : dict of str to ndarray of shape (n_periods, n_trials)
        What the accountant is paid for beside a fixed fee; see ``Verified``.
    """
    book: list[Movement] = []
    for name, drawn in flows.draws.items():
        book.append(Movement(holder_of(deal, f"drawdown:{name}"), ACCOUNT, f"drawdown:{name}", drawn))
    for line in deal.budget.lines:
        book.append(Movement(ACCOUNT, line.payee, f"cost:{line.activity}", spending.by_line[line.activity]))
    for name, returned in flows.returned.items():
        book.append(Movement(ACCOUNT, holder_of(deal, f"unspent:{name}"), f"unspent:{name}", returned))
    book.append(Movement(ACCOUNT, "outcome_payer", "unspent:", flows.unspent_to_payer))
    if deal.contract.rest_paid_by is not None:
        book.append(Movement(deal.contract.rest_paid_by, ACCOUNT, "rest of the budget", flows.rest))
    payments = list(_outcome_payments(deal, flows))
    book += [*payments, *_paid_out(deal, flows), *_tax(deal, payments)]
    for (name, claim), paid in flows.guaranteed.items():
        by = next(terms.by for terms in deal.contract.guarantees if terms.name == name)
        book.append(Movement(by, holder_of(deal, claim), f"guarantee:{name}", paid))
    n_periods = next(iter(flows.draws.values())).shape[0]
    fee = accountant_fee(deal, work, n_periods=n_periods)
    book.append(Movement(deal.accountant.fee.payer, "accountant", "fee:accountant", fee))
    each = float(exact(deal.accountant.disputes.cost) * 100)
    for side in (party for party in ("provider", "outcome_payer") if party in work):
        book.append(Movement(side, "accountant", f"dispute:{side}", work[side] * each))
    return [movement for movement in book if movement.amounts.any()]


def _outcome_payments(deal: Scenario, flows: CashFlows) -> Iterator[Movement]:
    """What outcome payers pay, line by line, and what two-way lines bring back."""
    direct = {terms.name: terms.to for terms in deal.contract.payments if terms.to != "waterfall"}
    liable = {terms.name: terms.liable for terms in deal.contract.payments if isinstance(terms, TwoWay)}
    for name, paid in flows.payments.items():
        to, clause = direct.get(name, ACCOUNT), name if name.startswith("early end: ") else f"payment:{name}"
        for payer, part in _by_payer(deal, flows, name, paid):
            yield Movement(payer, to, clause, part)
    for name, back in flows.owed_back.items():
        for payer, part in _by_payer(deal, flows, f"{OWED_BACK}{name}", back):
            yield Movement(liable[name], payer, f"{OWED_BACK}{name}", part)


def _tax(deal: Scenario, payments: list[Movement]) -> Iterator[Movement]:
    """Tax that comes on top of payments, and tax that outcome payers get back.

    Within a payment it is worked out on all that enters a waterfall, on top of it line by line. What is owed back, and
    what an early end settles between lender and borrower, bears none.
    """
    terms = deal.contract.vat
    if terms is None:
        return
    together: dict[str | None, list[Movement]] = {}
    for line in deal.contract.payments:
        clause = f"payment:{line.name}"
        own = [movement for movement in payments if movement.clause == clause]
        together.setdefault(line.pool if terms.included else clause, []).extend(own)
    for group in together.values():
        if not group:
            continue
        for movement, tax in zip(group, divided(terms, np.stack([each.amounts for each in group])), strict=True):
            if not terms.included:
                yield Movement(movement.payer, "state", f"vat:{movement.clause}", tax)
            if terms.compensable:
                yield Movement("state", movement.payer, f"vat compensated:{movement.clause}", tax)


def _by_payer(deal: Scenario, flows: CashFlows, name: str, whole: Cents) -> Iterator[tuple[str, Cents]]:
    """Divide an amount over the outcome payers as the contract did."""
    if not deal.contract.outcome_payers:
        yield "outcome_payer", whole
        return
    for payer in deal.contract.outcome_payers:
        if (name, payer.name) in flows.borne:
            yield role_of(deal, payer.name), flows.borne[name, payer.name]


def _paid_out(deal: Scenario, flows: CashFlows) -> Iterator[Movement]:
    """What the waterfalls gave out; recycled money stays in the account."""
    fees = {f"fees:{fee.name}": fee.payee for fee in deal.contract.fees}
    for claim, paid in flows.paid.items():
        if claim == "surplus:":
            for payer, part in _by_payer(deal, flows, claim, paid):
                yield Movement(ACCOUNT, payer, claim, part)
        elif claim != "recycle:":
            yield Movement(ACCOUNT, fees[claim] if claim in fees else holder_of(deal, claim), claim, paid)


def holder_of(deal: Scenario, claim: str) -> str:
    """Return the role that put in the money of the tranche that a claim names, or the party that it names."""
    name = claim.partition(":")[2]
    return next((tranche.holder for tranche in deal.contract.tranches if tranche.name == name), name)


def role_of(deal: Scenario, payer: str) -> str:
    """Return the role of an outcome payer: its own name, unless it is the first of the deal."""
    return "outcome_payer" if payer == deal.parties.outcome_payer else payer


def parties(deal: Scenario) -> tuple[str, ...]:
    """Return everybody that money can move between: the roles, and further outcome payers by name."""
    others = (role_of(deal, payer.name) for payer in deal.contract.outcome_payers)
    return tuple(dict.fromkeys((*ROLES, *others)))


def accountant_fee(deal: Scenario, work: dict[str, Cents], *, n_periods: int) -> Cents:
    """Return the accountant's fee that is no budget line, in cents, shape (n_periods, n_trials or 1)."""
    fee = deal.accountant.fee
    charged = np.zeros((n_periods, 1))
    charged[0] = float(exact(fee.fixed) * 100)
    for name, price in (("opened", fee.per_case), ("extra", fee.per_extra_review)):
        if name in work:
            charged = charged + work[name] * float(exact(price) * 100)
    return charged


WORK = ("cost:", "fee:", "fees:", "dispute:")
"""What the clauses begin with under which somebody is paid for work."""


def paid_for_work(book: list[Movement], party: str, *, n_periods: int) -> Cents:
    """Return what a party is paid for work that it does, in cents, shape (n_periods, n_trials or 1)."""
    amounts = [each.amounts for each in book if each.payee == party and each.clause.startswith(WORK)]
    return add_up([np.zeros((n_periods, 1)), *amounts])


def balances(book: list[Movement], parties: tuple[str, ...], *, shape: tuple[int, ...]) -> dict[str, Cents]:
    """Return the net cash of every role and of the account, by period and trial.

    Returns
    -------
    dict of str to ndarray of shape (n_periods, n_trials)
        Cents received less cents paid.
    """
    net = {party: np.zeros((shape[0], 1)) for party in (*parties, ACCOUNT)}
    for movement in book:
        for party, join in ((movement.payee, np.add), (movement.payer, np.subtract)):
            wide = net[party].shape[1] < movement.amounts.shape[1]
            net[party] = join(net[party], movement.amounts, out=None if wide else net[party])
    return {
        party: amounts if amounts.shape == shape else np.broadcast_to(amounts, shape) for party, amounts in net.items()
    }
