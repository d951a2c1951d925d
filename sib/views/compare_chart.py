"""Deals side by side as one chart: the investor's chances on the left, what the outcome payer keeps on the right.

In comes a ``Compared`` paper, out goes a figure. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.amounts import NumberFormat
from sib.analysis.compare import COMPARED, Compared
from sib.results import Row
from sib.views import style
from sib.views.captions import Captions, captions_for
from sib.views.compare import Page, letter_of
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "repaid_in_full": ("repaid in full", "volledig terugbetaald"),
    "principal_loss": ("loses principal", "verliest hoofdsom"),
    "chance": ("chance, %", "kans, %"),
    "net_cash": ("left to the outcome payer, {unit}", "over voor de uitkomstbetaler, {unit}"),
    "foot": (
        "{trials} each, on the same draws · seed {seed} · scenarios {digests} · bars through marks: 95% errors of the "
        "simulation; differences between deals are surer",
        "{trials} elk, met dezelfde trekkingen · seed {seed} · scenario's {digests} · strepen door de tekens: "
        "95%-fouten van de simulatie; verschillen tussen deals zijn zekerder",
    ),
}
"""By key: English, Dutch."""
CHANCES = (("repaid_in_full", "o"), ("principal_loss", "s"))


def draw_compared(found: Compared, labels: Sequence[str] = (), *, lang: NumberFormat = "en") -> Figure:
    """Return the chart of deals side by side.

    Parameters
    ----------
    found : Compared
    labels : sequence of str, optional
        What the deals go by; their names where none is given.
    lang : {"en", "nl"}
    """
    say, phrases, page = captions_for(found.deals[0], lang), Phrases(TEXTS, lang), Page(found, Words(lang))
    names = [f"[{letter_of(place)}] {style.plain(name, 34)}"
             for place, name in enumerate(labels or [deal.name for deal in found.deals])]
    with style.house_style():
        figure = Figure(figsize=(13.0, 2.6 + 0.45 * len(names)))
        left, right = figure.subplots(1, 2, sharey=True)
        draw_chances(found, left, say=say)
        draw_net_cash(found, right, say=say)
        left.set_yticks(range(len(names)), [style.escape(name) for name in names])
        left.set_ylim(len(names) - 0.5, -0.5)
        style.headed(left, page.said_of("chance"), width=62)
        style.headed(right, page.said_of("payer"), width=62)
        digests = ", ".join(deal.digest[:12] for deal in found.deals)
        foot = phrases("foot", trials=say.trials(found.n_trials), seed=found.seed, digests=digests)
        figure.supxlabel(style.escape(style.wrapped(foot, 190)), x=0.01, ha="left", fontsize=7, color="#666666")
    return figure


def rows_named(found: Compared, figure: tuple[str, str]) -> list[Row]:
    """Return a figure of every deal, by party and measure."""
    place = next(n for n, each in enumerate(COMPARED) if (each.party, each.measure) == figure)
    return [rows[place] for rows in found.rows]


def draw_chances(found: Compared, ax: Axes, *, say: Captions) -> Axes:
    """Draw the investor's chances of repayment in full and of a loss, with their errors."""
    phrases, look = Phrases(TEXTS, say.lang), style.PARTIES["investor"]
    for measure, marker in CHANCES:
        is_good = measure == "repaid_in_full"
        _marks(ax, rows_named(found, ("investor", measure)), marker=marker, fill=look.colour if is_good else "white",
               label=phrases(measure))
    ax.set_xlim(-0.02, 1.02)
    _rows_only(ax)
    style.percent_axis(ax.xaxis, phrases("chance"), say=say)
    return ax


def draw_net_cash(found: Compared, ax: Axes, *, say: Captions) -> Axes:
    """Draw what the outcome payer is left with on average, with its error."""
    _marks(ax, rows_named(found, ("municipality", "net_cash")), marker="D", fill=style.PARTIES["municipality"].colour,
           label="_")
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    _rows_only(ax)
    style.money_axis(ax.xaxis, "amount-per-trial", say=say)
    ax.set_xlabel(Phrases(TEXTS, say.lang)("net_cash", unit=say.unit()))
    return ax


def _marks(ax: Axes, rows: list[Row], *, marker: str, fill: str, label: str) -> None:
    low, high = ([0.0 if end is None else abs(row.value - end) for row, end in zip(rows, ends, strict=True)]
                 for ends in ([row.low for row in rows], [row.high for row in rows]))
    values = [row.value for row in rows]
    ax.errorbar(values, range(len(rows)), xerr=(low, high), fmt="none", ecolor=style.INK, elinewidth=1.2)
    ax.plot(values, range(len(rows)), marker, markersize=7, markerfacecolor=fill, markeredgecolor=style.INK,
            label=label)


def _rows_only(ax: Axes) -> None:
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
