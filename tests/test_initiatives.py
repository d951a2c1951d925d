"""Initiatives: what was published of them comes out of their files, and every number says where it comes from.

The tables are in their own ``notes.md``, under ``## Checks``: what was stated, how it is worked out of the file (one
of ``HOW``, with a name or months after a colon where it needs them), what was published, how far off that may be,
and where it stands. Expected values, no simulation; a few are simulated below.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from sib.averages import mean_saving
from sib.deal.assumptions import assumptions
from sib.deal.consistency import planned_people
from sib.deal.group import CountsProgramme, EffectMetric, EffectProgramme, Outcome, months_of
from sib.deal.programme import Segment, Uniform
from sib.deal.reader import load, packaged, read
from sib.deal.scenario import Scenario
from sib.deal.shelf import group_of
from sib.engine import simulate
from sib.programme.effects import effect_of
from sib.programme.outcomes import mean_chance, mean_of

DEALS = {name: folder for name, folder in packaged().items() if group_of(folder) == "initiatives"}
DOCS = Path(__file__).parents[1] / "docs"
HEADING = "| what | how | published | tolerance | source |"
FORMS = {
    "wij-groningen": "revolving", "maatpact-tilburg-1": "pre_booked", "maatpact-tilburg-2": "pre_booked",
    "sociaal-hospitaal-den-haag": "impact_bond", "maastricht-50-families": "custom_budget", "almelo": "impact_bond",
    "enschede": "learning", "utrecht-omo": "learning", "leeuwarden-oud-oost": "learning", "zaanstad": "learning",
    "hollandscheveld-verbindt": "central_reimbursement", "intraverte-dronten": "payment_agreement",
    "hollands-kroon": "lump_sum", "drechtsteden-a": "pays_itself", "drechtsteden-g": "custom_budget",
    "drechtsteden-h": "revolving", "drechtsteden-i": "revolving", "drechtsteden-j": "do_nothing",
    "drechtsteden-k": "impact_bond", "drechtsteden-l": "pays_itself",
}
"""How each is paid for (S4), or the form that fits a proposal (S1)."""


# How a figure is worked out of a file


def per_law(segment: Segment) -> dict[str, float]:
    assert segment.by_law is not None
    return segment.by_law


def saved(deal: Scenario, *, own_only: bool = False) -> float:
    """The mean saving of all cases together, on all budgets or on those of the outcome payer."""
    laws = deal.own_laws() if own_only else tuple(deal.payers)
    return sum(
        segment.cases * mean_chance(segment) * mean_saving(segment)
        * sum(per_law(segment).get(law, 0.0) for law in laws)
        for segment in deal.segments
    )


def kept(deal: Scenario) -> float:
    """The share of a saving that no waterbed gives back; of a deal with one segment."""
    (segment,) = deal.segments
    return sum(part * (1 - sum(deal.payers[law].waterbed.values())) for law, part in per_law(segment).items())


def metric_of(deal: Scenario) -> EffectMetric:
    assert isinstance(deal.programme, EffectProgramme)
    (metric,) = deal.programme.metrics
    return metric


def mean_effect(terms: Any) -> float:
    if terms.kind == "triangular":
        return float(terms.low + terms.mode + terms.high) / 3
    return float(terms.value if terms.kind == "fixed" else terms.mean)


def in_month(deal: Scenario, month: int) -> float:
    """What is saved in the measurement of a month."""
    metric, programme = metric_of(deal), deal.programme
    assert isinstance(programme, EffectProgramme)
    there = [cohort for cohort in programme.cohorts if month in months_of(metric, cohort)]
    return sum(metric.worth * mean_effect(effect_of(metric, cohort)) for cohort in there)


def in_all(deal: Scenario) -> float:
    programme = deal.programme
    if isinstance(programme, CountsProgramme):
        return sum(outcome.worth for group in programme.groups for outcome in group.outcomes)
    return sum(in_month(deal, month) for month in range(deal.timeline.maturity + 1))


def outcome_of(deal: Scenario, name: str) -> Outcome:
    assert isinstance(deal.programme, CountsProgramme)
    return next(each for group in deal.programme.groups for each in group.outcomes if each.name == name)


def only(deal: Scenario) -> Segment:
    (segment,) = deal.segments
    return segment


def cost_share(deal: Scenario) -> float:
    """The part of a lognormal cost that the most expensive households have."""
    terms = only(deal).selection
    assert terms is not None
    return float(ndtr(math.sqrt(math.log1p(terms.cv**2)) + ndtri(terms.top_share)))


def cost_of_those_picked(deal: Scenario) -> float:
    terms = only(deal).selection
    assert terms is not None
    return terms.cost * cost_share(deal) / terms.top_share


def range_of(deal: Scenario) -> Uniform:
    saving = only(deal).saving
    assert isinstance(saving, Uniform)
    return saving


def in_triangle(deal: Scenario, value: str) -> float:
    terms: Any = metric_of(deal).effect
    return float(terms.low <= float(value) <= terms.high)


def started(deal: Scenario, first: int, last: int) -> float:
    counts = only(deal).intake.counts
    assert counts is not None
    return sum(counts[first - 1 : last])


HOW: dict[str, Callable[[Scenario, str], float]] = {
    "cases": lambda deal, _: planned_people(deal),
    "cases of": lambda deal, name: next(each.cases for each in deal.segments if each.name == name),
    "starts": lambda deal, span: started(deal, *map(int, span.split())),
    "budget total": lambda deal, _: deal.budget.total,
    "cost a case": lambda deal, _: deal.budget.total / planned_people(deal),
    "unit price of the first line": lambda deal, _: deal.budget.lines[0].unit_price,
    "mean saving of a success": lambda deal, _: mean_saving(only(deal)),
    "mean saving of a case": lambda deal, _: saved(deal) / planned_people(deal),
    "mean saving after the waterbed": lambda deal, _: saved(deal) / planned_people(deal) * kept(deal),
    "cases x mean saving": lambda deal, _: saved(deal),
    "own budgets": lambda deal, _: saved(deal, own_only=True),
    "own budgets a case": lambda deal, _: saved(deal, own_only=True) / planned_people(deal),
    "share outside the municipality": lambda deal, _: 1 - saved(deal, own_only=True) / saved(deal),
    "least saving": lambda deal, _: range_of(deal).low,
    "most saving": lambda deal, _: range_of(deal).high,
    "filled_by": lambda deal, law: (deal.arrangements.custom_budget.filled_by or {})[law] * deal.budget.total,
    "norm rests on": lambda deal, _: deal.arrangements.central_reimbursement.based_on or 0,
    "lump sum years": lambda deal, _: deal.arrangements.lump_sum.months / 12,
    "a hundred points a year": lambda deal, _: 100 * metric_of(deal).worth,
    "saving in month": lambda deal, month: in_month(deal, int(month)),
    "saving in all": lambda deal, _: in_all(deal),
    "is possible": in_triangle,
    "chance": lambda deal, name: mean_of(outcome_of(deal, name).chance),
    "chance missed": lambda deal, name: 1 - mean_of(outcome_of(deal, name).chance),
    "effect share": lambda deal, name: 1 - outcome_of(deal, name).deadweight,
    "cost share of those picked": lambda deal, _: cost_share(deal),
    "saving share of the cost of those picked": lambda deal, _: (
        saved(deal) / planned_people(deal) / cost_of_those_picked(deal)
    ),
    "own saving share of the cost of those picked": lambda deal, _: (
        saved(deal, own_only=True) / planned_people(deal) / cost_of_those_picked(deal)
    ),
    "own saving share of all cost": lambda deal, _: (
        saved(deal, own_only=True) / planned_people(deal) / cost_of_those_picked(deal) * cost_share(deal)
    ),
}
"""The named computations of the tables."""


@dataclass(frozen=True)
class Check:
    """One row of a deal's table."""

    deal: str
    what: str
    how: str
    published: str
    tolerance: str
    source: str

    @property
    def found(self) -> float:
        """What the file comes to."""
        how, _, rest = self.how.partition(": ")
        return float(HOW[how](load(self.deal), rest))


