"""Charts of which assumption decides: a tornado, and shares of the variance, the investor beside the outcome payer.

In comes a ``Tornado`` or an ``Indices`` paper, out go figures. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Protocol, TypeVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.amounts import NumberFormat
from sib.analysis.indices import Indices, Part, Spread
from sib.analysis.sensitivity import Panel, Tornado
from sib.asked import What
from sib.views import style
from sib.views.captions import Captions, captions_for
from sib.views.figure_words import called, measure, style_of, term
from sib.views.indices import Z, is_idle, main_share
from sib.views.indices import is_close as shares_are_close
from sib.views.input_words import labels
from sib.views.sensitivity import clear, moving
from sib.views.sensitivity import is_close as are_close
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "low": ("at its low end", "aan de lage kant"),
    "high": ("at its high end", "aan de hoge kant"),
    "now": ("as it is", "nu"),
    "first": ("alone", "alleen"),
    "total": ("with interactions", "met wisselwerking"),
    "shapley": ("share (Shapley)", "aandeel (Shapley)"),
    "of_variance": ("share of the variance, %", "aandeel in de variantie, %"),
    "one": ("{name}: “{label}” does most", "{name}: “{label}” doet het meest"),
    "two": ("{name}: “{label}” or “{second}” does most", "{name}: “{label}” of “{second}” doet het meest"),
    "nothing": ("nothing here moves it", "niets hier verandert er iets aan"),
    "foot": (
        "{name} · {trials} a variant on the same draws · seed {seed} · scenario {digest} · at most {n} inputs shown",
        "{name} · {trials} per variant met dezelfde trekkingen · seed {seed} · scenario {digest} · hoogstens {n} "
        "getallen getoond",
    ),
}
"""By key: English, Dutch."""
HEADING, BAR = 1.5, 0.36
"""Inches of a row of panels, and of each bar in it."""
MOST_BARS = 10
"""Inputs that a panel shows."""
LOW = style.Look("#9ecae1")
HIGH = style.Look("#08519c", "///")
"""Ends of a range: light and plain, dark and hatched, so that they differ in grey."""
LOOKS = {"first": style.Look("#fee6ce"), "total": style.Look("#fd8d3c", "///"), "shapley": style.Look("#9ecae1")}
"""By index: light enough for the errors that are drawn over them."""
BESIDE = "municipality"
"""The party whose figures stand on the right."""


class Drawn(Protocol):
    """What a panel is drawn of."""

    @property
    def what(self) -> What:
        """Party, measure and statistic."""


Each = TypeVar("Each", bound=Drawn)


def beside(panels: Sequence[Each]) -> list[tuple[Each | None, Each | None]]:
    """Return panels in rows: those of the outcome payer on the right, those of others on the left."""
    right = [each for each in panels if each.what[0] == BESIDE]
    left = [each for each in panels if each.what[0] != BESIDE]
    return list(zip_longest(left, right)) if left and right else [
        (panels[place], panels[place + 1] if place + 1 < len(panels) else None) for place in range(0, len(panels), 2)
    ]


def draw_tornado(found: Tornado, *, lang: NumberFormat = "en") -> Figure:
    """Return the tornado of each figure.

    Parameters
    ----------
    found : Tornado
    lang : {"en", "nl"}
    """
    say, names = captions_for(found.deal, lang), labels(found.ranges.inputs, Words(lang))
    rows = beside(found.panels)
    with style.house_style():
        figure, axes = _sheet(rows, [(panel, moving(panel)) for panel in found.panels])
        for ax, panel in axes:
            draw_bars(panel, ax, names=names, say=say)
        _foot(figure, found, trials=found.plan.trials, seed=found.plan.seed, say=say)
    return figure


def draw_shares(found: Indices, *, lang: NumberFormat = "en") -> Figure:
    """Return the shares of the variance of each figure; parameters as for ``draw_tornado``."""
    say, names = captions_for(found.deal, lang), labels(found.ranges.inputs, Words(lang))
    rows = beside(found.spreads)
    with style.house_style():
        figure, axes = _sheet(rows, [(each, _active(each)) for each in found.spreads])
        for ax, spread in axes:
            draw_parts(spread, ax, names=names, say=say)
        _foot(figure, found, trials=found.design.trials, seed=found.design.seed, say=say)
    return figure


def _sheet(
    rows: list[tuple[Each | None, Each | None]], shown: Sequence[tuple[Each, Sequence[object]]]
) -> tuple[Figure, list[tuple[Axes, Each]]]:
    """Return a figure with two columns, and the axes of each panel."""
    n_columns = 2 if any(right is not None for _, right in rows) else 1
    n_shown = {panel.what: min(MOST_BARS, len(bars)) for panel, bars in shown}
    heights = [HEADING + BAR * max(n_shown[panel.what] for panel in row if panel is not None) for row in rows]
    figure = Figure(figsize=(7.0 * n_columns, sum(heights) + 0.3))
    grid = figure.subplots(len(rows), n_columns, squeeze=False, height_ratios=heights)
    axes = []
    for places, row in zip(grid, rows, strict=True):
        for ax, panel in zip(places, row, strict=False):
            if panel is None:
                ax.set_axis_off()
            else:
                axes.append((ax, panel))
    return figure, axes


def _foot(figure: Figure, found: Tornado | Indices, *, trials: int, seed: int, say: Captions) -> None:
    text = Phrases(TEXTS, say.lang)("foot", name=style.plain(found.deal.name, 60), trials=say.trials(trials), seed=seed,
                                    digest=found.deal.digest[:12], n=MOST_BARS)
    text = style.wrapped(text, round(figure.get_figwidth() * 13))
    figure.supxlabel(style.escape(text), x=0.01, ha="left", fontsize=7, color="#666666")


def draw_bars(panel: Panel, ax: Axes, *, names: dict[str, str], say: Captions) -> Axes:
    """Draw a figure at both ends of each input, from where it is now, the widest swing on top."""
    phrases, words = Phrases(TEXTS, say.lang), Words(say.lang)
    bars, now = moving(panel)[:MOST_BARS], panel.now.value
    for place, bar in enumerate(bars):
        same_side = (bar.low.value - now) * (bar.high.value - now) > 0
        for end, value, look, up in (("low", bar.low, LOW, -1), ("high", bar.high, HIGH, 1)):
            ax.barh(place + (0.19 * up if same_side else 0.0), value.value - now, left=now,
                    height=0.36 if same_side else 0.7, color=look.colour, hatch=look.hatch, edgecolor="white" if
                    look.hatch else style.INK, linewidth=0.5, label=phrases(end) if place == 0 else "_", zorder=2)
            outside = value.value >= now
            ax.annotate(term(getattr(bar.input, end), words), (value.value, place + (0.19 * up if same_side else 0.0)),
                        xytext=(4 if outside else -4, 0), textcoords="offset points", va="center", fontsize=7,
                        ha="left" if outside else "right")
    style.marked(ax, now, label=phrases("now"))
    _named_rows(ax, [names[bar.input.name] for bar in bars])
    _value_axis(panel, ax, say)
    if not bars:
        ax.text(0.5, 0.5, phrases("nothing"), transform=ax.transAxes, ha="center", va="center")
    sure = clear(panel)
    key = "two" if len(sure) > 1 and are_close(sure[0], sure[1]) else "one"
    _headed(ax, called(panel.what, words), [names[bar.input.name] for bar in sure], phrases=phrases, key=key)
    return ax


def draw_parts(spread: Spread, ax: Axes, *, names: dict[str, str], say: Captions) -> Axes:
    """Draw the shares of each input with their 95% errors, the largest on top."""
    phrases, words = Phrases(TEXTS, say.lang), Words(say.lang)
    parts = _active(spread)[:MOST_BARS]
    kinds = list(parts[0].shares) if parts else []
    height = 0.72 / max(1, len(kinds))
    for number, kind in enumerate(kinds):
        at = [place + height * (number - (len(kinds) - 1) / 2) for place in range(len(parts))]
        values = [part.shares[kind][0] for part in parts]
        look = LOOKS[kind]
        ax.barh(at, values, height=height * 0.95, color=look.colour, hatch=look.hatch, edgecolor="white" if look.hatch
                else style.INK, linewidth=0.5, label=phrases(kind), zorder=2)
        ax.errorbar(values, at, xerr=[Z * part.shares[kind][1] for part in parts], fmt="none", ecolor=style.INK,
                    elinewidth=1.0, capsize=2, zorder=3)
    _named_rows(ax, [names[part.input.name] for part in parts])
    style.percent_axis(ax.xaxis, phrases("of_variance"), say=say)
    largest = max((main_share(part)[0] for part in parts), default=1.0)
    ax.set_xlim(min(0.0, ax.get_xlim()[0]), max(ax.get_xlim()[1], largest))
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    if not parts:
        ax.text(0.5, 0.5, phrases("nothing"), transform=ax.transAxes, ha="center", va="center")
    key = "two" if len(parts) > 1 and shares_are_close(parts[0], parts[1]) else "one"
    _headed(ax, called(spread.what, words), [names[part.input.name] for part in parts], phrases=phrases, key=key)
    return ax


def _headed(ax: Axes, name: str, order: Sequence[str], *, phrases: Phrases, key: str) -> None:
    """Set the title: what does most to a figure."""
    title = phrases(key, name=name, label=order[0], second=order[-1 if len(order) < 2 else 1]) if order else name
    style.headed(ax, title, width=50, columns=3)


def _active(spread: Spread) -> list[Part]:
    """Return the inputs that move a figure."""
    return [part for part in spread.parts if not is_idle(part)] if spread.sd > 0 else []


def _named_rows(ax: Axes, names: Sequence[str]) -> None:
    """Name the rows of a panel, the first on top."""
    ax.set_yticks(range(len(names)), [style.escape(style.wrapped(style.plain(name, 56), 28)) for name in names])
    ax.invert_yaxis()
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")


def _value_axis(panel: Panel, ax: Axes, say: Captions) -> None:
    """Write the axis of a figure in its unit, with room for what is written behind the bars."""
    low, high = ax.get_xlim()
    ax.set_xlim(low - 0.08 * (high - low), high + 0.08 * (high - low))
    kind, words = style_of(panel.now), Words(say.lang)
    name = measure(panel.what, words)
    if kind in ("share", "rate"):
        style.percent_axis(ax.xaxis, f"{name}, %", say=say)
    elif kind == "euros":
        style.money_axis(ax.xaxis, "payoff-amount", say=say)
        ax.set_xlabel(f"{name}, {say.unit()}")
    else:
        ax.xaxis.set_major_formatter(lambda x, _: words.plain_number(round(x, 9)))
        ax.set_xlabel(name)
