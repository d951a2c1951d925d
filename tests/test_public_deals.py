"""Public deals: their contracts pay what was published, and every number in them says where it comes from.

The tables are in the deals' own ``notes.md``, under ``## Checks``: what was stated, where to look in the payoff, what
was published, and how that is known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sib.deal.assumptions import assumptions
from sib.deal.group import EffectProgramme, Sure
from sib.deal.reader import load, packaged, read
from sib.deal.scenario import Scenario
from sib.deal.shelf import is_public
from sib.engine import simulate
from sib.payout import Point, payoff

DEALS = {name: folder for name, folder in packaged().items() if is_public(folder)}
REQUIRED = {"peterborough", "utah-preschool", "dc-water", "educate-girls"}
HEADING = "| payoff arguments | key | published | kind (read/recalled/computed) | source |"
KNOWN = {"read", "recalled", "computed"}
CENT = 0.005


@dataclass(frozen=True)
class Check:
    """One row of a deal's table."""

    deal: str
    arguments: str
    key: str
    published: str
    kind: str
    source: str

    @property
    def stated(self) -> dict[str, list[str]]:
        """What is stated of the metrics."""
        words = self.arguments.strip("`").split()
        assert words[::2] == ["--metric"] * (len(words) // 2), self.arguments
        return {name: [value] for name, _, value in (word.partition("=") for word in words[1::2])}

    def holds(self, found: float | bool) -> bool:
        """Whether a figure is the published one: a condition, a rate in the digits given, an amount to the cent."""
        if isinstance(found, bool):
            return str(found).lower() == self.published
        digits = len(self.published.partition(".")[2])
        margin = 0.5 * 10.0**-digits if self.key.endswith(".irr") else CENT
        return math.isclose(found, float(self.published), rel_tol=0.0, abs_tol=margin + 1e-9)


def checks_of(name: str, text: str) -> Iterator[Check]:
    """The rows of the table under ``## Checks``."""
    section = text.partition("\n## Checks\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    assert lines[:1] == [HEADING], f"{name}: notes.md has no table of checks"
    for line in lines[2:]:
        yield Check(name, *(cell.strip() for cell in line.strip("|").split("|")))


def figure(point: Point, key: str) -> Any:
    """Return what stands at a path in a point: ``outcome_payment``, ``payments.LINE``, ``tranches.NAME.irr`` …"""
    head, _, rest = key.partition(".")
    there = getattr(point, head)
    if not isinstance(there, Mapping):
        return getattr(there, rest) if rest else there
    if rest in there:
        return there[rest]
    name, _, part = rest.rpartition(".")
    return getattr(there[name], part)


def notes(name: str) -> str:
    path = DEALS[name] / "notes.md"
    assert path.is_file(), f"{name} has no notes.md"
    return path.read_text(encoding="utf-8")


CHECKS = [check for name in DEALS for check in checks_of(name, notes(name))]


def test_the_required_deals_and_eight_more_are_there() -> None:
    assert set(DEALS) >= REQUIRED
    assert len(DEALS) >= 12


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.deal}: {check.key} {check.arguments}")
def test_contracts_pay_what_was_published(check: Check) -> None:
    (point,) = payoff(load(check.deal), check.stated)
    found = figure(point, check.key)
    assert check.holds(found), f"{check.published} published ({check.source}), {found} found"


@pytest.mark.parametrize("name", DEALS)
def test_tables_say_how_a_figure_is_known(name: str) -> None:
    rows = [check for check in CHECKS if check.deal == name]
    assert len(rows) >= 3
    for check in rows:
        assert check.kind in KNOWN, check
        assert check.source, check
        assert check.stated, check


@pytest.mark.parametrize("name", DEALS)
def test_every_number_has_a_source(name: str) -> None:
    reading = read(name)
    silent = [each.path for each in assumptions(reading) if each.kind == "untagged"]
    assert not silent
    known = reading.scenario.sources
    for each in assumptions(reading):
        named = re.findall(r"\bS\d+\b", each.source or "")
        assert set(named) <= set(known), each
        assert named or re.search(r"assumed|computed", each.source or "assumed"), each


@pytest.mark.parametrize("name", DEALS)
def test_what_may_come_is_assumed_and_says_so(name: str) -> None:
    programme = re.compile(r"\.(effect|by_cohort|chance|evaluator_sd|across_\w+|within_person|icc)\b")
    for each in assumptions(read(name)):
        if each.path.startswith("programme.") and programme.search(each.path) and each.kind != "default":
            assert each.kind == "assumed", each


@pytest.mark.parametrize("name", DEALS)
def test_they_can_be_simulated(name: str) -> None:
    found = simulate(load(name), 512)
    assert found.n_trials == 512
    assert found.checks
    assert (found.trials["investor.receipts"] >= 0).all()
    assert found.trials["municipality.outcome_payments"].std() > 0


# Without variance a simulation is one point of the payoff


def certain(deal: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return the deal with known effects and an evaluator who does not err."""
    programme = deal.programme
    assert isinstance(programme, EffectProgramme)
    metrics = tuple(
        metric.model_copy(update={
            "effect": Sure(kind="fixed", value=values[metric.name]), "by_cohort": None, "evaluator_sd": 0.0,
        })
        for metric in programme.metrics
    )
    return deal.model_copy(update={"programme": programme.model_copy(update={"metrics": metrics})})


SURE: list[tuple[str, dict[str, float], dict[str, list[float]]]] = [
    ("dc-water", {"runoff_reduction": 45}, {"runoff_reduction": [45]}),
    ("dc-water", {"runoff_reduction": 10}, {"runoff_reduction": [10]}),
    ("peterborough", {"reduction": 9}, {"reduction": [9]}),
    ("peterborough", {"reduction": 7}, {"reduction": [7]}),
    ("educate-girls", {"learning_levels": 8940, "enrolled_share": 92},
     {"learning_levels": [8940], "enrolled_share": [92]}),
    ("utah-preschool", {"savings": 200_000}, {"savings": [35 * 200_000]}),
    ("denver-supportive-housing", {"housed_days": 60_000, "jail_day_reduction": 33.3},
     {"housed_days": [300_000], "jail_day_reduction": [33.3]}),
    ("rikers-able", {"bed_day_reduction": 8.5}, {"bed_day_reduction": [8.5]}),
    ("newpin", {"restoration": 62.5}, {"restoration": [62.5]}),
    ("resilient-families", {"improvement": 19}, {"improvement": [19]}),
    ("cambodia-sanitation", {"villages": 250}, {"villages": [1500]}),
]


@pytest.mark.parametrize(("name", "values", "stated"), SURE, ids=lambda value: str(value))
def test_without_variance_a_simulation_is_the_payoff(
    name: str, values: dict[str, float], stated: dict[str, list[float]]
) -> None:
    deal = certain(load(name), values)
    trials = simulate(deal, 256).trials
    for point in (*payoff(deal, stated), *payoff(deal, {})):
        assert set(trials["municipality.outcome_payments"]) == {round(100 * point.outcome_payment)}
        assert set(trials["investor.receipts"]) == {round(100 * point.investor.receipts)}
        rates = trials["investor.irr"]
        assert all(math.isclose(rate, point.investor.irr, abs_tol=1e-9) for rate in rates) or (
            all(map(math.isnan, rates)) and math.isnan(point.investor.irr)
        )


# The clauses that make a deal, at outcomes that were not published


def test_utah_pays_forty_percent_once_the_loan_is_repaid() -> None:
    one, more = payoff(load("utah-preschool"), {"savings@72": [20_000_000, 20_002_600]})
    assert more.outcome_payment - one.outcome_payment == pytest.approx(1040.0, abs=0.011)  # 1,040 a child and year: S4


def test_the_cap_of_educate_girls_binds_at_160_percent_and_not_at_the_target() -> None:
    deal, most = load("educate-girls"), 267_731 * 1.15 ** (1157 / 365)
    target, reached = payoff(deal, {"learning_levels": [5592, 8947], "enrolled_share": [79]})
    assert target.outcome_payment < most
    assert most < 8947 * 43.16 + 79 * 910.14
    assert most - 0.01 <= reached.outcome_payment <= most


# The table itself


def test_a_wrong_figure_is_seen() -> None:
    check = Check("x", "`--metric a=1`", "payments.b", "100.01", "read", "S1")
    assert check.holds(100.01)
    assert not check.holds(100.02)
    rate = Check("x", "`--metric a=1`", "investor.irr", "0.051", "read", "S1")
    assert rate.holds(0.0514)
    assert not rate.holds(0.0516)
    assert not Check("x", "`--metric a=1`", "triggers.b", "true", "read", "S1").holds(False)


def test_public_deals_lie_in_their_own_folder() -> None:
    assert {folder.parent for folder in DEALS.values()} == {Path(next(iter(DEALS.values()))).parent}
    assert list(packaged())[-len(DEALS):] == sorted(DEALS)
