"""The page of a negotiation: maps, tables, what stands in the way, in two languages."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

import sib
from sib.analysis.negotiate import Line, Negotiation, judged
from sib.analysis.sweep import Plan, Point, Sweep
from sib.results import Row
from sib.views.negotiate import Page, as_data, letters
from sib.views.words import Words
from sib.views.zone_chart import _place, charts_of

IRR, NET, RISK, COST = (
    ("investor", "irr", "mean"), ("municipality", "net_cash", "mean"), ("investor", "principal_loss", "probability"),
    ("municipality", "outcome_payments", "mean"),
)
UNITS = {IRR: "fraction", NET: "EUR", RISK: "fraction", COST: "EUR"}


def negotiation(
    irr: list[float], net: list[float], *, terms: dict[str, tuple[Any, ...]], no_deal: int | None = None
) -> Negotiation:
    """An investor who wants 2% and an outcome payer who wants to keep 1,000, on figures that are made up."""

    def rows(place: int) -> tuple[Row, ...]:
        values = {IRR: irr[place], NET: net[place], RISK: 0.1, COST: 5_000.0 + place}
        error = {IRR: 0.001, NET: 10.0, RISK: 0.001, COST: 10.0}
        return tuple(Row(*what, value, error[what], value - 2 * error[what], value + 2 * error[what], UNITS[what])
                     for what, value in values.items())

    points = tuple(
        Point(values, (), "", "is no yearly rate") if place == no_deal else Point(values, rows(place), "x", "")
        for place, values in enumerate(product(*terms.values()))
    )
    now = tuple(values[0] for values in terms.values())
    found = Sweep(sib.load("worked-example"), terms, now, tuple(UNITS), Plan(), points, (0,))
    wants = Line("investor", IRR, 0.02, is_floor=True, why="as elsewhere")
    keeps = Line("municipality", NET, 1_000, is_floor=True)
    return judged(found, (wants, keeps), as_it_is=rows(0))


SQUARE = {"a.rate": (0.01, 0.02), "a.level": (100, 200)}


@pytest.fixture
def mapped() -> Negotiation:
    return negotiation([0.03, 0.03, 0.019, 0.01], [2_000.0, 1_005.0, 2_000.0, 0.0], terms=SQUARE)


@pytest.fixture
def without() -> Negotiation:
    return negotiation([0.03, 0.03, 0.01, 0.01], [500.0, 900.0, 2_000.0, 2_000.0], terms=SQUARE)


def page(found: Negotiation, lang: Any = "en") -> str:
    return " ".join(Page(found, Words(lang)).text().split())


def test_a_letter_for_each_party() -> None:
    assert letters(["investor", "outcome payer", "insurer", "province"]) == ["I", "O", "N", "P"]
    assert letters(["a", "a", "a"]) == ["A", "X", "Y"]


def test_the_map_shows_who_can_live_with_what(mapped: Negotiation) -> None:
    # sure, within the error of the payments, the investor's line within its error, and neither
    lines = Page(mapped, Words("en")).map().splitlines()
    assert [line.split() for line in lines[1:5] if "-" not in line] == [["100", "200"], ["0.01", "#", "?"],
                                                                       ["0.02", "?", "."]]


def test_an_only_party_is_a_letter(without: Negotiation) -> None:
    lines = Page(without, Words("en")).map().splitlines()
    assert [line.split() for line in lines[3:5]] == [["0.01", "I", "I"], ["0.02", "O", "O"]]
    assert "U" in Page(without, Words("nl")).map()  # uitkomstbetaler


def test_what_stands_in_the_way_is_said_with_how_far(without: Negotiation) -> None:
    text = page(without)
    assert "No zone: not one of 4 combinations keeps every red line." in text
    assert "In the way stands red line 2 (outcome payer: net cash, mean, at least 1,000)" in text
    assert "at a.rate = 0.01, a.level = 200. There 2 comes to 900, 100 off." in text
    assert "There 1 comes to 1.0%, 1.00 points off." in text
    assert "Each can be kept, and nowhere all of them: red line 1" in text
    assert "worst violation" in text
    dutch = page(without, "nl")
    assert "Geen ruimte: geen van 4 combinaties voldoet aan elke rode lijn." in dutch
    assert "komt 1 op 1,0%, 1,00 procentpunt ernaast" in dutch


def test_reasons_stand_below_the_lines(mapped: Negotiation) -> None:
    assert " 1 as elsewhere " in page(mapped)


def test_a_table_for_one_term_with_terms_that_are_no_deal() -> None:
    found = negotiation([0.03, 0.02, 0.0], [2_000.0, 2_000.0, 2_000.0], terms={"a.rate": (0.01, 0.02, 4)}, no_deal=2)
    lines = Page(found, Words("en")).listed().splitlines()
    assert lines[4].split() == ["0.01", "3.0%", "+", "2,000", "+", "#"]
    assert lines[5].split() == ["0.02", "2.0%", "~", "2,000", "+", "?"]
    assert lines[6].split() == ["4", "(1)"]
    assert "(1) no deal: is no yearly rate" in page(found)


def test_three_terms_have_counts_and_how_far_the_zone_reaches() -> None:
    terms = {"a.rate": (0.01, 0.02), "a.level": (100, 200), "a.way": ("simple", "annual")}
    found = negotiation([0.03] * 4 + [0.01] * 4, [2_000.0] * 8, terms=terms)
    text = page(found)
    assert "4 of 8 combinations keep every red line" in text
    assert "a.rate from 0.01 to 0.01 a.level from 100 to 200 a.way at simple, annual" in text
    assert "Who can live" not in text


def test_data_have_the_zone_and_what_blocks_it(without: Negotiation) -> None:
    data = as_data(without)
    assert (data["zone"], data["conflicts"]) == ([], [[0, 1]])
    assert [each["lines"] for each in data["removals"]] == [(1,), (0,)]
    assert data["points"][0]["red_lines"] == ["holds", "fails"]


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", ["mapped", "without"])
def test_charts_say_what_the_page_says(name: str, lang: Any, request: pytest.FixtureRequest) -> None:
    found: Negotiation = request.getfixturevalue(name)
    figure = charts_of(found, lang=lang)["zone"]
    (ax,) = figure.axes
    expected = {
        ("mapped", "en"): "1 of 4 combinations of terms keep every red line",
        ("mapped", "nl"): "1 van 4 combinaties voldoen aan elke rode lijn",
        ("without", "en"): "Not one of 4 combinations of terms keeps every red line",
        ("without", "nl"): "Geen van 4 combinaties voldoet aan elke rode lijn",
    }
    assert ax.get_title(loc="left") == expected[name, lang]
    solid = [patch for patch in ax.patches if patch.get_facecolor()[:3] == (42 / 255, 157 / 255, 92 / 255)]
    assert len(solid) == len(found.zone)


def test_a_chart_of_one_term_has_a_bar_for_each_line_and_one_for_all() -> None:
    found = negotiation([0.03, 0.02, 0.0], [2_000.0, 2_000.0, 0.0], terms={"a.rate": (0.01, 0.02, 0.03)})
    (ax,) = charts_of(found)["zone"].axes
    assert len(ax.get_yticks()) == 3
    n_cells = sum(state > 0 for states in found.stands for state in states) + len(found.zone)
    assert len(ax.patches) == n_cells


def test_three_terms_have_a_front_only() -> None:
    terms = {"a.rate": (0.01,), "a.level": (100,), "a.way": ("simple",)}
    assert list(charts_of(negotiation([0.03], [2_000.0], terms=terms))) == ["front"]


def test_numbers_between_those_on_the_table_are_marked_where_they_lie() -> None:
    assert _place(0.015, (0.01, 0.02, 0.04)) == pytest.approx(0.5)
    assert _place(0.05, (0.01, 0.02)) is None
    assert _place("simple", ("annual", "simple")) == 1
    assert _place(0.03, (0.01, 0.02, 0.04)) == pytest.approx(1.5)
