"""The chart of a payoff: jumps are upright, the sentence holds, and everything fits."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from charts import EN, expect_to_fit, key, nasty, run_of, title

from sib.deal.reader import load
from sib.payout import Point, payoff
from sib.run import Run, simulate
from sib.thresholds import Threshold
from sib.views.curve import clusters, draw_curve, ends_of, prepare_curve, sentence, written

METRIC = "validated_savings"
SPAN: dict[str, list[Any]] = {METRIC: list(range(0, 4_000_001, 100_000))}


@cache
def small(name: str) -> Run:
    return simulate(load(name), 300)


def points_of(run: Run, values: dict[str, list[Any]] | None = None) -> list[Point]:
    return payoff(run.deal, SPAN if values is None else values)


def test_a_jump_is_upright() -> None:
    run = run_of("reference")
    curve = prepare_curve(run, points_of(run, {METRIC: [0, 2_000_000]}))
    assert curve.x.tolist() == [0.0, 1_199_999.99, 1_200_000.0, 1_200_000.01, 2_000_000.0]
    assert curve.paid.tolist() == [0.0, 0.0, 1_200_000.0, 1_200_000.01, 2_000_000.0]
    assert curve.marked.tolist() == [True, False, False, False, True]


def test_a_row_that_begins_above_a_value_is_looked_at_from_above() -> None:
    run = small("dc-water")
    curve = prepare_curve(run, points_of(run, {"runoff_reduction": [30, 45]}))
    before, after = (curve.paid[curve.x == at].tolist() for at in (41.3, 41.300001))
    assert after[0] - before[0] == 3_300_000


def test_many_points_are_not_marked_and_stay_in_order() -> None:
    run = run_of("reference")
    curve = prepare_curve(run, list(reversed(points_of(run))))
    assert (np.diff(curve.x) >= 0).all()
    assert not curve.marked.any()


def test_metrics_end_where_the_trials_say() -> None:
    run = run_of("reference")
    ends = ends_of(run, METRIC)
    assert ends == pytest.approx((run.trials["accountant.validated"] - run.trials["accountant.late"]).to_numpy())
    assert ends_of(run, "validated_share").max() <= 1
    assert 10 < ends_of(small("dc-water"), "runoff_reduction").mean() < 50


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0, 1_000_000, 1_500_000, 1_797_500, 2_000_000], "At validated savings of €1,797,500 or more the investor"),
        ([2_000_000, 3_000_000], "The investor has its outlay back at every value of validated savings shown"),
        ([0, 1_000_000], "at no value of validated savings shown; municipality pays at most €0"),
    ],
)
def test_the_sentence_is_of_the_points(values: list[int], told: str) -> None:
    run = run_of("reference")
    curve = prepare_curve(run, points_of(run, {METRIC: values}))
    assert told in sentence(curve, run, say=EN)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(1_200_000, "eur", "€1,200,000"), (0.7, "fraction", "70%"), (18.6, "percent", "18.6%"), (12.0, "count", "12")],
)
def test_values_have_their_unit(value: float, unit: str, shown: str) -> None:
    assert written(value, unit, say=EN) == shown


def test_labels_share_a_place_where_there_is_none_for_two() -> None:
    found = [Threshold(10, "a", True), Threshold(11, "b", False), Threshold(11.5, "a", True), Threshold(50, "b", False)]
    assert clusters(found, (0, 100)) == [(10, ["a", "b"]), (50, ["b"])]


GIVEN: dict[str, tuple[str, dict[str, list[Any]]]] = {
    "reference": ("zwarte-zwanen", SPAN),
    "one value": ("zwarte-zwanen", {METRIC: [2_000_000]}),
    "a few": ("worked-example", {METRIC: [0, 60, 120, 180]}),
    "shares": ("zwarte-zwanen", {"validated_share": [Fraction(place, 20) for place in range(21)]}),
    "several": ("zwarte-zwanen", {METRIC: [0, 1_000_000, 2_000_000], "enrolled": [100, 200, 300]}),
    "one beside": ("zwarte-zwanen", {METRIC: [0, 1_000_000, 2_000_000], "enrolled": [375]}),
    "at a date": ("zwarte-zwanen", {f"{METRIC}@36": [0, 2_000_000, 4_000_000]}),
    "two ways": ("dc-water", {"runoff_reduction": list(range(61))}),
    "rate card": ("santa-clara", {"stable_3": list(range(0, 176, 5))}),
    "no rate": ("zwarte-zwanen", {METRIC: [0, 100_000]}),
}


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", GIVEN)
def test_charts_fit(name: str, lang: Any) -> None:
    source, values = GIVEN[name]
    run = small(source)
    figure = draw_curve(run, points_of(run, values), lang=lang)
    expect_to_fit(figure)
    assert len(key(figure.axes[0])) in (2, 3)
    assert title(figure)
    at_a_date = name == "at a date"
    assert len(figure.axes) == (2 if at_a_date else 3)


def test_names_cannot_break_a_chart() -> None:
    run = simulate(nasty(), 20)
    figure = draw_curve(run, points_of(run, {METRIC: [0, 60, 180]}))
    figure.draw_without_rendering()
    assert "<script>" in "".join(key(figure.axes[0])) or key(figure.axes[0])
