"""Ranges of a file and of the caller: what goes before what, and every problem at once with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from sib.deal.rangefile import correlations, possible, ranges
from sib.deal.ranges import Dependence, Ranges
from sib.deal.reader import read
from sib.errors import ScenarioError

REFERENCE = "zwarte-zwanen"
SEGMENT = "programme.segments.multi-problem households"
SAVING, SUCCESS = f"{SEGMENT}.saving.mean", f"{SEGMENT}.success.successes"
RATE = "contract.interest.rate"

GOOD = """
[[inputs]]
path = "programme.segments.*.saving.mean"
low = 18_000
high = 26_000
kind = "triangular"
source = "our own files, 2024"

[[inputs]]
path = "contract.interest.rate"
low = 0.02
high = 0.06
kind = "pert"
mode = 0.03

[[dependence]]
inputs = ["programme.segments.*.success.successes", "programme.segments.*.saving.mean"]
correlation = -0.5
"""


def of(text: str, tmp_path: Path, **given: tuple[float, float]) -> Ranges:
    file = tmp_path / "ranges.toml"
    file.write_text(text, encoding="utf-8")
    return ranges(read(REFERENCE), file=file, given=given)


def problems(text: str, tmp_path: Path) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ScenarioError) as caught:
        of(text, tmp_path)
    assert all(each.file == str(tmp_path / "ranges.toml") for each in caught.value.problems)
    return [(each.line, each.path, each.message) for each in caught.value.problems]


def test_a_file_goes_before_the_deals_own_sources(tmp_path: Path) -> None:
    found = of(GOOD, tmp_path)
    by_name = {each.name: each for each in found.inputs}
    assert list(by_name) == sorted(by_name)
    one = by_name[SAVING]
    assert (one.low, one.high, one.shape, one.mode, one.source) == (
        18_000, 26_000, "triangular", 22_000, "our own files, 2024")
    assert (by_name[RATE].mode, by_name[RATE].source) == (0.03, str(tmp_path / "ranges.toml"))
    assert by_name[SUCCESS].mode is None
    assert found.dependences == (Dependence(SAVING, SUCCESS, -0.5),)
    assert found.n_without == ranges(read(REFERENCE)).n_without - 1  # the interest rate has one now


def test_what_is_given_goes_before_the_file(tmp_path: Path) -> None:
    found = of(GOOD, tmp_path, **{RATE: (0.0, 0.1), "payers.Wgs.cashable.direct": (0.5, 0.6)})
    by_name = {each.name: each for each in found.inputs}
    assert (by_name[RATE].low, by_name[RATE].high, by_name[RATE].source) == (0.0, 0.1, "--input")
    assert by_name["payers.Wgs.cashable.direct"].low == 0.5
    assert len(by_name["payers.Wmo.cashable.direct"].paths) == 3  # goes on without it


def test_every_name_of_a_list_moves_together(tmp_path: Path) -> None:
    found = ranges(read(REFERENCE), given={"payers.*.cashable.real": (0.0, 0.2)})
    one = next(each for each in found.inputs if each.source == "--input")
    assert one.paths == tuple(f"payers.{law}.cashable.real" for law in read(REFERENCE).scenario.payers)


def test_a_table_goes_before_what_is_in_it() -> None:
    found = ranges(read(REFERENCE), given={"programme.segments.*.success": (0.45, 0.75)})
    by_name = {each.name: each for each in found.inputs}
    assert SUCCESS not in by_name
    one = by_name[f"{SEGMENT}.success"]
    assert (one.number.now, one.low, one.high) == (None, 0.45, 0.75)
    with pytest.raises(ScenarioError, match="as part of another"):
        ranges(read(REFERENCE), given={"programme.segments.*.success": (0.4, 0.7), SUCCESS: (11, 19)})


def test_a_range_that_is_given_settles_what_was_not_clear() -> None:
    reading = read("enschede")
    assert [each.path for each in ranges(reading).unclear] == ["arrangements.learning"]
    assert ranges(reading, given={"arrangements.learning.gain": (0.0, 0.25)}).unclear == ()


def test_all_that_is_wrong_with_a_file_is_said_at_once(tmp_path: Path) -> None:
    text = """[[inputs]]
