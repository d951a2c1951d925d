"""Charts of a sweep: a line with its 95% band where one term changes, a heat map where two do, and the front.

In comes a ``Sweep`` paper, out go figures. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, nan

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.amounts import NumberFormat
from sib.analysis.sweep import COST, RISK, Sweep
from sib.asked import What
from sib.results import Row
from sib.views import style
from sib.views.captions import Captions, captions_for
from sib.views.figure_words import called, style_of, term
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "now": ("as it is: {value}", "nu: {value}"),
    "band": ("95% interval", "95%-interval"),
    "percent": ("{name}, %", "{name}, %"),
    "plain": ("{name}", "{name}"),
    "money": ("{name}, {unit}", "{name}, {unit}"),
    "foot": (
        "{name} · {trials} each on the same draws · seed {seed} · scenario {digest}",
        "{name} · elk {trials} met dezelfde trekkingen · seed {seed} · scenario {digest}",
    ),
    "front": (
        "{n} of {all} variants are beaten by no other: less risk for the investor costs the outcome payer more",
        "{n} van de {all} varianten worden door geen andere verslagen: minder risico voor de investeerder kost de "
        "uitkomstbetaler meer",
    ),
    "alone": (
        "Of {all} variants one leaves the investor no more risk than any other, and costs the outcome payer least",
        "Van {all} varianten geeft één de investeerder niet meer risico dan enige andere, en kost de uitkomstbetaler "
        "het minst",
    ),
    "more": ("and {n} more there", "en nog {n} daar"),
    "on": ("on the front", "op het front"),
    "off": ("beaten by another", "door een andere verslagen"),
}
"""By key: English, Dutch."""
FOOT_LETTERS = 15
"""Letters of the foot on an inch."""
NEAR = np.array([0.12, 0.04])
"""How near to each other, as parts of the axes across and upwards, points of the front share a label."""
MOST_LABELS = 12
"""Points of the front that are labelled, and cells across in which figures are written."""
LONGEST_PATH, LETTERS = 60, 64
"""Letters of a path below an axis, and of all labels along it."""


def charts_of(found: Sweep, *, lang: NumberFormat = "en") -> dict[str, Figure]:
    """Return the charts of a sweep by name; of three terms and more only the front is drawn.

    Parameters
    ----------
    found : Sweep
    lang : {"en", "nl"}
    """
    drawn = {}
    if len(found.terms) in DRAWN:
        drawn["sweep"] = _panels(found, lang)
    if found.front:
        drawn["front"] = draw_front(found, lang=lang)
    return drawn


def _panels(found: Sweep, lang: NumberFormat) -> Figure:
    """Return one panel a figure, two beside each other."""
    draw, n_figures = DRAWN[len(found.terms)], len(found.figures)
    n_rows, n_columns = ceil(n_figures / 2), min(2, n_figures)
    with style.house_style():
        figure = Figure(figsize=(5.6 * n_columns, 3.0 * n_rows + 0.4))
        axes = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
        for place, ax in enumerate(axes):
            if place < n_figures:
                draw(found, ax, place=place, say=captions_for(found.deal, lang))
            else:
                ax.set_axis_off()
        _foot(found, figure, lang)
    return figure


def _foot(found: Sweep, figure: Figure, lang: NumberFormat) -> None:
    say = captions_for(found.deal, lang)
    text = Phrases(TEXTS, lang)("foot", name=style.plain(found.deal.name, 60), trials=say.trials(found.plan.trials),
                                seed=found.plan.seed, digest=found.deal.digest[:12])
    wide = round(FOOT_LETTERS * figure.get_figwidth())
    figure.supxlabel(style.escape(style.wrapped(text, wide)), x=0.01, ha="left", fontsize=7, color="#666666")


def draw_line(found: Sweep, ax: Axes, *, place: int, say: Captions) -> None:
    """Draw a figure over the values of one term, with its 95% band."""
    words, phrases = Words(say.lang), Phrases(TEXTS, say.lang)
    ((path, values),) = found.terms.items()
    at, names = positions(values, words)
    ends = np.array([_ends(point.rows[place]) if point.rows else (nan, nan, nan) for point in found.points])
    low, value, high = ends[np.argsort(at)].T
    at = np.sort(at)
    ax.fill_between(at, low, high, color=style.SERIES[0].colour, alpha=0.25, linewidth=0, label=phrases("band"))
    ax.plot(at, value, color=style.SERIES[0].colour, marker="o" if len(at) <= 30 else "", markersize=3)
    if not names and type(found.now[0]) in (int, float):
        ax.axvline(float(found.now[0]), color=style.INK, linewidth=1.0, linestyle=(0, (4, 2)),
                   label=phrases("now", value=term(found.now[0], words)))
    if names:
        ax.set_xticks(at, names)
    else:
        ax.xaxis.set_major_formatter(lambda x, _: words.plain_number(round(x, 9)))
    ax.set_xlabel(style.escape(style.plain(path, LONGEST_PATH)))
    _figure_axis(found, ax, place, say)
    style.headed(ax, called(found.figures[place], words), width=50)


def positions(values: tuple[object, ...], words: Words) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return where values stand on an axis: at themselves where they are numbers, else one beside the other by name."""
    if all(type(value) in (int, float) for value in values):
        return np.array(values, dtype=np.float64), ()
    return np.arange(len(values), dtype=np.float64), tuple(style.plain(term(value, words), 20) for value in values)


def _ends(row: Row) -> tuple[float, float, float]:
    """Return low end, value and high end; the value for an end that there is not."""
    return (row.value if row.low is None else row.low, row.value, row.value if row.high is None else row.high)


