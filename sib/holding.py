"""What somebody who holds tranches laid out and received, month by month.

In come the cash flows of the contract, out goes a ``Holding`` for the investor or for one tranche.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.arrays import Cents, add_up
from sib.contract.books import CashFlows
from sib.deal.lines import TwoWay
from sib.deal.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Holding:
    """What was laid out and received, in cents; arrays of shape (n_periods, n_trials).

    Parameters
    ----------
    drawn, back : ndarray
        Drawn; unspent money that came back.
    principal : ndarray
        Principal repaid, by the waterfall or by a guarantee.
    received : ndarray
        All that was received besides unspent money, less what was owed back under two-way lines.
    """

    drawn: Cents
    back: Cents
    principal: Cents
    received: Cents

    @property
    def outlay(self) -> Cents:
        """Drawn less returned, shape (n_trials,)."""
        return np.asarray((self.drawn - self.back).sum(axis=0))

    @property
    def receipts(self) -> Cents:
        """All else received, shape (n_trials,)."""
        return np.asarray(self.received.sum(axis=0))

    @property
    def net(self) -> Cents:
        """Net cash, shape (n_trials, n_periods)."""
        return np.asarray((self.received + self.back - self.drawn).T)


def investors_tranches(deal: Scenario) -> list[str]:
    """Return the names of the tranches that the investor holds."""
    return [tranche.name for tranche in deal.contract.tranches if tranche.holder == "investor"]


def holding(deal: Scenario, flows: CashFlows, *, tranche: str | None = None) -> Holding:
    """Return the investor's whole holding, or one tranche.

    What goes straight to the investor, or comes straight from it, belongs to no tranche but the only one.
    """
    mine = investors_tranches(deal)
    names = mine if tranche is None else [tranche]
    nothing = np.zeros_like(next(iter(flows.draws.values())))
    principal = _claimed(flows, names, ("principal",), nothing)
    others = _claimed(flows, names, ("interest", "success_fee", "extra"), nothing)
    received = principal + others
    if names == mine:
        for terms in deal.contract.payments:
            if terms.to == "investor":
                received = received + flows.payments[terms.name]
            if isinstance(terms, TwoWay) and terms.liable == "investor" and terms.name in flows.owed_back:
                received = received - flows.owed_back[terms.name]
    drawn = add_up(flows.draws[name] for name in names)
    return Holding(drawn, add_up(flows.returned[name] for name in names), principal, received)


def _claimed(flows: CashFlows, names: list[str], kinds: tuple[str, ...], nothing: Cents) -> Cents:
    """What the waterfalls and the guarantees paid to tranches under some kinds of claim."""
    claims = {f"{kind}:{name}" for kind in kinds for name in names}
    found = [paid for claim, paid in flows.paid.items() if claim in claims]
    found += [paid for (_, claim), paid in flows.guaranteed.items() if claim in claims]
    return add_up([nothing, *found])
