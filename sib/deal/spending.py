"""The budget: what the work costs, when, and who is paid.

Model section 1. Amounts are in euros, times are months. Data only.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sib.deal.programme import Saving
from sib.deal.term import Amount, AtLeastOne, Month, MonthSpan, Positive, Term, Text, exactly_one, fault


class When(Term):
    """When a budget line is spent: at a month, spread over months, or per case at a stage.

    Parameters
    ----------
    at : int, optional
        All in one month.
    from_month, months : int, optional
        Evenly over ``months`` months from month ``from``.
    stage : {"plan", "implementation", "monitoring", "custom"}, optional
        Per case: the first month for a plan, implementation and custom budget; ``months`` months for monitoring.
    per_case : amount distribution, optional
        Custom budget that a case draws, until the line's total is gone.
    """

    at: Month | None = None
    from_month: MonthSpan | None = Field(None, alias="from")
    stage: Literal["plan", "implementation", "monitoring", "custom"] | None = None
    months: MonthSpan | None = None
    per_case: Saving | None = None

    @model_validator(mode="after")
    def _one_form(self) -> When:
        form = exactly_one(self, ("at", "from_month", "stage"))
        spread = form == "from_month" or self.stage == "monitoring"
        if spread != (self.months is not None):
            raise fault("when", 'needs months exactly where it is spread: with from, or with stage = "monitoring"')
        if (self.stage == "custom") != (self.per_case is not None):
            raise fault("when", 'needs per_case exactly with stage = "custom"')
        return self


class BudgetLine(Term):
    """``number`` units at ``unit_price`` euros, when they are spent, and who is paid."""

    activity: Text
    number: AtLeastOne
    unit_price: Amount
    when: When
    payee: Literal["provider", "intermediary", "accountant"] = "provider"

    @property
    def is_per_case(self) -> bool:
        """Whether the line pays one unit a case."""
        return self.when.stage is not None and self.when.stage != "custom"


class Budget(Term):
    """The outlay: lines that add up to the stated total."""

    total: Positive
    lines: Annotated[tuple[BudgetLine, ...], Field(min_length=1)]
