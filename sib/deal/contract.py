"""The contract: financing, interest, triggers, payments, caps and the order in which money is paid out.

Model section 5. A kind of term is a class here; what it does is one function in ``sib.contract``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sib.deal.term import (
    Amount,
    Flag,
    Level,
    Money,
    Month,
    MonthSpan,
    Positive,
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
    day_count: Literal["30E/360", "ACT/365F", "ACT/360", "ACT/ACT ISDA"] | None = None
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


METRICS = {"validated_savings": "eur", "validated_cases": "count", "validated_share": "fraction"}
"""Metrics of a programme of cases, with their units. The share is validated cases of enrolled cases."""


class Cohort(Term):
    """The cases whose start month lies in ``from`` to ``to``, both included."""

    name: Text
    from_month: MonthSpan = Field(alias="from")
    to: MonthSpan

    @model_validator(mode="after")
    def _in_order(self) -> Cohort:
        if self.from_month > self.to:
            raise fault("order", f"runs from month {self.from_month} to month {self.to}")
        return self


COMPARISONS = ("at_least", "above", "at_most", "below", "between")


class Trigger(Term):
    """A condition on a metric that must be met before money is due.

    Parameters
    ----------
    metric : str
        One of ``METRICS``; in euros, in cases or as a fraction.
    cohort : str, optional
        The cohort that is measured; all cases where none is named.
    measure : {"cumulative", "per_period"}
        From closing, or since the previous payment date.
    at_least, above, at_most, below, between
        Exactly one comparison; ``between`` includes both ends.
    latched : bool
        Once met it stays met; otherwise it can be lost and cured.
    releases : {"backlog", "from_then"}
        Whether what was owed before the trigger was met becomes payable with it.
    """

    name: Text
    main: Flag = False
    metric: Literal["validated_savings", "validated_cases", "validated_share"]
    cohort: Text | None = None
    measure: Literal["cumulative", "per_period"] = "cumulative"
    at_least: Level | None = None
    above: Level | None = None
    at_most: Level | None = None
    below: Level | None = None
    between: tuple[Level, Level] | None = None
    latched: Flag = True
    releases: Literal["backlog", "from_then"] = "backlog"

    @model_validator(mode="after")
    def _one_comparison(self) -> Trigger:
        comparison = exactly_one(self, COMPARISONS)
        if self.between is not None and self.between[0] > self.between[1]:
            raise fault("order", "has a between that starts above its end")
        threshold = getattr(self, comparison)
        levels = threshold if isinstance(threshold, tuple) else (threshold,)
        if not all(abs(level) <= 1e12 for level in levels):
            raise fault("amount", "compares with more than 1e12; no deal is that large")
        if self.metric == "validated_share" and not all(0 <= level <= 1 for level in levels):
            raise fault("share", f"compares a share with {levels[0]:g}; shares are fractions, 70% is 0.70")
        return self

    @property
    def comparison(self) -> str:
        """The comparison that is used, one of ``COMPARISONS``."""
        return exactly_one(self, COMPARISONS)


def _something_is_owed(share: float) -> float:
    if share == 0:
        raise fault("share", "pays nothing; leave the line out")
    return share


class SavingsShare(Term):
    """The outcome payer owes a share of cumulative validated savings until the investor is redeemed.

    Parameters
    ----------
    share : float
        Share of validated (and released) savings, paid up to the balance due.
    share_after_redemption : float
        Share of the savings that were not needed for redemption.
    when : str, optional
        The trigger that releases it.
    cap : float, optional
        Most that this line ever pays, in euros.
    cohort : str, optional
        The cohort whose savings it pays on; all cases where none is named.
    """

    kind: Literal["savings_share"]
    name: Text
    share: Annotated[Share, AfterValidator(_something_is_owed)]
    share_after_redemption: Share = 0.0
    when: Text | None = None
    cap: Amount | None = None
    cohort: Text | None = None


class FixedPayment(Term):
    """A fixed service fee: an amount on every payment date, or in the stated months only.

    Parameters
    ----------
    amount : float
        Euros each time.
    months : tuple of int, optional
        Payment dates on which it is owed; all of them where none is named.
    to : {"waterfall", "provider", "intermediary", "accountant"}
        Whether the money passes the waterfall or goes straight to a party.
    """

    kind: Literal["fixed"]
    name: Text
    amount: Amount
    to: Literal["waterfall", "provider", "intermediary", "accountant"] = "waterfall"
    months: tuple[MonthSpan, ...] | None = None
    when: Text | None = None
    cap: Amount | None = None


Payment = Annotated[SavingsShare | FixedPayment, Field(discriminator="kind")]


class Caps(Term):
    """Limits on all payments together, applied in this order after each line's own cap.

    Parameters
    ----------
    per_year : float, optional
        Euros in any fiscal year.
    total : float, optional
        Euros over the contract.
    annual_return : float, optional
        The investor receives no more than outlay grown at this yearly rate.
    """

    per_year: Amount | None = None
    total: Amount | None = None
    annual_return: Rate | None = None


class Tranche(Term):
    """A part of the commitment with its own place in the waterfall; ``interest`` overrides the contract's."""

    name: Text
    share: Share
    interest: Interest | None = None


class ContractFee(Term):
    """A fee paid out of outcome payments by the waterfall step ``fees``."""

    name: Text
    payee: Literal["provider", "intermediary", "accountant"]
    amount: Amount
    months: Annotated[tuple[MonthSpan, ...], Field(min_length=1)]


class Contract(Term):
    """What was agreed between investor and outcome payer."""

    commitment: Positive
    drawdown: Drawdown
    interest: Interest
    cohorts: tuple[Cohort, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    payments: Annotated[tuple[Payment, ...], Field(min_length=1)]
    caps: Caps = Caps()
    fees: tuple[ContractFee, ...] = ()
    payer_shares: dict[str, Share] | None = None
    tranches: Annotated[tuple[Tranche, ...], Field(min_length=1)] = (Tranche(name="investor", share=1.0),)
    waterfall: Annotated[tuple[Text, ...], Field(min_length=1)]

    @property
    def main_trigger(self) -> Trigger | None:
        """The trigger that decides the deal: the one marked main, or the only one."""
        marked = [trigger for trigger in self.triggers if trigger.main]
        if marked:
            return marked[0]
        return self.triggers[0] if len(self.triggers) == 1 else None

    def terms_of(self, tranche: Tranche) -> Interest:
        """Return the interest terms that hold for a tranche."""
        return tranche.interest or self.interest


__all__ = ["METRICS", "Contract", "Interest", "Money", "Payment", "Tranche", "Trigger"]
