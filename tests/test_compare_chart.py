"""Deals side by side as a chart: everything fits, marks are the paper's figures, titles say what differs most."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from charts import expect_to_fit, nasty

from sib.analysis.compare import Compared, compare
from sib.deal.reader import load
from sib.views.compare_chart import draw_compared, rows_named

LABELS = ("zwarte-zwanen", "zwarte-zwanen+trigger-high", "zwarte-zwanen+interest-simple")


@cache
def found() -> Compared:
    overlays: list[list[str]] = [[], ["trigger-high"], ["interest-simple"]]
    return compare(tuple(load("zwarte-zwanen", overlays=each) for each in overlays), 600)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_it_fits(lang: Any) -> None:
    expect_to_fit(draw_compared(found(), LABELS, lang=lang))


def test_names_cannot_break_it_and_a_deal_may_be_compared_with_itself() -> None:
    figure = draw_compared(compare((nasty(), nasty()), 20))
    expect_to_fit(figure)
    assert "stays the same" in figure.axes[0].get_title(loc="left").replace("\n", " ")


def test_marks_are_the_figures_of_the_paper() -> None:
    left, right = draw_compared(found(), LABELS).axes
    drawn = [line.get_xdata().tolist() for ax in (left, right) for line in ax.lines if len(line.get_xdata()) == 3]
    wanted = (("investor", "repaid_in_full"), ("investor", "principal_loss"), ("municipality", "net_cash"))
    assert drawn == [[row.value for row in rows_named(found(), each)] for each in wanted]


def test_titles_tell_of_the_deal_that_differs_most() -> None:
    left, right = (ax.get_title(loc="left").replace("\n", " ") for ax in draw_compared(found(), LABELS).axes)
    assert left.startswith("[B] against [A]: the chance of repayment in full falls by")
    assert right.startswith("[B] against [A]: the outcome payer is left with")
