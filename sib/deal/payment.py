"""What all kinds of payment line have in common: when, how much at most, to whom, by whom.

Model section 5.4.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from sib.deal.term import Amount, MonthSpan, Positive, Rate, Term, Text, fault

Receiver = Literal["waterfall", "investor", "provider", "intermediary", "accountant"]


class PaymentLine(Term):
    """What all kinds of payment have in common.

    Parameters
    ----------
    when : str, optional
        The trigger that releases it.
    months : tuple of int, optional
        Payment dates on which it can pay; all of them where none is named.
    cap, cap_per_year : float, optional
        Most that this line ever pays, and in any fiscal year, in euros.
    to : {"waterfall", "investor", "provider", "intermediary", "accountant"}
        Whether the money passes the waterfall or goes straight to a party.
    pool : str, optional
        A waterfall of its own (``contract.pools``) instead of the contract's.
    paid_by : str, optional
        The outcome payer that bears all of it; all by their shares where none is named.
    round_to : float, optional
        What is owed is rounded to multiples of this, half up.
    indexed : float, optional
        Yearly rate by which what is newly owed grows on every anniversary of closing.
    """

    name: Text
    when: Text | None = None
    months: tuple[MonthSpan, ...] | None = None
    cap: Amount | None = None
    cap_per_year: Amount | None = None
    to: Receiver = "waterfall"
    pool: Text | None = None
    paid_by: Text | None = None
    round_to: Positive | None = None
    indexed: Rate | None = None

    @property
    def earns_on(self) -> str | None:
        """The metric that it pays for, on which a cap by metric holds; None where there is none, or several."""
        return getattr(self, "metric", None)

    @model_validator(mode="after")
    def _one_way_out(self) -> PaymentLine:
        if self.pool is not None and self.to != "waterfall":
            raise fault("pool", f"goes straight to the {self.to} and has a pool too; leave one out")
        return self


class OnMetric(PaymentLine):
    """A payment that depends on a metric.

    Parameters
    ----------
    metric : str
        A metric of the programme; bounds are in its unit.
    cohort : str, optional
        The cohort that is measured; all together where none is named.
    measure : {"cumulative", "per_period"}
        From closing, or since the previous payment date.
    """

    metric: Text
    cohort: Text | None = None
    measure: Literal["cumulative", "per_period"] = "cumulative"