def _figure_axis(found: Sweep, ax: Axes, place: int, say: Captions) -> None:
    """Write the axis of a figure in its unit."""
    row = _first(found, place)
    kind = style_of(row)
    if kind in ("share", "rate"):
        style.percent_axis(ax.yaxis, "%", say=say)
    elif kind == "euros":
        style.money_axis(ax.yaxis, "payoff-amount", say=say)
    else:
        ax.yaxis.set_major_formatter(lambda x, _: Words(say.lang).plain_number(round(x, 9)))


def _first(found: Sweep, place: int) -> Row:
    return next(point.rows[place] for point in found.points if point.rows)


def draw_map(found: Sweep, ax: Axes, *, place: int, say: Captions) -> None:
    """Draw a figure over the values of two terms: the darker the more, with the figures where there is room."""
    words = Words(say.lang)
    (down, rows), (across, columns) = found.terms.items()
    cells = np.array([point.rows[place].value if point.rows else nan for point in found.points])
    cells = cells.reshape(len(rows), len(columns))
    shown = ax.imshow(cells, cmap="viridis_r", aspect="auto", origin="lower")
    ax.grid(visible=False)
    for axis, path, values in ((ax.xaxis, across, columns), (ax.yaxis, down, rows)):
        names = [style.plain(term(each, words), 14) for each in values]
        room = LETTERS // (max(map(len, names)) + 3) if axis is ax.xaxis else MOST_LABELS
        step = -(-len(values) // min(room, MOST_LABELS))
        axis.set_ticks(range(0, len(values), step), names[::step])
        axis.set_label_text(style.escape(style.plain(path, 44)))
    if max(cells.shape) <= MOST_LABELS:
        _write_in(found, ax, place, words)
    if np.nanmax(cells) > np.nanmin(cells):
        bar = ax.figure.colorbar(shown, ax=ax)
        _figure_axis(found, bar.ax, place, say)
    style.headed(ax, called(found.figures[place], words), width=44)


def _write_in(found: Sweep, ax: Axes, place: int, words: Words) -> None:
    """Write each figure into its cell, in a colour that can be read on it."""
    n_across = len(list(found.terms.values())[1])
    values = [point.rows[place].value for point in found.points if point.rows]
    middle = (min(values) + max(values)) / 2
    for number, point in enumerate(found.points):
        text = words.figure(point.rows[place], style_of(point.rows[place]))[0] if point.rows else "–"
        dark = bool(point.rows) and point.rows[place].value > middle
        ax.text(number % n_across, number // n_across, text, ha="center", va="center", fontsize=7,
                color="white" if dark else style.INK)


DRAWN = {1: draw_line, 2: draw_map}
"""How a panel is drawn, by how many terms change."""


def draw_front(found: Sweep, *, lang: NumberFormat = "en") -> Figure:
    """Return the chart of every variant by risk for the investor and cost for the outcome payer, the front marked."""
    say, phrases, words = captions_for(found.deal, lang), Phrases(TEXTS, lang), Words(lang)
    where = [(found.row(point, RISK).value, found.row(point, COST).value) if point.rows else (nan, nan)
             for point in found.points]
    on, off = ([each for place, each in enumerate(where) if (place in found.front) is side] for side in (True, False))
    with style.house_style():
        figure = Figure(figsize=(8.0, 5.2))
        ax = figure.subplots()
        if off:
            ax.plot(*zip(*off, strict=True), "o", markersize=4, color="#b0b0b0", label=phrases("off"), zorder=2)
        front = [where[place] for place in found.front]
        ax.plot(*zip(*front, strict=True), color=style.SERIES[1].colour, drawstyle="steps-post", marker="o",
                linestyle="--", label=phrases("on"), zorder=3)
        groups = _coinciding(found.front, where)
        for first, *others in groups[:: -(-len(groups) // MOST_LABELS)]:
            text = style.plain(", ".join(term(value, words) for value in found.points[first].values))
            more = f" {phrases('more', n=say.number(len(others)))}" if others else ""
            is_right = where[first][0] - front[0][0] > front[-1][0] - where[first][0]
            ax.annotate(style.escape(f"{text}{more}"), where[first], xytext=(-7 if is_right else 6, 5),
                        textcoords="offset points", fontsize=8, ha="right" if is_right else "left")
        _risk_and_cost(found, ax, say=say, words=words)
        n_valid = say.number(sum(bool(point.rows) for point in found.points))
        style.headed(ax, phrases("alone" if len(on) == 1 else "front", n=say.number(len(on)), all=n_valid))
        _foot(found, figure, lang)
    return figure


def _coinciding(places: Sequence[int], where: Sequence[tuple[float, float]]) -> list[list[int]]:
    """Return the points of a front in groups that lie so close together that there is room for but one label."""
    spans = np.ptp([each for each in where if not np.isnan(each).any()], axis=0)
    groups: list[list[int]] = []
    for place in places:
        near = (group for group in groups
                if (np.abs(np.subtract(where[place], where[group[0]])) <= NEAR * spans).all())
        group = next(near, None)
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups


def _risk_and_cost(found: Sweep, ax: Axes, *, say: Captions, words: Words) -> None:
    """Write the axes of the front."""
    figures: dict[str, What] = {".".join(what): what for what in found.figures}
    style.percent_axis(ax.xaxis, f"{called(figures[RISK], words)}, %", say=say)
    style.money_axis(ax.yaxis, "payoff-amount", say=say)
    ax.set_ylabel(f"{called(figures[COST], words)}, {say.unit()}")
