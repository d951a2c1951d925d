"""Programmes that are measured as a group: an effect on named metrics, or numbers of outcomes.

Model section 1.8. What is true and what is measured is worked out in ``sib.programme``. Data only.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from sib.deal.programme import (
    BetaBinomial,
    Chance,
    Enrolment,
    FixedFactor,
    GaussianFactor,
    Independent,
    Intake,
    Pert,
    Programme,
    Triangular,
    Uniform,
)
from sib.deal.term import (
    Amount,
    AtLeastOne,
    Correlation,
    Flag,
    Level,
    MonthSpan,
    Share,
    Term,
    Text,
    fault,
    not_negative,
    number_as,
)

UNITS = {"percent": 2, "fraction": 4, "eur": 2, "count": 0, "points": 2}
"""Units of a metric, with the decimals in which it is measured unless the scenario says otherwise."""


class Sure(Term):
    """A true effect that is known."""

    kind: Literal["fixed"]
    value: Level


class Normal(Term):
    """A normal effect by its mean and standard deviation."""

    kind: Literal["normal"]
    mean: Level
    sd: Annotated[Level, AfterValidator(not_negative)]


Effect = Annotated[
    Annotated[Sure | Normal | Triangular | Pert | Uniform, Field(discriminator="kind")], number_as("fixed", "value")
]


def _rising(months: tuple[int, ...]) -> tuple[int, ...]:
    if not months or list(months) != sorted(set(months)):
        raise fault("order", "needs the months in which it is measured in rising order, at least one")
    return months


Months = Annotated[
    tuple[MonthSpan, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, int) else value),
    AfterValidator(_rising),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}),
]
"""Months in which something is measured; a single one may stand by itself."""


class EffectMetric(Term):
    """What is measured of a cohort, and what is true of it.

    Parameters
    ----------
    unit : {"percent", "fraction", "eur", "count", "points"}
    decimals : int, optional
        Decimals in which it is measured, halves away from zero.
    effect : number or distribution
        The true effect on a cohort.
    counterfactual : float
        What would be there without any help; only what goes beyond it is worth something.
    by_cohort : dict of str to number or distribution, optional
        Where cohorts differ.
    evaluator_sd : float
        Standard deviation of the evaluator's error in one measurement.
    measured : int or tuple of int, optional
        Months after closing in which it is measured, where other than those of the cohort.
    accumulates : bool
        Whether measurements add up, such as savings by year; otherwise the latest stands.
    worth : float
        Euros that one unit of the true effect saves, each time it is measured, on the budgets of ``by_law``.
    """

    name: Text
    unit: Literal["percent", "fraction", "eur", "count", "points"]
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    effect: Effect
    counterfactual: Level = 0.0
    by_cohort: dict[str, Effect] | None = None
    evaluator_sd: Annotated[Level, AfterValidator(not_negative)] = 0.0
    measured: Months | None = None
    accumulates: Flag = False
    worth: Amount = 0.0
    by_law: dict[str, Share] | None = None

    @property
    def scale(self) -> int:
        """Steps of measurement in one unit."""
        return int(10 ** (UNITS[self.unit] if self.decimals is None else self.decimals))


class EffectCohort(Term):
    """People who are measured together.

    Parameters
    ----------
    size : int
        Their number, the weight of the cohort in the pool.
    start : int
        Month in which they start.
    measured : int or tuple of int
        Months after closing in which they are measured.
    """

    name: Text
    size: AtLeastOne = 1
    start: MonthSpan = 1
    measured: Months


def months_of(metric: EffectMetric, cohort: EffectCohort) -> tuple[int, ...]:
    """Return the months in which a metric is measured on a cohort."""
    return metric.measured or cohort.measured


class EffectProgramme(Term):
    """A programme whose effect on whole cohorts is measured.

    Parameters
    ----------
    across_cohorts, across_metrics : float, optional
        Correlation of true effects between cohorts, and between metrics of one cohort; must be stated where there
        are several.
    has_effect : bool
        Whether there is any effect; if not, the evaluator measures noise.
    """

    kind: Literal["effect"]
    has_effect: Flag = True
    cohorts: Annotated[tuple[EffectCohort, ...], Field(min_length=1)]
    metrics: Annotated[tuple[EffectMetric, ...], Field(min_length=1)]
    across_cohorts: Correlation | None = None
    across_metrics: Correlation | None = None

    @model_validator(mode="after")
    def _dependence_is_stated(self) -> EffectProgramme:
        for name, items in (("across_cohorts", self.cohorts), ("across_metrics", self.metrics)):
            if len(items) > 1 and getattr(self, name) is None:
                raise fault(
                    "dependence",
                    f"does not say {name}: how far their true effects move together, from 0 (not at all; the "
                    "optimistic end) to 1",
                )
        return self


class Tries(Term):
    """An outcome that a person can reach again: at most so many times, so many months apart."""

    most: AtLeastOne
    every: MonthSpan


class Outcome(Term):
    """An outcome that a person may reach.

    Parameters
    ----------
    chance : chance
        Chance that a person reaches it; for a repeatable outcome, at each of its times; with ``requires``, of those
        who reached that one.
    after : int
        Months from a person's start month to the outcome; with ``requires``, from the month of that one.
    requires : str, optional
        An outcome named before it in the group: only who reached that one may reach this, after its first time.
    repeats : table, optional
        Where it can be reached more than once.
    worth : float
        Euros that each saves, on the budgets of ``by_law``.
    deadweight : float
        Share of the outcomes that would have come anyway; these save nothing.
    """

    name: Text
    chance: Chance
    after: MonthSpan = 1
    requires: Text | None = None
    repeats: Tries | None = None
    worth: Amount = 0.0
    deadweight: Share = 0.0
    by_law: dict[str, Share] | None = None

    @property
    def most(self) -> int:
        """Times that one person can reach it."""
        return 1 if self.repeats is None else self.repeats.most

    def month(self, start: int, *, time: int) -> int:
        """Return the month in which somebody of a start month reaches it, the first time being 0.

        Where it requires another, the month after that one is the start.
        """
        return start - 1 + self.after + time * (self.repeats.every if self.repeats else 0)


class Group(Term):
    """People who come, and the outcomes that they may reach.

    Parameters
    ----------
    within_person : float, optional
        Correlation (of the normals behind them) of one person's outcomes that require nothing, and of those that
        require the same one; must be stated where there are several. 1: who reaches the less likely one has reached
        the others too.
    """

    name: Text
    people: AtLeastOne
    intake: Intake = Intake()
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    within_person: Correlation | None = None

    @model_validator(mode="after")
    def _dependence_is_stated(self) -> Group:
        tied = Counter(outcome.requires for outcome in self.outcomes for _ in range(outcome.most))
        if max(tied.values()) > 1 and self.within_person is None:
            raise fault(
                "dependence",
                "does not say within_person: how far the outcomes of one person go together, from 0 to 1",
            )
        names = [outcome.name for outcome in self.outcomes]
        if len(set(names)) < len(names):
            raise fault("twice", "has an outcome twice; names tell them apart")
        return self

    @model_validator(mode="after")
    def _required_outcomes_come_first(self) -> Group:
        for place, outcome in enumerate(self.outcomes):
            known = [each.name for each in self.outcomes[:place]]
            if outcome.requires is not None and outcome.requires not in known:
                raise fault(
                    "order",
                    f"has {outcome.name!r}, which requires {outcome.requires!r}; name an outcome that stands before it "
                    f"({', '.join(known) or 'there is none'})",
                )
        return self

    def last_month(self, outcome: Outcome, *, start: int) -> int:
        """Return the last month in which somebody of a start month can reach an outcome."""
        earlier = next((each for each in self.outcomes if each.name == outcome.requires), None)
        begin = start if earlier is None else self.last_month(earlier, start=start) + 1
        return outcome.month(begin, time=outcome.most - 1)


GroupDependence = Annotated[Independent | BetaBinomial | GaussianFactor, Field(discriminator="kind")]


class CountsProgramme(Term):
    """A programme that is paid by numbers of outcomes.

    Parameters
    ----------
    dependence : table
        What ties people of a group together; all outcomes of a group feel the same factor.
    has_effect : bool
        Whether the help helps; if not, people reach only what they would have reached anyway, ``deadweight``.
    """

    kind: Literal["counts"]
    has_effect: Flag = True
    groups: Annotated[tuple[Group, ...], Field(min_length=1)]
    dependence: GroupDependence
    enrolment: Enrolment = FixedFactor(kind="fixed")

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of all outcomes, in file order."""
        return tuple(dict.fromkeys(outcome.name for group in self.groups for outcome in group.outcomes))


def _cases_unless_said(value: Any) -> Any:
    return {"kind": "cases"} | value if isinstance(value, dict) and "kind" not in value else value


AnyProgramme = Annotated[
    Annotated[Programme | EffectProgramme | CountsProgramme, Field(discriminator="kind")],
    BeforeValidator(_cases_unless_said),
]

__all__ = ["AnyProgramme", "CountsProgramme", "EffectProgramme"]
