"""Red lines and terms on the table from a file: what they say, and everything that is wrong with one at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sib.deal.reader import read
from sib.deal.red_lines import OnTable, as_red_lines, read_red_lines
from sib.deal.shelf import packaged
from sib.errors import ScenarioError

GOOD = """\
[[red_lines]]
party = "investor"
measure = "irr"
at_least = 0.02
reason = "as much as elsewhere"

[[red_lines]]
party = "municipality"
measure = "investor.irr"
statistic = "p95"
at_most = 0.10

[[terms]]
path = "contract.interest.rate"
low = 0.02
high = 0.03
step = 0.005

[[terms]]
path = "contract.interest.compounding"
values = ["annual", "simple"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "lines.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ScenarioError) as caught:
        read_red_lines(written(folder, text))
    return [(each.line, each.path, each.message) for each in caught.value.problems]


def test_a_file_says_what_it_says(tmp_path: Path) -> None:
    stated = read_red_lines(written(tmp_path, GOOD)).stated
    one, other = stated.red_lines
    assert (one.limit, one.at_least, one.reason) == (0.02, 0.02, "as much as elsewhere")
    assert (other.limit, other.at_least) == (0.10, None)
    assert one.names == ("investor.irr", "irr")
    assert other.names == ("municipality.investor.irr.p95", "investor.irr.p95")
    assert [term.on_table for term in stated.terms] == [(0.02, 0.025, 0.03), ("annual", "simple")]


def test_values_are_exact_decimals_and_whole_where_they_can_be() -> None:
    assert OnTable(path="x", low=0.1, high=0.3, step=0.1).on_table == (0.1, 0.2, 0.3)
    whole = OnTable(path="x", low=1, high=3.5, step=1).on_table
    assert whole == (1, 2, 3)
    assert {type(value) for value in whole} == {int}


def test_all_that_is_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = (
        GOOD.replace('measure = "irr"', 'mesure = "irr"').replace("at_most = 0.10", "at_most = 12.500")
        .replace("high = 0.03", "high = 0.01").replace('["annual", "simple"]', "[]")
    )
    assert faults(tmp_path, text + "\n[line]\nx = 1\n") == [
        (3, "red_lines[1].mesure", "is not known here; did you mean 'measure'?"),
        (11, "red_lines[2].at_most",
         "= 12.500 has three decimals, which may be thousands; write 12500 if they are, else at most two"),
        (13, "terms[1]", "goes from 0.02 to 0.01; low is the smaller of the two"),
        (21, "terms[2].values", "is empty; give at least one"),
        (23, "line", "is not known here; did you mean 'red_lines'?"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("at_least = 0.02", 'at_least = "2%"', "2% is written 0.02 without quotation marks"),
        ("at_least = 0.02", "", "takes exactly one of at_least, at_most; found none of them"),
        ("at_least = 0.02", "at_least = 0.02\nat_most = 0.05", "found at_least and at_most"),
        ("at_least = 0.02", "at_least = inf", "not a finite number"),
        ("step = 0.005", "step = 0", "step of 0; it must be above 0"),
        ("step = 0.005", "step = -0.005", "it must be above 0"),
        ("step = 0.005", "step = 0.0000001", "more than 10,000 values"),
        ("step = 0.005", "", "needs low, high and step, or a list of values"),
        ("step = 0.005", "step = 0.005\nvalues = [1]", "keep one of both"),
        ('path = "contract.interest.compounding"', 'path = "contract.interest.rate"', "is the same term as terms[1]"),
    ],
)
def test_single_faults(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert told in faults(tmp_path, GOOD.replace(old, new))[0][2]


def test_the_same_limit_twice_is_told(tmp_path: Path) -> None:
    line = GOOD.split("\n\n")[0]
    ((_, path, message),) = faults(tmp_path, f"{line}\n\n{GOOD}")
    assert (path, message) == (
        "red_lines[2]", "limits the same figure for the same party as red_lines[1]; keep the stricter")


def test_a_file_without_lines_or_terms_says_so(tmp_path: Path) -> None:
    assert [path for _, path, _ in faults(tmp_path, "source = 'assumed'\n")] == ["red_lines", "terms"]


def test_a_name_is_looked_up_beside_the_deal() -> None:
    assert read_red_lines("red-lines", "zwarte-zwanen").file == "red-lines.toml"
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_red_lines("blue-lines", "zwarte-zwanen")


def test_the_packaged_example_is_no_deal_and_changes_none() -> None:
    sheet = read_red_lines(packaged()["zwarte-zwanen"] / "red-lines.toml")
    assert all(str(line.source).startswith("assumed") for line in sheet.stated.red_lines)
    assert "red-lines" not in packaged()
    assert read("zwarte-zwanen").overlays == ()


def test_programs_state_tables_and_values() -> None:
    stated = as_red_lines([{"party": "investor", "measure": "irr", "at_least": 0.02}], {"a": [1, 2.5]}).stated
    assert (stated.red_lines[0].limit, stated.terms[0].on_table) == (0.02, (1, 2.5))
    with pytest.raises(ScenarioError, match=r"red lines: red_lines\[1\].*exactly one"):
        as_red_lines([{"party": "investor", "measure": "irr"}], {"a": [1]})
