"""The chart of concessions: what as much as a point of interest costs those who pay, term by term.

In comes an ``Exchange`` paper, out goes a figure. Nothing is counted here.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sib.amounts import NumberFormat
from sib.analysis.concessions import Exchange, Trade
from sib.measures.risk import Estimate
from sib.views import style
from sib.views.captions import captions_for
from sib.views.concessions import Page
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "title": (
        "What each term costs where it is worth as much to the investor as {amount} on {path}",
        "Wat elke voorwaarde kost waar die de investeerder evenveel waard is als {amount} op {path}",
    ),
    "payer": ("the outcome payer", "de uitkomstbetaler"),
    "others": ("guarantors and other outcome payers", "garantstellers en andere uitkomstbetalers"),
    "foot": (
        "{name} · {trials} · seed {seed} · scenario {digest} · lines are 95% intervals, paired",
        "{name} · {trials} · seed {seed} · scenario {digest} · lijnen zijn 95%-intervallen, gepaard",
    ),
}
"""By key: English, Dutch."""
LONGEST_PATH, FOOT_LETTERS = 52, 100


def draw_concessions(found: Exchange, *, lang: NumberFormat = "en") -> Figure | None:
    """Return the chart of an exchange; None where no term can be traded.

    Parameters
    ----------
    found : Exchange
    lang : {"en", "nl"}
    """
    traded = [each for each in found.trades if each.cost is not None]
    if found.yardstick is None or not traded:
        return None
    words, phrases, say = Words(lang), Phrases(TEXTS, lang), captions_for(found.deal, lang)
    page = Page(found, words)
    with style.house_style():
        figure = Figure(figsize=(9.0, 2.0 + 0.55 * len(traded)))
        ax = figure.subplots()
        _bars(found, ax, traded=traded, phrases=phrases)
        names = [f"{style.plain(each.number.path, LONGEST_PATH)}\n{page.amount(each)}" for each in traded]
        ax.set_yticks(range(len(traded)), [style.escape(name) for name in names], fontsize=8)
        ax.set_ylim(len(traded) - 0.4, -0.6)
        ax.axvline(0, color=style.INK, linewidth=0.8)
        style.money_axis(ax.xaxis, "payoff-amount", say=say)
        title = phrases("title", amount=page.amount(found.yardstick), path=found.yardstick.number.path)
        style.headed(ax, title, width=60)
        foot = phrases("foot", name=style.plain(found.deal.name, 60), trials=words.trials(found.n_trials),
                       seed=found.seed, digest=found.deal.digest[:12])
        foot = style.escape(style.wrapped(foot, FOOT_LETTERS))
        figure.supxlabel(foot, x=0.01, ha="left", fontsize=7, color="#666666")
    return figure


def _bars(found: Exchange, ax: Axes, *, traded: list[Trade], phrases: Phrases) -> None:
    """Draw a bar for the outcome payer, and one below it for others where there are some."""
    whose = ("payer", "others") if found.has_others else ("payer",)
    height = 0.7 / len(whose)
    scale = 100.0 if found.cost.unit == "money" else 1.0
    for number, key in enumerate(whose):
        estimates: list[Estimate] = [each.cost if key == "payer" else each.third for each in traded]  # type: ignore[misc]
        at = [place + (number - (len(whose) - 1) / 2) * height for place in range(len(traded))]
        values = [each.value / scale for each in estimates]
        reach = [0.0 if each.high is None else (each.high - each.value) / scale for each in estimates]
        ax.barh(at, values, height=height * 0.9, xerr=reach, color=style.SERIES[number + 1].colour,
                error_kw={"ecolor": style.INK, "elinewidth": 1.0}, label=phrases(key))
    ax.grid(visible=False, axis="y")
