"""Solving: against a bond whose figures are binomial, round trips, whole numbers, and answers that there are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from exact_deals import bond as bond_of_the_table
from exact_deals import value
from scipy import optimize, stats

import sib
from sib.analysis.bracketing import Search, Try
from sib.analysis.solve import Goal, Solved, solve
from sib.deal.number import AMOUNT, Number
from sib.deal.reader import read
from sib.deal.vary import vary
from sib.engine import Effort
from sib.exact.method import exact
from sib.results import Row

REFERENCE = "zwarte-zwanen"
RATE = "contract.interest.rate"
CASES, CHANCE = "programme.segments.*.cases", "programme.segments.*.success"

BOND = """
format = 1
name = "One payment: 40 cases, 1,000 euros each, 20,000 lent for three years"

[timeline]
closing = 2025-01-01
maturity = 36
payment_dates = { every = 36 }

[payers]
Wmo = { party = "municipality" }

[[programme.segments]]
name = "households"
cases = 40
intake = { from = 1, months = 1 }
success = 0.6
saving = 1_000
saving_months = 12
by_law = { Wmo = 1.0 }
direct_share = 1.0

[programme.dependence]
kind = "independent"

[budget]
total = 20_000

[[budget.lines]]
activity = "help"
number = 1
unit_price = 20_000
when = { at = 1 }

[accountant.counting]
laws = ["Wmo"]
max_months = 12

[contract]
commitment = 20_000
drawdown = { kind = "up_front" }
waterfall = ["interest:investor", "principal:investor", "surplus"]

[contract.interest]
rate = 0.04
basis = "per_year"
compounding = "annual"
day_count = "30E/360"

