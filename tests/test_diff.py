"""What changed between two results: terms by path, figures with the error of their difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from sib.analysis.diff import Result, combined_error, diff, paired_error
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import simulate
from sib.results import Row, summarise

RATE = "contract.interest.rate"
SEGMENT = "programme.segments.multi-problem households"


def resulting(scenario: Scenario, *, seed: int = 1, trials: int = 300, **about: Any) -> Result:
    """A simulation as a folder of it would say."""
    run = simulate(scenario, trials, seed=seed)
    told = {"scenario": scenario.canonical(), "digest": scenario.digest, "seed": seed, "trials": trials,
            "versions": {"sib": "0.1.0"}, **about}
    return Result("there", told, tuple(summarise(run)), dict(run.trials), ())


def of_terms(scenario: Mapping[str, Any]) -> Result:
    return Result("there", {"scenario": scenario, "versions": {"sib": "1"}, "seed": 1, "trials": 1}, (), {}, ())


@pytest.fixture(scope="module")
def before() -> Result:
    return resulting(load("zwarte-zwanen"), sources={RATE: "S0"})


def test_the_same_twice_is_no_change(before: Result) -> None:
    found = diff(before, before)
    assert not found.has_changes
    assert found.same_draws
    assert found.n_figures == len(before.rows)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (RATE, 0.04, 0.05),
        (f"{SEGMENT}.success.successes", 15, 16),
        (f"{SEGMENT}.by_law.Wmo", 0.28, 0.27),
        ("contract.triggers.proof.at_least", None, 800_000.0),
        ("timeline.maturity", 72, 75),
    ],
)
def test_one_term_that_changed_is_that_path(path: str, old: object, new: object) -> None:
    deal = load("zwarte-zwanen")
    if old is None:
        old = deal.contract.main_trigger.at_least  # type: ignore[union-attr]
    extra = {f"{SEGMENT}.by_law.Wlz": 0.04} if "by_law" in path else {}
    changed = load("zwarte-zwanen", settings={path: new, **extra})
    found = diff(of_terms(deal.canonical()), of_terms(changed.canonical()))
    assert [(each.path, each.old, each.new) for each in found.terms][:1] == [(path, old, new)]
    assert len(found.terms) == 1 + len(extra)
    settable = load("zwarte-zwanen", settings={each.path: each.new for each in found.terms})
    assert settable.digest == changed.digest


def test_a_change_of_kind_says_what_comes_and_goes() -> None:
    changed = load("zwarte-zwanen", settings={f"{SEGMENT}.success": 0.6})
    found = diff(of_terms(load("zwarte-zwanen").canonical()), of_terms(changed.canonical()))
    assert {(each.path.rpartition(".")[2], each.old, each.new) for each in found.terms} == {
        ("kind", "evidence", "fixed"), ("successes", 15, None), ("trials", 25, None), ("prior", "jeffreys", None),
        ("value", None, 0.6),
    }


def test_the_order_of_tables_and_keys_is_no_term_but_told() -> None:
    def scenario(*names: str) -> Result:
        lines = [{"activity": name, "number": len(name)} for name in names]
        return of_terms({"budget": dict(sorted({"lines": lines, "total": 1.0}.items(), reverse=names[0] == "a"))})

    found = diff(scenario("a", "bb"), scenario("bb", "a"))
    assert (found.terms, found.reordered) == ((), ("budget.lines",))
    found = diff(scenario("a", "bb"), scenario("a", "ccc", "bb"))
    assert ([(each.path, each.old, each.new) for each in found.terms], found.reordered) == (
        [("budget.lines.ccc.number", None, 3)], ())


def test_a_table_that_is_filled_is_its_terms() -> None:
    found = diff(of_terms({"a": {}, "b": True}), of_terms({"a": {"x": 1}, "b": 1}))
    assert [(each.path, each.old, each.new) for each in found.terms] == [("b", True, 1), ("a.x", None, 1)]


def test_sources_are_told_and_a_setting_is_one(before: Result) -> None:
    after = resulting(load("zwarte-zwanen", settings={RATE: 0.05}), settings=[[RATE, 0.05]], sources={})
    [each] = diff(before, after).terms
    assert (each.old_source, each.new_source) == ("S0", "--set")


def test_results_are_those_of_the_two_summaries(before: Result) -> None:
    after = resulting(load("zwarte-zwanen", settings={RATE: 0.05}))
    found = diff(before, after)
    old, new = ({(row.party, row.measure, row.statistic): row.value for row in each.rows} for each in (before, after))
    changed = {(each.new.party, each.new.measure, each.new.statistic): each for each in found.changes}
    assert {key for key in old if old[key] != new[key] and not math.isnan(old[key])} == set(changed)
    for key, each in changed.items():
        assert (each.old.value, each.new.value, each.difference.value) == (old[key], new[key], new[key] - old[key])
    sizes = [-1 if each.errors is None else each.errors for each in found.changes]
    assert sizes == sorted(sizes, reverse=True)


def test_on_the_same_draws_means_are_paired_as_a_comparison_pairs_them(before: Result) -> None:
    deals = (load("zwarte-zwanen"), load("zwarte-zwanen", settings={RATE: 0.05}))
    first, other = (simulate(deal, 300).trials["municipality.net_cash"] / 1.0 for deal in deals)
    found = diff(before, resulting(deals[1]))
    [each] = [each for each in found.changes
              if (each.new.party, each.new.measure, each.new.statistic) == ("municipality", "net_cash", "mean")]
    # Trials here are in cents, a row in euros: independent trials, so that the error is s / sqrt(n).
    expected = float((other - first).std(ddof=1)) / math.sqrt(300)
    assert each.is_paired
    assert each.difference.standard_error == pytest.approx(expected, rel=1e-9)


def test_other_draws_are_combined_and_mostly_within(before: Result) -> None:
    found = diff(before, resulting(load("zwarte-zwanen"), seed=2))
    assert not found.is_paired
    assert not found.same_draws
    assert found.terms == ()
    assert all(not each.is_paired for each in found.changes)
    assert all(not each.is_beyond for each in found.changes if each.new.statistic in ("mean", "probability"))


def test_errors_combine_as_those_of_independent_figures() -> None:
    old, new = (Row("x", "y", "mean", 1.0, error, None, None, "EUR") for error in (3.0, 4.0))
    assert combined_error(old, new) == 5.0
    bounded = Row("x", "y", "p05", 1.0, None, 1.0 - 2 * 1.959964, 1.0 + 1.959964, "EUR")
    assert combined_error(bounded, old) == pytest.approx(math.hypot(2.0, 3.0))
    assert combined_error(old, Row("x", "y", "p01", 1.0, None, None, 2.0, "EUR")) is None


def test_a_chance_is_paired_over_trials() -> None:
    old = {"investor.receipts": np.array([1.0, 3.0, 3.0, 1.0]), "investor.outlay": np.full(4, 2.0)}
    new = {"investor.receipts": np.array([1.0, 3.0, 3.0, 3.0]), "investor.outlay": np.full(4, 2.0)}
    row = Row("investor", "principal_loss", "probability", 0.25, None, None, None, "fraction")
    # Differences 0, 0, 0, -1: a standard deviation of 1/2, over sqrt(4).
    assert paired_error(old, new, row=row) == pytest.approx(0.25)
    lost = Row("investor", "loss", "mean", 0.0, None, None, None, "EUR")
    # Differences of the loss 0, 0, 0, -2.
    assert paired_error(old, new, row=lost) == pytest.approx(0.5)
    assert paired_error(old, new, row=Row("investor", "irr", "p05", 0.0, None, None, None, "fraction")) is None


def test_figures_that_only_one_has_are_named() -> None:
    row = Row("x", "y", "mean", 1.0, 1.0, 0.0, 2.0, "EUR")
    first, other = of_terms({}), of_terms({})
    found = diff(Result("a", first.about, (row,), {}, ()), Result("b", other.about, (), {}, ()))
    assert (found.gone, found.new, found.n_figures) == ((("x", "y", "mean"),), (), 0)
