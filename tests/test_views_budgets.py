"""Budgets as text and as a table to paste: figures are the paper's, written as the reader writes them."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from charts import nasty

from sib.amounts import parse_amount
from sib.analysis.budgets import MEASURES, Budgets, budgets
from sib.deal.reader import load
from sib.views.budgets import COLUMNS, Page, as_data
from sib.views.words import Words


@cache
def found(form: str = "impact_bond") -> Budgets:
    return budgets(load("zwarte-zwanen"), 600, form=form)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("measure", MEASURES)
def test_what_is_pasted_is_the_paper_in_the_readers_own_figures(lang: Any, measure: str) -> None:
    lines = Page(found(), Words(lang), measure=measure).pasted().splitlines()
    assert len(lines) == 1 + len(found().lines()) * len(found().fiscal_years)
    for line, (party, law) in zip(lines[1 :: len(found().fiscal_years)], found().lines(), strict=True):
        cells = line.split("\t")
        entry = found().find(party, law, measure=measure, year=found().fiscal_years[0])
        assert cells[2] == "2026"
        amounts = [parse_amount(cell, number_format=lang) for cell in cells[3:]]
        assert amounts == [round(getattr(entry, name) * 100) for name in COLUMNS]


def test_dutch_figures_are_written_dutch() -> None:
    text = Page(found(), Words("nl")).text()
    assert re.search(r"gemeente +\d\.\d{3}\.\d{3}", text)
    assert "algemene middelen" in text
    assert "zorgverzekeraar" in text
    assert "Netto kosten per begrotingsjaar" in text


def test_columns_add_up_on_screen_to_a_euro_each() -> None:
    """Each budget is rounded by itself, so a sum may be off by one euro for each that is added."""
    lines = Page(found(), Words("en")).pockets().splitlines()
    cells = [re.split(r"\s{2,}", line.strip()) for line in lines[3:]]
    rows = {name: [int(cell.replace(",", "")) for cell in figures] for name, *figures in cells}
    own = [rows[law] for law in ("Wmo", "Jeugdwet", "Participatiewet", "Wgs")]
    assert all(abs(sum(column) - total) <= 2 for *column, total in zip(*own, rows["municipality"], strict=True))


@pytest.mark.parametrize("form", ["do_nothing", "pays_itself", "revolving", "lump_sum"])
def test_every_form_has_a_page(form: str) -> None:
    for words in (Words("en"), Words("nl")):
        text = Page(found(form), words).text()
        assert "nan" not in text
        assert max(map(len, text.splitlines())) <= 120


def test_names_cannot_break_the_page() -> None:
    page = Page(budgets(nasty(), 5), Words("en"))
    assert all(line.isprintable() for line in page.text().splitlines())
    assert {line.count("\t") for line in page.pasted().splitlines()} == {6}


def test_data_are_plain() -> None:
    told = json.loads(json.dumps(as_data(found())))
    assert told["fiscal_years"] == list(found().fiscal_years)
    assert told["outside_share"] == pytest.approx(0.1)
    assert {entry["measure"] for entry in told["budgets"]} == set(MEASURES)
