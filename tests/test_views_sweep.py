"""The page of a sweep: headings, marks, grids and the front, in both languages."""

from __future__ import annotations

import doctest

import pytest
from swept import made

from sib.views import figure_words, tables
from sib.views.figure_words import called, problems, term
from sib.views.sweep import Page, as_data
from sib.views.tables import WIDTH
from sib.views.words import Words


def test_the_examples_run() -> None:
    assert doctest.testmod(figure_words).failed == doctest.testmod(tables).failed == 0


def test_one_term_is_a_row_a_value() -> None:
    text = Page(made({"contract.interest.rate": (0.02, 0.04, 4)}), Words("en")).text()
    lines = text.splitlines()
    assert "[a] contract.interest.rate; now 0.04" in lines
    assert ["0.02", "10%", "±", "2", "1,000,000", "±", "1,000"] in [line.split() for line in lines]
    assert any(line.split() == ["4", "no", "deal", "no", "deal"] for line in lines)
    assert "no deal: contract.interest.rate = 4 is not a yearly rate" in lines


def test_two_terms_are_a_grid_a_figure() -> None:
    text = Page(made({"a": (1, 2), "b": ("x", "y", "z")}), Words("nl")).text()
    assert "[b] b; nu zonder" in text
    assert "investeerder: verliest hoofdsom, kans (fout hoogstens ± 2)" in text
    grid = text[text.index("uitkomstbetaler: betaalt") :].splitlines()
    assert grid[1].split() == ["[a]", "\\", "[b]", "x", "y", "z"]
    assert grid[3].split() == ["1", "1.000.000", "1.001.000", "1.002.000"]
    assert grid[4].split() == ["2", "1.003.000", "1.004.000", "geen", "deal"]


def test_the_front_is_listed_in_its_order() -> None:
    text = Page(made({"a": (1, 2, 3, 4)}, front=(2, 0)), Words("en")).text()
    _, front = text.split("Front:")
    assert [line.split()[0] for line in front.splitlines() if "±" in line][:2] == ["3", "1"]


def test_plain_data_say_what_is_on_the_front() -> None:
    points = as_data(made({"a": (1, 2, 3)}, front=(1,)))["points"]
    assert [point["on_front"] for point in points] == [False, True, False]
    assert points[2]["problem"]
    assert [point["on_front"] for point in as_data(made({"a": (1, 2, 3)}))["points"]] == [None] * 3


def test_only_the_first_problems_are_told() -> None:
    told = list(problems([f"p{place}" for place in range(9)] + ["", "p1"], Words("en")))
    assert told == ["no deal: p0", "no deal: p1", "no deal: p2", "and 6 more that are no deals"]
    assert list(problems(["", ""], Words("nl"))) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.045, "0,045"), (375, "375"), ("simple", "simple"), (None, "-"), (True, "true"), ({"kind": 1}, "{...}"),
     ([1], "[...]"), (1_200_000.0, "1.200.000")],
)
def test_values_of_terms(value: object, shown: str) -> None:
    assert term(value, Words("nl")) == shown


def test_a_figure_that_has_no_name_goes_by_its_own() -> None:
    assert called(("payer.Wmo", "some_measure", "p95"), Words("nl")) == "Wmo: some measure, p95"


def test_what_does_not_fit_a_line_is_a_table_a_party() -> None:
    long = {"a": ("x" * 50, "y" * 50), "b": ("z" * 30, "w" * 30)}
    _, text = Page(made(long, front=(0, 1)), Words("en")).text().split("Front:")
    assert max(map(len, text.splitlines())) <= WIDTH
    assert [line.strip() for line in text.splitlines() if line.startswith(" " * 84)][::3] == [
        "investor", "outcome payer"]
    assert (text.count("10% ± 2"), text.count("1,000,000 ± 1,000")) == (1, 1)


def test_a_long_name_of_a_figure_takes_several_lines() -> None:
    lines = Page(made({"a": (1, 2)}), Words("en")).text().splitlines()
    at = next(place for place, line in enumerate(lines) if "[a]" in line and "chance" in line)
    assert [line.split() for line in lines[at - 3 : at + 1]] == [
        ["investor", "outcome", "payer"], ["loses"], ["principal", "pays"], ["[a]", "chance", "mean"]]


def test_a_wide_grid_is_turned_over_and_a_wider_one_divided() -> None:
    many, few = tuple(range(1_000_000, 1_000_015)), ("x", "y")
    text = Page(made({"a": few, "b": many}), Words("en")).text()
    assert text.count("[b] \\ [a]") == 2
    assert ["1,000,014", "1,014,000", "no", "deal"] in [line.split() for line in text.splitlines()]
    text = Page(made({"a": many, "b": many}), Words("en")).text()
    assert max(map(len, text.splitlines())) <= WIDTH
    grid = text[text.index("outcome payer: pays") :]
    rows = [line.split()[0] for line in grid.splitlines() if line.strip()]
    assert rows.count("1,000,014") == 2, "its row, in both tables"
