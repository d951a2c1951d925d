"""The contract: who pays, what, up to where, in which order, and how it ends.

Model section 5. Its parts have rooms of their own: lending, conditions, payments. What they do is in
``sib.contract``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from sib.deal.conditions import Cohort, Trigger
from sib.deal.lending import NO_INTEREST, Drawdown, Guarantee, Interest, Tranche
from sib.deal.lines import Payment, RateCard
from sib.deal.term import Amount, Flag, MonthSpan, Positive, Rate, Share, Term, Text
from sib.money import exact


class Caps(Term):
    """Limits on all payments together, applied in this order after each line's own cap and each payer's.

    Parameters
    ----------
    by_metric : dict of str to float, optional
        Euros over the contract of all lines on that metric together.
    per_year : float, optional
        Euros in any fiscal year.
    total : float, optional
        Euros over the contract.
    annual_return : float, optional
        The investor receives no more than outlay grown at this yearly rate.
    """

    by_metric: dict[str, Amount] | None = None
    per_year: Amount | None = None
    total: Amount | None = None
    annual_return: Rate | None = None


class ContractFee(Term):
    """A fee paid out of outcome payments by the waterfall step ``fees``."""

    name: Text
    payee: Literal["provider", "intermediary", "accountant"]
    amount: Amount
    months: Annotated[tuple[MonthSpan, ...], Field(min_length=1)]


class OutcomePayer(Term):
    """One of several outcome payers: its share of every payment that is not another's, and its caps.

    Parameters
    ----------
    name : str
        The outcome payer of ``parties``, or another that is named here for the first time.
    share : float
        Share of the payments that all bear together.
    cap, cap_per_year : float, optional
        Most that it ever pays, and in any fiscal year, in euros; nobody makes up for it.
    """

    name: Text
    share: Share = 0.0
    cap: Amount | None = None
    cap_per_year: Amount | None = None


class EarlyEnd(Term):
    """The contract ends on the first payment date on which a trigger is met; what is paid then.

    Work and intake stop, unspent money goes back, and the outcome payer owes the stated shares.

    Parameters
    ----------
    when : str
        The trigger.
    by : {"outcome_payer", "investor"}
        Whose right it is; an investor's option to stop is one of these.
    principal, interest : float
        Shares of the principal outstanding and of the interest due that are paid on that date.
    """

    name: Text
    when: Text
    by: Literal["outcome_payer", "investor"] = "outcome_payer"
    principal: Share
    interest: Share


class ValueAddedTax(Term):
    """Tax on outcome payments, which goes to the State.

    Parameters
    ----------
    rate : float
    included : bool
        Whether what the contract says the outcome payer pays has the tax in it: then the tax is taken off before
        the money reaches the waterfall. If not, the outcome payer pays it on top.
    compensable : bool
        Whether the outcome payer gets the tax back from the State, on the same date.
    """

    rate: Rate
    included: Flag = False
    compensable: Flag = False


class Contract(Term):
    """What was agreed between investor and outcome payer.

    Parameters
    ----------
    commitment : float
        Most that is drawn, in euros. More than the budget: a reserve, which counts as unspent. Less: the rest of the
        work is paid by recycled outcome payments and by whom ``rest_paid_by`` names.
    rest_paid_by : {"provider", "funder"}, optional
        Who pays, and is never repaid, what the work needs beyond the commitment and recycled money.
    recycling : bool
        Whether outcome payments that reach the waterfall step ``recycle`` pay for later work before new draws.
    outcome_payers : list of tables
        Where there are several; the outcome payer of ``parties`` pays all where none is named.
    payers_in_turn : bool
        Whether they pay one after the other, each up to its caps, instead of by shares.
    success_fee : dict of str to float
        How the waterfall step ``success_fee`` (without a name) divides what is left: shares by tranche or by party
        (``provider``, ``intermediary``); what they leave goes on to the next step.
    stop_intake : str, optional
        A trigger from whose first date on no new case is taken in.
    pools : dict of str to list of str
        Waterfalls besides the contract's, for payment lines that name them.
    vat : table, optional
        Tax on outcome payments; none where it is left out.
    """

    commitment: Positive
    drawdown: Drawdown
    rest_paid_by: Literal["provider", "funder"] | None = None
    recycling: Flag = False
    interest: Interest = NO_INTEREST
    cohorts: tuple[Cohort, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    payments: Annotated[tuple[Payment, ...], Field(min_length=1)]
    caps: Caps = Caps()
    outcome_payers: tuple[OutcomePayer, ...] = ()
    payers_in_turn: Flag = False
    success_fee: dict[str, Share] = Field(default_factory=dict)
    fees: tuple[ContractFee, ...] = ()
    payer_shares: dict[str, Share] | None = None
    tranches: Annotated[tuple[Tranche, ...], Field(min_length=1)] = (Tranche(name="investor", share=1.0),)
    waterfall: Annotated[tuple[Text, ...], Field(min_length=1)]
    pools: dict[str, Annotated[tuple[Text, ...], Field(min_length=1)]] = Field(default_factory=dict)
    guarantees: tuple[Guarantee, ...] = ()
    early_ends: tuple[EarlyEnd, ...] = ()
    stop_intake: Text | None = None
    vat: ValueAddedTax | None = None

    @property
    def main_trigger(self) -> Trigger | None:
        """The trigger that decides the deal: the one marked main, or the only one."""
        marked = [trigger for trigger in self.triggers if trigger.main]
        if marked:
            return marked[0]
        return self.triggers[0] if len(self.triggers) == 1 else None

    def share_of(self, tranche: Tranche) -> Fraction:
        """Return the part of every draw that a tranche bears."""
        if tranche.amount is not None:
            return exact(tranche.amount) / exact(self.commitment)
        return exact(tranche.share or 0.0)

    def terms_of(self, tranche: Tranche) -> Interest:
        """Return the interest terms that hold for a tranche."""
        return tranche.interest or self.interest

    @property
    def metrics_used(self) -> set[str]:
        """Metrics that a trigger or a payment line reads."""
        read = {getattr(item, "metric", None) for item in (*self.triggers, *self.payments)}
        priced = {price.outcome for line in self.payments for price in getattr(line, "prices", ())}
        return {name for name in (*read, *priced) if name is not None}

    @property
    def cards_by_person(self) -> tuple[RateCard, ...]:
        """Rate cards that cap what one person earns, for which it matters who reached what."""
        cards = (line for line in self.payments if isinstance(line, RateCard))
        return tuple(card for card in cards if card.cap_per_person is not None)


__all__ = ["Caps", "Contract", "ContractFee", "EarlyEnd", "OutcomePayer", "ValueAddedTax"]
