"""Who gets the money that comes in: the steps in the order that the contract lists them.

In comes cash on a payment date, out goes what each step paid. Each step is one small function, found in
``STEPS``; the order is data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sib.arrays import Cents
from sib.contract.interest import Account
from sib.money import exact, largest_remainder


@dataclass(slots=True)
class Purse:
    """Cash on one date and everything that may claim it.

    Parameters
    ----------
    cash : ndarray of shape (n_trials,)
        Cents still to be given out.
    accounts : dict of str to Account
        Tranches by name.
    fees_due : dict of str to ndarray of shape (n_trials,)
        Contract fees by name.
    success_shares : dict of str to float
        How the step ``success_fee`` without a name divides what is left.
    wanted, released : ndarrays of shape (n_trials,)
        Cents that later work can still use, for the step ``recycle``; what was kept for it and is free again.
    paid : dict of str to ndarray of shape (n_trials,)
        What each step, named ``kind:name``, has given out.
    """

    cash: Cents
    accounts: dict[str, Account]
    fees_due: dict[str, Cents]
    success_shares: dict[str, float] = field(default_factory=dict)
    wanted: Cents | float = 0.0
    released: Cents | float = 0.0
    paid: dict[str, Cents] = field(default_factory=dict)

    def give(self, claim: str, amount: Cents) -> None:
        """Give out cash under a claim."""
        self.cash = self.cash - amount
        self.paid[claim] = self.paid.get(claim, 0.0) + amount


def pay_fees(purse: Purse, name: str) -> None:
    """Pay the contract's fees, in the order of the file."""
    for fee, due in purse.fees_due.items():
        amount = np.minimum(purse.cash, due)
        purse.fees_due[fee] = due - amount
        purse.give(f"fees:{fee}", amount)


def pay_interest(purse: Purse, name: str) -> None:
    """Pay the interest due to a tranche, oldest first."""
    purse.give(f"interest:{name}", purse.accounts[name].pay_interest(purse.cash))


def pay_principal(purse: Purse, name: str) -> None:
    """Repay the principal of a tranche."""
    amount = np.minimum(purse.cash, purse.accounts[name].principal)
    purse.accounts[name].repay(amount)
    purse.give(f"principal:{name}", amount)


def recycle(purse: Purse, name: str) -> None:
    """Keep what later work can still use, so that less is drawn for it."""
    purse.give("recycle:", np.minimum(purse.cash, purse.wanted))


def pay_success_fee(purse: Purse, name: str) -> None:
    """Give all that is left to the holder of a tranche; without a name, divide it as the contract says."""
    if name:
        purse.give(f"success_fee:{name}", purse.cash)
        return
    shares = [exact(part) for part in purse.success_shares.values()]
    parts = largest_remainder(purse.cash, [*shares, 1 - sum(shares)]).T
    for who, part in zip(purse.success_shares, parts, strict=False):
        purse.give(f"success_fee:{who}", part)


def pay_surplus(purse: Purse, name: str) -> None:
    """Give all that is left back to the outcome payer."""
    purse.give("surplus:", purse.cash)


STEPS: dict[str, Callable[[Purse, str], None]] = {
    "fees": pay_fees,
    "interest": pay_interest,
    "principal": pay_principal,
    "recycle": recycle,
    "success_fee": pay_success_fee,
    "surplus": pay_surplus,
}
"""What each kind of step does."""


def flow(waterfall: tuple[str, ...], purse: Purse) -> None:
    """Run the purse's cash through the steps in their order."""
    for step in waterfall:
        kind, _, name = step.partition(":")
        STEPS[kind](purse, name)
