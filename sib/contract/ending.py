"""How a contract ends: on a trigger before its time, with its own redemption terms, and with its guarantees called.

In come the books, out go more entries in them. When a contract ends rests on triggers alone, which rest on metrics
alone; so it is known before any money moves.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sib.arrays import Bools, Cents, Ints, add_up
from sib.contract.books import Books
from sib.contract.guarantees import LOSSES, Position, call
from sib.contract.limits import Limits
from sib.contract.triggers import first_met
from sib.deal.contract import Contract, EarlyEnd
from sib.deal.lines import TwoWay
from sib.money import exact, largest_remainder, share


def endings(contract: Contract, met: Mapping[str, Bools], *, months: tuple[int, ...]) -> tuple[Ints, Ints]:
    """Return when the contract ends early and by which clause, by trial.

    Returns
    -------
    period, clause : ndarrays of shape (n_trials,)
        -1 where it runs to maturity. Of two clauses on one date the first of the file holds.
    """
    n_trials = next(iter(met.values())).shape[1] if met else 1
    period, clause = np.full(n_trials, -1), np.full(n_trials, -1)
    for place, terms in enumerate(contract.early_ends):
        first = first_met(met[terms.when], months=months)
        sooner = (first >= 0) & ((period < 0) | (first < period))
        period, clause = np.where(sooner, first, period), np.where(sooner, place, clause)
    return period, clause


def stops(contract: Contract, met: Mapping[str, Bools], *, months: tuple[int, ...]) -> Ints:
    """Return the period from whose end on nobody is taken in, by trial; -1 for never."""
    ended, _ = endings(contract, met, months=months)
    if contract.stop_intake is None:
        return ended
    stopped = first_met(met[contract.stop_intake], months=months)
    return np.where(ended < 0, stopped, np.where(stopped < 0, ended, np.minimum(ended, stopped)))


def redeem(books: Books, terms: EarlyEnd, *, period: int, ends: Bools, limits: Limits) -> None:
    """Pay the redemption terms of a clause by which the contract ends on this date, straight to the tranches."""
    total = books.nothing()
    for name in books.owed:
        account = books.accounts[name]
        principal = share(account.principal, exact(terms.principal)) * ends
        interest = account.pay_interest(share(account.interest_due, exact(terms.interest)) * ends)
        account.repay(principal)
        books.add(books.flows.paid, f"principal:{name}", period=period, amount=principal)
        books.add(books.flows.paid, f"interest:{name}", period=period, amount=interest)
        total = total + principal + interest
    clause = f"early end: {terms.name}"
    books.add(books.flows.payments, clause, period=period, amount=total)
    if books.contract.outcome_payers:
        bear(books, clause, period=period, parts=limits.divide(total))


def bear(books: Books, clause: str, *, period: int, parts: Cents) -> None:
    """Note what each of several outcome payers pays, or gets back, shape (n_payers, n_trials)."""
    for payer, part in zip(books.contract.outcome_payers, parts, strict=True):
        books.add(books.flows.borne, (clause, payer.name), period=period, amount=part)


def call_guarantees(books: Books, *, period: int, ends: Bools, able: Mapping[str, Bools]) -> None:
    """Call the guarantees one after another; each sees what those before it paid."""
    for terms in books.contract.guarantees:
        names = list(terms.tranches or books.investors)
        whole = _position(books, names, period)
        pays = call(terms, whole) * ends * able.get(terms.name, True)
        loss_of = LOSSES[type(terms)]
        losses = np.array([loss_of(_position(books, [name], period, is_part=True)) for name in names]).T
        parts = largest_remainder(pays, losses).T
        for name, part in zip(names, parts, strict=True):
            _make_good(books, terms.name, name, period=period, amount=part)


def _make_good(books: Books, guarantee: str, name: str, *, period: int, amount: Cents) -> None:
    """Give what a guarantee pays to a tranche: principal, then interest due, then beyond."""
    account = books.accounts[name]
    principal = np.minimum(amount, account.principal)
    account.repay(principal)
    interest = account.pay_interest(amount - principal)
    for kind, part in (("principal", principal), ("interest", interest), ("extra", amount - principal - interest)):
        books.add(books.flows.guaranteed, (guarantee, f"{kind}:{name}"), period=period, amount=part)


def _position(books: Books, names: list[str], period: int, *, is_part: bool = False) -> Position:
    """What tranches laid out and received up to a period; all of the investor's have also what goes past them.

    As parts by which something is divided, tranches have only what is their own.
    """
    flows = books.flows
    claims = {f"{kind}:{name}" for kind in ("interest", "principal", "success_fee") for name in names}
    received = books.sum_to((paid for claim, paid in flows.paid.items() if claim in claims), period)
    made_good = [part for (_, claim), part in flows.guaranteed.items() if claim.partition(":")[2] in names]
    received = received + books.sum_to(made_good, period)
    if set(names) == set(books.investors) and not is_part:
        lines = books.contract.payments
        received = received + books.sum_to((flows.payments[t.name] for t in lines if t.to == "investor"), period)
        liable = [t.name for t in lines if isinstance(t, TwoWay) and t.liable == "investor"]
        received = received - books.sum_to((flows.owed_back[n] for n in liable if n in flows.owed_back), period)
    accounts = [books.accounts[name] for name in names]
    lent = add_up([books.nothing(), *(account.lent for account in accounts)])
    lost = add_up([books.nothing(), *(account.principal for account in accounts)])
    return Position(lent, received, lost, lent - lost, period)
