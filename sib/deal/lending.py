"""What the investor puts in and under what terms: drawdown, interest, tranches, guarantees.

Model sections 5.3 and 5.5. A kind of term is a class here; what it does is one function in ``sib.contract``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sib.deal.term import (
    Amount,
    Flag,
    Month,
    Rate,
    Share,
    Term,
    Text,
    exactly_one,
    fault,
)


class UpFront(Term):
    """The whole commitment is drawn at closing."""

    kind: Literal["up_front"]


class Draw(Term):
    """One drawing: how much, in which month."""

    month: Month
    amount: Amount


class Schedule(Term):
    """The commitment is drawn in stated amounts in stated months."""

    kind: Literal["schedule"]
    draws: Annotated[tuple[Draw, ...], Field(min_length=1)]


class AsSpent(Term):
    """Each date's draw covers the cost of the month that begins."""

    kind: Literal["as_spent"]


Drawdown = Annotated[UpFront | Schedule | AsSpent, Field(discriminator="kind")]

DAY_COUNTS = ("30E/360", "ACT/365F", "ACT/360", "ACT/ACT ISDA")
DayCount = Literal["30E/360", "ACT/365F", "ACT/360", "ACT/ACT ISDA"]


class Interest(Term):
    """What the investor earns on principal; a bare percentage is not a term.

    Parameters
    ----------
    rate : float
        Fraction a year, or over the term.
    basis : {"per_year", "over_term"}
        ``over_term``: the rate times each draw, earned at the draw.
    compounding : {"simple", "annual", "quarterly", "monthly", "continuous"}
        How often unpaid interest starts to earn interest itself.
    day_count : {"30E/360", "ACT/365F", "ACT/360", "ACT/ACT ISDA"}
    on : {"outstanding", "committed"}
        Whether undrawn commitment earns interest too.
    """

    rate: Rate
    basis: Literal["per_year", "over_term"] = Field(
        description="a percentage alone is no term: 4% on 1,797,500 for three years is 71,900 over the term, 215,700 "
        "simple, 224,443 compounded yearly; per year also needs compounding and day_count"
    )
    compounding: Literal["simple", "annual", "quarterly", "monthly", "continuous"] | None = None
    day_count: DayCount | None = None
    on: Literal["outstanding", "committed"] = "outstanding"

    @model_validator(mode="after")
    def _reading_is_stated(self) -> Interest:
        stated = self.compounding is not None and self.day_count is not None
        if self.basis == "per_year" and not stated:
            raise fault(
                "interest",
                "per year needs compounding and day_count: simple, yearly compounded and over the "
                "term differ by thousands of euros",
            )
        if self.basis == "over_term" and (self.compounding is not None or self.day_count is not None):
            raise fault("interest", "over the term has no compounding and no day_count; leave them out")
        return self


NO_INTEREST = Interest(rate=0.0, basis="over_term")
"""What a contract without a word on interest owes besides principal: nothing."""

HOLDERS = ("investor", "provider", "funder")


class Tranche(Term):
    """A part of the commitment with its own place in the waterfall; ``interest`` overrides the contract's.

    Parameters
    ----------
    share, amount : float
        Share of every draw, or instead its part of the commitment in euros.
    holder : {"investor", "provider", "funder"}
        Who puts the money in. A tranche of the provider is a deferred fee: work that is paid for out of results.
    grant : bool
        Never repaid.
    """

    name: Text
    share: Share | None = None
    amount: Amount | None = None
    interest: Interest | None = None
    holder: Literal["investor", "provider", "funder"] = "investor"
    grant: Flag = False


    @model_validator(mode="after")
    def _one_size(self) -> Tranche:
        exactly_one(self, ("share", "amount"))
        return self


class _Guarantee(Term):
    """A promise that is called after the waterfall, at maturity or early end.

    Parameters
    ----------
    by : {"guarantor", "provider", "outcome_payer"}
        Who makes it.
    tranches : tuple of str, optional
        The tranches that are covered; those of the investor where none is named.
    limit : float, optional
        Most that it pays, in euros.
    chance_unable : float
        Chance that the one who made it cannot pay when it is called.
    """

    name: Text
    by: Literal["guarantor", "provider", "outcome_payer"] = "guarantor"
    tranches: tuple[Text, ...] | None = None
    limit: Amount | None = None
    chance_unable: Share = 0.0


class RecoveryFloor(_Guarantee):
    """Lifts all that was received to a floor: an amount, or a share of the outlay."""

    kind: Literal["recovery_floor"]
    amount: Amount | None = None
    share: Share | None = None

    @model_validator(mode="after")
    def _one_floor(self) -> RecoveryFloor:
        exactly_one(self, ("amount", "share"))
        return self


class FirstLoss(_Guarantee):
    """Bears the loss (outlay less receipts) up to the limit."""

    kind: Literal["first_loss"]

    @model_validator(mode="after")
    def _has_a_limit(self) -> FirstLoss:
        if self.limit is None:
            raise fault("limit", "needs a limit; a first loss without one is a recovery floor with share = 1.0")
        return self


class LossShare(_Guarantee):
    """Bears a share of the principal that was lost."""

    kind: Literal["share_of_loss"]
    share: Share


class PrincipalFloor(_Guarantee):
    """Protected principal: lifts the principal repaid to a share of the outlay."""

    kind: Literal["protected_principal"]
    share: Share


class Deposit(Term):
    """An amount that joins a guarantee's balance in a month."""

    month: Month
    amount: Amount


class BuiltUp(_Guarantee):
    """Bears the loss up to a balance that builds up by schedule."""

    kind: Literal["built_up"]
    deposits: Annotated[tuple[Deposit, ...], Field(min_length=1)]


Guarantee = Annotated[
    RecoveryFloor | FirstLoss | LossShare | PrincipalFloor | BuiltUp, Field(discriminator="kind")
]

__all__ = ["HOLDERS", "NO_INTEREST", "AsSpent", "Draw", "Drawdown", "Guarantee", "Interest", "Tranche"]
