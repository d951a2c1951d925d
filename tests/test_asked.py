"""Figures by name are the rows of the summary, to the bit."""

from __future__ import annotations

import math

import pytest

import sib
from sib.asked import asked, rows_of
from sib.engine import simulate
from sib.results import summarise

DEALS = ("zwarte-zwanen", "peterborough", "worked-example")


@pytest.mark.parametrize("name", DEALS)
def test_every_row_of_the_summary_can_be_asked_for(name: str) -> None:
    deal = sib.load(name)
    run = simulate(deal, 300)
    rows = summarise(run)
    on_one = {(row.party, row.measure, row.statistic) for row in summarise(simulate(deal, 1))}
    expected = [row for row in rows if (row.party, row.measure, row.statistic) in on_one]
    figures = asked(deal, [f"{row.party}.{row.measure}.{row.statistic}" for row in expected])
    assert len(expected) > 100
    assert [repr(row) for row in rows_of(run, figures)] == [repr(row) for row in expected]


def test_a_name_without_a_statistic_means_what_there_is() -> None:
    found = asked(sib.load("zwarte-zwanen"), ["investor.irr", "investor.repaid_in_full", "investor.irr.p05",
                                              "municipality.break_even_cashability"])
    assert [each.name for each in found] == [
        "investor.irr.mean", "investor.repaid_in_full.probability", "investor.irr.p05",
        "municipality.break_even_cashability.value",
    ]


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(KeyError, match=r"no figure 'investor\.irrr'; the nearest: investor\.irr"):
        asked(sib.load("worked-example"), ["investor.irrr"])


def test_a_figure_that_a_variant_does_not_have_is_undefined() -> None:
    figures = asked(sib.load("zwarte-zwanen"), ["accountant.paid"])
    (row,) = rows_of(simulate(sib.load("worked-example"), 1), figures)
    assert (row.party, row.measure, row.statistic) == ("accountant", "paid", "probability")
    assert math.isnan(row.value)
