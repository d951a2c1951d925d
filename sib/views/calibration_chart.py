"""A calibration as one chart: what cases save, in bands of neighbours, beside what the fit gives in the same bands.

In comes a ``Calibration``, out goes a figure with a chart for each segment. No case is drawn by itself, and nothing is
counted here.
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib import __version__
from sib.amounts import NumberFormat
from sib.calibration import Calibration, Segment
from sib.fitting import Fit
from sib.privacy import FEWEST
from sib.views import style
from sib.views.captions import Captions
from sib.views.words import Phrases

TEXTS: dict[str, tuple[str, str]] = {
    "fits": (
        "{name}: a {kind} with a mean of {mean} fits, its largest gap being {distance} (p = {p})",
        "{name}: een {kind} met gemiddelde {mean} past, met een grootste gat van {distance} (p = {p})",
    ),
    "poor": (
        "{name}: a {kind} with a mean of {mean} fits poorly, its largest gap being {distance} (p = {p})",
        "{name}: een {kind} met gemiddelde {mean} past slecht, met een grootste gat van {distance} (p = {p})",
    ),
    "unjudged": (
        "{name}: a {kind} with a mean of {mean} has a largest gap of {distance} to the cases",
        "{name}: een {kind} met gemiddelde {mean} heeft een grootste gat van {distance} met de casussen",
    ),
    "bands": (
        "{name}: {n} groups of cases stand in for all; on average they save {mean}",
        "{name}: {n} groepen casussen staan voor alle; gemiddeld besparen zij {mean}",
    ),
    "cases": ("mean of a band of cases", "gemiddelde van een groep casussen"),
    "fit": ("{kind}, in the same bands", "{kind}, in dezelfde groepen"),
    "range": ("95% of files of so many cases", "95% van bestanden met zoveel casussen"),
    "order": (
        "{cases} cases in order of saving, in {n} equal bands of {size} or more",
        "{cases} casussen op volgorde van besparing, in {n} gelijke groepen van minstens {size}",
    ),
    "amount": ("saving of a case, EUR", "besparing per casus, EUR"),
    "foot": (
        "{file} · {n} cases · sib {version} · no case is drawn by itself",
        "{file} · {n} casussen · sib {version} · geen casus is apart getekend",
    ),
}
"""By key: English, Dutch."""
POOR = 0.05
"""Below this p-value a fit is called poor."""
MOST_CHARTS = 6
"""Segments that are drawn: the first so many that have two bands or more."""


def drawable(found: Calibration) -> list[Segment]:
    """Return the segments that can be drawn without showing fewer than ``FEWEST`` cases."""
    return [segment for segment in found.segments if len(segment.bands) > 1][:MOST_CHARTS]


def draw_calibration(found: Calibration, *, lang: NumberFormat = "en") -> Figure:
    """Return the figure: for each segment the bands of the file beside those of the fit.

    Parameters
    ----------
    found : Calibration
        With a segment that is ``drawable``.
    lang : {"en", "nl"}
    """
    say, phrases, segments = Captions(lang, "EUR"), Phrases(TEXTS, lang), drawable(found)
    with style.house_style():
        figure = Figure(figsize=(8.0, 0.4 + 4.4 * len(segments)))
        for segment, ax in zip(segments, np.atleast_1d(figure.subplots(len(segments), 1)), strict=True):
            draw_bands(segment, ax, say=say, phrases=phrases)
        n_cases = say.number(sum(each.n_cases for each in found.segments))
        text = phrases("foot", file=style.plain(found.file.replace("\\", "/").rpartition("/")[2], 60), n=n_cases,
                       version=__version__)
        figure.supxlabel(style.escape(text), x=0.01, ha="left", fontsize=7, color="#666666")
    return figure


def draw_bands(segment: Segment, ax: Axes, *, say: Captions, phrases: Phrases) -> Axes:
    """Draw the means of the bands as bars, and what the fit gives in each with its range."""
    places, means = np.arange(1, len(segment.bands) + 1), np.array(segment.bands) / 100
    look = style.PARTIES["investor"]
    bars = ax.bar(places, means, width=0.8, color=style.OUTCOMES["full"].colour, edgecolor=style.INK, linewidth=0.5,
                  label="_", zorder=2)
    bars.patches[0].set_label(phrases("cases"))
    chosen = next((fit for fit in segment.fits if fit.kind == segment.kind), None)
    if chosen is not None and chosen.bands:
        middle, low, high = np.array(chosen.bands).T / 100
        ax.vlines(places, low, high, color=look.colour, linewidth=1.6, label=phrases("range"), zorder=3)
        ax.plot(places, middle, linestyle="none", marker="D", markersize=5, color=look.colour,
                label=phrases("fit", kind=chosen.kind), zorder=4)
    ax.set_xticks(places)
    ax.set_xlim(0.4, len(places) + 0.6)
    ax.grid(visible=False, axis="x")
    n_cases = segment.n_counted.said(say.lang, say.number)
    ax.set_xlabel(phrases("order", cases=n_cases, n=say.number(len(places)), size=FEWEST))
    style.money_axis(ax.yaxis, "payoff-amount", say=say)
    ax.set_ylabel(phrases("amount"))
    style.headed(ax, sentence(segment, say, phrases=phrases))
    return ax


def sentence(segment: Segment, say: Captions, *, phrases: Phrases) -> str:
    """Return what the chart of a segment says."""
    name, mean = style.plain(segment.name), say.money(round(segment.mean / 100))
    fit = next((each for each in segment.fits if each.kind == segment.kind), None)
    if fit is None:
        return phrases("bands", name=name, n=say.number(len(segment.bands)), mean=mean)
    key = "unjudged" if math.isnan(fit.p_value) else "poor" if fit.p_value < POOR else "fits"
    return phrases(key, name=name, mean=mean, **_shown(fit, say))


def _shown(fit: Fit, say: Captions) -> dict[str, str]:
    p_value = "" if math.isnan(fit.p_value) else say.number(fit.p_value, 3)
    return {"kind": fit.kind, "distance": say.percent(fit.distance), "p": p_value}
