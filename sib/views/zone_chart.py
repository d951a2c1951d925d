"""Charts of a negotiation: what each party can live with, and where that overlaps.

In comes a ``Negotiation`` paper, out go figures. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sib.amounts import NumberFormat
from sib.analysis.negotiate import FAILS, HOLDS, PERHAPS, Negotiation
from sib.views import style
from sib.views.figure_words import called, party, term
from sib.views.negotiate import Page
from sib.views.sweep_chart import draw_front
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "zone": ("{n} of {all} combinations of terms keep every red line",
             "{n} van {all} combinaties voldoen aan elke rode lijn"),
    "perhaps": ("{n} of {all} combinations may keep every red line, within the error",
                "{n} van {all} combinaties voldoen misschien aan elke rode lijn, binnen de fout"),
    "none": ("Not one of {all} combinations of terms keeps every red line",
             "Geen van {all} combinaties voldoet aan elke rode lijn"),
    "party": ("the {party} can live with it", "de {party} kan ermee leven"),
    "sure": ("every red line holds", "voldoet aan elke rode lijn"),
    "may": ("every red line may hold, within the error", "voldoet misschien aan elke rode lijn, binnen de fout"),
    "now": ("as it is", "nu"),
    "nearest": ("nearest to a zone", "het dichtst bij een ruimte"),
    "line_sure": ("holds", "voldoet"),
    "line_may": ("within the error", "binnen de fout"),
    "all": ("all red lines", "alle rode lijnen"),
    "foot": (
        "{name} · {trials} each on the same draws · seed {seed} · scenario {digest}",
        "{name} · elk {trials} met dezelfde trekkingen · seed {seed} · scenario {digest}",
    ),
}
"""By key: English, Dutch."""
ZONE = "#2a9d5c"
COLOURS = [style.SERIES[number].colour for number in (0, 1, 3, 4)]
"""Of the parties: those of the house without its green, which is the zone's."""
LIGHT = 0.30
Drawing = Callable[..., None]
MOST_TICKS = 12


def charts_of(found: Negotiation, *, lang: NumberFormat = "en") -> dict[str, Figure]:
    """Return the charts of a negotiation by name; of three terms and more only the front is drawn.

    Parameters
    ----------
    found : Negotiation
    lang : {"en", "nl"}
    """
    drawn = {}
    draw = DRAWN.get(len(found.found.terms))
    if draw is not None:
        drawn["zone"] = _drawn(found, draw, lang)
    if found.found.front:
        drawn["front"] = draw_front(found.found, lang=lang)
    return drawn


def _drawn(found: Negotiation, draw: Drawing, lang: NumberFormat) -> Figure:
    words, phrases = Words(lang), Phrases(TEXTS, lang)
    height = 5.6 if len(found.found.terms) == 2 else 1.8 + 0.5 * len(found.lines)
    deal, plan = found.found.deal, found.found.plan
    with style.house_style():
        figure = Figure(figsize=(8.4, height))
        ax = figure.subplots()
        draw(found, ax, words=words)
        key = "zone" if found.sure else "perhaps" if found.zone else "none"
        n = len(found.sure or found.zone)
        style.headed(ax, phrases(key, n=words.number(n), all=words.number(len(found.valid))), columns=2)
        text = phrases("foot", name=style.plain(deal.name, 60), trials=words.trials(plan.trials), seed=plan.seed,
                       digest=deal.digest[:12])
        figure.supxlabel(style.escape(text), x=0.01, ha="left", fontsize=7, color="#666666")
    return figure


def draw_map(found: Negotiation, ax: Axes, *, words: Words) -> None:
    """Draw a cell for each combination of two terms: the regions of the parties, the zone where they overlap."""
    phrases = Phrases(TEXTS, words.lang)
    (down, rows), (across, columns) = found.found.terms.items()
    shape = (len(rows), len(columns))
    for number, name in enumerate(found.parties):
        lives = np.array([found.verdict(place, name) != FAILS for place in range(len(found.stands))]).reshape(shape)
        colour = COLOURS[number % len(COLOURS)]
        _fill(ax, lives, colour=colour, hatch="", alpha=LIGHT)
        _outline(ax, lives, colour=colour, reach=0.47 - 0.04 * number)
    states = np.array([found.verdict(place) for place in range(len(found.stands))]).reshape(shape)
    _fill(ax, states != FAILS, colour="white", hatch="", alpha=1.0)
    _fill(ax, states == PERHAPS, colour=ZONE, hatch="///", alpha=0.45)
    _fill(ax, states == HOLDS, colour=ZONE, hatch="", alpha=1.0)
    for axis, path, values, most in ((ax.xaxis, across, columns, 9), (ax.yaxis, down, rows, MOST_TICKS)):
        step = -(-len(values) // most)
        axis.set_ticks(range(0, len(values), step), [style.plain(term(each, words), 14) for each in values[::step]])
        axis.set_label_text(style.escape(style.plain(path, 60)))
    ax.set_xlim(-0.5, shape[1] - 0.5)
    ax.set_ylim(-0.5, shape[0] - 0.5)
    ax.grid(visible=False)
    _mark_now(found, ax, phrases)
    _mark_nearest(found, ax, phrases)
    _key(found, ax, words)


def _fill(ax: Axes, cells: np.ndarray, *, colour: str, hatch: str, alpha: float) -> None:
    """Fill some cells of a map."""
    for row, column in np.argwhere(cells):
        ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, alpha=alpha, hatch=hatch,
                               edgecolor="white", linewidth=0.6))


