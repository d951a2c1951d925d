"""The accountant's terms: when claims are made, what counts, how they are reviewed and what that costs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sib.deal.assurance import Assurance
from sib.deal.programme import Pert, Triangular, Uniform
from sib.deal.term import (
    Amount,
    AtLeastOne,
    Month,
    MonthSpan,
    Number,
    Positive,
    Share,
    ShareBelowOne,
    Term,
    Text,
    between,
    fault,
    number_as,
)

ShareAboveZero = Annotated[Share, AfterValidator(between(1e-6, 1, what="a share of files"))]
Confidence = Annotated[Number, AfterValidator(between(0.5, 0.999, what="a confidence"))]


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
        Euros for each file that is opened, when it is settled.
    per_extra_review : float
        Euros on top for each dispute, and for each file that is opened because a sample was refused.
    payer : {"outcome_payer", "provider", "intermediary"}
        Who bears the part that is no budget line.
    """

    line: Text | None = None
    fixed: Amount = 0.0
    per_case: Amount = 0.0
    per_extra_review: Amount = 0.0
    payer: Literal["outcome_payer", "provider", "intermediary"] = "outcome_payer"

    @property
    def is_charged(self) -> bool:
        """Whether anything is charged that is no budget line."""
        return bool(self.fixed or self.per_case or self.per_extra_review)

    @model_validator(mode="after")
    def _not_twice(self) -> Fee:
        if self.line is not None and (self.fixed or self.per_case):
            raise fault(
                "fee",
                "names a budget line and an amount; the fee would be charged twice; only per_extra_review may be added",
            )
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


class Disputes(Term):
    """One round in which a decision of the reviewer is fought; model section 4.2.

    Parameters
    ----------
    appeal, appeal_success : float
        Chance that the provider appeals the refusal or the cut of a good claim, and that it is then accepted whole.
    challenge, challenge_success : float
        Chance that the outcome payer challenges a wrong claim that was accepted, and that it is then put right.
    months : int
        How long a dispute takes; what it is about waits for its end.
    cost : float
        Euros of each dispute, paid to the accountant when it ends, by the party that brought it or by the loser.
    """

    appeal: Share = 0.0
    appeal_success: Share = 1.0
    challenge: Share = 0.0
    challenge_success: Share = 1.0
    months: Month = 0
    cost: Amount = 0.0
    cost_payer: Literal["bringer", "loser"] = "bringer"

    @property
    def can_happen(self) -> bool:
        """Whether any decision is ever fought."""
        return bool(self.appeal or self.challenge)


class Sample(Term):
    """Which files are opened where not all are, and what follows for the others; model section 4.3.

    Parameters
    ----------
    size : int, optional
        Files of each population; of monetary units the book value over ``size`` is the interval.
    share : float, optional
        Share of the files of each population, rounded up, in place of a size.
    interval : float, optional
        Euros from one monetary unit that is looked at to the next, the same for each population.
    tolerable, expected : float, optional
        Shares of the book value (of the files, for attributes) that may be wrong, and that are expected to be; the
        size is planned from them where none is given. ``tolerable`` also decides under ``accept``.
    confidence : float
        Of the upper limit.
    model : {"poisson", "binomial", "hypergeometric"}
        Of the upper limit of attributes.
    pay_on : {"point", "upper", "accept"}
        Files that nobody opened lose the projected error, or its upper limit; or nothing as long as that limit is
        tolerable, and are all opened otherwise.
    every : int, optional
        Months from one settlement to the next: what is ready by then is one population. Each payment date unless
        said.
    """

    size: AtLeastOne | None = None
    share: ShareAboveZero | None = None
    interval: Positive | None = None
    tolerable: ShareBelowOne | None = None
    expected: Share = 0.0
    confidence: Confidence = 0.95
    model: Literal["poisson", "binomial", "hypergeometric"] = "binomial"
    pay_on: Literal["point", "upper", "accept"] = "point"
    every: MonthSpan | None = None

    @model_validator(mode="after")
    def _one_plan(self) -> Sample:
        stated = [name for name in ("size", "share", "interval") if getattr(self, name) is not None]
        if len(stated) > 1:
            raise fault("size", f"has {' and '.join(stated)}; one of them follows from the other, so state one")
        if not stated and self.tolerable is None:
            raise fault(
                "size", "says neither size, share, interval nor tolerable: how many files are opened cannot be known"
            )
        if self.pay_on == "accept" and self.tolerable is None:
            raise fault("tolerable", 'needs tolerable with pay_on = "accept": below which limit is the rest accepted?')
        if self.tolerable is not None and self.expected >= self.tolerable:
            raise fault(
                "expected",
                "has an expected share that is not below tolerable: no sample can show that errors stay below it",
            )
        return self


class Accountant(Term):
    """How claims become validated amounts."""

    mode: Literal["full", "attributes", "monetary_unit", "none"] = "full"
    claim_at: Literal["end", "plan", "monthly"] = "end"
    delay: Delay = FixedDelay(kind="fixed", months=0)
    fee: Fee = Fee()
    counting: Counting = Counting()
    review: Review = Review()
    disputes: Disputes = Disputes()
    sample: Sample | None = None
    assurance: Assurance | None = None
    claims: ClaimErrors = ClaimErrors()

    @model_validator(mode="after")
    def _sample_where_sampled(self) -> Accountant:
        if self.is_sampled and self.sample is None:
            raise fault("sample", f'has mode = "{self.mode}" but no table sample: say how many files are opened')
        if self.sample is not None and not self.is_sampled:
            raise fault("sample", f'has a table sample, which mode = "{self.mode}" does not use; remove one of them')
        if self.is_sampled and self.claim_at == "monthly":
            raise fault(
                "claim_at", 'samples files that are claimed once; with claim_at = "monthly" use mode "full" or "none"'
            )
        if self.mode == "attributes" and self.sample is not None and self.sample.interval is not None:
            raise fault("interval", 'has an interval of euros, which only mode = "monetary_unit" uses; state size')
        return self

    @property
    def is_reviewed(self) -> bool:
        """Whether anybody opens files, all of them or some."""
        return self.mode != "none"

    @property
    def charges_by_work(self) -> bool:
        """Whether files or disputes cost something each."""
        return bool(self.fee.per_case or self.fee.per_extra_review or self.disputes.cost)

    @property
    def is_sampled(self) -> bool:
        """Whether only some files are opened."""
        return self.mode in ("attributes", "monetary_unit")


__all__ = [
    "Accountant", "ClaimErrors", "Counting", "Delay", "Disputes", "Fee", "FixedDelay", "Review", "Sample",
    "UniformMonths",
]
