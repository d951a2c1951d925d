"""The programme: kinds of household, what help does for them, what depends on what, and the budget.

Model sections 1 and 2. Amounts are in euros, shares are fractions, times are months. Data only.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sib.deal.term import (
    Amount,
    AtLeastOne,
    Correlation,
    Cost,
    Count,
    Flag,
    Money,
    Month,
    MonthSpan,
    Number,
    Positive,
    Share,
    ShareBelowOne,
    Term,
    Text,
    Variation,
    between,
    exactly_one,
    fault,
    may_be_thousands,
    number_as,
)


class Intake(Term):
    """When the cases come: a profile over months, moved back by ``delay`` whole months."""

    from_month: MonthSpan = Field(1, alias="from")
    months: MonthSpan = 1
    profile: Literal["even", "front_loaded", "counts"] = "even"
    counts: tuple[Count, ...] | None = None
    delay: Month = 0

    @model_validator(mode="after")
    def _counts_match(self) -> Intake:
        if (self.profile == "counts") != (self.counts is not None):
            raise fault("counts", 'needs counts exactly when profile = "counts"')
        if self.counts is not None and len(self.counts) != self.months:
            raise fault("counts", f"has {len(self.counts)} counts for {self.months} months; give one a month")
        return self


class FixedChance(Term):
    """A chance of success that is known."""

    kind: Literal["fixed"]
    value: Share


class Evidence(Term):
    """A chance of success known from a pilot: ``successes`` of ``trials``; a beta by the named prior."""

    kind: Literal["evidence"]
    successes: Count
    trials: AtLeastOne
    prior: Literal["jeffreys", "uniform"] = "jeffreys"

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Evidence:
        if self.successes > self.trials:
            raise fault("evidence", f"has {self.successes} successes of {self.trials} trials")
        return self


class UncertainChance(Term):
    """A chance of success with a mean and a standard deviation (a beta)."""

    kind: Literal["beta"]
    mean: Share
    sd: Share

    @model_validator(mode="after")
    def _sd_fits(self) -> UncertainChance:
        if self.sd > 0 and self.sd**2 >= self.mean * (1 - self.mean):
            raise fault(
                "beta",
                f"has an sd of {self.sd}, too large for a mean of {self.mean}; it must be below sqrt(mean (1 - mean))",
            )
        return self


Chance = Annotated[
    Annotated[FixedChance | Evidence | UncertainChance, Field(discriminator="kind")], number_as("fixed", "value")
]


class Fixed(Term):
    """The same amount every time."""

    kind: Literal["fixed"]
    amount: Money


class Lognormal(Term):
    """A lognormal amount by its mean and its coefficient of variation."""

    kind: Literal["lognormal"]
    mean: Amount
    cv: Variation


class Gamma(Term):
    """A gamma amount by its mean and its coefficient of variation."""

    kind: Literal["gamma"]
    mean: Amount
    cv: Variation


class _LowModeHigh(Term):
    low: Number
    mode: Number
    high: Number

    @model_validator(mode="after")
    def _in_order(self) -> _LowModeHigh:
        if not self.low <= self.mode <= self.high:
            raise fault("order", f"needs low <= mode <= high; found {self.low:g}, {self.mode:g}, {self.high:g}")
        return self


class Triangular(_LowModeHigh):
    """A triangular amount or factor."""

    kind: Literal["triangular"]


class Pert(_LowModeHigh):
    """A PERT amount or factor: a beta between low and high around the mode."""

    kind: Literal["pert"]


class Uniform(Term):
    """Anything from low to high, equally likely."""

    kind: Literal["uniform"]
    low: Number
    high: Number

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        if self.low > self.high:
            raise fault("order", f"needs low <= high; found {self.low:g}, {self.high:g}")
        return self


class Empirical(Term):
    """One of the listed amounts, each equally likely."""

    kind: Literal["empirical"]
    values: Annotated[tuple[Money, ...], Field(min_length=1)]


def _levels_are_amounts(value: Any) -> Any:
    for level in ("low", "mode", "high") if isinstance(value, dict) else ():
        if odd := may_be_thousands(value.get(level)):
            raise fault("amount", f"has {level} = {value[level].text}, which {odd}")
    return value


Saving = Annotated[
    Annotated[Fixed | Lognormal | Gamma | Triangular | Pert | Uniform | Empirical, Field(discriminator="kind")],
    number_as("fixed", "amount"),
    BeforeValidator(_levels_are_amounts),
]


class Partial(Term):
    """A case that does not succeed may still save a share of what a success saves."""

    chance: Share
    saving_share: Share


class Aftercare(Term):
    """A lower hazard of relapse, bought by the named budget line."""

    line: Text
    relapse: ShareBelowOne


class Selection(Term):
    """How the households were picked: the most expensive of a population, whose cost falls by itself.

    Parameters
    ----------
    cost, cv : float
        Mean yearly cost of a household of the population in euros, and its coefficient of variation (lognormal).
    top_share : float
        Share of the population that was picked for its cost.
    correlation : float
        Between the logarithms of a household's cost in a year and in the next.
    """

    cost: Positive
    cv: Variation
    top_share: Annotated[Share, AfterValidator(between(1e-6, 1, what="a share"))]
    correlation: Share


class Learning(Term):
    """Later cases save more than earlier ones: ``1 + gain (1 - exp(-k / pace))`` times, k cases having come before.

    Parameters
    ----------
    gain : float
        What experience adds in the end, as a share of the saving.
    pace : float
        Cases after which about two thirds of it are reached.
    """

    gain: Annotated[Number, AfterValidator(between(0, 10, what="a gain"))]
    pace: Annotated[Number, AfterValidator(between(0.01, 1e6, what="a number of cases"))]


class ClassShares(Term):
    """A law's share of the gross saving, direct and real apart."""

    direct: Share = 0.0
    real: Share = 0.0


