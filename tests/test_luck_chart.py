"""What luck pays as a chart: the lines are the dates, the bars are the three worlds, and everything fits."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from charts import EN, expect_to_fit, key, nasty, title
from matplotlib.colors import to_rgba

from sib.analysis.luck import Luck, luck
from sib.deal.reader import load
from sib.views import style
from sib.views.luck_chart import TEXTS, draw_luck, written

HOUSEHOLDS = "programme.segments.multi-problem households"
GIVEN: dict[str, tuple[str, tuple[str, ...], dict[str, Any], int]] = {
    "claim errors": ("zwarte-zwanen", ("claim-errors", "trigger-high"), {}, 300),
    "luck pays": ("zwarte-zwanen", ("trigger-low",), {f"{HOUSEHOLDS}.deadweight": 0.9}, 100),
    "nothing is paid": ("zwarte-zwanen", (), {f"{HOUSEHOLDS}.success": 0.0}, 10),
    "one trial": ("zwarte-zwanen", (), {}, 1),
    "no trigger": ("worked-example", (), {}, 20),
    "effect": ("peterborough", (), {"programme.metrics.reduction.evaluator_sd": 10.0}, 100),
    "three triggers": ("peterborough", (), {}, 200),
    "large amounts": ("zwarte-zwanen", (), {f"{HOUSEHOLDS}.saving": 90_000_000.0, "currency": "USD"}, 50),
}


@cache
def luck_of(name: str) -> Luck:
    source, overlays, settings, trials = GIVEN[name]
    return luck(load(source, overlays=overlays, settings=settings), trials)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", GIVEN)
def test_charts_fit(name: str, lang: Any) -> None:
    figure = draw_luck(luck_of(name), lang=lang)
    expect_to_fit(figure)
    assert len(figure.axes) == (2 if luck_of(name).dates else 1)
    assert title(figure)
    assert "nan" not in " ".join(ax.get_title(loc="left") for ax in figure.axes)


def test_the_lines_are_the_dates_of_the_paper() -> None:
    found = luck_of("claim errors")
    ax = draw_luck(found).axes[0]
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    for name in ("earned", "paid"):
        told = [getattr(each, name) for each in found.dates]
        assert list(lines[TEXTS[name][0]]) == [0.0, *told, told[-1]]
    assert {*key(ax)} == {TEXTS[name][0] for name in ("earned", "paid", "false", "missed")}


def test_the_two_errors_stand_on_top_of_each_other() -> None:
    found = luck_of("three triggers")
    false, missed = ([getattr(each, name) for each in found.dates] for name in ("false", "missed"))
    assert min(false[-1], missed[-1]) > 0
    heights = [area.get_paths()[0].vertices[:, 1].max() for area in draw_luck(found).axes[0].collections]
    assert heights == pytest.approx([max(false), max(map(sum, zip(false, missed, strict=True)))])


def test_what_holds_on_the_last_date_is_drawn() -> None:
    found = luck_of("three triggers")
    assert found.dates[-1].paid > found.dates[-2].paid
    ax = draw_luck(found).axes[0]
    last = (found.dates[-1].day - date(1970, 1, 1)).days
    assert ax.get_xlim()[1] > last
    for line in ax.lines:
        assert [int(at) for at in line.get_xdata()[-2:]] == [last, int(ax.get_xlim()[1])]
        assert line.get_ydata()[-1] == line.get_ydata()[-2]


def test_amounts_stand_beyond_the_errors_and_inside_the_chart() -> None:
    for name in ("three triggers", "luck pays", "large amounts"):
        figure = draw_luck(luck_of(name))
        figure.draw_without_rendering()
        ax = figure.axes[1]
        for line, text in zip(ax.lines, ax.texts, strict=True):
            end = ax.transData.transform((max(line.get_xdata()), 0.0))[0]
            assert end < text.get_window_extent().x0
            assert text.get_window_extent().x1 <= ax.get_window_extent().x1 + 1


@pytest.mark.parametrize(("name", "english", "dutch"), [
    ("three triggers", 'By the last date the main trigger "cohort 1" is met',
     'Op de laatste datum is de hoofddrempel "cohort 1" in'),
    ("claim errors", 'By the last date the trigger "proof" is met', 'Op de laatste datum is de drempel "proof" in'),
])
def test_the_title_names_the_trigger_and_the_date(name: str, english: str, dutch: str) -> None:
    assert title(draw_luck(luck_of(name))).startswith(english)
    assert title(draw_luck(luck_of(name), lang="nl")).startswith(dutch)


def test_the_bars_are_what_is_paid_in_three_worlds() -> None:
    found = luck_of("luck pays")
    ax = draw_luck(found).axes[1]
    values = [found.row(name).value for name in ("outcome_payments", "earned_payments", "luck_payments")]
    assert [bar.get_width() for bar in ax.patches] == values
    assert min(values) > 0
    told = [text.get_text().replace("\\$", "$") for text in ax.texts]
    assert told == [written(found.row(name), EN) for name in ("outcome_payments", "earned_payments", "luck_payments")]


def test_the_titles_say_the_figures() -> None:
    found = luck_of("luck pays")
    dates, worlds = (ax.get_title(loc="left").replace("\n", " ") for ax in draw_luck(found).axes)
    share = round(100 * found.row("luck_share").value)
    assert f"{share}% of what is paid as agreed" in worlds
    assert written(found.row("luck_payments"), EN) in worlds
    missed = luck_of("claim errors").row("missed_trigger").value
    assert missed > 0
    told = draw_luck(luck_of("claim errors")).axes[0].get_title(loc="left").replace("\n", " ")
    assert f"earned without being met in {EN.percent(missed)}" in told
    assert dates != told


def test_the_error_of_a_bar_is_drawn() -> None:
    row = luck_of("claim errors").row("outcome_payments")
    ax = draw_luck(luck_of("claim errors")).axes[1]
    assert list(ax.lines[0].get_xdata()) == [row.low, row.high]
    alone = luck_of("one trial")
    [low, high] = draw_luck(alone).axes[1].lines[0].get_xdata()
    assert low == high == alone.row("outcome_payments").value


def test_the_two_errors_can_be_told_apart_without_colour() -> None:
    looks = [style.OUTCOMES[name] for name in ("lost", "short")]
    assert looks[0].hatch != looks[1].hatch
    areas = draw_luck(luck_of("claim errors")).axes[0].collections
    assert [to_rgba(look.colour) for look in looks] == [tuple(np.ravel(area.get_facecolor())) for area in areas]


def test_the_same_paper_is_the_same_drawing(tmp_path: Any) -> None:
    for name in ("one", "two"):
        style.write_figure(draw_luck(luck_of("claim errors")), tmp_path / name, name="luck")
    for end in ("png", "svg"):
        assert (tmp_path / "one" / f"luck.{end}").read_bytes() == (tmp_path / "two" / f"luck.{end}").read_bytes()


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_names_cannot_break_a_chart(lang: Any) -> None:
    expect_to_fit(draw_luck(luck(nasty(), 5), lang=lang))
