"""The zone: its cells are those of plain runs, what blocks it is named, and small grids agree with brute force."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

import sib
from sib.analysis.negotiate import FAILS, HOLDS, PERHAPS, Line, Negotiation, judged, negotiate, stated
from sib.analysis.sweep import Plan, Point, Sweep
from sib.deal.overlay import Draft, Layer
from sib.deal.reader import read
from sib.deal.red_lines import _validated, as_red_lines
from sib.errors import ScenarioError
from sib.results import Row

REFERENCE = "zwarte-zwanen"
RATE, TRIGGER = "contract.interest.rate", "contract.triggers.proof.at_least"
TERMS: dict[str, list[Any]] = {RATE: [0.02, 0.04, 0.06], TRIGGER: [600_000, 1_200_000]}
INVESTOR = {"party": "investor", "measure": "repaid_in_full", "at_least": 0.72}
PAYER = {"party": "municipality", "measure": "net_cash", "at_least": 300_000}
RETURN = {"party": "investor", "measure": "irr", "at_least": 0.01}
TRUE = {"party": "municipality", "measure": "outcome_payments", "at_most": 1e9}
IMPOSSIBLE = {"party": "investor", "measure": "irr", "at_least": 0.5}


def met(*lines: dict[str, Any], terms: dict[str, list[Any]] | None = None, trials: int = 600) -> Negotiation:
    return negotiate(read(REFERENCE), as_red_lines(lines, terms or TERMS), trials=trials)


# Against plain runs


def test_cells_are_those_of_plain_runs() -> None:
    found = met(INVESTOR, RETURN, PAYER)
    for place, values in enumerate(product(*TERMS.values())):
        run = sib.simulate(sib.load(REFERENCE, set=dict(zip(TERMS, values, strict=True))), 600)
        rows = {(row.party, row.measure, row.statistic): row for row in run.rows}
        for number, line in enumerate(found.lines):
            row = rows[line.what]
            assert found.row(place, line.what) == row
            assert row.low is not None
            assert row.high is not None
            by_hand = HOLDS if row.low >= line.limit else FAILS if row.high < line.limit else PERHAPS
            assert found.stands[place][number] == by_hand
    as_it_is = {(row.party, row.measure, row.statistic): row for row in sib.simulate(sib.load(REFERENCE), 600).rows}
    assert found.now(("investor", "irr", "mean")) == as_it_is["investor", "irr", "mean"]


def test_a_line_that_always_holds_changes_nothing() -> None:
    one, other = met(INVESTOR, PAYER), met(INVESTOR, PAYER, TRUE)
    assert (one.zone, one.sure) == (other.zone, other.sure)
    assert one.zone


def test_one_that_cannot_hold_blocks_and_is_named() -> None:
    found = met(INVESTOR, IMPOSSIBLE, PAYER)
    assert found.zone == ()
    assert found.conflicts == ((1,),)
    (removal,) = found.removals
    assert removal.lines == (1,)
    # It must come down to the best return among terms that the others keep.
    kept = [place for place in found.valid if found.stands[place][0] and found.stands[place][2]]
    best = max(found.row(place, ("investor", "irr", "mean")).value for place in kept)
    assert removal.moves[0] == pytest.approx(0.5 - best)


def test_the_order_of_lines_and_terms_never_matters() -> None:
    one = met(INVESTOR, PAYER, IMPOSSIBLE)
    other = met(PAYER, IMPOSSIBLE, INVESTOR, terms={TRIGGER: TERMS[TRIGGER], RATE: TERMS[RATE]})

    def told(found: Negotiation) -> Any:
        def terms(place: int) -> dict[str, Any]:
            return dict(zip(found.found.terms, found.found.points[place].values, strict=True))

        return (
            [terms(place) for place in found.ranked],
            [({found.lines[number].name for number in each.lines}, terms(each.point)) for each in found.removals],
            {frozenset(found.lines[number].name for number in each) for each in found.conflicts},
        )

    assert told(one) == told(other)


def test_a_line_may_be_about_somebody_else() -> None:
    found = met(INVESTOR, {"party": "municipality", "measure": "investor.irr", "statistic": "p95", "at_most": 0.01})
    assert found.lines[1].party == "municipality"
    assert found.lines[1].what == ("investor", "irr", "p95")


def test_terms_that_make_no_deal_are_no_part_of_it() -> None:
    found = met(INVESTOR, terms={RATE: [0.02, 4]}, trials=100)
    assert found.valid == (0,)
    assert found.stands[1] == ()
    assert found.verdict(1) == FAILS


def test_faults_of_shape_and_names_that_are_not_there_are_told_at_once() -> None:
    lines = [
        {"party": "investor", "measure": "irrr", "at_least": 0, "at_most": 1},
        {"measure": "irr", "at_least": 0},
        {"party": "gemeente", "measure": "net_cash", "at_least": "much"},
        {"party": "municipality", "measure": "net_cash", "statistic": "p33", "at_least": 0},
        {"party": "", "measure": "irr", "at_least": 0},
    ]
    terms = {"contract.interest.ratte": [], RATE: [0.02]}
    with pytest.raises(ScenarioError) as caught:
        stated(read(REFERENCE), lambda: as_red_lines(lines, terms))
    assert sorted(problem.path for problem in caught.value.problems) == [
        "red_lines[1]", "red_lines[1].measure", "red_lines[2].party", "red_lines[3].at_least", "red_lines[3].party",
        "red_lines[4].measure", "red_lines[5].party", "terms[1].path", "terms[1].values"]
    assert stated(read(REFERENCE), lambda: as_red_lines([INVESTOR], TERMS)).stated.terms[0].path == RATE


@pytest.mark.parametrize("lines", ["x", [], ["x"], [{"party": 3, "measure": "irr", "at_least": 0}]])
def test_names_that_cannot_be_read_are_faults_of_shape_alone(lines: Any) -> None:
    with pytest.raises(ScenarioError) as caught:
        stated(read(REFERENCE), partial(_validated, laid({"red_lines": lines, "terms": lines}), "file"))
    assert {problem.path.partition("[")[0] for problem in caught.value.problems} == {"red_lines", "terms"}


def laid(data: dict[str, Any]) -> Draft:
    draft = Draft()
    draft.lay(Layer(0, "file", data, {}))
    return draft


def test_all_that_does_not_fit_the_deal_is_told_at_once() -> None:
    lines = [
        {"party": "outcome_payer", "measure": "net_cash", "at_least": 0},
        {"party": "investor", "measure": "joy", "at_least": 0},
        {"party": "investor", "measure": "repaid_in_full", "at_least": 85},
        {"party": "investors", "measure": "irr", "at_least": 0},
    ]
    with pytest.raises(ScenarioError) as caught:
        met(*lines, terms={"contract.intrest.rate": [0.04], "contract.triggers.prof.at_least": [1]})
    told = {each.path: each.message for each in caught.value.problems}
    assert told["red_lines[1].party"].endswith("the outcome payer is called 'municipality'")
    assert "'joy' is not measured: no figure 'investor.joy'" in told["red_lines[2].measure"]
    assert told["red_lines[3].at_least"].endswith("85% is written 0.85")
    assert told["red_lines[4].party"].endswith("did you mean 'investor'?")
    assert told["terms[1].path"].endswith("did you mean 'interest'?")
    assert told["terms[2].path"].endswith("did you mean 'proof'?")


# Against brute force, on figures that are made up


def made_up(figures: np.ndarray, limits: Sequence[float], shape: tuple[int, int] = (3, 3)) -> Negotiation:
    """Red lines at least as high as the limits, on figures of shape (combinations, lines), with an error of 0.5."""
    whats = tuple(("party", f"measure {number}", "mean") for number in range(figures.shape[1]))
    terms = {"a": tuple(range(shape[0])), "b": tuple(range(shape[1]))}

    def row(what: tuple[str, str, str], value: float) -> Row:
        return Row(*what, value, 0.25, value - 0.5, value + 0.5, "count")

    points = tuple(
        Point(values, tuple(row(what, float(value)) for what, value in zip(whats, line, strict=True)), "x", "")
        for values, line in zip(product(*terms.values()), figures, strict=True)
    )
    found = Sweep(sib.load("worked-example"), terms, (0, 0), whats, Plan(), points, ())
    lines = tuple(Line(f"party {number}", what, limit, is_floor=True)
                  for number, (what, limit) in enumerate(zip(whats, limits, strict=True)))
    return judged(found, lines, as_it_is=points[0].rows)


CASES = [np.random.default_rng(seed).integers(0, 9, (9, 3)).astype(float) for seed in range(25)]


@pytest.mark.parametrize("figures", CASES)
def test_the_nearest_terms_are_those_of_brute_force(figures: np.ndarray) -> None:
    limits = [9.0, 7.0, 8.0]
    found = made_up(figures, limits)
    scales = figures.max(axis=0) - figures.min(axis=0)
    violations = [sorted(((np.array(limits) - line) / scales).tolist(), reverse=True) for line in figures]
    nearest = min(range(9), key=lambda place: (violations[place], place))
    assert found.ranked[0] == nearest
    assert found.nearest == (() if found.zone else found.ranked[:3])


@pytest.mark.parametrize("figures", CASES)
def test_what_blocks_is_that_of_brute_force(figures: np.ndarray) -> None:
    limits = [7.0, 6.0, 7.0]
    found = made_up(figures, limits)
    kept = [{number for number in range(3) if line[number] + 0.5 >= limits[number]} for line in figures]
    assert bool(found.zone) == any(len(each) == 3 for each in kept)
    if found.zone:
        assert found.removals == ()
        return
    sizes = [size for size in (1, 2, 3) for gone in combinations(range(3), size)
             if any({0, 1, 2} - set(gone) <= each for each in kept)]
    assert {len(each.lines) for each in found.removals} == {min(sizes)}
    for removal in found.removals:
        assert any({0, 1, 2} - set(removal.lines) <= each for each in kept)
        for number, move in zip(removal.lines, removal.moves, strict=True):
            assert move == limits[number] - figures[removal.point, number]
    for numbers in found.conflicts:
        assert not any(set(numbers) <= each for each in kept)
        assert all(any(set(fewer) <= each for each in kept) for fewer in combinations(numbers, len(numbers) - 1))


@pytest.mark.parametrize("figures", CASES)
def test_one_more_line_never_makes_more_room(figures: np.ndarray) -> None:
    limits = [3.0, 3.0, 3.0]
    fewer, more = made_up(figures[:, :2], limits[:2]), made_up(figures, limits)
    assert set(more.zone) <= set(fewer.zone)
    assert set(more.sure) <= set(fewer.sure)


def test_sure_perhaps_and_not() -> None:
    figures = np.array([[3.0], [2.6], [2.5], [2.0], [1.5], [1.4], [0.0], [0.0], [0.0]])
    found = made_up(figures, [2.0])
    assert [states[0] for states in found.stands] == [HOLDS] * 3 + [PERHAPS] * 2 + [FAILS] * 4
    assert (found.sure, found.zone) == ((0, 1, 2), (0, 1, 2, 3, 4))
    assert found.middle == 0  # furthest above the limit


def test_most_room_is_that_of_the_line_that_has_least() -> None:
    # Both move by 6 over the table: 2 and 4 above the limits leave room for 2, 3 and 3 for 3, 6 and 1 for 1.
    figures = np.array([[4.0, 6.0], [5.0, 5.0], [8.0, 3.0], [2.0, 0.0], *[[2.0, 2.0]] * 5])
    found = made_up(figures, [2.0, 2.0])
    assert found.sure == (0, 1, 2)
    assert found.inside == (1, 0, 2)
    assert found.middle == 1


@pytest.mark.parametrize(
    ("value", "stands", "gap"), [(1.0, HOLDS, -1.0), (1.8, PERHAPS, -0.2), (2.2, PERHAPS, 0.2), (3.0, FAILS, 1.0)]
)
def test_at_most_is_at_least_turned_over(value: float, stands: int, gap: float) -> None:
    what = ("municipality", "reserve", "p90")
    row = Row(*what, value, None, value - 0.5, value + 0.5, "EUR")
    most = Line("municipality", what, 2.0, is_floor=False)
    assert most.stands(row) == stands
    assert most.gap(row) == pytest.approx(gap)
    opposite = Row(*what, -value, None, -value - 0.5, -value + 0.5, "EUR")
    least = Line("municipality", what, -2.0, is_floor=True)
    assert (least.stands(opposite), least.gap(opposite)) == (stands, pytest.approx(gap))
    # an end that the trials cannot support leaves it open only on its own side
    assert most.stands(Row(*what, value, None, value - 0.5, None, "EUR")) == (FAILS if stands == FAILS else PERHAPS)


def test_a_figure_that_nothing_moves_counts_as_one() -> None:
    found = made_up(np.ones((9, 1)), [5.0])
    assert found.violation(0, 0) == 1
    assert found.violation(0, 0) == made_up(np.ones((9, 1)), [500.0]).violation(0, 0)


def test_what_is_undefined_fails_and_is_furthest_of_all() -> None:
    figures = np.arange(9.0)[:, np.newaxis].copy()
    figures[8] = np.nan
    found = made_up(figures, [20.0])
    assert found.stands[8] == (FAILS,)
    assert found.ranked[-1] == 8
    assert found.ranked[0] == 7


def test_what_trials_cannot_bound_holds_perhaps() -> None:
    line = Line("investor", ("investor", "irr", "p01"), 0.0, is_floor=True)
    assert line.stands(Row(*line.what, 0.5, None, None, 0.6, "fraction")) == PERHAPS
    exact = Line("investor", ("investor", "irr_of_mean_cash_flow", "value"), 0.0, is_floor=True)
    assert exact.stands(Row(*exact.what, 0.5, None, None, None, "fraction")) == HOLDS
