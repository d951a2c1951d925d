"""A deal under stress as one chart: what each stress does to the investor, and what it does to the outcome payer.

In comes a ``StressTest`` paper, out goes a figure. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from sib.amounts import NumberFormat
from sib.analysis.stress import INVESTOR, Figure, Stressed, StressTest, is_nothing
from sib.deal.stress import GRADES
from sib.views import style
from sib.views.captions import Captions, captions_for
from sib.views.stress import Page, title_of
from sib.views.words import Phrases, Words

TEXTS: dict[str, tuple[str, str]] = {
    "mild": ("mild", "licht"),
    "severe": ("severe", "zwaar"),
    "together": ("All together", "Alle samen"),
    "repaid_in_full": (
        "change in the chance of full repayment, percentage points",
        "verandering van de kans op volledige terugbetaling, procentpunten",
    ),
    "principal_loss": ("change in the chance of loss, percentage points", "verandering van de kans op verlies, "
                       "procentpunten"),
    "irr": ("change in mean IRR, percentage points", "verandering van de gemiddelde IRR, procentpunten"),
    "net_cash": (
        "change in what the outcome payer is left with, {unit}",
        "verandering van wat de uitkomstbetaler overhoudt, {unit}",
    ),
    "foot": (
        "{name} · {trials} under each stress, on the same draws · seed {seed} · scenario {digest} · lines: 95% error",
        "{name} · {trials} onder elke stress, met dezelfde trekkingen · seed {seed} · scenario {digest} · strepen: "
        "95%-fout",
    ),
}
"""By key: English, Dutch."""
NET_CASH: Figure = ("municipality", "net_cash")
HEIGHT = 0.38
"""Of a bar, in rows."""


def draw_stresses(found: StressTest, *, lang: NumberFormat = "en") -> Drawing:
    """Return the chart of a stress test.

    Parameters
    ----------
    found : StressTest
    lang : {"en", "nl"}
    """
    deal = found.deal
    say, phrases, page = captions_for(deal, lang), Phrases(TEXTS, lang), Page(found, Words(lang))
    rows = rows_of(found, phrases)
    with style.house_style():
        figure = Drawing(figsize=(13.5, 2.4 + 0.36 * max(len(rows), 1)))
        left, right = figure.subplots(1, 2, sharey=True)
        key = investors_figure(found)
        draw_bars(left, rows, key=key, say=say)
        style.headed(left, page.worst("investor", most=1) if found.singles else page.say("nothing"), width=58)
        draw_bars(right, rows, key=NET_CASH, say=say)
        style.headed(right, page.worst("payer", most=1) if found.singles else "", width=58)
        right.set_xlabel(phrases("net_cash", unit=say.unit()))
        foot = phrases("foot", name=style.plain(deal.name, 60), trials=say.trials(found.n_trials), seed=found.seed,
                       digest=deal.digest[:12])
        figure.supxlabel(style.escape(style.wrapped(foot, 190)), x=0.01, ha="left", fontsize=7, color="#666666")
    return figure


Rows = list[tuple[str, dict[str, Stressed]]]
"""By row: its name, and the stress by grade."""


def rows_of(found: StressTest, phrases: Phrases) -> Rows:
    """Return a row for each stress, in the order of the table, and one for all together."""
    rows: dict[str, tuple[str, dict[str, Stressed]]] = {}
    for each in (*found.singles, *found.together):
        titles = " + ".join(title_of(stress, phrases.lang) for stress in each.case.stresses)
        name = phrases("together") if each.case.is_all else titles
        rows.setdefault(each.case.name, (style.escape(style.plain(name, 40)), {}))[1][each.case.grade] = each
    return list(rows.values())


def investors_figure(found: StressTest) -> Figure:
    """Return the first of the investor's figures that any stress moves."""
    moved = [key for key in INVESTOR if not all(is_nothing(each.changes[key]) for each in found.singles)]
    return moved[0] if moved else INVESTOR[0]


def draw_bars(ax: Axes, rows: Rows, *, key: Figure, say: Captions) -> Axes:
    """Draw the change of a figure under each stress, a bar a grade, with its error."""
    phrases, party = Phrases(TEXTS, say.lang), style.PARTIES[key[0]]
    is_money = key == NET_CASH
    for place, grade in enumerate(GRADES):
        drawn = [(at, found[grade].changes[key]) for at, (_, found) in enumerate(rows) if grade in found]
        if not drawn:
            continue
        widths = [row.value if row.value == row.value else 0.0 for _, row in drawn]
        errors = [row.value - row.low if row.low is not None else 0.0 for _, row in drawn]
        ax.barh([at + (place - 0.5) * HEIGHT for at, _ in drawn], widths, height=HEIGHT, color=party.colour,
                alpha=(0.4, 1.0)[place], edgecolor=style.INK, linewidth=0.4, label=phrases(grade),
                xerr=errors, error_kw={"elinewidth": 0.8, "ecolor": style.INK})
    ax.axvline(0.0, color=style.INK, linewidth=0.8)
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    _rule_before_all(ax, rows)
    ax.grid(axis="x")
    ax.grid(visible=False, axis="y")
    if is_money:
        style.money_axis(ax.xaxis, "amount-per-trial", say=say)
    else:
        style.percent_axis(ax.xaxis, phrases(key[1]), say=say)
    return ax


def _rule_before_all(ax: Axes, rows: Sequence[tuple[str, dict[str, Stressed]]]) -> None:
    """Divide single stresses from several together, and read from the top."""
    singles = sum(all(each.case.is_single for each in found.values()) for _, found in rows)
    if 0 < singles < len(rows):
        ax.axhline(singles - 0.5, color=style.INK, linewidth=0.8, linestyle=(0, (4, 2)))
    ax.set_ylim(len(rows) - 0.4, -0.6)