def _outline(ax: Axes, cells: np.ndarray, *, colour: str, reach: float) -> None:
    """Draw the border of a region, over what lies on it, as far from the middle of its cells as said."""
    around = np.pad(cells, 1, mode="edge")
    for row, column in np.argwhere(cells):
        for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            if not around[row + 1 + down, column + 1 + across]:
                along = np.array([-0.5, 0.5])
                ax.plot(column + (np.full(2, across * reach) if across else along),
                        row + (np.full(2, down * reach) if down else along),
                        color=colour, linewidth=2.0, zorder=4, solid_capstyle="butt")


def _key(found: Negotiation, ax: Axes, words: Words) -> None:
    """Draw nothing but the entries of the key."""
    phrases = Phrases(TEXTS, words.lang)
    for number, name in enumerate(found.parties):
        label = phrases("party", party=party((name, "", ""), words))
        colour = COLOURS[number % len(COLOURS)]
        ax.fill_between([], [], color=colour, alpha=LIGHT, label=label)
    ax.fill_between([], [], color=ZONE, label=phrases("sure"))
    ax.fill_between([], [], facecolor=ZONE, alpha=0.45, hatch="///", edgecolor="white", label=phrases("may"))


def _mark_now(found: Negotiation, ax: Axes, phrases: Phrases) -> None:
    """Mark the deal as it is, where it lies on the map."""
    at = [_place(now, values) for now, values in zip(found.found.now, found.found.terms.values(), strict=True)]
    row, column = at
    if row is not None and column is not None:
        ax.plot([column], [row], "o", color=style.INK, markersize=8, markerfacecolor="none", markeredgewidth=1.8,
                label=phrases("now"), linestyle="none", zorder=5)


def _place(now: Any, values: Sequence[Any]) -> float | None:
    """Return where a value stands among the values of a term, between two of them too; None outside them."""
    if now in values:
        return float(values.index(now))
    is_number = all(type(value) in (int, float) for value in (now, *values))
    if not is_number or list(values) != sorted(values) or not values[0] <= now <= values[-1]:
        return None
    return float(np.interp(now, values, range(len(values))))


def _mark_nearest(found: Negotiation, ax: Axes, phrases: Phrases) -> None:
    if found.nearest:
        n_columns = len(list(found.found.terms.values())[1])
        row, column = divmod(found.nearest[0], n_columns)
        ax.plot([column], [row], "X", color=style.INK, markersize=9, linestyle="none", zorder=5,
                label=phrases("nearest"))


def draw_bars(found: Negotiation, ax: Axes, *, words: Words) -> None:
    """Draw for each red line where along the one term it holds, and below them where all do."""
    phrases, page = Phrases(TEXTS, words.lang), Page(found, words)
    ((path, values),) = found.found.terms.items()
    names = [f"{called(line.what, words)}\n{page.limit(line)}" for line in found.lines]
    rows = [[states[number] if states else FAILS for states in found.stands] for number in range(len(found.lines))]
    rows.append([found.verdict(place) for place in range(len(values))])
    for height, states in enumerate(rows):
        party_number = found.parties.index(found.lines[height].party) if height < len(found.lines) else None
        colour = ZONE if party_number is None else COLOURS[party_number % len(COLOURS)]
        cells = np.array([states])
        for state, alpha, hatch in ((PERHAPS, 0.35, "///"), (HOLDS, 1.0, "")):
            for _, column in np.argwhere(cells == state):
                ax.add_patch(Rectangle((column - 0.5, height - 0.36), 1, 0.72, facecolor=colour, alpha=alpha,
                                       hatch=hatch, edgecolor="white", linewidth=0.6))
    ax.set_yticks(range(len(rows)), [style.escape(name) for name in [*names, phrases("all")]], fontsize=8)
    step = -(-len(values) // MOST_TICKS)
    ax.set_xticks(range(0, len(values), step), [style.plain(term(each, words), 14) for each in values[::step]])
    ax.set_xlabel(style.escape(style.plain(path, 60)))
    ax.set_xlim(-0.5, len(values) - 0.5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.grid(visible=False)
    at = _place(found.found.now[0], values)
    if at is not None:
        ax.axvline(at, color=style.INK, linewidth=1.2, linestyle=(0, (4, 2)), label=phrases("now"))
    ax.fill_between([], [], color="#4d4d4d", label=phrases("line_sure"))
    ax.fill_between([], [], facecolor="#4d4d4d", alpha=0.35, hatch="///", edgecolor="white", label=phrases("line_may"))


DRAWN: dict[int, Drawing] = {1: draw_bars, 2: draw_map}
"""How a zone is drawn, by how many terms are on the table."""
