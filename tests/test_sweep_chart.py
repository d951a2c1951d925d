"""Charts of a sweep: what is drawn is what was found."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes
from swept import made

import sib
from sib.analysis.sweep import Plan, sweep
from sib.views.sweep_chart import charts_of, draw_front

RATE = "contract.interest.rate"


def axes_of(name: str, terms: dict[str, tuple[object, ...]]) -> Axes:
    return charts_of(made(terms))[name].axes[0]


def test_a_line_has_its_band_and_the_value_as_it_is() -> None:
    ax = axes_of("sweep", {RATE: (0.06, 0.02, 0.04, 4)})
    drawn = ax.lines[0].get_xydata()
    assert np.allclose(drawn[:3], [[0.02, 0.11], [0.04, 0.12], [0.06, 0.10]])
    assert np.isnan(drawn[3, 1])
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(0.08)
    assert ax.lines[1].get_xdata()[0] == 0.04


def test_words_stand_beside_each_other() -> None:
    ax = axes_of("sweep", {RATE: ("annual", "simple", "none")})
    assert [label.get_text() for label in ax.get_xticklabels()] == ["annual", "simple", "none"]


def test_a_map_has_the_first_term_upwards_and_the_second_across() -> None:
    ax = axes_of("sweep", {"a": (1, 2), "b": (1, 2, 3)})
    cells = ax.images[0].get_array()
    assert cells.shape == (2, 3)
    assert cells[0].tolist() == pytest.approx([0.10, 0.11, 0.12])
    assert bool(np.ma.getmaskarray(cells)[1, 2]) or np.isnan(cells.data[1, 2])
    assert ax.get_xlabel() == "b"
    assert sorted(text.get_text() for text in ax.texts) == ["10%", "11%", "12%", "13%", "14%", "–"]


def test_three_terms_are_not_drawn() -> None:
    assert charts_of(made({"a": (1, 2), "b": (1,), "c": (1, 2)})) == {}


def test_the_front_is_a_stair_over_what_it_beats() -> None:
    terms = {"contract.triggers.proof.at_least": [9e5, 2e6, 2.4e6], RATE: [0.02, 0.04]}
    found = sweep(sib.load("zwarte-zwanen"), terms, plan=Plan(trials=300, has_front=True))
    ax = draw_front(found, lang="nl").axes[0]
    stair = ax.lines[-1].get_xydata()
    assert len(stair) == len(found.front)
    assert (np.diff(stair[:, 0]) >= 0).all()
    assert (np.diff(stair[:, 1]) <= 0).all()
    assert len(ax.texts) == len(found.front)


def test_points_of_the_front_that_coincide_share_a_label() -> None:
    # Half of the savings of 180 is 90, which is less than was lent: all of it is paid, whatever the rate.
    terms = {RATE: [0.02, 0.03, 0.04], "contract.payments.repayment.share": [0.5, 1.0]}
    found = sweep(sib.load("worked-example"), terms, plan=Plan(trials=3, has_front=True))
    assert [found.points[place].values for place in found.front] == [(0.02, 1.0), (0.02, 0.5), (0.03, 0.5), (0.04, 0.5)]
    labels = [text.get_text() for text in draw_front(found).axes[0].texts]
    assert labels == ["0.02, 1", "0.02, 0.5 and 2 more there"]