[[contract.payments]]
kind = "savings_share"
name = "repayment"
share = 1.0
"""
N, WORTH, LENT, YEARS = 40, 1_000, 20_000, 3


@pytest.fixture(scope="module")
def bond(tmp_path_factory: pytest.TempPathFactory) -> sib.Scenario:
    path: Path = tmp_path_factory.mktemp("bond") / "scenario.toml"
    path.write_text(BOND, encoding="utf-8")
    return sib.load(path)


def needed(rate: float) -> int:
    """Successes that repay in full."""
    return int(np.ceil(LENT * (1 + rate) ** YEARS / WORTH))


def expected_receipts(rate: float, chance: float = 0.6) -> float:
    """The mean of what the investor gets: what is saved, up to what is owed."""
    saved = WORTH * np.arange(N + 1)
    return float(stats.binom.pmf(np.arange(N + 1), N, chance) @ np.minimum(saved, LENT * (1 + rate) ** YEARS))


def off_by(found: Solved, expected: float) -> float:
    """How far an answer is from what it should be, in halves of its 95% interval."""
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    return abs(found.value - expected) / ((found.high - found.low) / 2)


@pytest.mark.parametrize("target", [0.5, 0.9, 0.99])
def test_the_chance_of_success_is_the_inverse_of_the_binomial(bond: sib.Scenario, target: float) -> None:
    # P(at least k of n succeed) as a function of p is the distribution function of a beta(k, n - k + 1).
    k = needed(0.04)
    exact = stats.beta.ppf(target, k, N - k + 1)
    found = solve(bond, Goal("investor.repaid_in_full", target, CHANCE, (0.4, 0.9)), trials=5_120)
    assert found.is_found
    assert off_by(found, exact) < 2.5
    assert k == 23


def test_the_rate_at_which_one_more_success_is_needed_is_found_exactly(bond: sib.Scenario) -> None:
    between = (stats.binom.sf(22, N, 0.6) + stats.binom.sf(23, N, 0.6)) / 2
    found = solve(bond, Goal("investor.repaid_in_full", between, RATE, (0.0, 0.2)), trials=2_000)
    assert found.is_found
    jump = (23 * WORTH / LENT) ** (1 / YEARS) - 1
    assert found.value == pytest.approx(jump, abs=3e-5)
    assert found.low is not None
    assert found.high is not None
    assert found.low - 1e-6 <= jump <= found.high + 1e-6


@pytest.mark.parametrize("target", [20_500, 21_500, 22_500])
def test_the_rate_for_an_expected_amount(bond: sib.Scenario, target: float) -> None:
    exact = optimize.brentq(lambda rate: expected_receipts(rate) - target, 0.0, 0.2)
    found = solve(bond, Goal("investor.receipts", target, RATE, (0.0, 0.2)), trials=5_120)
    assert found.is_found
    assert off_by(found, exact) < 2.5


def test_how_many_cases_are_enough(bond: sib.Scenario) -> None:
    found = solve(bond, Goal("investor.repaid_in_full", 0.9, CASES, (30, 60)), trials=5_120)
    exact = next(n for n in range(20, 80) if stats.binom.sf(22, n, 0.6) >= 0.9)
    ((root),) = found.roots
    few, enough = root.neighbours
    assert (few.value, enough.value) == (exact - 1, exact)
    assert few.figure < 0.9 <= enough.figure
    assert found.value in (few.value, enough.value)
    assert isinstance(found.value, int)


def test_an_interval_holds_the_truth_about_as_often_as_it_says(bond: sib.Scenario) -> None:
    exact = optimize.brentq(lambda rate: expected_receipts(rate) - 21_500, 0.0, 0.2)
    hits = 0
    for seed in range(15):
        found = solve(bond, Goal("investor.receipts", 21_500, RATE, (0.01, 0.13)), trials=2_000, seed=seed)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= exact <= found.high
    assert hits >= stats.binom.ppf(1e-4, 15, 0.95)


GOALS = [
    Goal("investor.irr", 0.02, RATE),
    Goal("investor.irr.p25", 0.02, RATE, (0.0, 0.1)),
    Goal("investor.repaid_in_full", 0.9, "programme.segments.'multi-problem households'.success"),
    Goal("municipality.net_cash", 0, "payers.*.cashable.direct"),
    Goal("municipality.net_cash", 0, "payers.Wmo.cashable.direct"),
    Goal("municipality.outcome_payments", 1_950_000, "contract.commitment", (1_797_500, 4_000_000)),
    Goal("investor.principal_loss", 0.3, "contract.triggers.proof.at_least"),
]


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: f"{goal.measure}-{goal.path.rpartition('.')[2]}")
def test_a_run_with_the_answer_gives_the_goal_within_its_error(goal: Goal) -> None:
    found = solve(read(REFERENCE), goal, trials=1_000)
    assert found.is_found
    run = sib.simulate(sib.load(REFERENCE, set={goal.path: found.value}), trials=1_000)
    (root,) = found.roots
    row = next(row for row in run.rows if (row.party, row.measure, row.statistic) == found.what)
    assert row == root.check
    assert row.low is not None
    assert row.high is not None
    assert row.low <= goal.value <= row.high
    ends = [end for end in (found.low, found.high) if end is not None]
    assert ends
    assert all(abs(end - root.value) > 0 for end in ends) or row.standard_error is None


def test_break_even_cashability_is_where_net_cash_is_nothing() -> None:
    # Net cash is linear in cashability where one holds for all laws: cashable = 0.62 c true, and the break-even row
    # is the part of all true savings that must be cashable. On the same trials both are means of the same values.
    found = solve(sib.load(REFERENCE), Goal("municipality.net_cash", 0, "payers.*.cashable.direct"), trials=1_000)
    run = sib.simulate(sib.load(REFERENCE), trials=1_000)
    needed_share = run.value("municipality", "break_even_cashability", "value")
    assert found.value == pytest.approx(needed_share / 0.62, abs=2e-3)


def test_the_answer_is_as_fine_as_its_error_makes_meaningful() -> None:
    found = solve(sib.load(REFERENCE), Goal("investor.irr", 0.02, RATE), trials=1_000)
    assert found.value is not None
    assert found.value == round(found.value, 4)


def test_no_root_says_where_the_figure_goes() -> None:
    found = solve(sib.load(REFERENCE), Goal("investor.irr", 0.5, RATE), trials=300)
    assert (found.verdict, found.roots, found.value) == ("none", (), None)
    assert found.goal.between == (0.0, 0.5)
    figures = [each.figure for each in found.scan]
    assert figures == sorted(figures)  # more interest is never a lower return


def test_a_term_that_moves_nothing_is_flat() -> None:
    found = solve(sib.load(REFERENCE), Goal("investor.principal_loss", 0.1, RATE), trials=300)
    assert found.verdict == "flat"
    assert not found.is_found


def test_one_deal_among_the_values_is_no_scan() -> None:
    # Denver pays no interest and says so with every other rate.
    found = solve(sib.load("denver-supportive-housing"), Goal("investor.irr", 0.03, RATE), trials=300)
    assert found.verdict == "alone"
    assert [each.value for each in found.scan if each.is_defined] == [0.0]


def test_several_roots_are_all_found() -> None:
    # Below about 250 cases the trigger is met less and less often, and then nothing is paid: net cash turns.
    found = solve(sib.load(REFERENCE), Goal("municipality.net_cash", 300_000, CASES, (150, 375)), trials=1_000)
    assert found.verdict == "several"
    assert len(found.roots) == 2
    assert found.value is None
    assert all(abs(root.check.value - 300_000) < 8_000 for root in found.roots)


def test_a_figure_that_turns_beside_its_root_says_so() -> None:
    found = solve(sib.load(REFERENCE), Goal("municipality.net_cash", 650_000, CASES, (120, 375)), trials=1_000)
    assert found.verdict in ("turns", "several")


def test_values_that_are_no_deals_are_passed_over() -> None:
    goal = Goal("municipality.outcome_payments", 1_950_000, "contract.commitment", (179_750, 17_975_000))
    found = solve(sib.load(REFERENCE), goal, trials=300)
    assert found.is_found
    assert found.scan[0].row is None
    assert "but the budget is" in found.scan[0].problem
    assert found.low is None or found.low >= 1_797_500


def test_a_goal_at_the_edge_of_a_plateau_is_the_edge(bond: sib.Scenario) -> None:
    # All 40 cases succeed for sure: repaid in full until 40,000 are owed, from (40 / 20) ** (1 / 3) - 1 on never.
    sure = vary(bond, {CHANCE: 1.0})
    found = solve(sure, Goal("investor.repaid_in_full", 1.0, RATE), trials=300)
    assert found.is_found
    assert found.value == pytest.approx(2 ** (1 / 3) - 1, abs=1e-4)


@pytest.mark.parametrize(
    ("goal", "first", "end"),
    [
        # Of 100, 60 come back a year. At rates in [0.00605, 0.00615) a year brings interest of 0.61, and the next one
        # 40.61 times the rate, 0.2457 to 0.2498, which is 0.25: the investor has 100.86, the municipality 180 - 100.86.
        (79.14, 0.00605, 0.00615),
        # From 0.16945 on 16.95, then 56.95 times the rate, which is 9.65 until 9.655 / 56.95, then 6.60 times the rate,
        # 1.1183 to 1.1190, which is 1.12: the investor has 127.72, the municipality 180 - 127.72.
        (52.28, 0.16945, 9.655 / 56.95),
    ],
)
def test_the_interval_covers_the_plateau_that_whole_cents_make(goal: float, first: float, end: float) -> None:
    found = solve(sib.load("worked-example"), Goal("municipality.net_cash", goal, RATE), trials=2)
    assert found.is_found
    assert found.roots[0].check.value == goal
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert first - 1e-6 <= found.low <= first
    assert end - 1e-8 <= found.high <= end + 1e-6
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize(
    ("goal", "error", "reason"),
    [
        (Goal("investor.joy", 1, RATE), KeyError, "no figure"),
        (Goal("investor.repaid_in_full", 90, CHANCE), ValueError, r"90% is written 0\.9"),
        (Goal("investor.irr", 0, "measures.available_capacity"), ValueError, "nothing says where to look"),
        (Goal("investor.irr", 0, RATE, (0.2, 0.1)), ValueError, "give the smaller one first"),
        (Goal("investor.irr", 0, CASES, (100.1, 100.2)), ValueError, "nothing between"),
        (Goal("investor.irr", 0, RATE, (2, 3)), sib.ScenarioError, "is not a yearly rate"),
        (Goal("investor.irr", 0, "contract.interest"), sib.ScenarioError, "vary a number in it"),
        (Goal("investor.irr", 0, "contract.triggers.prof.at_least"), sib.ScenarioError, "did you mean 'proof'"),
    ],
)
def test_what_cannot_be_asked(goal: Goal, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        solve(sib.load(REFERENCE), goal, trials=10)


def test_threads_change_nothing(bond: sib.Scenario) -> None:
    goal = Goal("investor.receipts", 21_500, RATE, (0.0, 0.1))
    one, two = (solve(bond, goal, trials=5_000, effort=Effort(workers)) for workers in (1, 3))
    assert one == two


def test_where_nobody_said_it_looks_as_far_as_there_are_deals() -> None:
    """A pilot of 25 has no more than 25 successes; nine chances in ten of repayment lie between 15 and that."""
    found = solve(read(REFERENCE), Goal("investor.repaid_in_full", 0.9, "programme.segments.*.success.successes"),
                  trials=1_000)
    assert found.goal.between == (2, 25)
    assert found.is_found
    assert 15 < found.value < 20
    assert all(each.row for each in found.scan)
    said = Goal("investor.repaid_in_full", 0.9, "programme.segments.*.success.successes", (2, 60))
    assert solve(read(REFERENCE), said, trials=256).goal.between == (2, 60)


def test_a_goal_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="nan is no value"):
        solve(read(REFERENCE), Goal("investor.irr", float("nan"), RATE), trials=10)


@pytest.mark.parametrize(
    ("path", "name", "goal", "between"),
    [
        (CHANCE, "investor.repaid_in_full.probability", 0.80, (0.5, 0.7)),
        (CHANCE, "investor.irr.mean", 0.035, (0.5, 0.7)),
        (RATE, "investor.irr.mean", 0.05, (0.03, 0.09)),
    ],
)
def test_on_the_reference_bond_it_finds_what_the_exact_method_finds(
    path: str, name: str, goal: float, between: tuple[float, float]
) -> None:
    """The bond with an exact answer at a correlation of .02; the other root is scipy's, on the law itself."""
    deal = bond_of_the_table(rho=0.02)
    measure, _, statistic = name.rpartition(".")

    def apart(at: float) -> float:
        return value(exact(vary(deal, {path: round(at, 8)})), measure, statistic) - goal

    wanted = optimize.brentq(apart, *between, xtol=1e-5)
    found = solve(deal, Goal(name, goal, path, between), trials=4_000)
    assert found.is_found
    assert found.low < wanted < found.high
    assert found.high - found.low < 0.02


@pytest.mark.parametrize("inside", ["no deal", "no figure"])
@pytest.mark.parametrize("sign", [1, -1])
def test_where_the_goal_is_passed_over_a_hole_its_edges_are_the_interval(inside: str, sign: int) -> None:
    """The figure is the value itself, but between 40 and 46 there is none; 43 is wanted: 40 and 46 are nearest."""

    def measured(number: float) -> Try:
        if not 40 < number < 46:
            figure = sign * float(number)
            return Try(number, Row("investor", "irr", "mean", figure, 0.1, figure - 0.2, figure + 0.2, "fraction"))
        if inside == "no deal":
            return Try(number, None, "no deal")
        return Try(number, Row("investor", "irr", "mean", float("nan"), None, None, None, "fraction"))

    search = Search(Number("x", AMOUNT, None, False), sign * 43.0, measured=measured)
    root = search.root((search.at(0), search.at(100)))
    assert root.value in (pytest.approx(40, abs=0.1), pytest.approx(46, abs=0.1))
    assert root.low == pytest.approx(40, abs=0.1)
    assert root.high == pytest.approx(46, abs=0.1)
    assert root.check.value == pytest.approx(sign * float(root.value))