class Segment(Term):
    """A kind of household: how many, when, with what chance, and what a success saves on whose budget.

    Parameters
    ----------
    success : chance
        Chance that a case with a plan succeeds.
    saving : amount distribution
        Gross saving of a success over ``saving_months``, all laws and classes together.
    relapse : float
        Chance a month that the saving stops.
    deadweight : float
        Share of the gross saving that would have come anyway.
    regression_to_mean : float
        Share of what is left after deadweight that is mere return to the ordinary.
    selection : table, optional
        How the households were picked; it changes no trial, and tells what regression to the mean would show.
    double_count : float
        Share of the counted saving that another scheme has already counted.
    current_share : float
        What is left of the gross saving when it is measured against current instead of threatening cost.
    by_law, direct_share, shares
        The gross saving by law and class: two margins (their product is taken), or the table itself.
    learning : table, optional
        Whether later cases save more, experience having grown; the order is that of start months.
    """

    name: Text
    cases: AtLeastOne
    intake: Intake = Intake()
    triage_share: Share = 1.0
    success: Chance
    partial: Partial | None = None
    saving: Saving
    failure_saving: Cost = 0.0
    saving_months: MonthSpan
    months_to_effect: Month = 0
    relapse: ShareBelowOne = 0.0
    aftercare: Aftercare | None = None
    deadweight: Share = 0.0
    regression_to_mean: Share = 0.0
    selection: Selection | None = None
    double_count: Share = 0.0
    current_share: Share = 1.0
    by_law: dict[str, Share] | None = None
    direct_share: Share | None = None
    shares: dict[str, ClassShares] | None = None
    learning: Learning | None = None

    @model_validator(mode="after")
    def _one_table_of_shares(self) -> Segment:
        margins = self.by_law is not None and self.direct_share is not None
        if margins == (self.shares is not None) or (self.shares and (self.by_law or self.direct_share is not None)):
            raise fault("shares", "needs either by_law with direct_share, or shares (a table by law and class)")
        return self

    @property
    def hazard(self) -> float:
        """Chance a month of relapse, with aftercare where it is bought."""
        return self.relapse if self.aftercare is None else self.aftercare.relapse


class _Dependence(Term):
    """What may move together besides outcomes; 0 is independence, and it is listed as such.

    Parameters
    ----------
    savings : float
        Loading of the savings amounts on the outcome factor z: ``S exp(b z - b**2 / 2)``.
    review : float
        Weight of the accountant's strictness of the whole trial in each wrong decision.
    delays : float
        Weight of the trial's delay level in each case's delay.
    intake : float
        Weight of the outcome factor in the enrolment factor.
    parameters : float
        Weight of one common factor in the segments' uncertain chances of success.
    """

    savings: Annotated[Number, AfterValidator(between(-3, 3, what="a loading"))] = 0.0
    review: ShareBelowOne = 0.0
    delays: Correlation = 0.0
    intake: Correlation = 0.0
    parameters: Correlation = 0.0


class Independent(_Dependence):
    """Cases succeed independently given p: the optimistic bound."""

    kind: Literal["independent"]


class BetaBinomial(_Dependence):
    """All cases of a segment share one chance; ``icc`` is the correlation between two cases."""

    kind: Literal["beta_binomial"]
    icc: Share
    across_segments: Correlation | None = None


class GaussianFactor(_Dependence):
    """Cases share a normal factor, or several named causes with a weight per segment."""

    kind: Literal["gaussian_factor"]
    weight: ShareBelowOne | None = None
    causes: dict[str, dict[str, ShareBelowOne]] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> GaussianFactor:
        exactly_one(self, ("weight", "causes"))
        totals: dict[str, float] = {}
        for loads in (self.causes or {}).values():
            for segment, weight in loads.items():
                totals[segment] = totals.get(segment, 0.0) + weight
        heavy = [segment for segment, total in totals.items() if total >= 1]
        if heavy:
            raise fault(
                "weights", f"has causes that weigh 1 or more together for segment {heavy[0]!r}; keep the sum below 1"
            )
        return self


Dependence = Annotated[Independent | BetaBinomial | GaussianFactor, Field(discriminator="kind")]


class FixedFactor(Term):
    """Enrolment exactly as planned, or a fixed part of it."""

    kind: Literal["fixed"]
    value: Annotated[Number, AfterValidator(between(0, 10, what="an enrolment factor"))] = 1.0


Enrolment = Annotated[
    Annotated[FixedFactor | Triangular | Pert | Uniform, Field(discriminator="kind")], number_as("fixed", "value")
]


class Programme(Term):
    """The cases: their segments, their dependence, and how many come.

    Parameters
    ----------
    has_effect : bool
        Whether the help helps. If not, households do what they would have done anyway: of those that would succeed
        the share ``deadweight`` shows its whole saving, the others what ``regression_to_mean`` alone shows, and
        nothing of it is truly saved. Claims and review are the same.
    """

    kind: Literal["cases"] = "cases"
    has_effect: Flag = True
    segments: Annotated[tuple[Segment, ...], Field(min_length=1)]
    dependence: Dependence
    enrolment: Enrolment = FixedFactor(kind="fixed")

    @model_validator(mode="after")
    def _enrolment_not_negative(self) -> Programme:
        if getattr(self.enrolment, "low", 0.0) < 0 or getattr(self.enrolment, "high", 0.0) > 10:
            raise fault("enrolment", "has an enrolment factor below 0 or above 10")
        return self
