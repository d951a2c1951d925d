"""The accountant's terms: when claims are made, what counts, how they are reviewed and what that costs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sib.deal.programme import Pert, Triangular, Uniform
from sib.deal.term import Amount, Month, MonthSpan, Share, Term, Text, fault, number_as


class FixedDelay(Term):
    """Every claim is validated the same number of months after it is made."""

    kind: Literal["fixed"]
    months: Month


class UniformMonths(Term):
    """A whole number of months from low to high, both included; drawn per case or per date of claiming."""

    kind: Literal["uniform_months"]
    low: Month
    high: Month
    per: Literal["case", "date"] = "case"

    @model_validator(mode="after")
    def _in_order(self) -> UniformMonths:
        if self.low > self.high:
            raise fault("order", f"needs low <= high; found {self.low}, {self.high}")
        return self


Delay = Annotated[Annotated[FixedDelay | UniformMonths, Field(discriminator="kind")], number_as("fixed", "months")]


class Fee(Term):
    """What the accountant is paid.

    Parameters
    ----------
    line : str, optional
        The budget line that already pays it; then nothing is charged on top.
    fixed : float
        Euros at closing.
    per_case : float
        Euros for each claim, when it is validated.
    payer : {"outcome_payer", "provider", "intermediary"}
        Who bears the part that is no budget line.
    """

    line: Text | None = None
    fixed: Amount = 0.0
    per_case: Amount = 0.0
    payer: Literal["outcome_payer", "provider", "intermediary"] = "outcome_payer"

    @model_validator(mode="after")
    def _not_twice(self) -> Fee:
        if self.line is not None and (self.fixed or self.per_case):
            raise fault("fee", "names a budget line and an amount; the fee would be charged twice")
        return self


class Counting(Term):
    """The contract's counting rules, applied in the order of the fields; model section 4.1."""

    laws: tuple[Text, ...] = ()
    evidence_required: bool = True
    classes: Annotated[tuple[Literal["direct", "real"], ...], Field(min_length=1)] = ("direct", "real")
    baseline: Literal["threatening", "current"] = "threatening"
    max_months: MonthSpan | None = None
    double_counting: Literal["excluded", "allowed"] = "excluded"
    own_cost: Literal["out", "in"] = "out"
    cap_per_case: Amount | None = None
    negative: Literal["floor", "net", "exclude"] = "floor"

    @model_validator(mode="after")
    def _each_once(self) -> Counting:
        for name in ("laws", "classes"):
            listed = getattr(self, name)
            if len(set(listed)) < len(listed):
                raise fault("twice", f"lists one of its {name} twice")
        return self


class Review(Term):
    """Chances of the reviewer's decisions, each per claim; model section 4.2.

    Parameters
    ----------
    wrong_rejection : float
        Chance that a good claim is refused.
    wrong_adjustment, adjustment_share : float
        Chance that a good claim that was not refused is cut, and the share cut off.
    invalid_detected, overstated_detected : float
        Chance that such a claim is found out.
    """

    wrong_rejection: Share = 0.0
    wrong_adjustment: Share = 0.0
    adjustment_share: Share = 0.0
    invalid_detected: Share = 1.0
    overstated_detected: Share = 1.0


Taint = Annotated[
    Annotated[Triangular | Pert | Uniform, Field(discriminator="kind")],
    Field(description="share of the claim that is too much"),
]


class ClaimErrors(Term):
    """What goes wrong before the reviewer sees it; model section 3.

    Parameters
    ----------
    invalid : float
        Chance that a failed case is claimed all the same.
    overstated : float
        Chance that a good claim is overstated.
    taint : distribution, optional
        Overstated part of the claim, (claimed - true) / claimed, within 0 to below 1.
    evidence_missing : float
        Chance that a claim comes without its evidence.
    """

    invalid: Share = 0.0
    overstated: Share = 0.0
    taint: Taint | None = None
    evidence_missing: Share = 0.0

    @model_validator(mode="after")
    def _taint_when_overstated(self) -> ClaimErrors:
        if self.overstated and self.taint is None:
            raise fault("taint", "has overstated claims but no taint; say how much of such a claim is too much")
        if self.taint is not None and (self.taint.low < 0 or self.taint.high >= 1):
            raise fault("taint", "has a taint outside 0 to below 1")
        return self


class Accountant(Term):
    """How claims become validated amounts."""

    mode: Literal["full", "none"] = "full"
    claim_at: Literal["end", "plan", "monthly"] = "end"
    delay: Delay = FixedDelay(kind="fixed", months=0)
    fee: Fee = Fee()
    counting: Counting = Counting()
    review: Review = Review()
    claims: ClaimErrors = ClaimErrors()


__all__ = ["Accountant", "ClaimErrors", "Counting", "Delay", "Fee", "FixedDelay", "Review", "UniformMonths"]