def checks_of(name: str) -> Iterator[Check]:
    """The rows of the table under ``## Checks``."""
    text = (DEALS[name] / "notes.md").read_text(encoding="utf-8")
    section = text.partition("\n## Checks\n")[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    assert table[:1] == [HEADING], f"{name}: notes.md has no table of checks"
    for line in table[2:]:
        yield Check(name, *(cell.strip() for cell in line.strip("|").split("|")))


CHECKS = [check for name in DEALS for check in checks_of(name)]


def test_all_initiatives_are_there_with_their_form() -> None:
    assert {name: load(name).arrangements.actual for name in DEALS} == FORMS


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.deal}: {check.what}")
def test_what_was_published_comes_out(check: Check) -> None:
    assert check.found == pytest.approx(float(check.published), rel=1e-12, abs=float(check.tolerance) + 1e-9), check
    assert check.source


def test_every_computation_is_used() -> None:
    assert {check.how.partition(": ")[0] for check in CHECKS} == set(HOW)


@pytest.mark.parametrize("name", DEALS)
def test_every_number_has_a_source(name: str) -> None:
    reading = read(name)
    terms = assumptions(reading)
    assert not [each.path for each in terms if each.kind == "untagged"]
    assert {each.kind for each in terms} >= {"sourced", "assumed"}
    for each in terms:
        named = re.findall(r"\bS\d+\b", each.source or "")
        assert set(named) <= set(reading.scenario.sources), each
        assert named or re.search(r"assumed|computed", each.source or "assumed"), each


@pytest.mark.parametrize("name", DEALS)
def test_notes_say_whose_contract_it_is(name: str) -> None:
    text = (DEALS[name] / "notes.md").read_text(encoding="utf-8")
    was_bond = name in ("sociaal-hospitaal-den-haag", "almelo", "drechtsteden-k")
    assert ("nobody signed one" in text.lower()) != was_bond


SIMULATED = ("wij-groningen", "maatpact-tilburg-1", "maatpact-tilburg-2", "maastricht-50-families", "drechtsteden-h")


@pytest.mark.parametrize("name", SIMULATED)
def test_what_was_published_is_the_mean_of_the_trials(name: str) -> None:
    deal = load(name)
    true = simulate(deal, 4_096).trials["society.true_savings"] / 100 / (1 - only(deal).deadweight)
    error = float(np.std(true, ddof=1)) / math.sqrt(len(true))
    assert float(np.mean(true)) == pytest.approx(saved(deal), abs=4 * error)


# The catalogue


def test_the_catalogue_is_what_the_files_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    import catalogue

    assert catalogue.PAGE.read_text(encoding="utf-8") == catalogue.page(), "run python docs/generate.py"
    sys.modules.pop("catalogue")
