"""Who makes good what the outcomes did not pay: guarantees, after the waterfall, at maturity or early end.

In come what was laid out and received, out goes what each guarantee pays. A clause is one function here, found in
``CALLS``. Whether the guarantor can pay is drawn elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sib.arrays import Cents
from sib.contract.earnings import cents
from sib.deal.lending import BuiltUp, FirstLoss, LossShare, PrincipalFloor, RecoveryFloor
from sib.money import exact, share


@dataclass(frozen=True, slots=True)
class Position:
    """What the covered tranches laid out and got back when the contract ended, in cents.

    Parameters
    ----------
    outlay, receipts : ndarrays of shape (n_trials,)
        Drawn less returned; all that was received.
    lost_principal : ndarray of shape (n_trials,)
        Principal that nobody repaid.
    repaid : ndarray of shape (n_trials,)
        Principal that was repaid.
    period : int
    """

    outlay: Cents
    receipts: Cents
    lost_principal: Cents
    repaid: Cents
    period: int

    @property
    def loss(self) -> Cents:
        """Outlay that receipts did not make good."""
        return np.maximum(self.outlay - self.receipts, 0.0)


def recovery_floor(terms: RecoveryFloor, position: Position) -> Cents:
    """Lift receipts to an amount, or to a share of the outlay."""
    floor = cents(terms.amount) if terms.amount is not None else share(position.outlay, exact(terms.share or 0.0))
    return np.maximum(floor - position.receipts, 0.0)


def first_loss(terms: FirstLoss, position: Position) -> Cents:
    """Bear the loss; the limit holds for every kind."""
    return position.loss


def share_of_loss(terms: LossShare, position: Position) -> Cents:
    """Bear a share of the principal that was lost."""
    return share(position.lost_principal, exact(terms.share))


def protected_principal(terms: PrincipalFloor, position: Position) -> Cents:
    """Lift the principal repaid to a share of the outlay."""
    return np.maximum(share(position.outlay, exact(terms.share)) - position.repaid, 0.0)


def built_up(terms: BuiltUp, position: Position) -> Cents:
    """Bear the loss up to the balance that has been built up by then."""
    balance = sum(cents(deposit.amount) for deposit in terms.deposits if deposit.month <= position.period)
    return np.minimum(position.loss, balance)


CALLS: dict[type, Callable[[Any, Position], Cents]] = {
    RecoveryFloor: recovery_floor,
    FirstLoss: first_loss,
    LossShare: share_of_loss,
    PrincipalFloor: protected_principal,
    BuiltUp: built_up,
}
"""What each kind of guarantee is called for."""


LOSSES: dict[type, Callable[[Position], Cents]] = {
    RecoveryFloor: lambda position: position.loss,
    FirstLoss: lambda position: position.loss,
    LossShare: lambda position: position.lost_principal,
    PrincipalFloor: lambda position: position.lost_principal,
    BuiltUp: lambda position: position.loss,
}
"""By what of each covered tranche a kind of guarantee is divided: its loss, or the principal that nobody repaid."""


def call(terms: Any, position: Position) -> Cents:
    """Return what a guarantee pays, within its limit, if it can."""
    called = CALLS[type(terms)](terms, position)
    return np.asarray(called if terms.limit is None else np.minimum(called, cents(terms.limit)))
