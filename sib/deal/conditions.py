"""When money is due at all: cohorts, and triggers on metrics.

Model sections 5.1 and 5.2. What a trigger decides is one function in ``sib.contract.triggers``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sib.deal.term import Flag, Level, Month, MonthSpan, Term, Text, exactly_one, fault

METRICS = {"validated_savings": "eur", "validated_cases": "count", "validated_share": "fraction", "enrolled": "count"}
"""Metrics of a programme of cases, with their units. The share is validated cases of enrolled cases."""


class Cohort(Term):
    """The cases whose start month lies in ``from`` to ``to``, both included; of one segment where one is named."""

    name: Text
    from_month: MonthSpan = Field(alias="from")
    to: MonthSpan
    segment: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Cohort:
        if self.from_month > self.to:
            raise fault("order", f"runs from month {self.from_month} to month {self.to}")
        return self

    def holds(self, segment: str, start: int) -> bool:
        """Whether cases of a segment and start month are in it."""
        return self.segment in (None, segment) and self.from_month <= start <= self.to


class Window(Term):
    """The months in which a trigger can be met, both ends included."""

    from_month: Month = Field(0, alias="from")
    to: Month = 600

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.from_month > self.to:
            raise fault("order", f"runs from month {self.from_month} to month {self.to}")
        return self


COMPARISONS = ("at_least", "above", "at_most", "below", "between")
COMPOSITES = ("all", "any", "not")


class Trigger(Term):
    """A condition that must be met before money is due: on a metric, or on other triggers.

    Parameters
    ----------
    metric : str, optional
        A metric of the programme; thresholds are in its unit.
    cohort : str, optional
        The cohort that is measured; all cases where none is named.
    pool : float or tuple of float, optional
        Threshold on all cohorts together that is enough too: the fall-back of a cohort.
    measure : {"cumulative", "per_period"}
        From closing, or since the previous payment date.
    at_least, above, at_most, below, between
        Exactly one comparison; ``between`` includes both ends.
    all, any, not : list of str, list of str, str
        Instead of a comparison: other triggers, earlier in the file, that must all, or not all, or not be met.
    window : table, optional
        The months in which it can be met.
    latched : bool
        Once met it stays met; otherwise it can be lost and cured.
    releases : {"backlog", "from_then"}
        Whether what was owed before the trigger was met becomes payable with it.
    """

    name: Text
    main: Flag = False
    metric: Text | None = None
    cohort: Text | None = None
    pool: Level | tuple[Level, Level] | None = None
    measure: Literal["cumulative", "per_period"] = "cumulative"
    at_least: Level | None = None
    above: Level | None = None
    at_most: Level | None = None
    below: Level | None = None
    between: tuple[Level, Level] | None = None
    all_of: Annotated[tuple[Text, ...], Field(min_length=1)] | None = Field(None, alias="all")
    any_of: Annotated[tuple[Text, ...], Field(min_length=1)] | None = Field(None, alias="any")
    none_of: Text | None = Field(None, alias="not")
    window: Window | None = None
    latched: Flag = True
    releases: Literal["backlog", "from_then"] = "backlog"

    @model_validator(mode="after")
    def _one_condition(self) -> Trigger:
        form = exactly_one(self, (*COMPARISONS, "all_of", "any_of", "none_of"))
        on_metric = form in COMPARISONS
        if on_metric != (self.metric is not None):
            raise fault("metric", "needs a metric exactly where it compares one with a threshold")
        if self.parts and (self.cohort is not None or self.pool is not None):
            raise fault("cohort", "has a cohort or a pool, which belong to a trigger on a metric")
        if self.pool is not None and self.cohort is None:
            raise fault("pool", "has a pool to fall back on but no cohort; write the threshold itself")
        if isinstance(self.pool, tuple) != (form == "between") and self.pool is not None:
            raise fault("pool", "is compared as the cohort is: one number, or two for between")
        for ends in (self.between, self.pool):
            if isinstance(ends, tuple) and ends[0] > ends[1]:
                raise fault("order", "has a between that starts above its end")
        if not all(abs(level) <= 1e12 for level in self.thresholds):
            raise fault("amount", "compares with more than 1e12; no deal is that large")
        if self.metric == "validated_share" and not all(0 <= level <= 1 for level in self.thresholds):
            odd = self.thresholds[0]
            raise fault("share", f"compares a share with {odd:g}; shares are fractions, 70% is 0.70")
        return self

    @property
    def comparison(self) -> str:
        """The comparison that is used, one of ``COMPARISONS``; only where it is on a metric."""
        return exactly_one(self, COMPARISONS)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """The threshold or both ends, and those of the pool; nothing for a condition on other triggers."""
        if self.parts:
            return ()
        found: list[float] = []
        for stated in (getattr(self, self.comparison), self.pool):
            if stated is not None:
                found += stated if isinstance(stated, tuple) else (stated,)
        return tuple(found)

    @property
    def parts(self) -> tuple[str, ...]:
        """The triggers that it is made of."""
        return self.all_of or self.any_of or (() if self.none_of is None else (self.none_of,))
