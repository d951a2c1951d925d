"""The chart of pilots: everything fits, marks are the paper's figures, the title says what is shown."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from charts import expect_to_fit

from sib.analysis.evidence import Asked, Evidence, evidence
from sib.deal.reader import load
from sib.views.evidence_chart import draw_evidence

GIVEN: dict[str, tuple[str, dict[str, Any], Asked]] = {
    "reference": ("zwarte-zwanen", {"measures.hurdle": 0.02}, Asked()),
    "nothing to learn": ("worked-example", {}, Asked((0, 10))),
    "nobody": ("zwarte-zwanen", {}, Asked((0,))),
    "cheap": ("zwarte-zwanen", {"measures.hurdle": 0.02}, Asked((100, 5, 1_000), cost_per_case=10.0)),
}


@cache
def found_of(name: str) -> Evidence:
    source, settings, asked = GIVEN[name]
    return evidence(load(source, settings=settings), 300, asked=asked)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", GIVEN)
def test_the_chart_fits(name: str, lang: Any) -> None:
    expect_to_fit(draw_evidence(found_of(name), lang=lang))


def test_lines_are_what_pilots_are_worth() -> None:
    found = found_of("cheap")
    lines = draw_evidence(found).axes[0].lines
    assert list(lines[0].get_xdata()) == [5, 100, 1_000]
    by_size = {pilot.n_cases: pilot.worths[0].worth.value for pilot in found.pilots}
    assert list(lines[0].get_ydata()) == [by_size[n] for n in (5, 100, 1_000)]
    cost = next(line for line in lines if line.get_label() == "cost of the pilot")
    assert list(cost.get_xdata()) == [0, 5, 100, 1_000]
    assert list(cost.get_ydata()) == [0.0, 50.0, 1_000.0, 10_000.0]


def test_titles_say_what_is_shown() -> None:
    assert draw_evidence(found_of("nothing to learn")).axes[0].get_title(loc="left").startswith("No pilot of these")
    assert "is worth at most" in draw_evidence(found_of("reference")).axes[0].get_title(loc="left")
