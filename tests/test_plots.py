"""Every chart of several deals: what it says, what it draws, that it fits, and that it comes out the same again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from string import Formatter
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.cbook import is_math_text
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from strategies import scenarios

from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.run import Run, simulate
from sib.views import style
from sib.views.bridge import draw_bridge, prepare_bridge
from sib.views.captions import PARTIES, TEXTS, Captions, captions_for
from sib.views.courses import (
    FAN_TRIALS,
    Outstanding,
    checkpoints,
    own_share,
    prepare_cash,
    prepare_convergence,
    prepare_outstanding,
)
from sib.views.histograms import (
    MOST_BARS,
    Histogram,
    bar_width,
    compare_repayment,
    histogram,
    prepare_curve,
    prepare_gain,
    prepare_net_cash,
    prepare_repayment,
)
from sib.views.plots import CHARTS, both_sides, draw, save_charts

REFERENCE, WORKED = "zwarte-zwanen", "worked-example"
HOUSEHOLDS = "programme.segments.'multi-problem households'"
EN, NL = Captions("en", "EUR"), Captions("nl", "EUR")
NASTY = ("a $\\foo$ b", "_x", "<script>&amp;", "h" * 300, "\N{SEEDLING} pay$er \N{PILE OF POO}")

DEALS: dict[str, tuple[str, tuple[str, ...], dict[str, Any], int]] = {
    "reference": (REFERENCE, (), {}, 1024),
    "late trigger, as spent": (REFERENCE, ("trigger-high", "as-spent", "enrolment", "claim-errors"), {}, 300),
    "nothing is claimed": (REFERENCE, (), {f"{HOUSEHOLDS}.success": 0.0}, 20),
    "worked example": (WORKED, (), {}, 300),
    "one trial": (REFERENCE, (), {}, 1),
    "one payment, too late": (WORKED, (), {"timeline.maturity": 12}, 5),
    "large amounts": (
        REFERENCE, (), {"contract.commitment": 1_797_500, f"{HOUSEHOLDS}.saving": 90_000_000.0, "currency": "USD"}, 64,
    ),
}
"""By what they try: deal, overlays, settings, trials."""


@cache
def run_of(name: str) -> Run:
    deal, overlays, terms, n_trials = DEALS[name]
    return simulate(load(deal, overlays=overlays, settings=terms), n_trials)


def nasty() -> Scenario:
    """The worked example with names that a renderer may stumble over."""
    names = dict(zip(("investor", "outcome_payer", "provider", "intermediary", "accountant"), NASTY, strict=True))
    data = load(WORKED).model_dump(by_alias=True, exclude_none=True)
    data |= {"name": f"{NASTY[0]} {NASTY[4]} {NASTY[3]}"[:300], "parties": names}
    data["payers"]["Wmo"]["party"] = names["outcome_payer"]
    return Scenario.model_validate(data)


def ticks(ax: Axes) -> Iterator[list[Text]]:
    """The labels of each axis that are drawn, in order; matplotlib keeps others out of sight."""
    for axis in (ax.xaxis, ax.yaxis):
        labels = [tick.label1 for tick in axis._update_ticks()]
        yield [label for label in labels if label.get_text()]


def texts(figure: Figure) -> list[Text]:
    """All text that is drawn."""
    figure.draw_without_rendering()
    kept = {id(tick.label1) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks()}
    others = [text for text in figure.findobj(Text) if id(text) not in kept and text.get_visible() and text.get_text().strip()]
    return others + [label for ax in figure.axes for labels in ticks(ax) for label in labels]


def expect_to_fit(figure: Figure) -> None:
    """All text lies within the figure, and the parts of a chart do not run into each other."""
    page = figure.bbox
    for text in texts(figure):
        box = text.get_window_extent()
        assert page.x0 - 0.5 <= box.x0, f"{text.get_text()!r} runs out on the left"
        assert box.x1 <= page.x1 + 0.5, f"{text.get_text()!r} runs out on the right"
        assert page.y0 - 0.5 <= box.y0, f"{text.get_text()!r} runs out below"
        assert box.y1 <= page.y1 + 0.5, f"{text.get_text()!r} runs out above"
    for ax in figure.axes:
        parts = {"title": ax._left_title, "x": ax.xaxis.label, "y": ax.yaxis.label, "foot": figure._supxlabel}
        boxes = {name: text.get_window_extent() for name, text in parts.items() if text.get_text()}
        boxes |= {"plot": ax.get_window_extent()} | ({"key": ax.get_legend().get_window_extent()} if ax.get_legend() else {})
        for one, other in combinations(boxes, 2):
            assert not overlap(boxes[one], boxes[other]), f"{one} covers {other}"
        for labels in ticks(ax):
            for label, following in pairwise(labels):
                assert not overlap(label.get_window_extent(), following.get_window_extent()), f"ticks {label.get_text()!r}"


def overlap(one: Bbox, other: Bbox) -> bool:
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 0.5 and min(one.y1, other.y1) - max(one.y0, other.y0) > 0.5


def title(figure: Figure) -> str:
    """The sentence of a chart in one line, as it is read."""
    return figure.axes[0].get_title(loc="left").replace("\n", " ").replace("\xa0", " ").replace(r"\$", "$")


def key(ax: Axes) -> list[str]:
    """The entries of the key."""
    legend = ax.get_legend()
    return [entry.get_text() for entry in legend.get_texts()] if legend else []


# Every chart of every deal


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("deal", DEALS)
def test_a_chart_draws_and_fits(deal: str, name: str, lang: Any) -> None:
    run = run_of(deal)
    figure = draw(run, name, lang=lang)
    expect_to_fit(figure)
    ax = figure.axes[0]
    assert title(figure)
    assert "{" not in title(figure)
    assert ax.get_ylabel() or name in ("bridge",)
    assert ax.get_xlabel() or name in ("outstanding", "cumulative-cash")
    foot = figure.get_supxlabel()
    assert f"seed {run.seed}" in foot
    assert run.deal.digest[:12] in foot
    assert captions_for(run.deal, lang).trials(run.n_trials) in foot


@pytest.mark.parametrize("deal", DEALS)
def test_both_sides_share_their_axes(deal: str) -> None:
    figure = both_sides(run_of(deal))
    expect_to_fit(figure)
    left, right = figure.axes
    assert left.get_xlim() == right.get_xlim()
    assert left.get_ylim() == right.get_ylim()
    assert left.get_ylabel() == right.get_ylabel()


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=scenarios(), lang=st.sampled_from(["en", "nl"]))
def test_any_deal_can_be_drawn(data: dict[str, Any], lang: Any) -> None:
    run = simulate(Scenario.model_validate(data), 7)
    for name in CHARTS:
        draw(run, name, lang=lang).draw_without_rendering()
    both_sides(run, lang=lang).draw_without_rendering()


@pytest.mark.parametrize("name", CHARTS)
def test_nasty_labels_are_only_text(name: str) -> None:
    figure = draw(simulate(nasty(), 3), name)
    expect_to_fit(figure)
    assert r"a $\foo$ b" in figure.get_supxlabel().replace(r"\$", "$")
    assert not any(is_math_text(text.get_text()) for text in texts(figure))
    if name == "cumulative-cash":
        assert [label.split(":")[0].replace(r"\$", "$") for label in key(figure.axes[0])[:4]] == [
            r"a $\foo$ b", " _x", "<script>&amp;", "h" * 31 + "… and pay$er",
        ]


def test_labels_are_cut_stripped_and_escaped() -> None:
    assert [style.plain(label, 12) for label in NASTY] == ["a $\\foo$ b", "_x", "<script>&am…", "h" * 11 + "…", "pay$er"]
    assert [style.plain(label) for label in ("\N{PILE OF POO}", "a\n\tb", "c\x00")] == ["?", "a b", "c"]
    assert [style.escape(label) for label in ("a $b$", "_x", "x_y")] == [r"a \$b\$", " _x", "x_y"]


# The sentences


def test_sentences_of_the_worked_example() -> None:
    """Two savings of 90; 100 laid out, 105.76 back, repaid at the end of the second year: the table by hand."""
    run = run_of("worked example")
    assert {name: title(draw(run, name)) for name in CHARTS} == {
        "repayment-risk": "Repaid in full in 100% of trials; principal lost in 0%",
        "outstanding": "In half of the trials all principal is repaid by January 2027; 0% are not repaid in full at maturity",
        "municipality-net-cash": "Municipality pays more than it saves in 0% of trials; a reserve of €0 is enough in 90%",
        "bridge": "On average all of the €180 claimed is validated",
        "cumulative-cash": "On average investor ends €5.76 ahead; municipality pays €105.76 and saves €180, €180 of it cashable",
        # Not one miss in 300 trials: at most 1 - 0.05^(1/300) = 0.993%.
        "convergence": "After 300 trials the chance of repayment in full is known to within 1.0 percentage points",
    }


def test_sentences_in_dutch() -> None:
    run = run_of("worked example")
    assert title(draw(run, "municipality-net-cash", lang="nl")).startswith("Gemeente betaalt meer dan zij bespaart in 0%")
    assert "investeerder € 5,76 in de plus; gemeente betaalt € 105,76" in title(draw(run, "cumulative-cash", lang="nl"))
    assert "afgelost in januari 2027" in title(draw(run, "outstanding", lang="nl"))


def test_sentences_carry_the_numbers_of_the_summary() -> None:
    run = run_of("reference")
    trials = run.trials
    full, lost = trials["investor.repaid_in_full"].mean(), (trials["investor.receipts"] < trials["investor.outlay"]).mean()
    short = (trials["municipality.net_cash"] < 0).mean()
    assert title(draw(run, "repayment-risk")) == f"Repaid in full in {full:.0%} of trials; principal lost in {lost:.0%}"
    assert f"{1 - full:.0%} are not repaid in full" in title(draw(run, "outstanding"))
    assert f"saves in {short:.0%} of trials" in title(draw(run, "municipality-net-cash"))
    claimed, validated = trials["accountant.claimed"].mean(), trials["accountant.validated"].mean()
    assert f"claimed is validated ({validated / claimed:.0%})" in title(draw(run, "bridge"))
    assert title(draw(run, "bridge")).endswith("most falls to: class of saving not counted")


def test_principal_that_half_of_the_trials_still_owe_is_said() -> None:
    assert "still outstanding at maturity; 100% are not repaid" in title(draw(run_of("nothing is claimed"), "outstanding"))
    assert title(draw(run_of("nothing is claimed"), "bridge")) == "Nothing is claimed in any trial"


def test_every_text_has_both_languages_with_the_same_blanks() -> None:
    for name, (english, dutch) in TEXTS.items():
        blanks = [{blank for _, blank, _, _ in Formatter().parse(text) if blank} for text in (english, dutch)]
        assert blanks[0] == blanks[1], name
        assert english, name
        assert dutch, name
    assert set(PARTIES) <= {"investor", "municipality", "provider", "intermediary", "accountant"}


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    assert (EN.number(1797500), NL.number(1797500), NL.number(-0.5, 1)) == ("1,797,500", "1.797.500", "−0,5")
    assert (EN.money(-1797500), NL.money(12.5), Captions("en", "USD").money(5)) == ("−€1,797,500", "€\xa012,50", "USD\xa05")
    assert [EN.percent(x) for x in (0, 1e-6, 0.004, 0.125, 0.996, 1 - 1e-6, 1)] == [
        "0%", "<0.1%", "0.4%", "13%", "99.6%", ">99.9%", "100%",
    ]
    assert NL.percent(0.004) == "0,4%"
    assert NL.month(date(2029, 10, 31)) == "oktober 2029"


def test_axes_of_money_are_in_the_language_and_in_millions_where_large() -> None:
    dutch = draw(run_of("reference"), "outstanding", lang="nl")
    written = [text.get_text() for text in texts(dutch)]
    assert "1.500.000" in written
    assert dutch.axes[0].get_ylabel() == "openstaande hoofdsom, euro"
    assert "€" not in "".join(written)
    large = draw(run_of("large amounts"), "bridge")
    assert large.axes[0].get_xlabel().endswith("million USD")


# Repayment and net cash


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
        assert np.isclose(bars.chance("full"), run.value("investor", "repaid_in_full", "probability"))
        assert np.isclose(bars.chance("lost"), run.value("investor", "principal_loss", "probability"))
        assert np.isclose(sum(bars.chance(group) for group in bars.shares), 1)
    net = prepare_net_cash(run)
    assert np.isclose(net.histogram.chance("below"), run.value("municipality", "pays_more_than_it_saves", "probability"))
    assert net.reserve == run.value("municipality", "reserve", "p90")


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
    assert not [text for text in draw(run_of("worked example"), "repayment-risk").axes[0].texts]


def test_the_reserve_is_a_line_below_zero() -> None:
    run = run_of("reference")
    ax = draw(run, "municipality-net-cash").axes[0]
    reserve = run.value("municipality", "reserve", "p90")
    assert reserve > 0
    assert [line.get_xdata()[0] for line in ax.lines] == [0.0, -reserve]


# Comparison


def test_compared_deals_show_effective_cases_and_chances() -> None:
    """With p known, n cases count as n / (1 + (n - 1) rho): 375, and at rho .05 375 / 19.7 = 19.04."""
    known = {f"{HOUSEHOLDS}.success": 0.6}
    runs = {
        "rho 0": simulate(load(REFERENCE, overlays=["independent"], settings=known), 1024),
        "rho 0.05": simulate(load(REFERENCE, settings=known), 1024),
    }
    with style.house_style():
        figure = Figure()
        ax = compare_repayment(runs, figure.subplots())
    expect_to_fit(figure)
    first, second = (run.value("investor", "principal_loss", "probability") for run in runs.values())
    assert second > first
    assert title(figure) == f"Principal is lost in {EN.percent(first)} (rho 0) or {EN.percent(second)} (rho 0.05) of trials"
    assert key(ax)[0].startswith("rho 0: 375 effective cases")
    assert key(ax)[1].startswith("rho 0.05: 19 effective cases")
    assert all(run.deal.digest[:12] in figure.get_supxlabel() for run in runs.values())
    assert [line.get_ydata()[0] for line in ax.lines if len(line.get_xdata()) == 1] == [first, second]


def test_a_curve_says_how_often_less_comes_back() -> None:
    run = run_of("reference")
    curve = prepare_curve("x", run)
    assert (curve.chances[0], curve.chances[-1]) == (0.0, 1.0)
    assert np.all(np.diff(curve.chances) >= 0)
    before, after = (curve.chances[np.searchsorted(curve.shares, 1.0) + step] for step in (-1, 1))
    assert before <= curve.lost <= after
    shares = run.trials["investor.receipts"] / run.trials["investor.outlay"]
    place = 300
    assert curve.chances[place] == (shares < curve.shares[place]).mean()


# Over time


def test_outstanding_principal_of_the_worked_example() -> None:
    """100 until the first payment date, 44 until the second, then nothing: the table by hand."""
    paper = prepare_outstanding(run_of("worked example"))
    by_hand = [100.0] * 12 + [44.0] * 12 + [0.0] * 13
    for column in ("p05", "p50", "p95", "mean"):
        assert paper.table[column].tolist() == pytest.approx(by_hand)
    assert paper.repaid_by == date(2027, 1, 1)
    assert (paper.n_bands, paper.is_part) == (300, False)


def test_bands_lie_in_each_other_and_the_mean_is_that_of_the_paths() -> None:
    run = run_of("late trigger, as spent")
    table = prepare_outstanding(run).table
    bands = table[["p05", "p25", "p50", "p75", "p95"]].to_numpy()
    assert np.all(np.diff(bands, axis=1) >= 0)
    paths = run.cash_flows("outstanding")[:, : len(table)] / 100
    assert table["mean"].to_numpy() == pytest.approx(paths.mean(axis=0))
    assert (bands[:, 2] == np.sort(paths, axis=0)[149]).all()  # the 150th of 300 is the median


def test_bands_of_a_long_run_say_how_many_trials_they_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sib.views.courses.FAN_TRIALS", 256)
    ax = draw(run_of("reference"), "outstanding").axes[0]
    assert key(ax)[0] == "5% to 95% of trials (first 256)"
    assert key(ax)[2:] == ["median", "mean"]
    assert FAN_TRIALS > 256


def test_repaid_is_what_stays_repaid() -> None:
    """As the money is drawn as spent, principal may come back after it was zero."""
    days = pd.date_range("2026-01-01", periods=4, freq="MS")
    for owed, expected in (([0, 5, 0, 0], date(2026, 3, 1)), ([5, 0, 5, 5], None), ([0, 0, 0, 0], date(2026, 1, 1))):
        assert Outstanding(pd.DataFrame({"p50": owed}, index=days), 1, False).repaid_by == expected


@pytest.mark.parametrize("deal", DEALS)
def test_what_one_party_pays_another_receives(deal: str) -> None:
    run = run_of(deal)
    table = prepare_cash(run).table
    parties = table[["investor", "municipality", "provider", "others"]]
    assert parties.iloc[-1].sum() == pytest.approx(0, abs=1e-6)
    assert table["investor"].iloc[-1] == pytest.approx(-run.value("investor", "loss", "mean"))


def test_savings_over_time_end_at_those_of_the_summary() -> None:
    run = run_of("reference")
    paper = prepare_cash(run)
    assert paper.is_own
    assert paper.table["savings"].iloc[-1] == pytest.approx(run.value("municipality", "true_savings", "mean"), abs=1)
    assert own_share(run.deal) == pytest.approx(1 - 0.07 - 0.03)  # all but Zvw and Wlz


def test_savings_are_those_of_all_budgets_where_segments_differ() -> None:
    data = load(REFERENCE).model_dump(by_alias=True, exclude_none=True)
    half = [segment | {"cases": cases} for segment, cases in zip(data["programme"]["segments"] * 2, (200, 175), strict=True)]
    half[1] |= {"name": "others", "by_law": {"Wmo": 0.5, "Zvw": 0.5}}
    data["programme"] |= {"segments": half, "dependence": {"kind": "independent"}}
    run = simulate(Scenario.model_validate(data), 16)
    paper = prepare_cash(run)
    assert own_share(run.deal) is None
    assert not paper.is_own
    assert paper.table["savings"].iloc[-1] == pytest.approx(run.value("society", "true_savings", "mean"))
    assert "true savings on all budgets" in " ".join(key(draw(run, "cumulative-cash").axes[0]))


# Bridge


@pytest.mark.parametrize("deal", DEALS)
def test_the_bars_of_the_bridge_hang_together_and_end_at_validated(deal: str) -> None:
    run = run_of(deal)
    ax = draw_bridge(prepare_bridge(run), Figure().subplots(), say=EN)
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert bars[0] == (0, pytest.approx(run.value("accountant", "claimed", "mean")))
    assert bars[-1] == (0, pytest.approx(run.value("accountant", "validated", "mean")))
    for (_, end), (start, high) in pairwise([bars[0], *((high, low) for low, high in bars[1:-1])]):
        assert start == pytest.approx(end)
        assert high <= start
    last = bars[-2][0] if len(bars) > 2 else bars[0][1]
    assert last == pytest.approx(bars[-1][1], abs=1e-6)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert len(labels) == len(bars) == len(ax.texts)
    assert not any("_" in label for label in labels)


def test_what_comes_too_late_is_said() -> None:
    """One payment date after a year; the saving of the other two years of 180 / 3 = 60 a year comes after it."""
    run = run_of("one payment, too late")
    assert prepare_bridge(run).late == pytest.approx(120)
    labels = [label.get_text().replace("\n", " ") for label in draw(run, "bridge").axes[0].get_yticklabels()]
    assert labels[-1] == "validated, of which €120 too late to pay"


# Convergence


def test_running_estimates_are_those_of_shorter_runs() -> None:
    run = run_of("reference")
    table = prepare_convergence(run).set_index(["measure", "n_trials"])
    shorter = simulate(run.deal, 256)
    for measure, statistic in (("repaid_in_full", "probability"), ("principal_loss", "probability"), ("irr", "mean")):
        change = shorter.value("investor", measure, statistic) - run.value("investor", measure, statistic)
        assert table.loc[(measure, 256), "value"] == pytest.approx(100 * change)
        last = table.loc[(measure, 1024)]
        assert last["value"] == 0
        assert last["low"] < 0 < last["high"]
    ax = draw(run, "convergence").axes[0]
    assert len(key(ax)) == 3


@pytest.mark.parametrize("n_trials", [1, 2, 100, 256, 257, 300, 20_000, 1_000_000])
def test_checkpoints_are_whole_blocks_and_end_with_all(n_trials: int) -> None:
    found = checkpoints(n_trials)
    assert found[-1] == n_trials
    assert found == sorted(set(found))
    assert n_trials <= 256 or all(point % 256 == 0 for point in found[:-1])


# Files


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("charts")
    paths = save_charts(run_of("late trigger, as spent"), folder)
    assert sorted(paths) == sorted(folder.iterdir())
    return folder


def test_every_chart_is_written_twice(saved: Path) -> None:
    stems = {"both-sides", *CHARTS}
    assert {path.name for path in saved.iterdir()} == {f"{stem}.{end}" for stem in stems for end in ("png", "svg")}


def test_files_are_the_same_bytes_again_whatever_the_readers_settings(saved: Path, tmp_path: Path) -> None:
    with matplotlib.rc_context({"font.size": 20, "svg.hashsalt": None, "savefig.dpi": 30, "timezone": "Asia/Tokyo"}):
        before = dict(matplotlib.rcParams)
        save_charts(run_of("late trigger, as spent"), tmp_path / "again")
        assert dict(matplotlib.rcParams) == before
    for path in saved.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_files_carry_no_date(saved: Path) -> None:
    year = str(date.today().year)
    for path in saved.glob("*.svg"):
        assert f"{year}-" not in path.read_text(encoding="utf-8")
        assert "dc:date" not in path.read_text(encoding="utf-8")


def test_charts_need_no_screen() -> None:
    code = "import sys, sib.views.plots; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