path = "programme.segments.*.saving.meen"
low = 18_000
high = 26_000
[[inputs]]
path = "contract.interest.rate"
low = 6
high = "a"
mood = 3
[[inputs]]
path = "contract.interest.rate"
low = 0.02
high = 4
[[inputs]]
path = "programme.segments.*.cases"
low = 300.5
high = 200
kind = "normal"
[[inputs]]
low = 1
source = 3
[[inputs]]
path = 7
low = nan
high = true
[[dependence]]
inputs = ["a"]
correlation = 2
[dependance]
"""
    assert problems(text, tmp_path) == [
        (2, "inputs[1].path", '= "programme.segments.*.saving.meen": programme.segments.multi-problem households.'
                              "saving.meen is not known with kind = \"lognormal\"; did you mean 'mean'?"),
        (8, "inputs[2].high", '= "a" is no number'),
        (9, "inputs[2].mood", "is not known here; did you mean 'mode'?"),
        (13, "inputs[3].high", "makes no deal: contract.interest.rate = 4.0 is not a yearly rate; rates are fractions, "
                               "so 4% is written 0.04"),
        (16, "inputs[4].low", f"= 300.5 is no whole number; {SEGMENT}.cases is one"),
        (17, "inputs[4].high", "= 200 is not above low = 300.5; low comes first"),
        (18, "inputs[4].kind", '= "normal" is no kind; write "uniform", "triangular" or "pert"'),
        (19, "inputs[5].path", "is missing; name a number of the deal, such as contract.interest.rate"),
        (19, "inputs[5].high", "is missing; write both ends, low and high"),
        (21, "inputs[5].source", "is no text; say between quotation marks who says so"),
        (23, "inputs[6].path", "is no text; write a path between quotation marks"),
        (24, "inputs[6].low", "= nan is no finite number"),
        (25, "inputs[6].high", "= true is no number"),
        (27, "dependence[1].inputs", "are not two; write two paths between square brackets"),
        (28, "dependence[1].correlation", "= 2 is no correlation; above -1 and below 1"),
        (29, "dependance", "is not known here; did you mean 'dependence'?"),
    ]


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ('inputs = 3', "inputs", "is no list of tables; write [[inputs]] above each"),
        (f'[[inputs]]\npath = "{RATE}"\nlow = 0.1\nhigh = 0.2\nmode = 0.15', "inputs[1].mode", "says nothing of"),
        (f'[[inputs]]\npath = "{RATE}"\nlow = 0.1\nhigh = 0.2\nkind = "pert"', "inputs[1].mode", "outside the range"),
        (f'[[inputs]]\npath = "{RATE}"\nlow = 0.1\nhigh = 0.2\nmode = 0.3\nkind = "pert"', "inputs[1].mode",
         "= 0.3 lies outside the range, 0.1 to 0.2"),
        (f'[[inputs]]\npath = "{RATE}"\nlow = 0.1\nhigh = 0.2\n' * 2, "inputs[2].path", "is given twice, by itself"),
        ('[[inputs]]\npath = "contract.interest"\nlow = 0.1\nhigh = 0.2', "inputs[1].path", "is a table; vary"),
        ('[[inputs]]\npath = "contract.triggers.1.at_least"\nlow = 1\nhigh = 2', "inputs[1].path", "is not there"),
        (f'[[dependence]]\ninputs = ["{SAVING}", "{RATE}"]\ncorrelation = 0.5', "dependence[1].inputs",
         "names 'contract.interest.rate', which has no range"),
        (f'[[dependence]]\ninputs = ["{SAVING}", "programme.segments.*.saving.mean"]\ncorrelation = 0.5',
         "dependence[1].inputs", "are one and the same"),
        (f'[[dependence]]\ninputs = ["{SAVING}", "{SUCCESS}"]\ncorrelation = 0.5\n' * 2, "dependence[2].inputs",
         "are tied together twice"),
    ],
)
def test_what_else_may_be_wrong(text: str, path: str, message: str, tmp_path: Path) -> None:
    ((_, where, said),) = problems(text, tmp_path)
    assert where == path
    assert message in said


def test_correlations_that_cannot_all_hold(tmp_path: Path) -> None:
    waste = f"{SEGMENT}.deadweight"
    pairs = [(SAVING, SUCCESS, 0.9), (SAVING, waste, 0.9), (SUCCESS, waste, -0.9)]
    text = "\n".join(f'[[dependence]]\ninputs = ["{a}", "{b}"]\ncorrelation = {c}' for a, b, c in pairs)
    ((line, path, said),) = problems(text, tmp_path)
    assert (line, path) == (1, "dependence[1]")
    assert "cannot all hold at a time" in said


@pytest.mark.parametrize("rho", [-0.6, -0.51, -0.49, 0.0, 0.99])
def test_three_alike_can_hang_together_from_minus_a_half(rho: float) -> None:
    # a matrix of three with the same correlation has eigenvalues 1 - rho, 1 - rho, 1 + 2 rho
    inputs = ranges(read(REFERENCE)).inputs[:3]
    names = [each.name for each in inputs]
    ties = tuple(Dependence(a, b, rho) for a, b in [(names[0], names[1]), (names[0], names[2]), (names[1], names[2])])
    assert possible(inputs, ties) == (1 + 2 * rho > 0)
    assert correlations(inputs, ties)[0] == [1.0, rho, rho]


def test_what_is_given_is_checked_likewise() -> None:
    with pytest.raises(ScenarioError) as caught:
        ranges(read(REFERENCE), given={"contract.intrest.rate": (0, 1), RATE: (0.02, 4)})
    assert [str(each) for each in caught.value.problems] == [
        "--input: contract.intrest is not known here; did you mean 'interest'?",
        "--input: contract.interest.rate high makes no deal: contract.interest.rate = 4.0 is not a yearly rate; rates "
        "are fractions, so 4% is written 0.04",
    ]


@pytest.mark.parametrize("text", ["", "low = 3 %", "[[inputs]]\npath = 'a'\npath = 'b'"])
def test_files_that_cannot_be_read(text: str, tmp_path: Path) -> None:
    assert problems(text, tmp_path)


def test_the_file_of_the_documentation_is_the_one_that_is_shown() -> None:
    docs = Path(__file__).parents[1] / "docs"
    assert (docs / "ranges.toml").read_text(encoding="utf-8") in (docs / "sensitivity.md").read_text(encoding="utf-8")
    found = ranges(read(REFERENCE), file=docs / "ranges.toml")
    assert len(found.dependences) == 1
