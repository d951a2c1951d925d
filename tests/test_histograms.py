"""What the investor gets back and what is left to the municipality: the counting, and the bars that are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from charts import DEALS, EN, key, run_of
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes

from sib.views.histograms import (
    MOST_BARS,
    Histogram,
    bar_width,
    histogram,
    prepare_gain,
    prepare_net_cash,
    prepare_repayment,
)
from sib.views.plots import both_sides, draw


def test_a_histogram_counts_every_trial_once_and_no_bar_spans_the_centre() -> None:
    values = np.array([0.0, 0.5, 0.999999, 1.0, 1.0, 1.08, 1.1, np.nan])
    lost = values < 1
    bars = histogram(values, {"lost": lost, "kept": values >= 1}, centre=1.0)
    assert (bars.chance("lost"), bars.chance("kept")) == (3 / 8, 4 / 8)
    centre = int(np.argmin(np.abs(bars.edges - 1.0)))
    assert bars.edges[centre] == 1.0
    assert bars.shares["lost"][centre:].sum() == 0 == bars.shares["kept"][:centre].sum()
    assert bars.shares["kept"][centre] == 2 / 8
    assert np.allclose(np.diff(bars.edges), bars.width)


@pytest.mark.parametrize("constant", [0.0, 1.0, 1.0576, 74.24, -1797500.0])
def test_a_histogram_of_equal_values_is_one_bar(constant: float) -> None:
    bars = histogram(np.full(10, constant), {"all": np.ones(10, dtype=bool)}, centre=0.0)
    place = int(np.flatnonzero(bars.shares["all"])[0])
    assert bars.shares["all"][place] == 1
    assert bars.edges[place] <= constant < bars.edges[place + 1]


def test_a_histogram_without_values_is_empty() -> None:
    bars = histogram(np.full(3, np.nan), {"all": np.ones(3, dtype=bool)}, centre=1.0)
    assert bars.chance("all") == 0


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.floats(-10, 10))
def test_bars_are_round_and_few(values: list[float], centre: float) -> None:
    width = bar_width(np.array(values), centre)
    span = max(*values, centre) - min(*values, centre)
    assert span / width <= MOST_BARS * (1 + 1e-9)
    assert f"{width:.6e}"[:4] in ("1.00", "2.00", "2.50", "5.00")


def test_a_thin_tail_is_gathered_in_the_last_bar_and_said() -> None:
    values = np.append(np.linspace(-100.0, 100.0, 9999), 1e6)
    bars = histogram(values, {"below": values < 0, "above": values >= 0}, centre=0.0)
    assert bars.gathers
    assert bars.edges[-1] < 200
    assert np.isclose(sum(shares.sum() for shares in bars.shares.values()), 1)
    low = histogram(-values, {"all": np.ones(10_000, dtype=bool)}, centre=0.0)
    assert not low.gathers
    assert low.edges[0] <= -1e6


@pytest.mark.parametrize("deal", DEALS)
def test_groups_of_trials_add_up_to_the_summary(deal: str) -> None:
    run = run_of(deal)
    for paper in (prepare_repayment(run), prepare_gain(run)):
        bars = paper.histogram
        assert np.isclose(bars.chance("full"), run.value("investor", "repaid_in_full", statistic="probability"))
        assert np.isclose(bars.chance("lost"), run.value("investor", "principal_loss", statistic="probability"))
        assert np.isclose(sum(bars.chance(group) for group in bars.shares), 1)
    net, short = prepare_net_cash(run), run.value("municipality", "pays_more_than_it_saves", statistic="probability")
    assert np.isclose(net.histogram.chance("below"), short)
    assert net.reserve == run.value("municipality", "reserve", statistic="p90")


def heights(ax: Axes) -> Histogram:
    """The bars as they are drawn: by entry of the key, the height of each above the one below it."""
    drawn = {str(patch.get_label()): patch.get_data() for patch in ax.patches}
    edges = next(iter(drawn.values())).edges
    return Histogram(edges, {label: data.values - data.baseline for label, data in drawn.items()}, False)


def test_the_bars_that_are_drawn_add_up_to_the_chances_in_the_key() -> None:
    figure = draw(run_of("reference"), "repayment-risk")
    drawn = heights(figure.axes[0])
    assert len(drawn.shares) == 3
    assert np.isclose(sum(drawn.chance(label) for label in drawn.shares), 1)
    for label in drawn.shares:
        assert label.endswith(f": {EN.percent(drawn.chance(label))}")
        assert label in key(figure.axes[0])


def test_lines_stand_at_the_outlay_and_at_full_repayment() -> None:
    """The worked example brings 105.76 for 100 in every trial."""
    ax = draw(run_of("worked example"), "repayment-risk").axes[0]
    assert [line.get_xdata()[0] for line in ax.lines] == [1.0, pytest.approx(1.0576)]
    assert [line.get_label() for line in ax.lines] == ["outlay: €100", "mean where repaid in full: 105.8%"]
    ax = both_sides(run_of("worked example")).axes[0]
    assert [line.get_xdata()[0] for line in ax.lines] == [0.0, pytest.approx(5.76)]


def test_total_loss_is_marked_with_its_chance() -> None:
    ax = draw(run_of("nothing is claimed"), "repayment-risk").axes[0]
    assert [text.get_text() for text in ax.texts] == ["nothing back: 100%"]
    assert len(draw(run_of("worked example"), "repayment-risk").axes[0].texts) == 0


def test_the_reserve_is_a_line_below_zero() -> None:
    run = run_of("reference")
    ax = draw(run, "municipality-net-cash").axes[0]
    reserve = run.value("municipality", "reserve", statistic="p90")
    assert reserve > 0
    assert [line.get_xdata()[0] for line in ax.lines] == [0.0, -reserve]
