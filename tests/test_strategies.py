"""The generated deals are valid, whole, and between them use every option that the format has."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic.fields import FieldInfo
from strategies import random_states, scenarios
from strategies_terms import case_deals, group_deals

from sib.deal import audit, conditions, contract, lending, lines, parties, programme, spending, timeline
from sib.deal.conditions import COMPARISONS
from sib.deal.consistency import inconsistencies
from sib.deal.scenario import Scenario
from sib.deal.term import Term

TERMS = [
    *(programme.Intake, programme.Segment, spending.When, spending.BudgetLine, programme.BetaBinomial),
    *(programme.GaussianFactor, programme.Evidence, parties.Payer, timeline.PaymentDates, timeline.Timeline),
    *(audit.Counting, audit.Accountant, audit.UniformMonths, audit.Fee, audit.Review, audit.ClaimErrors),
    *(audit.Disputes, audit.Sample),
    *(lending.Interest, conditions.Cohort, conditions.Trigger, lines.SavingsShare, lines.FixedPayment),
    *(contract.Caps, lending.Tranche, contract.ContractFee, contract.Contract),
]
"""The tables whose fields, and literal choices of fields, must all come up in generated deals."""

NOT_YET = {
    *(("SavingsShare", "indexed"), ("SavingsShare", "round_to"), ("SavingsShare", "to")),
    ("Accountant", "assurance"),  # moves no amount
    ("Segment", "selection"),  # nor does this
    *(("Payer", "waterbed"), ("Payer", "indexation"), ("Segment", "learning"), ("Contract", "vat")),  # in small deals
}
"""Fields that say nothing in such a line, or of which the page does not say what they do."""


def options(term: type[Term]) -> Iterator[tuple[str, str, Any]]:
    """Every field of a table as (table, field, choice); the choice is None where any value will do."""
    for name, field in term.model_fields.items():
        if name != "source":
            for choice in sorted(choices(field), key=repr) or [None]:
                yield term.__name__, field.alias or name, choice


def choices(field: FieldInfo) -> set[Any]:
    """The literal values that a field may have; none for free values and for tables."""
    found, waiting = set(), [field.annotation]
    while waiting:
        part = waiting.pop()
        arguments = get_args(part)
        found |= {argument for argument in arguments if isinstance(argument, str)}
        waiting += arguments
    return found


def used(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Every field that a validated deal states, at any depth."""
    if isinstance(value, Term):
        for name in value.model_fields_set:
            field, stated = type(value).model_fields[name], getattr(value, name)
            parts = stated if isinstance(stated, tuple) else (stated,)
            literal = choices(field)
            for part in parts if literal else [None]:
                yield type(value).__name__, field.alias or name, part
            yield from used(stated)
    elif isinstance(value, tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from used(part)


@given(scenarios() | group_deals() | case_deals())
def test_generated_deals_are_valid_and_consistent(plain: dict[str, Any]) -> None:
    assert inconsistencies(Scenario.model_validate(plain)) == []


def test_generated_deals_use_every_option() -> None:
    seen: set[tuple[str, str, Any]] = set()

    for deals in (scenarios(), group_deals(), case_deals()):

        @settings(max_examples=600)
        @given(deals)
        def collect(plain: dict[str, Any]) -> None:
            seen.update(used(Scenario.model_validate(plain)))

        collect()
    wanted = {option for term in TERMS for option in options(term)}
    assert len(wanted) > 150, "the walk over the fields found too little to be true"
    missing = {each for each in wanted - seen if each[:2] not in NOT_YET}
    assert sorted(map(str, missing)) == []


def test_generated_deals_have_every_shape() -> None:
    seen: dict[str, set[Any]] = {name: set() for name in ("segments", "tranches", "savings", "enrolment", "drawdown")}
    triggers: set[tuple[str, bool]] = set()

    @settings(max_examples=500)
    @given(scenarios())
    def collect(plain: dict[str, Any]) -> None:
        deal = Scenario.model_validate(plain)
        seen["segments"].add(len(deal.programme.segments))
        seen["tranches"].add(len(deal.contract.tranches))
        seen["savings"] |= {segment.saving.kind for segment in deal.programme.segments}
        seen["enrolment"].add(deal.programme.enrolment.kind)
        seen["drawdown"].add(deal.contract.drawdown.kind)
        triggers.update((trigger.comparison, trigger.latched) for trigger in deal.contract.triggers)

    collect()
    assert seen["segments"] == seen["tranches"] == {1, 2, 3}
    assert seen["savings"] == {"fixed", "lognormal", "gamma", "triangular", "pert", "uniform", "empirical"}
    assert seen["enrolment"] == {"fixed", "triangular", "pert", "uniform"}
    assert seen["drawdown"] == {"up_front", "schedule", "as_spent"}
    assert triggers == {(comparison, latched) for comparison in COMPARISONS for latched in (True, False)}


@given(scenarios(), st.integers(0, 2**32))
def test_states_describe_each_case_that_came_once(plain: dict[str, Any], seed: int) -> None:
    deal = Scenario.model_validate(plain)
    states = random_states(deal.canonical(), Random(seed))
    for segment in deal.programme.segments:
        mine = [case for case in states["cases"] if case["segment"] == segment.name]
        assert [case["id"] for case in mine] == list(range(states["enrolled"][segment.name]))
        first, last = segment.intake.from_month + segment.intake.delay, segment.intake.months - 1
        assert all(first <= case["start"] <= first + last for case in mine)
        assert all(0 <= case["months_kept"] <= segment.saving_months for case in mine)
    plans = sum(case["has_plan"] for case in states["cases"])
    assert all(line.number >= plans for line in deal.budget.lines if line.is_per_case), "more cases than are paid for"


@given(scenarios())
def test_states_are_those_of_the_seed(plain: dict[str, Any]) -> None:
    deal = Scenario.model_validate(plain).canonical()
    assert random_states(deal, Random(5)) == random_states(deal, Random(5))
