"""Deals to draw, with what to read off a chart: its words, where they stand, whether they fit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.run import Run, simulate
from sib.views.captions import Captions

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
        yield [label for label in labels if label.get_text() and label.get_visible()]


def texts(figure: Figure) -> list[Text]:
    """All text that is drawn."""
    figure.draw_without_rendering()
    kept = {id(tick.label1) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks()}
    others = [text for text in figure.findobj(Text) if id(text) not in kept and text.get_visible()]
    labels = [label for ax in figure.axes for of_axis in ticks(ax) for label in of_axis]
    return [text for text in others if text.get_text().strip()] + labels


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
        boxes["plot"] = ax.get_window_extent()
        if ax.get_legend():
            boxes["key"] = ax.get_legend().get_window_extent()
        for one, other in combinations(boxes, 2):
            assert not overlap(boxes[one], boxes[other]), f"{one} covers {other}"
        for labels in ticks(ax):
            for label, following in pairwise(labels):
                one, other = label.get_window_extent(), following.get_window_extent()
                assert not overlap(one, other), f"tick {label.get_text()!r} covers the next"


def overlap(one: Bbox, other: Bbox) -> bool:
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 0.5 and min(one.y1, other.y1) - max(one.y0, other.y0) > 0.5


def title(figure: Figure) -> str:
    """The sentence of a chart in one line, as it is read."""
    return figure.axes[0].get_title(loc="left").replace("\n", " ").replace("\xa0", " ").replace(r"\$", "$")


def key(ax: Axes) -> list[str]:
    """The entries of the key."""
    legend = ax.get_legend()
    return [entry.get_text() for entry in legend.get_texts()] if legend else []
