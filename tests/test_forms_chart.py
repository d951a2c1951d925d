"""Ways to pay and budgets as charts: everything fits, marks are the paper's figures, titles say what is shown."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from charts import expect_to_fit, nasty

from sib.analysis.arrangements import Arranged, arrange
from sib.analysis.budgets import Budgets, budgets
from sib.deal.arrangements import FORMS
from sib.deal.reader import load
from sib.views.budgets_chart import draw_budgets
from sib.views.forms_chart import draw_forms

GIVEN: dict[str, tuple[str, dict[str, Any], int]] = {
    "reference": ("zwarte-zwanen", {}, 600),
    "worked example": ("worked-example", {}, 1),
    "group": ("peterborough", {}, 100),
    "large": ("zwarte-zwanen", {"programme.segments.multi-problem households.saving": 90_000_000.0}, 20),
}


@cache
def forms_of(name: str) -> Arranged:
    source, settings, trials = GIVEN[name]
    return arrange(load(source, settings=settings), trials)


@cache
def budgets_of(name: str, form: str = "impact_bond") -> Budgets:
    source, settings, trials = GIVEN[name]
    return budgets(load(source, settings=settings), trials, form=form)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", GIVEN)
def test_charts_fit(name: str, lang: Any) -> None:
    for figure in (draw_forms(forms_of(name), lang=lang), draw_budgets(budgets_of(name), lang=lang)):
        expect_to_fit(figure)
        assert "nan" not in " ".join(ax.get_title(loc="left") for ax in figure.axes)


@pytest.mark.parametrize("form", FORMS)
def test_budgets_of_every_form_fit(form: str) -> None:
    expect_to_fit(draw_budgets(budgets_of("reference", form)))


def test_names_cannot_break_the_charts() -> None:
    expect_to_fit(draw_forms(arrange(nasty(), 20)))
    expect_to_fit(draw_budgets(budgets(nasty(), 20)))


def test_marks_are_the_means_of_the_paper() -> None:
    found = forms_of("reference")
    left = draw_forms(found).axes[0]
    means = [line.get_xdata()[0] for line in left.lines if line.get_marker() == "D"]
    assert means == [way.value("municipality", "net_cash") for way in found.ways]


def test_bars_of_failure_add_up_to_what_everybody_loses() -> None:
    found = forms_of("reference")
    right = draw_forms(found).axes[1]
    for place, way in enumerate(found.ways):
        widths = [bar.get_width() for bar in right.patches if abs(bar.get_y() + 0.3 - place) < 1e-9]
        assert sum(widths) == pytest.approx(way.value("all parties", "worse_if_it_fails"), abs=0.5)


def test_who_gains_in_a_failure_is_drawn_to_the_left() -> None:
    """A high trigger: in the worst tenth the municipality pays nothing, and is better off than on average."""
    found = arrange(load("zwarte-zwanen", overlays=["trigger-high"]), 600, forms=("impact_bond",))
    right = draw_forms(found).axes[1]
    town = found.ways[0].value("municipality", "worse_if_it_fails")
    assert town < 0
    left = [bar for bar in right.patches if bar.get_width() < 0]
    assert [bar.get_width() for bar in left] == [town]
    assert right.get_xlim()[0] <= town
    ends = [bar.get_x() + bar.get_width() for bar in right.patches if bar.get_width() > 0]
    assert max(ends) == pytest.approx(found.ways[0].value("all parties", "worse_if_it_fails") - town, abs=0.5)


def test_titles_say_what_is_shown() -> None:
    titles = [ax.get_title(loc="left").replace("\n", " ") for ax in draw_forms(forms_of("reference")).axes]
    assert "in 1 of the 10 ways it is left with less than nothing" in titles[0]
    assert "the contract spares the municipality" in titles[1]
    titles = [ax.get_title(loc="left").replace("\n", " ") for ax in draw_budgets(budgets_of("reference")).axes]
    assert titles[0] == "Of every 100 saved, 10 falls with parties that bear none of the cost"
    assert "furthest behind in 2028" in titles[1]
