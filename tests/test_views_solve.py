"""The page of an answer: what it says of every kind of root, and where there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import sib
from sib.analysis.bracketing import Root, Try
from sib.analysis.solve import Goal, Solved
from sib.deal.number import number_at
from sib.deal.vary import base_of
from sib.results import Row
from sib.views.solve import VERDICTS, Page, as_data
from sib.views.words import Words

WHAT = ("investor", "irr", "mean")
RATE = "contract.interest.rate"


def row(value: float) -> Row:
    return Row(*WHAT, value, 0.001, value - 0.002, value + 0.002, "fraction")


def made(verdict: Any = "found", *roots: Root, scan: tuple[Try, ...] | None = None) -> Solved:
    deal = sib.load("zwarte-zwanen")
    tried = (Try(0.0, row(-0.03)), Try(0.04, row(0.01)), Try(0.5, None, "contract.interest.rate = 0.5 is too much"))
    goal = Goal("investor.irr", 0.02, RATE, (0.0, 0.5))
    return Solved(deal, goal, number_at(base_of(deal).term(RATE)), WHAT, 1, 300, verdict, scan or tried, roots)


def text(found: Solved, lang: Any = "en") -> str:
    return " ".join(Page(found, Words(lang)).text().split())


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.04, 0.06, "contract.interest.rate = 0.05, from 0.04 to 0.06 (95%)"),
        (0.04, None, "contract.interest.rate = 0.05, from 0.04 on (95%); it has no upper end"),
        (None, 0.06, "contract.interest.rate = 0.05, up to 0.06 (95%); it has no lower end"),
        (None, None, "contract.interest.rate = 0.05 A run"),
    ],
)
def test_the_interval_has_the_ends_that_were_found(low: float | None, high: float | None, said: str) -> None:
    page = text(made("found", Root(0.05, low, high, row(0.02))))
    assert said in page
    assert "A run with 0.05 gives 2.0% ± 0.2" in page


def test_the_question_and_the_scan_are_told_in_dutch() -> None:
    page = text(made("found", Root(0.05, 0.04, 0.06, row(0.02))), "nl")
    assert "Gevraagd: de waarde van contract.interest.rate waarbij investeerder: IRR, gemiddeld = 2,00%;" in page
    assert "contract.interest.rate = 0,05, van 0,04 tot 0,06 (95%)" in page
    assert "0,04 1,0% ± 0,2 nu" in page
    assert "0,5 geen deal" in page
    assert "geen deal: contract.interest.rate = 0.5 is too much" in page


def test_whole_numbers_have_neighbours() -> None:
    root = Root(12, 11, 13, row(0.021), (Try(12, row(0.019)), Try(13, row(0.023))))
    assert "Of whole numbers, 12 gives 1.9% ± 0.2 and 13 gives 2.3% ± 0.2" in text(made("found", root))


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_has_its_sentence(verdict: str, lang: str) -> None:
    assert text(made(verdict), lang) != text(made(), lang)
    assert text(made(verdict, scan=(Try(0.5, None, "no"),)), lang)


def test_no_answer_says_where_the_figure_goes() -> None:
    assert ("it goes from -3.0% ± 0.2 at 0 to 1.0% ± 0.2 at 0.04, at least -3.0% and at most 1.0%"
            in text(made("none")))
    assert "it is -3.0% ± 0.2 at every value that was tried" in text(made("flat"))


def test_a_deal_alone_says_why_the_others_are_none() -> None:
    scan = (Try(0.01, None, "the first reason"), Try(0.04, row(0.01)), Try(0.5, None, "the second"))
    page = text(made("alone", scan=scan))
    assert "of the 3 values that were tried only 0.04 makes a deal with such a figure" in page
    assert "no deal: the first reason and 1 more that are no deals" in page
    assert "the second" not in page
    assert "The interval of the answer" not in page
    page = text(made("alone", scan=(Try(0.01, row(float("nan"))),)), "nl")
    assert "geen van de 1 geprobeerde waarden geeft een deal met zo'n uitkomst" in page
    assert "staat onderaan" not in page


def test_what_was_interrupted_before_any_figure_says_just_that() -> None:
    page = text(made("open", scan=(Try(0.01, row(float("nan"))),)))
    assert "incomplete: interrupted before the answer was found" in page
    assert "No answer" not in page


def test_a_table_that_a_number_replaces_is_told() -> None:
    found = made("found", Root(0.05, 0.04, 0.06, row(0.02)))
    assert "The deal has a table" not in text(found)
    assert "The deal has a table at contract.interest.rate" in text(
        replace(found, number=replace(found.number, replaces=True, now=None)))


def test_plain_data_have_nothing_where_there_is_nothing() -> None:
    told = as_data(made("none"))
    assert (told["value"], told["roots"], told["verdict"]) == (None, [], "none")
    assert told["scan"][2] == {"value": 0.5, "problem": "contract.interest.rate = 0.5 is too much", "measure": None}
