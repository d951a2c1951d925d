"""The chart of a stress test: a bar for each stress and grade, as long as the change."""

from __future__ import annotations

from functools import cache

import pytest
from matplotlib.patches import Rectangle

from sib.analysis.stress import Asked, StressTest, plan, stress_test
from sib.deal.reader import load
from sib.deal.stress import library
from sib.views.stress_chart import NET_CASH, draw_stresses, investors_figure


@cache
def found(name: str = "zwarte-zwanen") -> StressTest:
    chosen = tuple(library()[each] for each in ("relapse", "not-cashable", "pilot-lucky"))
    return stress_test(plan(load(name), Asked(chosen)), 512)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_bars_are_the_changes(lang: str) -> None:
    figure = draw_stresses(found(), lang=lang)  # type: ignore[arg-type]
    everything = [*found().singles, *found().together]
    for ax, key in zip(figure.axes, (("investor", "repaid_in_full"), NET_CASH), strict=True):
        bars = [patch.get_width() for patch in ax.patches if isinstance(patch, Rectangle)]
        assert sorted(bars) == pytest.approx(sorted(each.changes[key].value for each in everything))
        assert ax.get_xlabel()
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names[-1] == ("All together" if lang == "en" else "Alle samen")
    assert found().deal.digest[:12] in figure.get_supxlabel()


def test_the_investors_figure_is_one_that_moves() -> None:
    assert investors_figure(found()) == ("investor", "repaid_in_full")
    assert investors_figure(found("dc-water")) == ("investor", "irr")  # its principal is always repaid


def test_names_of_a_file_cannot_break_the_chart() -> None:
    stress = library()["relapse"]
    odd = stress.terms.model_copy(update={"title": "$x_1$ _\n" + "y" * 80})
    asked = Asked((type(stress)("odd", "odd.toml", odd),))
    figure = draw_stresses(stress_test(plan(load("zwarte-zwanen"), asked), 64))
    figure.draw_without_rendering()
    assert len(figure.axes[0].get_yticklabels()[0].get_text()) <= 44
